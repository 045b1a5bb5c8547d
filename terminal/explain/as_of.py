"""A bill asked about under the law of another day: a calculation, and the settlement says that it is one."""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement


def under_law_of(bill: Bill, day: dt.date | None) -> Bill:
    """The bill with the day that chooses policy version and supplements; otherwise unchanged. None: its own day."""
    return bill if day is None else msgspec.structs.replace(bill, date=day)


def marked_as_of(settlement: Settlement, bill: Bill, day: dt.date | None) -> Settlement:
    """The settlement with the notice `as-of: …` in front. bill: as it came in, with its own day."""
    if day is None:
        return settlement
    notice = f"as-of: 按 {day} 有效的规定试算，账单日期为 {bill.date} ({settlement.policy.source})"
    return msgspec.structs.replace(settlement, notices=[notice, *settlement.notices])
