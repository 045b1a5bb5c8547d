"""Rush hours: for a while there is nobody but customers, one after the other, and the queues grow behind the counter.

They come to worlds that are asked for them: the same seed without them is the world it always was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hw.ports import Health
from tests.simulation.people import BUYERS, bill_of_law, policies_on, purchase

if TYPE_CHECKING:
    from tests.simulation.till import Sale
    from tests.simulation.workload import Workload

DEEDS = BILL, ANOTHER_BILL, WORK = "bill in a rush", "another bill in a rush", "work in a rush"

BEGINS_SHARE = 0.06
"""How often another rush begins at a step outside of one."""

BILLS_MIN, BILLS_MAX = 6, 40
SAME_PERSON_SHARE = 0.6
"""Of the bills of a rush, those whose payer was identified for the bill before: a family, a month's prescriptions."""

ELECTRONIC_SHARE = 0.8
"""Who is in a hurry wants no paper."""

AGAIN_SHARE = 0.5
"""How often the till asks once more at once where it was not answered."""

WORK_SHARE = 0.5
"""How often the terminal comes to its queues between two bills."""


class RushHours:
    """Draws the bills of a rush from the world's own generator."""

    def __init__(self, workload: Workload) -> None:
        self._workload, self._shop, self._random = workload, workload.shop, workload.random
        self._waiting = 0
        self._holder: int | None = None

    def step(self) -> bool:
        """The next bill, where one waits. Whether there was one."""
        payers = self._payers()
        if not self._waiting and payers and self._random.random() < BEGINS_SHARE:
            self._waiting, self._holder = self._random.randint(BILLS_MIN, BILLS_MAX), None
        if not self._waiting or not payers:
            return False
        self._waiting -= 1
        self._workload.endanger()
        if self._holder in payers and self._random.random() < SAME_PERSON_SHARE:
            self._workload.act(ANOTHER_BILL, self._serve_more)
        else:
            self._holder = self._random.choice(payers)
            self._workload.act(BILL, self._serve)
        if self._random.random() < WORK_SHARE:
            self._workload.act(WORK, lambda: self._shop.work(self._random.choice((1, 3, 6))))
        return True

    def _payers(self) -> list[int]:
        """Whose purchases the law of this day settles; where there is nobody, whoever it knows."""
        known = policies_on(self._shop.clock.now().date())
        served = [number for number, person in enumerate(self._shop.plan.persons) if person.policy in known]
        return [number for number in served if self._policy(number) in BUYERS] or served

    def _policy(self, holder: int) -> str:
        return self._shop.plan.persons[holder].policy

    def _serve(self) -> None:
        self._finish(self._next_sale(), self._workload.serve)

    def _serve_more(self) -> None:
        self._finish(self._next_sale(), self._workload.serve_more)

    def _next_sale(self) -> Sale:
        assert self._holder is not None
        today, policy = self._shop.clock.now().date(), self._policy(self._holder)
        bill = purchase(self._random, today) if policy in BUYERS else bill_of_law(self._random, policy, today)
        prints = self._shop.printer.state().health is Health.GOOD and self._random.random() >= ELECTRONIC_SHARE
        return self._workload.till.new_sale(self._holder, bill, electronic=not prints)

    def _finish(self, sale: Sale, serve: Callable[[Sale], None]) -> None:
        serve(sale)
        if sale.answer is None and not sale.walked_away and self._random.random() < AGAIN_SHARE:
            self._workload.serve(sale)
        if sale.quoted is None:
            self._holder = None
