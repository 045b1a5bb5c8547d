"""Hours without the center in a simulated town: the line is dead, people are served on what it said last, time passes.

A generator of its own draws which worlds know them, and how far the terminal goes there: all other worlds stay what
they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from terminal.counter.offline import OfflineLimits
from tests.simulation.people import bill_for, policies_on
from tests.simulation.turns import Turns

if TYPE_CHECKING:
    from tests.simulation.workload import Workload

WORLDS_SHARE = 0.2
TURN_SHARE = 0.15
DEEDS = {"sell without center": 8, "hours without center": 2, "line is mended": 1}
"""What may happen at the turn of these hours, and its weight."""

SALES_MAX = 4
HOURS_MAX = 14
"""The longest that nothing happens while the line is dead."""

BILL_FEN_MAX = (2_000, 20_000, 200_000)
DAY_FACTORS = (1, 3)
"""A person's day may advance so many times as much as a bill."""

ENTITLEMENT_HOURS_MAX = (3, 12, 72)


@dataclass(frozen=True, slots=True)
class Advances:
    """How far the terminal of a world goes without the center, see `OfflineLimits`. seed: of its hours, "" for none."""

    bill_fen_max: int
    person_day_fen_max: int
    entitlement_age_hours_max: int
    seed: str

    @property
    def limits(self) -> OfflineLimits:
        """As the terminal is configured."""
        return OfflineLimits(
            entitlement_age_hours_max=self.entitlement_age_hours_max,
            bill_fen_max=self.bill_fen_max,
            person_day_fen_max=self.person_day_fen_max,
        )


class LonelyHours(Turns):
    """Draws what happens while the center is away."""

    def __init__(self, workload: Workload, seed: str) -> None:
        super().__init__(workload, Random(f"long away at work {seed}"), DEEDS, TURN_SHARE)

    def _sell_without_center(self) -> None:
        workload, shop = self._workload, self._shop
        shop.sign_in()
        shop.wire.down = True
        today = shop.clock.now().date()
        served = [number for number, one in enumerate(shop.plan.persons) if one.policy in policies_on(today)]
        holder = self._random.choice(served or range(len(shop.plan.persons)))
        for _ in range(self._random.randint(1, SALES_MAX)):
            bill = bill_for(self._random, shop.plan.persons[holder].policy, today)
            workload.serve(workload.till.new_sale(holder, bill, electronic=True))

    def _hours_without_center(self) -> None:
        self._shop.wire.down = True
        self._shop.pass_time(self._random.randint(1, HOURS_MAX) * 3_600)

    def _line_is_mended(self) -> None:
        self._shop.wire.down = False


USUAL = Advances(200_000, 500_000, 72, "")
"""As `terminal.toml` has it; the center is away by chance only."""


def advances_of(seed: int) -> Advances:
    """How far the terminal of a seed's world goes without the center; mostly as far as usual."""
    random = Random(f"long away {seed}")
    if random.random() >= WORLDS_SHARE:
        return USUAL
    bill = random.choice(BILL_FEN_MAX)
    return Advances(bill, bill * random.choice(DAY_FACTORS), random.choice(ENTITLEMENT_HOURS_MAX), str(seed))
