"""Voids that the center has under a number which it has not told: on which of its days the row of each stands.

It was asked whether the settlement is taken back, and said so without saying by what (5203), or its own void came late.
The number is in the details of the day on which the center counts it, where day end proposes to adopt it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from terminal.center.desk import CenterDesk
from terminal.center.details import CenterRow, counted_there
from terminal.counter import said
from terminal.counter.behind import behind, is_unnumbered
from terminal.counter.difference import Difference, of_record
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals, SettlementRecord


def unnumbered(
    journal: Journal,
    center: CenterDesk,
    nothing: GroupTotals,
    records: Sequence[SettlementRecord],
    found: Sequence[Difference],
) -> list[Difference]:
    """A difference for each void among the records whose number is not known and not among what was found on its day.

    nothing: the group of these records, empty. Raises Unavailable where the center does not answer.
    """
    adopted = {one.settlement_id for one in found if one.action == "adopt-settlement"}
    wanted = [one for one in records if is_unnumbered(one) and one.id not in adopted]
    days = [_days_of(journal, center, nothing, one) for one in wanted]
    return [
        of_record(f"unnumbered:{one.id}", "void-one-sided", "none", said.stands_there(*between), one)
        for one, between in zip(wanted, days, strict=True)
    ]


def _days_of(
    journal: Journal, center: CenterDesk, nothing: GroupTotals, record: SettlementRecord
) -> tuple[dt.date, dt.date]:
    """The first and the last day on which its row may stand there; the same day twice where the center shows it."""
    original = journal.settlement(record.voids)
    booked = counted_there(original)
    first = min([original.business_day, *([dt.date.fromisoformat(booked)] if booked else [])])
    last = max(journal.clock.now().date(), record.business_day)
    try:
        number = _number_of(journal, record, center.details(first, nothing, [], last))
        while number and first < last:
            middle = first + (last - first) // 2
            if any(row.center_number == number for row in center.details(first, nothing, [], middle)):
                last = middle
            else:
                first = middle + dt.timedelta(days=1)
    except Refused:
        # A center may give no details of several days: then it is on one of those that are left.
        pass
    return first, last


def _number_of(journal: Journal, record: SettlementRecord, rows: Sequence[CenterRow]) -> str:
    """The number of its row there, by the message that brought it, else by the visit; "" for none."""
    voids = [row for row in rows if row.refunded]
    known = [(row, behind(journal, row)[0]) for row in voids]
    by_message = [row for row, one in known if one is not None and one.id == record.id]
    by_visit = [row for row, one in known if one is None and _takes_back(journal, row, record.voids)]
    return next((row.center_number for row in (*by_message, *by_visit)), "")


def _takes_back(journal: Journal, row: CenterRow, settlement_id: str) -> bool:
    return any(one.id == settlement_id for one in journal.by_center_reference(row.visit_number))
