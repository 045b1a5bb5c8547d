"""How far the terminal's clock was from the center's when they were last compared: at a sign-in.

It is known after a restart too, and to who looks from beside. It is no part of the chain.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

from msgspec import Struct

from terminal.journal.store import moment_text
from terminal.journal.whereabouts import Whereabouts
from terminal.limits import CLOCK_OFF_SECONDS_WARNED

_NAME = "center-clock"


class ClockOffset(Struct, frozen=True):
    """seconds: how far the clock was before the center's, negative behind; measured_at: by the center's own clock."""

    seconds: int
    measured_at: dt.datetime

    @property
    def is_off(self) -> bool:
        """Whether by so much that the clock must be set."""
        return abs(self.seconds) >= CLOCK_OFF_SECONDS_WARNED


class CenterClock(Whereabouts):
    """The part of the journal that remembers the center's time."""

    def clock_offset(self) -> ClockOffset | None:
        """As `clock_offset_in`, of this journal."""
        return clock_offset_in(self._connection)

    def note_clock_offset(self, offset: ClockOffset) -> None:
        """The two clocks have just been compared. Raises Unavailable."""
        value = f"{offset.seconds} {moment_text(offset.measured_at)}"
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO store VALUES (?, ?)", (_NAME, value))


def clock_offset_in(connection: sqlite3.Connection) -> ClockOffset | None:
    """What the last comparison of the clocks came to; None where there was none."""
    row = connection.execute("SELECT value FROM store WHERE name = ?", (_NAME,)).fetchone()
    if row is None:
        return None
    seconds, measured_at = str(row[0]).split(" ")
    return ClockOffset(int(seconds), dt.datetime.fromisoformat(measured_at))
