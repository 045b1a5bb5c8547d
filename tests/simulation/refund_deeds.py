"""Refunds by line in a simulated town: void and settlement of what stays in one step, gone on with, or given up."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from terminal.counter.refund import RefundLine
from tests.simulation.till import Sale
from tests.simulation.turns import Turns

if TYPE_CHECKING:
    from tests.simulation.workload import Workload

TURN_SHARE = 0.15
UNFINISHED_SHARE = 0.5

DEEDS = {"refund by line": 6, "go on with refund": 2, "give up refund": 1}
"""What may happen at the refunds' turn, and its weight."""


class RefundDeeds(Turns):
    """Draws the refunds of a world."""

    def __init__(self, workload: Workload, seed: str) -> None:
        super().__init__(workload, Random(f"line refunds at work {seed}"), DEEDS, TURN_SHARE)
        self._till = workload.till

    def settle_down(self) -> None:
        """The till asks for what it was not answered; what nobody can go on with is given up."""
        for wanted in self._till.refunds:
            if not wanted.done:
                self._till.refund(wanted)
        for begun in self._shop.counter.open_refunds():
            self._till.go_on_with_refund(begun.original)
        for begun in self._shop.counter.open_refunds():
            self._shop.counter.give_up_refund(begun.original, "中心不予结算")

    def _refund_by_line(self) -> None:
        self._shop.sign_in()
        unfinished = [wanted for wanted in self._till.refunds if not wanted.done]
        if unfinished and self._random.random() < UNFINISHED_SHARE:
            self._till.refund(self._random.choice(unfinished))
            return
        standing = [sale for sale in self._till.standing() if len(sale.bill.items) > 1]
        if not standing:
            return
        sale = self._random.choice(standing[-12:])
        self._workload.insert(sale)
        wanted = self._till.quote_refund(sale, self._some(sale))
        if wanted is not None:
            self._till.refund(wanted)

    def _some(self, sale: Sale) -> list[RefundLine]:
        """Some of the items, whole."""
        count = self._random.randrange(1, len(sale.bill.items))
        return [RefundLine(item=item) for item in sorted(self._random.sample(range(len(sale.bill.items)), count))]

    def _go_on_with_refund(self) -> None:
        self._shop.sign_in()
        for begun in self._shop.counter.open_refunds():
            self._till.go_on_with_refund(begun.original)

    def _give_up_refund(self) -> None:
        if self._shop.sign_in():
            for begun in self._shop.counter.open_refunds():
                self._shop.counter.give_up_refund(begun.original, "患者不再需要")
                self._workload.seen["refund given up"] += 1
