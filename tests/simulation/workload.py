"""What customers, tills, operators and the bureau do at each step, drawn by the seed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec

from hw.ports import Health
from hw.simulated.script import Step
from terminal.counter.match_till import TillRow
from terminal.counter.till_lists import TillList
from terminal.errors import TerminalError
from terminal.settlement.codec import decode
from tests.simulation.blunders import Blunders
from tests.simulation.bureau_deeds import Clerk
from tests.simulation.devices import SENSORS, card_of, wrong
from tests.simulation.hasty_closing import HastyClosing
from tests.simulation.lonely_hours import LonelyHours
from tests.simulation.people import bill_for, policies_on, with_part
from tests.simulation.power import CUTS
from tests.simulation.purse_deeds import PurseDeeds
from tests.simulation.refund_deeds import RefundDeeds
from tests.simulation.rush_hours import RushHours
from tests.simulation.shop import TICKS_MAX, Shop
from tests.simulation.till import Sale, Till, VoidAsked
from tests.simulation.turns import Turns

CUT_CALLS_MAX = 14
"""A deed makes about so many port calls."""


class Workload:
    """Draws a deed a step and does it. seen: how often each deed, refusal and state was reached.

    first_day: the earliest on which anybody's clock has stood; the center counts on it too.
    """

    def __init__(self, shop: Shop, till: Till, random: Random) -> None:
        self.shop, self.till, self.random = shop, till, random
        self.clerk = Clerk(shop.center)
        self.first_day = shop.plan.first_day
        self.seen: Counter[str] = Counter()
        self.purse = PurseDeeds(self, shop.wallet) if shop.wallet else None
        self.refunds = RefundDeeds(self, shop.plan.refunds) if shop.plan.refunds else None
        self.rush = RushHours(self) if shop.plan.rush else None
        self._others = self._of_some_worlds()
        self._deeds = [deed for deed, weight in shop.plan.weights.items() for _ in range(weight)]

    def step(self) -> None:
        """One deed; the power may go in the middle of it."""
        if not any(other.step() for other in self._others):
            self._any_deed()
        self.shop.clock.advance(self.random.choice((0, 1, 5, 40)))

    def _of_some_worlds(self) -> list[RushHours | Turns]:
        """Whose turn it may be before anything else happens."""
        plan = self.shop.plan
        others: list[RushHours | Turns | None] = [self.rush, self.purse, self.refunds]
        others.append(HastyClosing(self, plan.haste) if plan.haste else None)
        others.append(LonelyHours(self, plan.advances.seed) if plan.advances.seed else None)
        others.append(Blunders(self, plan.blunders) if plan.blunders else None)
        return [one for one in others if one is not None]

    def _any_deed(self) -> None:
        deed = self._mending() if self.random.random() < 0.1 else self.random.choice(self._deeds)
        self.endanger()
        self.do(deed)

    def do(self, deed: str) -> None:
        """One of `plan.DEEDS`; where the power goes meanwhile, the terminal starts again."""
        self.act(deed, getattr(self, f"_{deed.replace(' ', '_')}"))

    def act(self, deed: str, action: Callable[[], None]) -> None:
        """A deed by any name; where the power goes meanwhile, the terminal starts again."""
        self.seen[f"deed {deed}"] += 1
        if not self.shop.survives(action):
            self.seen["crash"] += 1

    def _mending(self) -> str:
        """Nothing stays broken for as long as it may happen: somebody sees to the line, or to the printer."""
        if self.shop.wire.down:
            return "outage"
        return "sell" if self.shop.printer.state().health is Health.GOOD else "help printer"

    def endanger(self) -> None:
        """As often as in this world, the power will go at one of the next calls, or at the next of one kind."""
        if self.random.random() >= self.shop.plan.power:
            return
        if self.random.random() < 0.5:
            self.shop.power.cut_after(self.random.randint(1, CUT_CALLS_MAX))
        else:
            self.shop.power.cut_in = self.random.choice(CUTS)

    def serve(self, sale: Sale) -> None:
        """Go on with a sale, as a till does: the same request again, and a new quote where the old one is gone."""
        self.shop.sign_in()
        self.insert(sale)
        if sale.quoted is not None and self.till.settle(sale):
            return
        if sale.walked_away or sale.quoted is not None:
            return
        if self.till.identify_and_quote(sale) is not None:
            if self.random.random() < 0.1:
                # Somebody brings goods back while the patient makes up his mind.
                self._void()
            self.till.settle(sale)

    def serve_more(self, sale: Sale) -> None:
        """One more bill of whoever was identified last, and whose card still lies there."""
        self.shop.sign_in()
        if self.till.quote_another(sale) is not None:
            self.till.settle(sale)

    def _sell(self) -> None:
        waiting = [sale for sale in self.till.sales[-12:] if sale.answer is None and not sale.walked_away]
        if waiting and self.random.random() < 0.6:
            sale = self.random.choice(waiting)
            if self.random.random() < 0.05:
                sale.walked_away = True
                self.seen["walked away"] += 1
        else:
            day = self._bill_day()
            holder = self._customer(day)
            bill = bill_for(self.random, self.shop.plan.persons[holder].policy, day)
            sale = self.till.new_sale(holder, bill, electronic=self.random.random() < 0.1)
        if not sale.walked_away:
            self.serve(sale)

    def _customer(self, day: dt.date) -> int:
        """Anybody, but seldom somebody whose law is not in force: people learn when they are not served."""
        persons = self.shop.plan.persons
        served = [number for number, person in enumerate(persons) if person.policy in policies_on(day)]
        return self.random.choice(served if served and self.random.random() < 0.9 else range(len(persons)))

    def _bill_day(self) -> dt.date:
        """Today, yesterday or tomorrow, within the calendar year: the center is asked about no other one."""
        today = self.shop.clock.now().date()
        day = today - dt.timedelta(days=self.random.choice((0, 0, 0, 0, 1, -1)))
        return day if day.year == today.year else today

    def _repeat(self) -> None:
        told = [sale for sale in self.till.sales if sale.answer is not None]
        if told:
            self.till.settle(self.random.choice(told))

    def _reuse_key(self) -> None:
        told = [sale for sale in self.till.sales if sale.answer is not None]
        if told:
            sale = self.random.choice(told)
            other = Sale(sale.key, "another", sale.holder, sale.bill, quoted=("another", "quote"))
            self.till.settle(other)

    def _void(self) -> None:
        unfinished = [asked for asked in self.till.voids if not asked.done]
        if unfinished and self.random.random() < 0.7:
            asked = self.random.choice(unfinished)
        else:
            standing = self.till.standing()
            if not standing:
                return
            asked = VoidAsked(self.till.new_key(), self.random.choice(standing), "退货")
            self.till.voids.append(asked)
        self.shop.sign_in()
        self.till.void(asked)

    def _void_again(self) -> None:
        gone = [sale for sale in self.till.sales if sale.voided]
        if gone:
            self.shop.sign_in()
            self.till.void(VoidAsked(self.till.new_key(), self.random.choice(gone), "退货"))

    def _refund_a_part(self) -> None:
        standing = self.till.standing()
        if standing:
            sale = self.random.choice(standing)
            asked = VoidAsked(self.till.new_key(), sale, "部分退货")
            self.till.voids.append(asked)
            self.shop.sign_in()
            if self.till.void(asked):
                self.serve(self.till.new_sale(sale.holder, with_part(self.random, sale.bill)))

    def _nonsense(self) -> None:
        """Requests that mean nothing: an unknown quote, an unknown settlement, a key that is too long."""
        sale = Sale("k" * 200, "nonsense", 0, bill_for(self.random, "beijing-account", self.shop.plan.first_day))
        sale.quoted = ("no such quote", "0" * 64)
        self.shop.sign_in()
        self.till.settle(sale)
        unknown = Sale(self.till.new_key(), "nonsense", 0, sale.bill, answer={"id": "T1999901010000001"})
        self.till.void(VoidAsked(self.till.new_key(), unknown, "退货"))

    def _reprint(self) -> None:
        told = [sale for sale in self.till.sales if sale.answer is not None]
        if told:
            self.shop.counter.papers.reprint(self.random.choice(told).number)

    def _work(self) -> None:
        self.shop.work(self.random.choice((1, 1, 3, TICKS_MAX)))

    def _wait(self) -> None:
        self.shop.pass_time(self.random.choice((5, 60, 600, 7_200)))

    def _next_day(self) -> None:
        self.shop.to_next_day()

    def _clock_jumps(self) -> None:
        now = self.shop.clock.now()
        midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(0), now.tzinfo)
        back = dt.timedelta(seconds=self.random.choice((1, 60, 3_600, 90_000)))
        moment = self.random.choice((now - back, now + back, midnight - dt.timedelta(microseconds=1), midnight))
        self.seen["clock back" if moment < now else "clock on"] += 1
        self.first_day = min(self.first_day, moment.date())
        self.shop.clock.set(moment)

    def _close_day(self) -> None:
        days = self.shop.counter.forgotten_days()
        if self.shop.plan.days_by == "business-day":
            # Where the center counts by its own days, a day is over at midnight and not before.
            days.append(self.shop.clock.now().date())
        if self.random.random() < 0.1:
            # Somebody has forgotten that he has closed it.
            days = [self.shop.plan.first_day]
        if days:
            self.close(self.random.choice(days), self.random.random() < 0.5)

    def close(self, day: dt.date, with_till_rows: bool) -> bool:
        """Day end for a day. Whether it could be run."""
        self.shop.sign_in()
        given = TillList("", self.till_rows(day)) if with_till_rows else None
        try:
            report = self.shop.counter.close_day(day, given)
        except TerminalError as error:
            self.seen[f"code {error.code}"] += 1
            return False
        self.seen[f"day {report.state}"] += 1
        self.seen[f"reconciliation {report.reconciliation}"] += 1
        self.seen.update(f"difference {one.cause}" for one in report.differences)
        return True

    def till_rows(self, day: dt.date) -> list[TillRow]:
        """What the till itself says of a day: its references, totals, and what it took back."""
        told = [sale for sale in self.till.sales if sale.answer is not None]
        rows = []
        for sale in told:
            assert sale.answer is not None
            if sale.answer["business_day"] == day.isoformat():
                total = sum(item.amount for item in sale.bill.items)
                rows.append(TillRow(sale.reference, msgspec.convert(total, type=int), sale.voided))  # type: ignore[arg-type]
        return rows

    def _repair(self) -> None:
        days = [*self.shop.counter.forgotten_days(), self.shop.clock.now().date()]
        self.repair(self.random.choice(days), limit=1)

    def repair(self, day: dt.date, limit: int = 100) -> None:
        """Carry out what the last run of a day's end proposes."""
        runs = self.shop.journal.runs(day)
        if not runs or not self.shop.sign_in():
            return
        found = [one for one in decode(runs[-1], _Run).differences if one.action != "none"]
        for one in found[:limit]:
            try:
                self.shop.counter.repair(day, one.id)
                self.seen[f"repair {one.action}"] += 1
            except TerminalError as error:
                self.seen[f"code {error.code}"] += 1

    def _month(self) -> None:
        self.shop.counter.papers.print_month(self.shop.clock.now().date())

    def _restart(self) -> None:
        self.shop.restart()

    def _outage(self) -> None:
        self.shop.wire.down = not self.shop.wire.down
        if self.shop.wire.down:
            self.seen["outage"] += 1

    def _printer(self) -> None:
        sensor = self.random.choice(SENSORS)
        if self.random.random() < 0.5:
            self.shop.printer.fail_after_lines(self.random.randint(1, 60), sensor)  # type: ignore[arg-type]
        else:
            setattr(self.shop.printer, sensor, True)
        self.seen[f"printer {sensor}"] += 1

    def _help_printer(self) -> None:
        self.shop.printer.help()

    def _card(self) -> None:
        """A card that is pulled while it is read, a card whose days are over, or no card."""
        how = self.random.choice(("pulled", "expired", "none"))
        self.seen[f"card {how}"] += 1
        holder = self.shop.plan.persons[0]
        self.shop.reader.remove()
        if how == "pulled":
            step = Step(self.random.choice(("pull-before", "pull-after", "mute")), at=self.random.randint(1, 10))
            card = card_of(holder)
            card.script.steps.append(step)
            self.shop.reader.insert(card)
        elif how == "expired":
            self.shop.reader.insert(card_of(holder, expires_on=dt.date(2019, 1, 1)))
        sale = Sale(self.till.new_key(), "nobody", 0, bill_for(self.random, holder.policy, self.shop.plan.first_day))
        if self.shop.sign_in():
            self.till.identify_and_quote(sale)

    def _bureau(self) -> None:
        journal = self.shop.journal
        self.clerk.act(self.random, self.shop.clock.now().date(), lambda day: journal.day_state(day) == "sealed")

    def _sign(self) -> None:
        self.shop.counter.sign_out()
        self.shop.sign_in()

    def insert(self, sale: Sale) -> None:
        """The holder's card, and what he types: nothing at first where his card asks, or something wrong at times."""
        plan = self.shop.plan
        if self.purse is not None and sale.holder == self.purse.holder:
            self.purse.wallet.insert()
        elif sale.holder or not plan.pin:
            self.shop.reader.insert(card_of(plan.persons[sale.holder]))
        else:
            sale.pin = self.random.choice((plan.pin, plan.pin, plan.pin, wrong(plan.pin), ""))
            self.shop.reader.insert(card_of(plan.persons[0], pin={"digits": plan.pin, "guards_holder": True}))


class _Difference(msgspec.Struct, frozen=True):
    id: str
    action: str


class _Run(msgspec.Struct, frozen=True):
    differences: list[_Difference] = []
