"""A journal that was copied to another till, or restored from a backup: refused by name until an operator decides."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from daemon.process import DAY, ROOT, TerminalProcess, bill
from terminal.bureau.server import BureauServer
from terminal.journal.whereabouts import machine_of


def taken_over(terminal: TerminalProcess) -> str:
    """What the operator's decision prints."""
    words = ("journal", "take-over", "--config", str(terminal.config), "--operator", "007", "--reason", "换盘")
    command = [sys.executable, "-m", "terminal.cli", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_a_restored_backup_sells_nothing_until_somebody_takes_it_over(bureau: BureauServer, tmp_path: Path) -> None:
    """A sale was made after the backup: the start says so and changes nothing. Taken over, no number comes twice, and
    day end finds at the center what is missing here."""
    terminal, journal, backup = TerminalProcess(tmp_path, bureau.url), tmp_path / "journal.db", tmp_path / "backup.db"
    with terminal:
        terminal.sign_in()
        terminal.settled(bill("100.00"), "first")
        terminal.until_quiet()
    shutil.copyfile(journal, backup)
    with terminal:
        terminal.sign_in()
        lost = terminal.settled(bill("200.00"), "second").json()["id"]
        terminal.until_quiet()
    shutil.copyfile(backup, journal)
    assert terminal.failed_start() == (1, "")
    assert "this journal is older than this machine has seen it" in terminal.log_text()
    assert "Traceback" not in terminal.log_text()
    assert journal.read_bytes() == backup.read_bytes()
    assert "taken over by 007, entry" in taken_over(terminal)
    with terminal:
        terminal.sign_in()
        assert terminal.settled(bill("300.00"), "third").json()["id"] > lost
        report = terminal.post(f"/v1/days/{DAY}/close", {}).json()
        assert (report["state"], report["reconciliation"]) == ("frozen", "different")
        assert [one["cause"] for one in report["differences"]] == ["missing-here"]


def test_a_copy_on_another_machine_sells_nothing(bureau: BureauServer, tmp_path: Path) -> None:
    """The journal says whose it is: the copy is refused and stays as it is; taken over, it is this machine's."""
    terminal, journal = TerminalProcess(tmp_path, bureau.url), tmp_path / "journal.db"
    with terminal:
        terminal.sign_in()
        terminal.settled(bill("100.00"), "there")
    with closing(sqlite3.connect(journal)) as elsewhere:
        elsewhere.execute("UPDATE store SET value = ? WHERE name = 'machine'", ("0" * 64,))
        elsewhere.commit()
    before = terminal.journal_counts()
    assert terminal.failed_start() == (1, "")
    assert "copied from another machine" in terminal.log_text()
    assert terminal.journal_counts() == before
    taken_over(terminal)
    with terminal:
        assert terminal.client.get("/readyz").status_code == 200
    with closing(sqlite3.connect(journal)) as connection:
        rows = connection.execute("SELECT body FROM entries ORDER BY number").fetchall()
    facts = next(one for (body,) in rows if (one := json.loads(body))["kind"] == "taken-over")
    assert (facts["operator"], facts["reason"], facts["moved"], facts["missing"]) == ("007", "换盘", True, 0)


def test_a_machine_without_an_identity_is_asked_for_none(tmp_path: Path) -> None:
    """Nothing can be said of it; of one with an identity, only a digest is."""
    named = tmp_path / "machine-id"
    assert machine_of(named) == ""
    named.write_text("3d1219c7c4c5404aaa1f6d2a48adfda4\n", encoding="ascii")
    assert len(machine_of(named)) == 64
    assert "3d1219c7" not in machine_of(named)
