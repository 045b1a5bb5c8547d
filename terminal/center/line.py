"""Whether the center can be reached at all, and how long it is left alone where it cannot: one pause for every message,
kept in the journal, so that a restart does not knock anew.
"""

from __future__ import annotations

import datetime as dt

from terminal.center.pauses import Pauses
from terminal.clock import Clock
from terminal.journal.journal import Journal


class Line:
    """The line to the center, as it was last met; reachable before the first try."""

    def __init__(self, journal: Journal, clock: Clock, pauses: Pauses) -> None:
        self._journal = journal
        self._clock = clock
        self._pauses = pauses
        self._failures_in_row = 0
        self._rests_until_seconds = clock.monotonic_seconds()
        self._remembers = False

    @property
    def reachable(self) -> bool:
        """Whether the center was reached when last tried."""
        return self._failures_in_row == 0

    def rests(self) -> bool:
        """Whether the center is to be left alone just now."""
        self._remember()
        return self._clock.monotonic_seconds() < self._rests_until_seconds

    def wake(self) -> None:
        """The pause is over."""
        self._remember()
        self._rests_until_seconds = self._clock.monotonic_seconds()

    def is_there(self, now: dt.datetime) -> None:
        """The center was reached."""
        if self._failures_in_row:
            self._failures_in_row = 0
            self._journal.keep_center_rest(0, now)

    def is_gone(self, now: dt.datetime) -> dt.timedelta:
        """The center could not be reached; returns the pause that begins now, longer each time in a row."""
        self._failures_in_row += 1
        pause = self._pauses.after(self._failures_in_row)
        self._rests_until_seconds = self._clock.monotonic_seconds() + pause.total_seconds()
        self._journal.keep_center_rest(self._failures_in_row, now + pause)
        return pause

    def _remember(self) -> None:
        """How long the center is to be left alone, as an earlier process wrote it down.

        Not asked for before the first step: who makes this may stand on the very thread that the journal answers on.
        """
        if self._remembers:
            return
        self._remembers = True
        self._failures_in_row, until = self._journal.center_rest()
        if until is not None and self._failures_in_row:
            left = (until - self._clock.now()).total_seconds()
            self._rests_until_seconds += min(max(left, 0), self._pauses.seconds_max)
