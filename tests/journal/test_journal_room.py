"""Room that is kept back on the disk: no sale begins on it, and what must still be written finds it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from journal_parts import DAY, MORNING, TERMINAL, message_of, settle, settlement_record, void

from terminal.clock import SetClock
from terminal.errors import Unavailable
from terminal.journal.ballast import BALLAST_BYTES, Ballast
from terminal.journal.journal import Journal

Disk = Callable[[int], None]
KEPT_BACK = 8 * 1024 * 1024
SMALLEST_ROOM = 2 * 1024 * 1024
LAST = 256 * 1024
"""As the operator is told: what is kept back, what a sale needs, and where the room is let go; in bytes."""


@pytest.fixture
def leave(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Lets the disk have so many bytes left."""
    return lambda left: monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=left, f_frsize=1))


def begins(ballast: Ballast) -> bool:
    """Whether new business may begin."""
    try:
        ballast.require_room()
    except Unavailable:
        return False
    return True


def test_room_is_kept_back_where_there_is_enough(tmp_path: Path, leave: Disk) -> None:
    """As much as was asked for, all of it, readable to nobody else; where it would leave too little, none is taken."""
    file = tmp_path / "journal.db.ballast"
    ballast = Ballast(tmp_path / "journal.db", BALLAST_BYTES)
    leave(KEPT_BACK + 2 * SMALLEST_ROOM - 1)
    ballast.lay()
    assert not file.exists()
    leave(KEPT_BACK + 2 * SMALLEST_ROOM)
    ballast.lay()
    assert (file.stat().st_size, file.stat().st_mode & 0o777) == (KEPT_BACK, 0o600)
    assert file.stat().st_blocks * 512 >= KEPT_BACK
    ballast.lay()


def test_no_sale_begins_without_room(tmp_path: Path, leave: Disk) -> None:
    """From the smallest room on it does; not where the room that was kept back is gone and does not come back."""
    ballast = Ballast(tmp_path / "journal.db", BALLAST_BYTES)
    leave(100 * KEPT_BACK)
    assert begins(ballast)
    leave(SMALLEST_ROOM)
    assert begins(ballast)
    leave(SMALLEST_ROOM - 1)
    assert not begins(ballast)
    (tmp_path / "journal.db.ballast").unlink()
    leave(KEPT_BACK)
    assert not begins(ballast)
    leave(100 * KEPT_BACK)
    assert begins(ballast)


def test_the_room_is_let_go_when_the_disk_is_full_and_not_before(tmp_path: Path, leave: Disk) -> None:
    """The file lies there until the last bytes are needed; letting go twice is letting go."""
    file = tmp_path / "journal.db.ballast"
    ballast = Ballast(tmp_path / "journal.db", BALLAST_BYTES)
    leave(100 * KEPT_BACK)
    ballast.lay()
    leave(LAST)
    ballast.make_room()
    assert file.exists()
    leave(LAST - 1)
    for _ in range(2):
        ballast.make_room()
        assert not file.exists()


def test_a_disk_that_cannot_give_the_room_is_left_as_it_was(
    tmp_path: Path, leave: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that there was room, and there was none: no half of a file stays, and nothing new begins."""
    leave(100 * KEPT_BACK)

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    ballast = Ballast(tmp_path / "journal.db", BALLAST_BYTES)
    assert not begins(ballast)
    assert not (tmp_path / "journal.db.ballast").exists()


def test_without_ballast_nothing_is_kept_back(tmp_path: Path, leave: Disk) -> None:
    """A full disk is then met as it comes."""
    leave(0)
    ballast = Ballast(tmp_path / "journal.db", 0)
    assert begins(ballast)
    ballast.make_room()
    assert not (tmp_path / "journal.db.ballast").exists()


def test_on_a_full_disk_no_sale_is_written_and_what_was_sold_is_taken_back(tmp_path: Path, leave: Disk) -> None:
    """Neither a settlement nor an intent; a void, an answer and the day's end are written."""
    leave(100 * KEPT_BACK)
    with Journal.open(tmp_path / "journal.db", TERMINAL, SetClock(MORNING), KEPT_BACK) as journal:
        sold, asked = settle(journal), settlement_record(journal)
        leave(SMALLEST_ROOM - 1)
        before = journal.head()
        for attempt in (
            lambda: settle(journal),
            lambda: journal.open_intent(asked, "asked", b"request", "asked", "d1"),
        ):
            with pytest.raises(Unavailable) as full:
                attempt()
            assert (full.value.code, journal.head()) == ("disk-full", before)
        back = void(journal, sold)
        journal.mark_accepted(message_of(journal, sold), b"yes", {}, MORNING)
        journal.freeze(DAY, MORNING)
        journal.seal(DAY, b"report", MORNING)
        assert (journal.settlement(sold.id).voided_by, journal.day_state(DAY)) == (back.id, "sealed")
        assert journal.verify() == []
