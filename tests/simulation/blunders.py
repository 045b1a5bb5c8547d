"""Blunders at the bureau in a simulated town: a settlement entered twice, and one taken back after its day was sealed.

A generator of its own draws which worlds know them: all other worlds stay what they were. Both are the center's doing
alone; the terminal must show them to somebody at the next day end that they count on.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING

import msgspec

from terminal.bureau.bookings import Booked
from tests.simulation.turns import Turns

if TYPE_CHECKING:
    from tests.simulation.workload import Workload

WORLDS_SHARE = 0.25
TURN_SHARE = 0.08
DEEDS = {"enter twice": 4, "take back late": 2}
"""What may happen at the bureau's turn, and its weight."""

PARKED_SHARE = 0.7
"""How often it is one that the terminal has put aside, where there is any."""

NEWEST = 8


class Blunders(Turns):
    """Draws what goes wrong at the bureau."""

    def __init__(self, workload: Workload, seed: str) -> None:
        super().__init__(workload, Random(f"double entry at work {seed}"), DEEDS, TURN_SHARE)

    def _enter_twice(self) -> None:
        """The same message stands in the center's books a second time, under a number of its own."""
        books, rows = self._shop.books, [one for one in self._standing() if not self._is_sealed(one)]
        parked = self._parked()
        waiting = [one for one in rows if one.message_id in parked]
        wanted = waiting if waiting and self._random.random() < PARKED_SHARE else rows
        if not wanted or self._sealed(self._today):
            return
        one = self._random.choice(wanted[-NEWEST:])
        number = f"{one.settlement_id[:-10]}{books.next_number('settlements'):010d}"
        books.book([msgspec.structs.replace(one, settlement_id=number)])
        self._moved(one)
        self._workload.seen["bureau entered twice"] += 1

    def _take_back_late(self) -> None:
        """A clerk voids what counts on a day that is sealed here; his void counts today."""
        self._end_days_before()
        rows = [one for one in self._standing() if self._sealed(one.business_day)]
        if rows and not self._sealed(self._today):
            one = self._random.choice(rows)
            self._workload.clerk.take_back(one)
            self._moved(one)
            self._workload.seen["bureau took back late"] += 1

    def _end_days_before(self) -> None:
        for day in self._shop.counter.forgotten_days() or self._a_night():
            if self._workload.close(day, with_till_rows=False):
                self._workload.repair(day)
                self._workload.close(day, with_till_rows=False)

    def _a_night(self) -> list[dt.date]:
        """The night passes, where nothing is sealed yet."""
        if any(self._sealed(one.business_day) for one in self._standing()):
            return []
        self._shop.to_next_day()
        return self._shop.counter.forgotten_days()

    def _standing(self) -> list[Booked]:
        return [one for one, state in self._shop.books.settlements() if state == "booked" and one.sign > 0]

    def _parked(self) -> set[str]:
        """The ids on the wire of what is put aside here without an answer: day end finds it in the details."""
        return {one.wire_id for one in self._shop.journal.queue() if one.state == "parked"}

    def _moved(self, one: Booked) -> None:
        self._workload.clerk.changed.add(one.person_number)

    @property
    def _today(self) -> dt.date:
        return self._shop.clock.now().date()

    def _is_sealed(self, one: Booked) -> bool:
        return self._sealed(one.business_day) or self._sealed(one.booked_at.date())

    def _sealed(self, day: dt.date) -> bool:
        return self._shop.journal.day_state(day) == "sealed"


def mute_beside_blunders(seed: int) -> str:
    """The transaction that the center takes in and never answers there; in half of these worlds: "" in the others."""
    return "2102" if seed % 2 else ""


def has_blunders(seed: int) -> bool:
    """Whether the bureau of a seed's world blunders."""
    return Random(f"double entry {seed}").random() < WORLDS_SHARE
