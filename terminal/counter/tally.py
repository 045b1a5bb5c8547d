"""What this terminal has settled for an identified person since the center was asked, added to what the center said.

What the center has taken in since then counts for good: it is added up once for an identification, so that the
hundredth bill of a person costs what the first did. What is still on its way is looked at each time.
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
from terminal.journal.records import SettlementRecord
from terminal.limits import QUOTES_OPEN_MAX
from terminal.money import Fen
from terminal.settlement.accumulate import with_pending
from terminal.settlement.bill import Year


class _Sum(Struct, frozen=True):
    """Year and balance with every message up to number `up_to` added."""

    up_to: int
    year: Year
    balance: Fen


class Tally:
    """The sums of the identifications of one counter. `clear` where a settled message was taken up again."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._settled: Lapsing[_Sum] = Lapsing(journal.clock, IDENTIFICATION_LIFE_SECONDS, QUOTES_OPEN_MAX)

    def clear(self) -> None:
        """Add everything up anew."""
        self._settled.clear()

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
        person, key = identification.person, f"{identification.id} {date.year}"
        before = self._settled.get(key) or _Sum(0, year_of(date, identification), person.account.balance)
        found = self._journal.pending_since(person.person_number, identification.journal_seen, before.up_to)
        settled = list(itertools.takewhile(lambda one: one[1].upload_state == "accepted", found))
        if settled:
            year, balance = _added(before, (record for _, record in settled), date.year)
            before = _Sum(settled[-1][0], year, balance)
            self._settled.keep(key, before)
        on_the_way = [record for _, record in found[len(settled) :]]
        year, balance = _added(before, [*on_the_way, *self._as_taken_back(taken_back)], date.year)
        return year, balance if identification.purse is None else person.account.balance

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
