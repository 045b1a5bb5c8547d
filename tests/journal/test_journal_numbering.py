"""Stamps and numbers never repeat and never go back: through restarts, crashes and a clock that jumps."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_parts import DAY, MORNING, NEXT_DAY, crashed_copy, open_journal

from terminal.clock import SetClock
from terminal.errors import Refused

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 250)),
        st.tuples(st.just("pass"), st.integers(0, 120)),
        st.tuples(st.just("jump"), st.integers(-400_000, 400_000)),
        st.tuples(st.just("close"), st.just(0)),
        st.tuples(st.just("crash"), st.just(0)),
    ),
    max_size=14,
)


@settings(deadline=None, max_examples=40)
@given(events=EVENTS)
def test_numbers_only_ever_grow(events: list[tuple[str, int]]) -> None:
    """Whatever the clock and the process do, every stamp and settlement number is above all before it."""
    with tempfile.TemporaryDirectory() as root:
        clock = SetClock(MORNING)
        folder = Path(root) / "0"
        journal = open_journal(folder, clock)
        stamps, numbers = [], []
        for serial, (event, value) in enumerate([*events, ("take", 1)]):
            if event == "take":
                stamps += [journal.next_message_stamp() for _ in range(value)]
                numbers += [journal.next_settlement_number(DAY) for _ in range(min(value, 30))]
            elif event == "pass":
                clock.advance(value)
            elif event == "jump":
                clock.set(clock.now() + dt.timedelta(seconds=value))
            elif event == "close":
                journal.close()
                journal = open_journal(folder, clock)
            else:
                folder = crashed_copy(journal, Path(root) / f"crash{serial}")
                journal.close()
                journal = open_journal(folder, clock)
        journal.close()
    assert all(earlier < later for earlier, later in pairwise(stamps))
    assert all(0 <= counter <= 99 and moment.microsecond == 0 for moment, counter in stamps)
    assert all(earlier < later for earlier, later in pairwise(numbers))
    assert {len(number) for number in numbers} <= {5 + 8 + 6}


def test_a_stamp_is_the_clock_s_second(tmp_path: Path) -> None:
    """A stamp is the present second and a count from 0; the 101st of a second runs into the next one."""
    with open_journal(tmp_path) as journal:
        assert journal.next_message_stamp() == (MORNING, 0)
        assert journal.next_message_stamp() == (MORNING, 1)
        for _ in range(98):
            journal.next_message_stamp()
        assert journal.next_message_stamp() == (MORNING + dt.timedelta(seconds=1), 0)


def test_a_clean_close_leaves_no_gap(tmp_path: Path) -> None:
    """Settlement numbers go on where they stopped; each day counts from 1."""
    with open_journal(tmp_path) as journal:
        assert journal.next_settlement_number(DAY) == "T000120210630000001"
    with open_journal(tmp_path) as journal:
        assert journal.next_settlement_number(DAY) == "T000120210630000002"
        assert journal.next_settlement_number(NEXT_DAY) == "T000120210701000001"


def test_a_day_s_numbers_can_be_used_up(tmp_path: Path) -> None:
    """After 999,999, which is given out, the day has no more numbers; the next day has."""
    with open_journal(tmp_path) as journal:
        journal._reserved["settlements-20210630"] = journal._given["settlements-20210630"] = 999_998
        assert journal.next_settlement_number(DAY).endswith("999999")
        with pytest.raises(Refused, match="used up"):
            journal.next_settlement_number(DAY)
        assert journal.next_settlement_number(NEXT_DAY).endswith("000001")


def test_numbers_cost_a_write_once_a_block(tmp_path: Path) -> None:
    """Half a minute of stamps, a hundred a second, and twenty numbers of settlements: one write each."""
    with open_journal(tmp_path) as journal:
        for give, block in (
            (journal.next_message_stamp, 30 * 100),
            (lambda: journal.next_settlement_number(DAY), 20),
        ):
            before = journal.writes
            for _ in range(block):
                give()
            assert journal.writes == before + 1
            give()
            assert journal.writes == before + 2
