"""Which void at the center takes back which settlement, where the center does not say: by sign, amounts, person, time.

A void carries the amounts of what it takes back, with the other sign, and comes after it. Where exactly that leaves one
reading, it is taken; where it leaves several, none is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from terminal.center.answers import RowThere
from terminal.center.desk import CenterDesk
from terminal.center.details import CenterRow
from terminal.counter.behind import may_be_taken_back_by
from terminal.counter.difference import Difference
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals, SettlementRecord

REACH_DAYS = 31
"""So far before and after a day the other half of a pair is looked for."""


class Half(Struct, frozen=True):
    """A settlement or a void at the center. at: the center's own time, "" where it is not told. ours: what stands
    behind it here, None for nothing.
    """

    number: str
    refunded: bool
    at: str = ""
    ours: SettlementRecord | None = None
    taken_back: bool = False
    takes_back: str = ""


class Likeness(Struct, frozen=True):
    """What the look-alikes of a row come to.

    alone: nothing goes with it. cancelled: it and its counterpart are the center's own. ours: a void, of `original`
    here. unclear: several readings.
    """

    verdict: Literal["alone", "cancelled", "ours", "unclear"]
    original: SettlementRecord | None = None


class Lookalikes:
    """The center's rows of one provider, clearing class and agency around a day, asked for where they are needed."""

    def __init__(self, journal: Journal, center: CenterDesk, day: dt.date, nothing: GroupTotals) -> None:
        self._journal = journal
        self._center = center
        self._days = (day - dt.timedelta(days=REACH_DAYS), day + dt.timedelta(days=REACH_DAYS))
        self._nothing = nothing
        self._rows: list[CenterRow] | None = None

    def of(self, one: Difference) -> Likeness:
        """What goes with a row that only the center has. Raises Unavailable."""
        like = [row for row in self._around() if _may_be_a_pair(row, one.row)]
        if len({row.refunded for row in (*like, one.row)}) == 1:
            return Likeness("alone")
        halves = [half for row in like if (half := self._half(one.provider_id, row)) is not None]
        return likeness(halves, one.center_number)

    def _around(self) -> list[CenterRow]:
        if self._rows is None:
            # No row of ours goes with the question: the center lists all of its own.
            try:
                self._rows = self._center.details(self._days[0], self._nothing, [], self._days[1])
            except Refused:
                # A center that gives no details of several days has not said that anything goes together.
                self._rows = []
        return self._rows

    def _half(self, provider_id: str, row: CenterRow) -> Half | None:
        """None: what is accounted for on both sides already."""
        known = self._journal.by_center_reference(row.center_number)
        ours = next((one for one in known if (one.sign < 0) == row.refunded), None)
        if ours is not None and (row.refunded or not may_be_taken_back_by(self._journal, ours)):
            return None
        there = row_there(self._center, provider_id, row) or RowThere(False, "")
        taken_back = there.taken_back and not row.refunded
        return Half(row.center_number, row.refunded, there.at, ours, taken_back, there.takes_back)


def row_there(center: CenterDesk, provider_id: str, row: CenterRow) -> RowThere | None:
    """What the center tells of a row of its own (5203); None where it does not. Raises Unavailable."""
    try:
        return center.row_there(provider_id, row.person_number, row.center_number, row.visit_number)
    except Refused:
        return None


def likeness(halves: Sequence[Half], number: str) -> Likeness:
    """What the half of this number comes to among all that look like it or like its counterpart."""
    named = {half.takes_back for half in halves if half.takes_back}
    if number in named:
        return Likeness("cancelled")
    left = [half for half in halves if not half.takes_back and half.number not in named]
    if any(half.taken_back for half in left):
        # A center that flags what is taken back says of the others that they stand.
        left = [half for half in left if half.refunded or half.taken_back]
    stretch = _stretch(left, number)
    voids, originals = sum(half.refunded for half in stretch), [half for half in stretch if not half.refunded]
    if voids == 0 or not originals or number not in {half.number for half in stretch}:
        return Likeness("alone")
    if voids == len(originals) and not any(half.ours for half in originals):
        return Likeness("cancelled")
    if voids == len(originals) == 1:
        return Likeness("ours", originals[0].ours)
    return Likeness("unclear")


def _stretch(halves: Sequence[Half], number: str) -> list[Half]:
    """The halves among which the counterpart is: from where nothing stood to where nothing stands again."""
    if not all(half.at for half in halves):
        return list(halves)
    standing, stretch = 0, []
    for half in sorted(halves, key=lambda half: (half.at, half.refunded)):
        stretch.append(half)
        standing += -1 if half.refunded else 1
        if standing <= 0:
            if any(one.number == number for one in stretch):
                return stretch
            standing, stretch = 0, []
    return stretch


def _may_be_a_pair(row: CenterRow, other: CenterRow) -> bool:
    """Whether two rows are of one person, of amounts but for the sign the same, and of no two visits."""
    if row.person_number != other.person_number or not row.center_number:
        return False
    if row.visit_number and other.visit_number and row.visit_number != other.visit_number:
        return False
    amounts = (row.total, row.fund_total, row.account)
    sign = 1 if row.refunded == other.refunded else -1
    return amounts == (sign * other.total, sign * other.fund_total, sign * other.account)
