"""Numbers that never repeat: stamps of messages and numbers of settlements, across restarts and clock jumps.

A block is reserved durably before its first number is given out; a clean close gives the rest of it back, a
crash leaves a gap. So a number costs no write most of the time, and none is ever given out twice.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from terminal.clock import BEIJING, Clock
from terminal.errors import Refused
from terminal.journal.store import Store

STAMPS_A_SECOND = 100
STAMP_BLOCK_SECONDS = 30
SETTLEMENT_BLOCK = 20
SETTLEMENTS_A_DAY_MAX = 999_999

STAMPS = "message-stamps"
"""The name of their counter."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=BEIJING)


def stamp_number(second: dt.datetime, counter: int) -> int:
    """A stamp as its counter counts it."""
    return (second - _EPOCH) // dt.timedelta(seconds=1) * STAMPS_A_SECOND + counter


def settlement_counter(business_day: dt.date) -> str:
    """The name of the counter of a day's settlement numbers."""
    return f"settlements-{business_day:%Y%m%d}"


class Numbers(Store):
    """The part of the journal that gives out numbers."""

    def __init__(self, path: Path, terminal_id: str, clock: Clock, ballast_bytes: int) -> None:
        super().__init__(path, terminal_id, clock, ballast_bytes)
        rows = self._connection.execute("SELECT name, reserved FROM counters")
        self._reserved: dict[str, int] = {row[0]: row[1] for row in rows}
        self._given = dict(self._reserved)

    def close(self) -> None:
        """Give back what was reserved and not given out, and let go of the store."""
        unused = [(given, name) for name, given in self._given.items() if given < self._reserved[name]]
        if unused and self._lock is not None:
            with self.writing() as connection:
                connection.executemany("UPDATE counters SET reserved = ? WHERE name = ?", unused)
        self._given = dict(self._reserved)
        super().close()

    def next_message_stamp(self) -> tuple[dt.datetime, int]:
        """A second and a number 0 … 99 in it, later than every stamp before: the end of a message id.

        Where the clock has jumped back, or more than 100 are asked for in a second, the stamp runs ahead of
        it.
        """
        wanted = max(stamp_number(self.clock.now(), 0), self._following(STAMPS))
        stamp = self._give(STAMPS, wanted, STAMP_BLOCK_SECONDS * STAMPS_A_SECOND)
        seconds, counter = divmod(stamp, STAMPS_A_SECOND)
        return _EPOCH + dt.timedelta(seconds=seconds), counter

    def next_settlement_number(self, business_day: dt.date) -> str:
        """Terminal id, yyyymmdd and six digits. Raises Refused after 999,999 of one day."""
        name = settlement_counter(business_day)
        wanted = self._following(name)
        if wanted > SETTLEMENTS_A_DAY_MAX:
            raise Refused("numbers-used-up", "this day's settlement numbers are used up", "当日结算号已用完")
        return f"{self.terminal_id}{business_day:%Y%m%d}{self._give(name, wanted, SETTLEMENT_BLOCK):06d}"

    def _following(self, name: str) -> int:
        """The number after the last that was given out; a counter begins with 1."""
        return self._given.get(name, 0) + 1

    def _give(self, name: str, number: int, block: int) -> int:
        if number > self._reserved.get(name, 0):
            with self.writing() as connection:
                connection.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, number + block - 1))
            self._reserved[name] = number + block - 1
        self._given[name] = number
        return number
