"""Reversals that the center neither carries out nor answers: where its details hold nothing of what they are to undo,
they may be given up. The details are the last word on what was booked (flows, "unknown").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from terminal.center.desk import CenterDesk
from terminal.center.details import CenterRow
from terminal.counter import said
from terminal.counter.behind import behind
from terminal.counter.difference import Difference, of_record
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals, SettlementRecord


def never_booked(
    journal: Journal, center: CenterDesk, nothing: GroupTotals, records: Sequence[SettlementRecord]
) -> list[Difference]:
    """A difference for each of the records whose reversal is parked, and of which the center has no row on any day
    since.

    nothing: the group of these records, empty. Raises Unavailable, Refused where the center does not answer.
    """
    messages = journal.queue()
    parked = {one.settlement_id for one in messages if one.transaction == "reverse" and one.state == "parked"}
    return [
        of_record(f"never-booked:{one.id}", "never-booked", "give-up-reversal", said.NEVER_BOOKED, one)
        for one in records
        if one.id in parked and not any(_is_of(journal, one, row) for row in _rows_since(journal, center, nothing, one))
    ]


def _rows_since(
    journal: Journal, center: CenterDesk, nothing: GroupTotals, record: SettlementRecord
) -> Iterator[CenterRow]:
    """The center's rows from the record's day until today: it counts by its own time, if it does."""
    first = min(record.business_day, record.at.date())
    last = max(record.business_day, journal.clock.now().date())
    try:
        yield from center.details(first, nothing, [], last)
    except Refused:
        # A center may give no details of several days.
        for number in range((last - first).days + 1):
            yield from center.details(first + dt.timedelta(days=number), nothing, [])


def _is_of(journal: Journal, record: SettlementRecord, row: CenterRow) -> bool:
    known, _ = behind(journal, row)
    return known is not None and known.id == record.id
