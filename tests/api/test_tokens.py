"""Who may ask: a till's token on every business path, added and removed while the terminal runs, never told again."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import httpx
import pytest
from daemon.process import TILL, TerminalProcess, bill

from terminal.api.tills import TILLS_MAX, add_till, read_tills, tills_file
from terminal.cli import main
from terminal.clock import BEIJING, SystemClock
from terminal.errors import Broken, Refused
from terminal.journal.audit import problems

from .test_refusals import assert_problem

BUSINESS = ["/v1/health", "/v1/queue", "/v1/settlements?till_reference=a", "/v1/days/2021-06-30", "/v1/nothing", "/v1"]


def asked(terminal: TerminalProcess, path: str, authorization: str | None) -> httpx.Response:
    """GET with this header and no other token."""
    with terminal.new_client({} if authorization is None else {"Authorization": authorization}) as client:
        return client.get(path)


def command(terminal: TerminalProcess, *arguments: str) -> int:
    """`terminal till …` on this terminal's configuration, beside the running daemon."""
    return main(["till", *arguments, "--config", str(terminal.config)])


def entries(terminal: TerminalProcess) -> list[dict[str, str]]:
    """The journal's entries about tills, read beside the running terminal."""
    journal = sqlite3.connect(f"file:{terminal.folder / 'journal.db'}?mode=ro", uri=True)
    try:
        bodies = [json.loads(row[0]) for row in journal.execute("SELECT body FROM entries ORDER BY number")]
    finally:
        journal.close()
    return [body for body in bodies if body["kind"].startswith("till-")]


@pytest.mark.parametrize("path", BUSINESS)
@pytest.mark.parametrize("authorization", [None, "Bearer", "Basic dGlsbDp4", "token", "Bearer " + "x" * 300])
def test_no_business_without_a_token(running: TerminalProcess, path: str, authorization: str | None) -> None:
    """401 that names the header and the scheme, also for paths that do not exist."""
    answer = asked(running, path, authorization)
    assert_problem(answer, 401, "Authorization", "token-missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="terminal"'


def test_an_unknown_token_is_refused_before_anything_is_read(running: TerminalProcess) -> None:
    """A wrong token moves nothing, whatever the body."""
    before = running.journal_counts()
    with running.new_client({"Authorization": "Bearer " + "A" * 43}) as client:
        answer = client.post("/v1/settlements", content=b"{", headers={"Idempotency-Key": "k"})
    assert_problem(answer, 401, "Authorization", "token-unknown")
    assert running.journal_counts() == before


def test_two_tokens_are_no_token(running: TerminalProcess) -> None:
    """A request that names two does not say whose it is."""
    twice = [("Authorization", f"Bearer {running.token}")] * 2
    with running.new_client({}) as client:
        assert_problem(client.get("/v1/queue", headers=twice), 401, "Authorization", "token-missing")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_need_no_token(running: TerminalProcess, path: str) -> None:
    """A supervisor knows no token."""
    assert asked(running, path, None).status_code == 200


def test_a_till_is_added_and_removed_while_the_terminal_runs(
    running: TerminalProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    """The token that is printed opens the terminal at once and no longer when removed; both stand in the chain."""
    assert command(running, "add", "收银台-2") == 0
    token = capsys.readouterr().out.strip()
    assert asked(running, "/v1/queue", f"bearer {token}").status_code == 200
    assert command(running, "list") == 0
    said = capsys.readouterr().out
    assert "收银台-2" in said
    assert token not in said
    assert command(running, "remove", "收银台-2") == 0
    assert_problem(asked(running, "/v1/queue", f"Bearer {token}"), 401, code="token-unknown")
    assert asked(running, "/v1/queue", f"Bearer {running.token}").status_code == 200
    told = [(entry["kind"], entry["till"]) for entry in entries(running)]
    assert told[-2:] == [("till-added", "收银台-2"), ("till-removed", "收银台-2")]


def test_a_removed_name_gets_another_token(running: TerminalProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """Removed and added between two requests: the old token is out, the new one in."""
    command(running, "add", "till-3")
    old = capsys.readouterr().out.strip()
    assert asked(running, "/v1/queue", f"Bearer {old}").status_code == 200
    command(running, "remove", "till-3")
    command(running, "add", "till-3")
    new = capsys.readouterr().out.strip()
    assert asked(running, "/v1/queue", f"Bearer {old}").status_code == 401
    assert asked(running, "/v1/queue", f"Bearer {new}").status_code == 200


def test_a_token_is_kept_nowhere(running: TerminalProcess) -> None:
    """Neither the file of tills, which is the terminal's alone, nor the journal nor the log holds it."""
    file = tills_file(running.folder / "journal.db")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for path in running.folder.iterdir():
        assert running.token.encode() not in path.read_bytes(), path.name


def test_the_journal_says_which_till_it_was(terminal: TerminalProcess) -> None:
    """A settlement and its void carry the till's name; the log line does too."""
    number = terminal.settled(bill("3.00"), "by-till").json()["id"]
    void = terminal.post(f"/v1/settlements/{number}/void", {"reason": "x"}, "by-till-void").json()["id"]
    for one in (number, void):
        assert terminal.client.get(f"/v1/settlements/{one}").json()["till"] == TILL
    settles = [json.loads(line) for line in terminal.log_text().splitlines() if '"settle"' in line]
    assert settles[-1]["till"] == TILL


def test_the_audit_finds_a_till_that_was_slipped_in(terminal: TerminalProcess, tmp_path: Path) -> None:
    """A row without its entry, or with another name or token, is a disagreement."""
    terminal.settled(bill("2.00"), "before-the-audit")
    terminal.until("/v1/queue", lambda queue: queue["uploads"] == [])
    copy = sqlite3.connect(tmp_path / "copy.db")
    copy.row_factory = sqlite3.Row
    with sqlite3.connect(f"file:{terminal.folder / 'journal.db'}?mode=ro", uri=True) as journal:
        journal.backup(copy)
    assert problems(copy, "T00000001") == []
    copy.execute("UPDATE tills SET name = 'other' WHERE added_by = (SELECT min(added_by) FROM tills)")
    assert any("the till was changed" in problem for problem in problems(copy, "T00000001"))
    copy.rollback()
    copy.execute("INSERT INTO tills SELECT max(number), 'ghost', 'x', NULL FROM entries")
    assert any(problem.startswith("tills: ") for problem in problems(copy, "T00000001"))
    copy.close()


def test_the_link_to_the_pages_holds_its_token_behind_the_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fragment is sent to no server; with a port that changes there is no link."""
    config = tmp_path / "terminal.toml"
    text = Path("terminal.toml").read_text(encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    assert main(["till", "page", "browser", "--config", str(config)]) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8431/#token=")
    (till,) = read_tills(tills_file(tmp_path / "journal.db"))
    assert till.name == "browser"
    assert link.rpartition("=")[2] not in tills_file(tmp_path / "journal.db").read_text(encoding="utf-8")
    config.write_text(text.replace("# port = 8431", "port = 0"), encoding="utf-8")
    assert main(["till", "page", "other", "--config", str(config)]) == 1
    assert "api.port" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "../x", "a\n", "till-1"])
def test_a_name_is_short_and_its_own(tmp_path: Path, name: str) -> None:
    """Names with other signs, empty, too long or taken are refused, and nothing is registered."""
    file = tmp_path / "tills"
    add_till(file, "till-1", SystemClock().now())
    with pytest.raises(Refused):
        add_till(file, name, SystemClock().now())
    assert [till.name for till in read_tills(file)] == ["till-1"]
    assert read_tills(file)[0].added_at.utcoffset() == BEIJING.utcoffset(None)


def test_tills_are_few(tmp_path: Path) -> None:
    """Beyond the bound a further one is refused, not half written."""
    file = tmp_path / "tills"
    for number in range(TILLS_MAX):
        add_till(file, f"till-{number}", SystemClock().now())
    with pytest.raises(Refused, match="at most"):
        add_till(file, "one-more", SystemClock().now())
    assert len(read_tills(file)) == TILLS_MAX


@pytest.mark.parametrize("content", [b"", b"{", b'{"tills": [{}]}', b'{"tills": [], "more": 1}', b"\xff" * 100_000])
def test_a_spoilt_file_of_tills_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    """It is told as what it is; nobody is let in by mistake."""
    file = tmp_path / "tills"
    file.write_bytes(content)
    with pytest.raises(Broken, match="tills"):
        read_tills(file)
