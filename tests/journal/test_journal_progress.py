"""How fast the last messages were answered, and so how long the rest takes: worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_parts import MORNING, message_of, open_journal, settle

from terminal.journal.journal import Journal
from terminal.journal.progress import Progress
from terminal.journal.records import LastWord


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with open_journal(tmp_path) as opened:
        yield opened


def after(seconds: float) -> dt.datetime:
    """So long after the morning's first message."""
    return MORNING + dt.timedelta(seconds=seconds)


def sold(journal: Journal, count: int) -> list[str]:
    """The messages of some sales, each of another person."""
    return [message_of(journal, settle(journal, person_number=f"P{number}")) for number in range(count)]


def answered(journal: Journal, messages: list[str], seconds: float) -> None:
    """The center takes them in."""
    journal.mark_answered([LastWord(message, "accepted", b"yes") for message in messages], after(seconds))


def progress(waiting: int, a_minute: int, seconds_left: int | None) -> Progress:
    """Nothing is stuck, nothing rests."""
    return Progress(waiting, 0, a_minute, seconds_left, None)


def test_what_is_left_takes_as_long_as_what_was_answered(journal: Journal) -> None:
    """Two answered in five seconds: one more takes two and a half, which is told as three; of none left, nothing."""
    messages = sold(journal, 3)
    assert journal.progress(after(0)) == progress(3, 0, None)
    answered(journal, messages[:1], 0)
    answered(journal, messages[1:2], 5)
    assert journal.progress(after(5)) == progress(1, 24, 3)
    answered(journal, messages[2:], 5)
    assert journal.progress(after(5)) == progress(0, 36, 0)


def test_what_was_answered_in_one_moment_counts_as_a_second(journal: Journal) -> None:
    """Three at once: one a third of a second, 180 a minute."""
    messages = sold(journal, 4)
    answered(journal, messages[:3], 0)
    assert journal.progress(after(0)) == progress(1, 180, 1)


@pytest.mark.parametrize(("at", "now", "seconds_left"), [(0, 600, 600), (0, 601, None), (1, 0, None)])
def test_the_pace_is_that_of_the_last_ten_minutes(
    journal: Journal, at: int, now: int, seconds_left: int | None
) -> None:
    """An answer of ten minutes ago counts, an older one does not, nor one that a wrong clock has put ahead of now."""
    first, _ = sold(journal, 2)
    answered(journal, [first], at)
    assert journal.progress(after(now)) == progress(1, 0, seconds_left)


def test_the_pace_is_that_of_the_last_hundred_answers(journal: Journal) -> None:
    """One, and a minute later a hundred: these are a hundred a minute, whatever was before."""
    messages = sold(journal, 102)
    answered(journal, messages[:1], 0)
    answered(journal, messages[1:101], 60)
    assert journal.progress(after(120)) == progress(1, 100, 1)


def test_a_pause_is_added_where_everything_waits_for_its_next_try(journal: Journal) -> None:
    """Two in twenty seconds, one that is tried again in thirty: forty. Where another one is due, nothing is added."""
    messages = sold(journal, 4)
    answered(journal, messages[:1], 0)
    answered(journal, messages[1:2], 20)
    for message in messages[2:]:
        journal.mark_queued(message, "unreachable", after(50), after(20))
    assert journal.progress(after(20)) == Progress(2, 0, 6, 20 + 30, after(50))
    journal.mark_parked(messages[3], "poisoned", after(20))
    assert journal.progress(after(20)) == Progress(1, 1, 6, 10 + 30, after(50))
    assert journal.progress(after(50)) == Progress(1, 1, 2, 25, None)
