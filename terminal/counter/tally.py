"""What this terminal has settled for an identified person since the center was asked, added to what the center said.

Each settlement is added up once for an identification, so that the hundredth bill of a person costs what the first
did, also while nothing reaches the center. What it has taken in since then counts for good; which ones are still on
their way is looked at each time, and where one of them counts no more, all are added up anew.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from terminal.counter.identify import IDENTIFICATION_LIFE_SECONDS, Identification
from terminal.counter.lapsing import Lapsing
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.look import Pending
from terminal.journal.records import SettlementRecord
from terminal.limits import QUOTES_OPEN_MAX
from terminal.money import Fen
from terminal.settlement.accumulate import with_pending
from terminal.settlement.bill import Year


class _Sum(Struct, frozen=True):
    """Year and balance with every message up to number `up_to` added, and after them the settlements `on_the_way`."""

    up_to: int
    on_the_way: list[str]
    year: Year
    balance: Fen


class Tally:
    """The sums of the identifications of one counter. `clear` where a settled message was taken up again."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._sums: Lapsing[_Sum] = Lapsing(journal.clock, IDENTIFICATION_LIFE_SECONDS, QUOTES_OPEN_MAX)

    def clear(self) -> None:
        """Add everything up anew."""
        self._sums.clear()

    def pending(self, identification: Identification, taken_back: str = "") -> list[SettlementRecord]:
        """What of a person the center had not taken in when it was asked, oldest first.

        taken_back: a settlement that is about to be taken back, and counts as if it were.
        """
        found = self._journal.pending_of(identification.person.person_number, identification.journal_seen)
        return [*found, *self._as_taken_back(taken_back)]

    def of(self, identification: Identification, date: dt.date, taken_back: str = "") -> tuple[Year, Fen]:
        """Accumulators of the calendar year of `date`, and the balance. Accumulators begin anew each January.

        A balance on the card has everything in it already. Raises Refused where the center told nothing of that year.
        """
        before = self._summed(identification, date)
        year, balance = _added(before, self._as_taken_back(taken_back), date.year)
        return year, balance if identification.purse is None else identification.person.account.balance

    def _summed(self, identification: Identification, date: dt.date) -> _Sum:
        person, key = identification.person, f"{identification.id} {date.year}"
        nothing = _Sum(0, [], year_of(date, identification), person.account.balance)
        before = self._sums.get(key) or nothing
        found = self._journal.pending_since(person.person_number, identification.journal_seen, before.up_to)
        if before.on_the_way != _numbers(found[: len(before.on_the_way)]):
            before = nothing
            found = self._journal.pending_since(person.person_number, identification.journal_seen, 0)
        added = _numbers(found[len(before.on_the_way) :])
        records = self._journal.settlements_of(added) if added else {}
        year, balance = _added(before, (records[number] for number in added), date.year)
        settled = list(itertools.takewhile(lambda one: one.is_accepted, found))
        up_to = settled[-1].number if settled else before.up_to
        after = _Sum(up_to, _numbers(found[len(settled) :]), year, balance)
        self._sums.keep(key, after)
        return after

    def _as_taken_back(self, number: str) -> list[SettlementRecord]:
        original = self._journal.settlement(number) if number else None
        if original is None or original.state == "voided" or original.upload_state == "refused":
            return []
        return [msgspec.structs.replace(original, kind="void")]


def year_of(date: dt.date, identification: Identification) -> Year:
    """The accumulators of a bill's calendar year as the center told them; of a year that has just begun, none.

    Raises Refused where it told nothing of that year: nobody may guess it.
    """
    person = identification.person
    known = (identification.as_of or identification.taken_at).year
    years = {known - 1: person.last_year, known: person.year, known + 1: Year()}
    year = years.get(date.year)
    if year is None:
        message = f"the center has told nothing of {date.year}; settle it at the insurance office"
        raise Refused("bill-of-another-year", message, "非本年度费用，请到医保经办机构结算", "date")
    return year


def _added(before: _Sum, records: Iterable[SettlementRecord], calendar_year: int) -> tuple[Year, Fen]:
    year, balance = before.year, before.balance
    for record in records:
        after, balance = with_pending(year, balance, [(record.bill, record.settlement, record.sign)])
        if record.bill.date.year == calendar_year:
            year = after
    return year, balance


def _numbers(pending: Iterable[Pending]) -> list[str]:
    return [one.settlement_id for one in pending]
