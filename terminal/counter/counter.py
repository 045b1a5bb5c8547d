"""The front of the counter: one operator, one card at a time, one call after the other.

Synchronous and without HTTP; everything it leans on is handed in. Its floors, one job each, each adding its methods:
sessions → sales → returns → counter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from random import Random

from terminal.counter.day import Compared, DayReport, ask_center, conclude
from terminal.counter.difference import Difference
from terminal.counter.identify import Identification
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.purse_cases import PurseCase
from terminal.counter.quote import Quote
from terminal.counter.recover import conclude_voids, undo_interrupted
from terminal.counter.refusals import after_refusals
from terminal.counter.refused_debits import RefusedDebit, confirm_refused_debit, refused_debits
from terminal.counter.repair import LastRun, found_in, repair_here, take_back_there
from terminal.counter.returns import Returns
from terminal.counter.sessions import SignedIn
from terminal.counter.till_lists import TillList
from terminal.errors import Conflict
from terminal.journal.purse_records import Decision
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode

__all__ = ["Counter", "DayReport", "Identification", "Quote", "SignedIn"]


class Counter(Returns):
    """One counter: where it stands, what stands on it, and its papers."""

    def __init__(self, place: Place, equipment: Equipment, papers: Papers) -> None:
        super().__init__(place, equipment)
        self.papers = papers

    def open_purse_debits(self) -> list[PurseCase]:
        """Debits of which nobody knows whether the card has paid, oldest first."""
        return self._purses.cases.listed()

    def ask_purse(self) -> list[PurseCase]:
        """Ask the card in the reader what became of its open debit; returns what is open then. Moves no money."""
        self._purses.cases.ask_card()
        return self.open_purse_debits()

    def decide_purse(self, settlement_id: str, decision: Decision, reason: str) -> SettlementRecord:
        """Close an open debit by the operator's word, journalled with the reason; its card is asked first, and has the
        better word. Raises Missing, Conflict `debit-closed`."""
        operator = self.require_operator()
        self._purses.cases.decide(settlement_id, decision, operator, reason)
        return self._journal.settlement(settlement_id)

    def refused_debits(self) -> list[RefusedDebit]:
        """What cards have paid and the center will not book, until the office has settled it; oldest first."""
        return refused_debits(self._journal)

    def confirm_refused_debit(self, settlement_id: str) -> None:
        """The insurance office has settled it, by the operator's word, journalled. Raises Missing `no-such-debit`."""
        confirm_refused_debit(self._journal, settlement_id, self.require_operator())

    def close_day(self, day: dt.date, given: TillList | None = None, without: Collection[str] = ()) -> DayReport:
        """Day end for `day`, as far as it goes now; call again until it is sealed. Raises Refused, Conflict.

        given, without: for the three-way match, as `match_tills` takes them.
        """
        operator = self.begin_day_end()
        compared = ask_center(self._journal, self._center, day, operator, Random(self._place.identity()))
        return self.conclude_day(compared, given, without)

    def begin_day_end(self) -> str:
        """What comes before `ask_center`; who closes the day. Raises Refused `not-signed-in`, Unavailable."""
        operator = self.require_operator()
        self.undo_interrupted()
        return operator

    def conclude_day(
        self, compared: Compared, given: TillList | None = None, without: Collection[str] = ()
    ) -> DayReport:
        """What comes after `ask_center`: report and seal. Raises Conflict."""
        report = conclude(self._journal, compared, given, without)
        self.papers.keep(report)
        return report

    def repair(self, day: dt.date, difference_id: str) -> Difference:
        """Carry out what the last run of a day's end proposes for one difference; run day end again afterwards.

        Raises Missing (no such run or difference), Refused, Unavailable, InDoubt, Conflict `day-closed`.
        """
        operator, difference = self.require_operator(), self.proposed(day, difference_id)
        take_back_there(self._journal, self._center, day, difference, operator)
        self.repair_here(day, difference, operator)
        return difference

    def proposed(self, day: dt.date, difference_id: str) -> Difference:
        """What the last run of a day's end proposes for one difference, as it stands today. Raises as `repair` does."""
        runs = self._journal.runs(day)
        if self._journal.day_state(day) == "sealed":
            raise Conflict("day-closed", f"the business day {day} is sealed", f"营业日 {day} 已关账", "day")
        differences = decode(runs[-1], LastRun).differences if runs else []
        return found_in(after_refusals(self._journal, day, differences), difference_id)

    def repair_here(self, day: dt.date, difference: Difference, operator: str) -> None:
        """What comes after `take_back_there`. Raises Conflict."""
        repair_here(self._journal, self._center, day, difference, operator, self.business_day())
        self._tally.clear()

    def note_clock_mistake(self, day: dt.date, reason: str) -> None:
        """The operator says that the clock was wrong when business came to `day`, which is to come: sales count by the
        clock again, and that day is closed like any other. Raises Refused `no-clock-mistake`, `not-signed-in`."""
        self._journal.note_clock_mistake(day, self.require_operator(), reason, self._clock.now())

    def undo_interrupted(self) -> bool:
        """Undo what the center was asked for and nothing of its answer could be written down, and take back here what a
        look there has found voided; whether there was any.

        Raises Unavailable as long as the journal cannot be written.
        """
        undone = undo_interrupted(self._journal, self._center)
        concluded = conclude_voids(self._journal, self._center, self.business_day())
        if concluded:
            self._tally.clear()
        return bool(undone or concluded)

    def forgotten_days(self) -> list[dt.date]:
        """Days before today that are not sealed, oldest first: something was sold then, or may stand at the center."""
        return self._journal.unclosed_days(self._clock.now().date())

    def note_drawer(self, reason: str, outcome: str) -> None:
        """Journal that the cash drawer is to be opened (`asked`) and what came of it. Raises Refused."""
        self._journal.note_drawer(self.require_operator(), reason, outcome, self._clock.now())

    def last(self, count: int) -> list[SettlementRecord]:
        """The newest settlements and voids, newest first."""
        return self._journal.last(count)
