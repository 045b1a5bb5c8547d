"""The one door to the machine's time. Everything else takes a clock, or a moment, as an argument."""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol

BEIJING = dt.timezone(dt.timedelta(hours=8), "+08:00")
"""Asia/Shanghai has had no other offset since 1991; every moment of the terminal is written in it."""


class Clock(Protocol):
    """What the terminal asks of time."""

    def now(self) -> dt.datetime:
        """The moment, with the offset +08:00."""

    def monotonic_seconds(self) -> float:
        """Seconds that never go back, for time-outs and pauses only."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(BEIJING)

    def monotonic_seconds(self) -> float:
        return time.monotonic()


class ShiftedClock:
    """Starts at a chosen moment and runs on at the machine's pace. For training and demonstration only."""

    def __init__(self, starts_at: dt.datetime) -> None:
        self._starts_at = starts_at.astimezone(BEIJING)
        self._began_seconds = time.monotonic()

    def now(self) -> dt.datetime:
        return self._starts_at + dt.timedelta(seconds=self.monotonic_seconds() - self._began_seconds)

    def monotonic_seconds(self) -> float:
        return time.monotonic()


class SetClock:
    """Stands still until it is moved: for tests and simulation."""

    def __init__(self, moment: dt.datetime) -> None:
        self._moment = moment.astimezone(BEIJING)
        self._elapsed_seconds = 0.0

    def now(self) -> dt.datetime:
        return self._moment

    def monotonic_seconds(self) -> float:
        return self._elapsed_seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._moment += dt.timedelta(seconds=seconds)
        self._elapsed_seconds += seconds

    def set(self, moment: dt.datetime) -> None:
        """Move the wall clock, forward or back, as an operator might; monotonic time does not follow."""
        self._moment = moment.astimezone(BEIJING)
