"""A QR scanner under a running daemon, and numbers typed at its till: armed, cancelled, unplugged, refused by place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from daemon.hearing import listening
from daemon.process import CREDENTIAL, TIMEOUT_SECONDS, TerminalProcess, bill, new_bureau
from hw.simulated.scanner import PtyScanner
from terminal.bureau.ecredential import code_shown
from terminal.bureau.server import BureauServer


@pytest.fixture
def at_the_scanner(bureau: BureauServer, tmp_path: Path) -> Iterator[tuple[TerminalProcess, PtyScanner]]:
    """A terminal with a scanner on a pty, at a center that knows a phone."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    (tmp_path / "card.toml").unlink()
    with PtyScanner(tmp_path / "scanner") as gun:
        with terminal.config.open("a", encoding="utf-8") as config:
            config.write(f'\n[scanner]\nkind = "serial"\nport = "{gun.port}"\n')
        with terminal:
            terminal.sign_in()
            terminal.until("/v1/health", lambda health: health["devices"]["scanner"]["code"] == "ready")
            yield terminal, gun


def now_of(terminal: TerminalProcess) -> dt.datetime:
    """The terminal's own time."""
    return dt.datetime.fromisoformat(terminal.client.get("/v1/health").json()["now"])


def test_a_code_is_scanned_for_a_till_that_waits(at_the_scanner: tuple[TerminalProcess, PtyScanner]) -> None:
    """The till asks, the scanner is armed, the code is shown: identified, and settled without a card. The code is in
    no log and no answer."""
    terminal, gun = at_the_scanner
    gun.scan("BEFORE-ANYBODY-ASKED-0001")
    code = code_shown(CREDENTIAL, now_of(terminal))
    with listening(terminal) as heard, ThreadPoolExecutor(1) as till:
        asked = till.submit(terminal.post, "/v1/identifications", {"by": "qr"})
        assert heard.next(1) == {("scanner-armed", "")}
        gun.scan(code)
        answer = asked.result(TIMEOUT_SECONDS)
        assert heard.next(1) == {("scanner-done", "")}
    assert answer.status_code == 201, answer.text
    assert (answer.json()["by"], answer.json()["lease_seconds"]) == ("qr", 0)
    quoted = terminal.post("/v1/quotes", {"identification": answer.json()["id"], "bill": bill("100.00")}).json()
    settled = terminal.post("/v1/settlements", {"quote": quoted["id"], "hash": quoted["hash"]}, "by-code")
    assert settled.status_code == 201, settled.text
    again = terminal.post("/v1/identifications", {"by": "qr", "code": code})
    assert (again.status_code, again.json()["code"]) == (422, "code-used")
    for text in (terminal.log_text(), answer.text, settled.text, again.text):
        assert CREDENTIAL not in text
        assert "BEFORE-ANYBODY" not in text


def test_a_wait_for_a_code_is_cancelled_and_ends_with_its_till(
    at_the_scanner: tuple[TerminalProcess, PtyScanner],
) -> None:
    """Cancelled by name; a till that hangs up leaves the scanner free; without a code it ends in time."""
    terminal, _ = at_the_scanner
    with listening(terminal) as heard, ThreadPoolExecutor(1) as till:
        asked = till.submit(terminal.post, "/v1/identifications", {"by": "qr"})
        assert heard.next(1) == {("scanner-armed", "")}
        busy = terminal.post("/v1/identifications", {"by": "qr", "wait_seconds": 1})
        assert busy.json()["code"] == "scan-waiting"
        assert terminal.client.delete("/v1/scan").status_code == 204
        assert asked.result(TIMEOUT_SECONDS).json()["code"] == "scan-cancelled"
        assert heard.next(1) == {("scanner-done", "")}
        with terminal.new_client(terminal.headers) as leaving, pytest.raises(httpx.ReadTimeout):
            leaving.post("/v1/identifications", json={"by": "qr"}, timeout=0.5)
        assert heard.next(2) == {("scanner-armed", ""), ("scanner-done", "")}
        late = terminal.post("/v1/identifications", {"by": "qr", "wait_seconds": 1})
        assert (late.status_code, late.json()["code"]) == (503, "no-code")


def test_a_scanner_that_is_unplugged_is_said_and_comes_back(
    at_the_scanner: tuple[TerminalProcess, PtyScanner],
) -> None:
    """Health and events say so; a scan meanwhile is refused by name; plugged in again it is used again."""
    terminal, gun = at_the_scanner
    with listening(terminal) as heard:
        gun.unplug()
        assert heard.next(1) == {("scanner-gone", "scanner")}
        answer = terminal.post("/v1/identifications", {"by": "qr"})
        assert (answer.status_code, answer.json()["code"]) == (503, "scanner-offline")
        gun.plug_in()
        assert heard.next(3) >= {("scanner-back", "scanner")}
    assert terminal.client.get("/v1/health").json()["devices"]["scanner"]["health"] == "good"


@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        ({"by": "id-number", "id_number": "110105194912310021"}, "bad-id-number", "id_number"),
        ({"by": "id-number"}, "bad-id-number", "id_number"),
        ({"by": "qr", "code": "short"}, "bad-code", "code"),
        ({"by": "card", "code": "0123456789abcdef"}, "bad-input", "code"),
        ({"by": "qr", "id_number": "11010519491231002X"}, "bad-input", "id_number"),
        ({"by": "face"}, "bad-input", "by"),
        ({"by": "qr", "wait_seconds": 61}, "bad-input", "wait_seconds"),
        ({"by": "qr"}, "no-scanner", "scanner"),
    ],
)
def test_what_cannot_identify_is_refused_with_its_place(
    bare: TerminalProcess, body: dict[str, Any], code: str, at: str
) -> None:
    """Mistyped, misplaced, unknown, or no scanner to do it with: one code and one place each, and nobody is known."""
    answer = bare.post("/v1/identifications", body)
    assert (answer.json()["code"], answer.json()["at"]) == (code, at)
    assert "1949" not in answer.text + bare.log_text()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal without a scanner, with an operator."""
    folder = tmp_path_factory.mktemp("bare")
    with new_bureau(folder) as center, TerminalProcess(folder, center.url) as terminal:
        terminal.sign_in()
        yield terminal
