"""Somebody who wants to go home in a simulated town: the day is ended while a message of it is still in the network.

A generator of its own draws which worlds know this; in them messages come late oftener. All other worlds stay what
they were.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.turns import Turns

if TYPE_CHECKING:
    from tests.simulation.workload import Workload

WORLDS_SHARE = 0.15
LATE_RATE = 0.1
TURN_SHARE = 0.8
DEED = "end day in haste"
RUNS, TICKS_MAX = 3, 60
"""So often day end is run, and what it proposes carried out, before somebody gives it up; so long are the queues."""


class HastyClosing(Turns):
    """Ends the day at a step at which something is still on its way to the center."""

    def __init__(self, workload: Workload, seed: str) -> None:
        super().__init__(workload, Random(f"early closing at work {seed}"), {DEED: 1}, TURN_SHARE)

    def step(self) -> bool:
        """See `Turns`."""
        shop = self._shop
        is_open = shop.journal.day_state(shop.clock.now().date()) != "sealed"
        return is_open and not shop.wire.is_quiet and super().step()

    def _end_day_in_haste(self) -> None:
        shop, today = self._shop, self._shop.clock.now().date()
        spoiling, shop.wire.next_fault = shop.wire.next_fault, lambda infno: ""
        try:
            self._end(today)
        finally:
            shop.wire.next_fault = spoiling

    def _end(self, day: dt.date) -> None:
        """For once nothing else is lost. Who is done goes home."""
        self._shop.work(TICKS_MAX)
        for _ in range(RUNS):
            if self._workload.close(day, with_till_rows=False):
                self._workload.repair(day)
            if self._shop.journal.day_state(day) == "sealed":
                self._shop.to_next_day()
                return


def closes_in_haste(seed: int) -> bool:
    """Whether days are ended in haste in a seed's world."""
    return Random(f"early closing {seed}").random() < WORLDS_SHARE
