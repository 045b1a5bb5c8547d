"""What the routes of the business day take and give: totals, runs of day end, differences and their repair."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.api.tills import TILLS_MAX, TillName
from terminal.api.types import Word
from terminal.center.reconcile import GroupResult
from terminal.counter.difference import Action, Cause
from terminal.counter.match_till import TillRow
from terminal.counter.open_matters import OpenMatter
from terminal.journal.records import DayState
from terminal.money import Fen


class DayGroup(Struct, frozen=True):
    """One line of a day's totals; voids count negative, so that a sum may be below zero."""

    provider_id: str
    scheme: str
    clearing_class: str
    count: int
    void_count: int
    total: Fen
    fund_total: Fen
    account: Fen
    cash: Fen
    provider_borne: Fen


class DayAnswer(Struct, frozen=True):
    """GET /v1/days/{day}: `open`, `frozen` (being closed) or `sealed`, and the totals so far."""

    day: dt.date
    state: DayState
    groups: list[DayGroup]


class DayName(Struct, frozen=True):
    """A day and what has become of it."""

    day: dt.date
    state: DayState


class DayList(Struct, frozen=True):
    """GET /v1/days. business_day: of the next sale. forgotten: days before today that had business and are not sealed.

    days: the last 31 that had business, newest first.
    """

    business_day: dt.date
    forgotten: list[dt.date]
    days: list[DayName]


class CloseRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/days/{day}/close. `till`: every settlement that the till that asks has made on this day, under its own
    references; an empty list: it made none. It is kept, and counts until this till gives another one: each run compares
    the lists of all tills, and the day waits for every till that sold under references of its own.
    without: tills by their names that give no list, being gone or having none: they are neither compared nor waited
    for, and stand in the report with the operator's name (`unmatched_tills`).
    null: closed without any till's list; the operator's page sends that.
    """

    till: list[TillRow] | None = None
    without: Annotated[list[TillName], Meta(max_length=TILLS_MAX)] = []


class DifferenceView(Struct, frozen=True):
    """One difference of a day. `id` names it in every run; `action` is what a repair would do, `none` for nothing.

    explained: it stands to reason and keeps no day open. Amounts of voids are negative. other_…: null where the
    other side does not tell its amounts (`totals`: the center says only that they differ). till: whose list differs.
    """

    id: str
    cause: Cause
    between: Literal["center", "till"]
    action: Action
    text: str
    text_zh: str
    explained: bool
    settlement_id: str
    provider_id: str
    message_id: str
    terminal_total: Fen
    other_total: Fen | None
    other_fund_total: Fen | None
    other_account: Fen | None
    till: str = ""


class DayReportView(Struct, frozen=True):
    """One run of day end. `reconciliation`: `pending` where the center gave no answer; `detail` says why.

    journal_head: the chain's newest hash then. forgotten: earlier days that are not sealed. closed_there: the center
    has closed this day on its own side. uploads: how many messages in each state. unmatched_tills: those that sold
    under references of their own, and whose list this run did not compare.
    """

    day: dt.date
    state: Literal["frozen", "sealed"]
    closed_at: dt.datetime
    operator: str
    reconciliation: Literal["matched", "different", "pending"]
    detail: str
    groups: list[GroupResult]
    open_matters: list[OpenMatter]
    uploads: dict[str, int]
    journal_head: str
    run: int
    differences: list[DifferenceView]
    forgotten: list[dt.date]
    closed_there: bool
    unmatched_tills: list[str] = []


class RunsAnswer(Struct, frozen=True):
    """GET /v1/days/{day}/runs: oldest first."""

    runs: list[DayReportView]


class ClockMistakeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/days/{day}/clock-mistake: why the clock was wrong; it stands in the journal for good."""

    reason: Word


class RepairRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/days/{day}/repairs: the `id` of a difference of the last run."""

    difference: Word


class RepairView(Struct, frozen=True):
    """A repair that was carried out, and by whom."""

    difference: str
    action: str
    operator: str


class DifferencesAnswer(Struct, frozen=True):
    """GET /v1/days/{day}/differences: of the last run (0: there was none), and what was repaired on this day so far."""

    day: dt.date
    state: DayState
    run: int
    differences: list[DifferenceView]
    repairs: list[RepairView]
