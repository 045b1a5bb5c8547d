"""Where a journal lives: a copy, and a backup that was put back, are refused until somebody takes them over."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import msgspec
import pytest
from journal_parts import DAY, MORNING, NEXT_DAY, open_journal, settle

from terminal.clock import SetClock
from terminal.errors import Broken
from terminal.journal.journal import Journal
from terminal.journal.whereabouts import machine_of

HERE, ELSEWHERE = "a" * 64, "b" * 64
SKIPPED = 1_000
"""Numbers of a day that nobody gives out any more, where it is not known how many were."""


def kept(folder: Path, sales: int = 1) -> list[str]:
    """A journal that lives here, with some sales and a message to the center; their numbers."""
    with open_journal(folder) as journal:
        journal.keep_on(HERE)
        journal.next_message_stamp()
        return [settle(journal).id for _ in range(sales)]


def refused(journal: Journal, machine: str) -> str:
    """Why it does not go on on a machine."""
    before = journal.head()
    with pytest.raises(Broken) as broken:
        journal.keep_on(machine)
    assert journal.head() == before
    return broken.value.code


def test_a_journal_goes_on_where_it_lives(tmp_path: Path) -> None:
    """Opened again on its machine, and on one that has no identity, nothing is asked."""
    kept(tmp_path)
    for machine in (HERE, ""):
        with open_journal(tmp_path) as journal:
            journal.keep_on(machine)
            settle(journal)


def test_a_copy_is_refused_elsewhere_until_it_is_taken_over(tmp_path: Path) -> None:
    """The copy names the machine that it comes from; taken over, it is at home, and an entry says who decided so."""
    kept(tmp_path)
    with open_journal(tmp_path) as journal:
        assert refused(journal, ELSEWHERE) == "journal-moved"
        entry = journal.take_over(ELSEWHERE, "007", "the old machine burnt", MORNING)
        (body,) = journal._connection.execute("SELECT body FROM entries WHERE number = ?", (entry,)).fetchone()
        facts = msgspec.json.decode(body)
        told = {name: facts[name] for name in ("kind", "operator", "reason", "moved", "missing")}
        assert told == {
            "kind": "taken-over",
            "operator": "007",
            "reason": "the old machine burnt",
            "moved": True,
            "missing": 0,
        }
        assert journal.verify() == []
    with open_journal(tmp_path) as journal:
        journal.keep_on(ELSEWHERE)
        assert refused(journal, HERE) == "journal-moved"


def put_back(folder: Path, lost: int) -> tuple[list[str], object]:
    """A backup is put back, without the sales half an hour after it: their numbers, and the last message's stamp."""
    kept(folder)
    backup = folder / "backup.db"
    shutil.copy(folder / "journal.db", backup)
    with open_journal(folder, SetClock(MORNING + dt.timedelta(minutes=30))) as journal:
        journal.keep_on(HERE)
        numbers, stamp = [settle(journal).id for _ in range(lost)], journal.next_message_stamp()
    shutil.copy(backup, folder / "journal.db")
    return numbers, stamp


def serial(journal: Journal, day: dt.date) -> int:
    """The next sale's place in its day."""
    return int(journal.next_settlement_number(day)[-6:])


def test_a_backup_that_was_put_back_is_refused_and_nothing_is_given_out_twice(tmp_path: Path) -> None:
    """Three sales are lost, of which the machine knows: neither their numbers nor stamps of their messages come again,
    though the clock was set back."""
    lost, stamp = put_back(tmp_path, 3)
    clock = SetClock(MORNING + dt.timedelta(minutes=10))
    with open_journal(tmp_path, clock) as journal:
        assert refused(journal, HERE) == "journal-rolled-back"
        journal.take_over(HERE, "007", "the disk is new", clock.now())
    with open_journal(tmp_path, clock) as journal:
        journal.keep_on(HERE)
        later = [journal.next_settlement_number(day) for day in (DAY, NEXT_DAY) for _ in range(3)]
        assert not {*lost} & {*later}
        assert serial(journal, DAY) == 8
        assert serial(journal, NEXT_DAY) == 7
        assert journal.next_message_stamp() > stamp


def test_an_entry_that_is_another_than_was_seen_is_a_rollback_too(tmp_path: Path) -> None:
    """The backup has meanwhile grown as long as the journal was."""
    put_back(tmp_path, 1)
    with open_journal(tmp_path) as journal:
        settle(journal, till_reference="another")
        assert refused(journal, HERE) == "journal-rolled-back"


def test_where_nobody_knows_what_is_missing_many_numbers_are_skipped(tmp_path: Path) -> None:
    """A copy without its witness, taken over two days later: each day since may have been sold on, and the next."""
    (sold,) = kept(tmp_path)
    (tmp_path / "journal.db.witness").unlink()
    clock = SetClock(MORNING + dt.timedelta(days=2))
    with open_journal(tmp_path, clock) as journal:
        journal.take_over(ELSEWHERE, "007", "copied", clock.now())
    with open_journal(tmp_path, clock) as journal:
        first = [serial(journal, DAY + dt.timedelta(days=days)) for days in range(5)]
    known = int(sold[-6:])
    assert first == [known + SKIPPED + 1, *[SKIPPED + 1] * 3, 1]


def test_of_a_long_time_only_the_first_days_are_skipped(tmp_path: Path) -> None:
    """A copy that lay idle for three years: the day it was made, and four hundred more; then numbers begin at 1."""
    kept(tmp_path)
    clock = SetClock(MORNING + dt.timedelta(days=3 * 365))
    with open_journal(tmp_path, clock) as journal:
        journal.take_over(ELSEWHERE, "007", "copied", clock.now())
    with open_journal(tmp_path, clock) as journal:
        last = [serial(journal, DAY + dt.timedelta(days=days)) for days in (399, 400, 401)]
    assert last == [SKIPPED + 1, SKIPPED + 1, 1]


def test_stamps_of_an_hour_are_skipped(tmp_path: Path) -> None:
    """The copy's clock stands: its next message is an hour ahead, and no further than a second."""
    kept(tmp_path)
    with open_journal(tmp_path) as journal:
        journal.take_over(ELSEWHERE, "007", "copied", MORNING)
    with open_journal(tmp_path) as journal:
        stamp, _ = journal.next_message_stamp()
    assert stamp == MORNING + dt.timedelta(hours=1)


def test_a_damaged_witness_stops_nobody(tmp_path: Path) -> None:
    """What cannot be read says nothing; the next write names the newest entry, readable to nobody else."""
    kept(tmp_path)
    witness = tmp_path / "journal.db.witness"
    for damage in (lambda: witness.write_bytes(b"torn"), witness.unlink):
        damage()
        with open_journal(tmp_path) as journal:
            journal.keep_on(HERE)
            settle(journal)
            assert witness.stat().st_mode & 0o777 == 0o600
            assert witness.stat().st_size == 512
            told = msgspec.json.decode(witness.read_bytes())
            assert told == {"machine": HERE, "number": journal.entry_count(), "hash": journal.head()}


def test_a_machine_is_known_by_a_digest_of_its_identity(tmp_path: Path) -> None:
    """The same for the same machine, never the identity itself; none where there is none."""
    one, other, empty = tmp_path / "one", tmp_path / "other", tmp_path / "empty"
    one.write_text("5d41402a\n")
    other.write_text("7d793037\n")
    empty.write_text("\n")
    assert machine_of(one) == machine_of(one) != machine_of(other)
    assert len(machine_of(one)) == 64
    assert (machine_of(empty), machine_of(tmp_path / "none")) == ("", "")
