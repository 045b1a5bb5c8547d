"""`terminal doctor`: a verdict a part, what was found, what to do; the exit status says whether the box can work."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hw.simulated.printer import PtyPrinter
from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.server import BureauServer
from terminal.clock import BEIJING, SystemClock
from terminal.journal.center_clock import ClockOffset
from terminal.journal.journal import Journal
from terminal.publication import Head, digest_of
from terminal.settlement.law import Law

BUREAU = Path("examples/bureau")


def doctor(
    folder: Path, center_url: str, printer_port: str, card: str, supplement: str = "", lapsed: str = ""
) -> tuple[int, str]:
    """Write a configuration, run the command, and give back its status and its words."""
    config = folder / "terminal.toml"
    config.write_text(
        f'[terminal]\nid = "T1"\ntill_number = 1\njournal = "{folder}/journal.db"\n'
        f'[center]\nurl = "{center_url}"\narea_code = "370600"\nreply_timeout_seconds = 1\n'
        f'[reader]\nkind = "simulated"\ncard = "{card}"\n'
        f'[printer]\nkind = "serial"\nport = "{printer_port}"\ncolumns = 48\nflow_control = "none"\n'
        f"[policies]\nsupplements = [{supplement}]\nlapsed_goes_on = [{lapsed}]\n"
        '[[providers]]\nid = "H37060200003"\nname = "示例"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "terminal.cli", "doctor", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_box_in_order_gets_a_good_verdict(tmp_path: Path) -> None:
    """Real journal, real serial line to a printer, a center that takes connections."""
    Journal.open(tmp_path / "journal.db", "T1", SystemClock()).close()
    status, said = _in_order(tmp_path)
    assert status == 0, said
    assert "故障 FAULT" not in said
    assert "正常 good" in said


def test_a_clock_that_has_fallen_back_is_a_warning(tmp_path: Path) -> None:
    """The journal has closed a day that has not come by the clock: both days are named, and what to do."""
    clock = SystemClock()
    later = clock.now().date() + dt.timedelta(days=3)
    with closing(Journal.open(tmp_path / "journal.db", "T1", clock)) as journal:
        journal.freeze(later, clock.now())
    status, said = _in_order(tmp_path)
    assert status == 0, said
    words = " ".join(said.split())
    assert f"business has come to {later}" in words
    assert "set the clock" in words


@pytest.mark.parametrize(("seconds", "verdict"), [(299, "正常 good"), (-300, "注意 WARNING")])
def test_how_far_the_clock_was_from_the_center_s_is_told(tmp_path: Path, seconds: int, verdict: str) -> None:
    """With when it was measured; from five minutes on it is a warning that says what to do."""
    clock = SystemClock()
    with closing(Journal.open(tmp_path / "journal.db", "T1", clock)) as journal:
        journal.note_clock_offset(ClockOffset(seconds, dt.datetime(2026, 3, 2, 8, 1, tzinfo=BEIJING)))
    status, said = _in_order(tmp_path)
    assert status == 0, said
    side = "before" if seconds > 0 else "behind"
    words = " ".join(said.split())
    assert f"the clock was {abs(seconds)} s {side} it at the sign-in of 2026-03-02 08:01" in words
    assert ("set the clock" in words) == ("WARNING" in verdict)
    assert verdict in next(line for line in said.splitlines() if "center's time" in line)


def test_a_policy_that_shall_go_on_and_is_none_is_named(tmp_path: Path) -> None:
    """A slip of the pen is a warning with its entry, also before the first start; what was downloaded is no slip."""
    lapsed = '"yantai-employee", "yantai-resdient", "weihai-employee"'
    status, said = _in_order(tmp_path, lapsed)
    words = " ".join(said.split())
    assert status == 0, said
    assert 'policies.lapsed_goes_on[1]: "yantai-resdient"' in words
    assert 'policies.lapsed_goes_on[2]: "weihai-employee"' in words
    assert "政策编号" in words
    assert '"yantai-employee"' not in words
    first, clock = dt.date(2026, 1, 1), SystemClock()
    head = Head(kind="pack", name="weihai-employee", version=1, in_force_from=first, digest=digest_of(b""))
    with closing(Journal.open(tmp_path / "journal.db", "T1", clock)) as journal:
        journal.keep_publication(head, "", b"", clock.now())
    status, said = _in_order(tmp_path, lapsed)
    assert "lapsed_goes_on[1]" in said
    assert "weihai-employee" not in said


def _in_order(tmp_path: Path, lapsed: str = "") -> tuple[int, str]:
    persons, providers = load_persons(BUREAU / "persons.toml"), load_providers(BUREAU / "providers.toml")
    with (
        closing(Books(persons, providers)) as books,
        PtyPrinter(48) as printer,
        BureauServer(books, Law.load(), SystemClock()) as bureau,
    ):
        return doctor(tmp_path, bureau.url, printer.port, "examples/cards/person-01.toml", lapsed=lapsed)


@pytest.mark.parametrize("broken", ["center", "printer", "supplement", "journal"])
def test_what_is_wrong_is_named_with_what_to_do(tmp_path: Path, broken: str) -> None:
    """Nothing listens at the center, the printer's port is not there, a file is missing, the journal is no journal."""
    (tmp_path / "journal.db").write_bytes(b"this is no database at all" * 100)
    status, said = doctor(tmp_path, "http://127.0.0.1:9/", "/dev/nowhere", "none", '"nowhere.toml"')
    expected = {
        "center": "check the line to the bureau",
        "printer": "check power and cable",
        "supplement": "nowhere.toml",
        "journal": "restore the newest",
    }
    assert status == 1
    assert expected[broken] in " ".join(said.split())


def test_a_faulty_configuration_is_named(tmp_path: Path) -> None:
    """One line, before anything is touched."""
    config = tmp_path / "terminal.toml"
    config.write_text("[terminal]\nname = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "terminal.cli", "doctor", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
