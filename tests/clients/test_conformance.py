"""The kit for vendors: keeps quiet about a terminal that keeps its word, and names each convention that one breaks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from daemon.process import TerminalProcess, bill, new_bureau

from terminal.cli import main
from terminal.conformance.run import BILL, CONVENTIONS, examine
from terminal.conformance.wire import Answer, Wire
from terminal.errors import Refused

_runs = itertools.count(1)
Headers = Mapping[str, str | None]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal in training with a card in its reader. It has sold before: there, to start over is not to go on."""
    folder = tmp_path_factory.mktemp("conformance")
    with new_bureau(folder) as bureau, TerminalProcess(folder, bureau.url) as process:
        process.sign_in()
        process.settled(bill("1.00"), "before")
        process.client.delete("/v1/sessions")
        yield process


def not_kept(wire: Wire) -> set[str]:
    """The conventions that the kit does not find kept."""
    return {one.name for one in examine(wire, f"r{next(_runs)}", BILL) if one.outcome != "kept"}


def test_a_terminal_keeps_every_convention(terminal: TerminalProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0 and a line for each; what was sold is taken back."""
    assert main(["conformance", terminal.url, "--token", terminal.token]) == 0
    said = capsys.readouterr().out
    assert all(f"✓ {convention.name} " in said for convention in CONVENTIONS)
    assert f"{len(CONVENTIONS)} / {len(CONVENTIONS)}" in said
    void, settled = terminal.client.get("/v1/settlements", params={"last": 2}).json()["settlements"]
    assert (void["kind"], void["voids"], settled["state"]) == ("void", settled["id"], "voided")


class Forgetful(Wire):
    """Like a terminal that does not know keys: every request has a new one."""

    def ask(self, method: str, path: str, body: Any = None, headers: Headers | None = None) -> Answer:
        """See `Wire.ask`."""
        return super().ask(method, path, body, {**(headers or {}), "Idempotency-Key": f"k{next(_runs)}"})


class Numeric(Wire):
    """Like a terminal that writes amounts as numbers, and the identity number whole."""

    def ask(self, method: str, path: str, body: Any = None, headers: Headers | None = None) -> Answer:
        """See `Wire.ask`."""
        found = super().ask(method, path, body, headers)
        spoilt = found.body.replace(b'"total":"12.50"', b'"total":12.5').replace("…".encode(), b"37060219700101")
        return Answer(found.status, found.headers, spoilt)


class EnglishOnly(Wire):
    """Like a terminal whose problems speak one language and challenge nobody."""

    def ask(self, method: str, path: str, body: Any = None, headers: Headers | None = None) -> Answer:
        """See `Wire.ask`."""
        found = super().ask(method, path, body, headers)
        kept = {name: text for name, text in found.headers.items() if name != "www-authenticate"}
        if found.status < 400:
            return Answer(found.status, kept, found.body)
        return Answer(found.status, kept, json.dumps(found.json | {"detail_zh": "no"}).encode())


class Deaf(Wire):
    """Like a terminal that does not go on after `Last-Event-ID`."""

    def events(self, after: int | None = None) -> AbstractContextManager[Iterator[dict[str, str]]]:
        """See `Wire.events`."""
        return super().events(None if after is None else 0)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Forgetful, {"key-missing", "repeat", "other-body", "void"}),
        (Numeric, {"identify", "quote"}),
        (EnglishOnly, {"token", "foreign", "unknown", "bodies", "amounts-in", "key-missing", "hash"}),
        (Deaf, {"resume"}),
    ],
)
def test_a_broken_convention_is_named(terminal: TerminalProcess, kind: type[Wire], names: set[str]) -> None:
    """Each fault is found at the convention that it breaks."""
    found = not_kept(kind(terminal.url, terminal.token))
    assert names <= found
    assert found < {convention.name for convention in CONVENTIONS}


def test_without_a_card_the_rest_is_not_reached(terminal: TerminalProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """The report says which step failed, and of those behind it that they were not looked at; status 1."""
    card = terminal.folder / "card.toml"
    content = card.read_bytes()
    card.unlink()
    try:
        assert main(["conformance", terminal.url, "--token", terminal.token, "--json"]) == 1
    finally:
        card.write_bytes(content)
    outcomes = {one["name"]: one["outcome"] for one in json.loads(capsys.readouterr().out)}
    assert (outcomes["sign-in"], outcomes["identify"], outcomes["settle"]) == ("kept", "not-kept", "not-reached")


def test_a_terminal_that_is_not_in_training_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kit moves money: it looks whether this is training before anything else, and nothing is written."""
    with new_bureau(tmp_path) as bureau:
        process = TerminalProcess(tmp_path, bureau.url)
        text = process.config.read_text(encoding="utf-8")
        process.config.write_text(text[: text.index("[clock]")], encoding="utf-8")
        with process:
            before = process.journal_counts()
            assert main(["conformance", process.url, "--token", process.token]) == 1
            assert process.journal_counts() == before
            with pytest.raises(Refused, match="token"):
                examine(Wire(process.url, "wrong"), "r", BILL)
        assert "not in training" in capsys.readouterr().err
        assert main(["conformance", process.url, "--token", process.token]) == 1
        assert "does not answer" in capsys.readouterr().err
    assert main(["conformance", "ftp://terminal/", "--token", "t"]) == 1
