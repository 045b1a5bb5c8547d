"""The month's statement: what was settled for whom, by county, scheme and clearing class, adding up to the days.

Rows from the journal; paper, CSV, XLSX and PDF are laid out elsewhere. What the center refused counts nowhere, a void
negative in the month of its own business day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, ClearingClass, Scheme, SettlementRecord
from terminal.money import Fen

_Key = tuple[str, str, str, Scheme, ClearingClass]
"""Of a line: provider's number, county's name and division, scheme, clearing class."""


class MonthLine(Struct, frozen=True, kw_only=True):
    """One line: a provider's settlements for the insured of one county, of one scheme and clearing class. In fen.

    place: the county's six-digit division, "" where no answer of the center has told it: it tells lines apart. county:
    its name (see `told_apart`).
    """

    provider_id: str
    place: str
    county: str
    scheme: Scheme
    clearing_class: ClearingClass
    count: int
    void_count: int
    total: Fen
    fund_total: Fen
    provider_borne: Fen
    account: Fen
    cash: Fen


class MonthStatement(Struct, frozen=True):
    """A month. `ready`: it is over, and every day of it is sealed; `open_days`: those that are not."""

    first_day: dt.date
    last_day: dt.date
    ready: bool
    open_days: list[dt.date]
    lines: list[MonthLine]
    totals: CenterSums


def month_statement(
    journal: Journal, first_day: dt.date, counties: Mapping[str, str], today: dt.date
) -> MonthStatement:
    """The statement of the month that begins on `first_day`.

    counties: six-digit division -> its name; others stand under their code. Raises Refused for another first day.
    """
    if first_day.day != 1:
        raise Refused("bad-input", "a month is named by its first day", "请给出月份的第一天", "month")
    following = (first_day + dt.timedelta(days=31)).replace(day=1)
    last_day = following - dt.timedelta(days=1)
    lines = lines_between(journal, first_day, last_day, counties)
    open_days = [day for day in journal.unclosed_days(following) if day >= first_day]
    ready = today >= following and not open_days
    return MonthStatement(first_day, last_day, ready, open_days, lines, _sum(lines))


def lines_between(
    journal: Journal, first_day: dt.date, last_day: dt.date, counties: Mapping[str, str]
) -> list[MonthLine]:
    """The lines of the business days from the first to the last, both included; counties as for the statement."""
    records = [record for record in journal.between(first_day, last_day) if _counts(journal, record)]
    return _lines(journal, records, counties)


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """The same names by number; one that several numbers have is followed by its number."""
    times = Counter(names.values())
    return {number: name if times[name] == 1 else f"{name} ({number})" for number, name in names.items()}


def due_on(first_day: dt.date, agreed_day: int) -> dt.date:
    """The day of the following month (1 … 28) on which the statement of that month must be ready."""
    return (first_day + dt.timedelta(days=31)).replace(day=agreed_day)


class StatementDue(Struct, frozen=True):
    """Last month's statement: by when it is agreed, and whether it is `ready`, still `open`, or `overdue`."""

    month: dt.date
    due: dt.date
    state: Literal["ready", "open", "overdue"]
    open_days: list[dt.date]


def statement_due(journal: Journal, agreed_day: int, today: dt.date) -> StatementDue | None:
    """How last month's statement stands today; None where no day is agreed (0) or nothing was settled in it."""
    last_month = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    if not agreed_day or not journal.days_of_month(last_month):
        return None
    due = due_on(last_month, agreed_day)
    open_days = [day for day in journal.unclosed_days(today.replace(day=1)) if day >= last_month]
    state: Literal["ready", "open", "overdue"] = "ready" if not open_days else "open" if today <= due else "overdue"
    return StatementDue(last_month, due, state, open_days)


_SUMS = ("total", "fund_total", "provider_borne", "account", "cash")


def _counts(journal: Journal, record: SettlementRecord) -> bool:
    if record.state not in ("committed", "voided") or record.upload_state == "refused":
        return False
    return not record.voids or journal.settlement(record.voids).upload_state != "refused"


def _lines(journal: Journal, records: Sequence[SettlementRecord], counties: Mapping[str, str]) -> list[MonthLine]:
    shown = told_apart(counties)
    groups: dict[_Key, list[SettlementRecord]] = {}
    for record in records:
        place = record.insured_place or journal.insured_place(record.person_number)
        key = record.provider_id, shown.get(place, place), place, record.scheme, record.clearing_class
        groups.setdefault(key, []).append(record)
    return [_line(journal, key, groups[key]) for key in sorted(groups)]


def _line(journal: Journal, key: _Key, records: Sequence[SettlementRecord]) -> MonthLine:
    sums = [(record.sign, journal.counted_sums(record)) for record in records]
    money = {name: Fen(sum(sign * getattr(one, name) for sign, one in sums)) for name in _SUMS}
    provider_id, county, place, scheme, clearing_class = key
    return MonthLine(
        provider_id=provider_id,
        place=place,
        county=county,
        scheme=scheme,
        clearing_class=clearing_class,
        count=sum(sign > 0 for sign, _ in sums),
        void_count=sum(sign < 0 for sign, _ in sums),
        **money,
    )


def _sum(lines: Sequence[MonthLine]) -> CenterSums:
    return CenterSums(**{name: Fen(sum(getattr(line, name) for line in lines)) for name in _SUMS})
