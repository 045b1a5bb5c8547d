"""What is done with the purse of a simulated town: paying, asking the card what became of a debit, deciding for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.simulation.people import bill_for, purchase
from tests.simulation.turns import Turns
from tests.simulation.wallet import CUTS, Wallet

if TYPE_CHECKING:
    from tests.simulation.till import Sale
    from tests.simulation.workload import Workload

DEEDS = {"pay by card": 8, "ask card": 1}
"""What may happen at the purse's turn, and its weight."""

TURN_SHARE = 0.4
MISDEED_SHARE = 0.35
CUT_SHARE = 0.1
LEAVES_SHARE = 0.3
RUNS_SHARE = 0.5
"""How often the holder takes the card out, and how often he is gone with it for good."""

DRUGS_SHARE = 0.5
"""Of the bills, those on which the account pays whatever it is."""

DECISIONS = ("debited", "not-debited")


class PurseDeeds(Turns):
    """Draws the purse's deeds from the purse's own generator. holder: who has it."""

    def __init__(self, workload: Workload, wallet: Wallet) -> None:
        super().__init__(workload, wallet.random, DEEDS, TURN_SHARE)
        self.wallet = wallet
        self.holder = len(self._shop.plan.persons) - 1

    @property
    def _seen(self) -> Counter[str]:
        return self._workload.seen

    def settle_down(self) -> None:
        """The holder comes back with the card; what even the card cannot tell, somebody decides."""
        self.wallet.heal()
        self.wallet.insert()
        self._shop.counter.ask_purse()
        self._decide()
        self.wallet.insert()

    def _pay_by_card(self) -> None:
        self.wallet.heal()
        if self._random.random() < MISDEED_SHARE:
            self._seen[f"purse {self.wallet.misbehave()}"] += 1
        if self._random.random() < CUT_SHARE:
            self._shop.power.cut_in = self._random.choice(CUTS)
        self._workload.serve(self._sale())
        if self._random.random() < LEAVES_SHARE:
            self.wallet.take_out()
        if self._random.random() < RUNS_SHARE:
            self._decide()

    def _sale(self) -> Sale:
        till = self._workload.till
        mine = [sale for sale in till.sales[-12:] if sale.holder == self.holder and not sale.walked_away]
        waiting = [sale for sale in mine if sale.answer is None]
        if waiting and self._random.random() < 0.7:
            return self._random.choice(waiting)
        policy, today = self._shop.plan.persons[self.holder].policy, self._shop.clock.now().date()
        over_the_counter = self._random.random() < DRUGS_SHARE
        bill = purchase(self._random, today) if over_the_counter else bill_for(self._random, policy, today)
        return till.new_sale(self.holder, bill)

    def _ask_card(self) -> None:
        self.wallet.heal()
        self.wallet.insert()
        self._shop.counter.ask_purse()

    def _decide(self) -> None:
        """The holder is gone with the card, and is asked on the telephone what its log says."""
        self.wallet.take_out()
        for one in self._shop.journal.open_debits():
            decision = DECISIONS[self.wallet.counter == one.debit.counter]
            if self._shop.sign_in():
                self._shop.counter.decide_purse(one.settlement_id, decision, "按卡内记录")  # type: ignore[arg-type]
                self._seen[f"decided {decision}"] += 1
