"""Routes of the business day and of the month: totals, day end, differences and their repair, statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from starlette.responses import Response

from terminal.api.codes import BODY, CENTER, READS, REPAIR, VOID, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.day_types import (
    ClockMistakeRequest,
    CloseRequest,
    DayAnswer,
    DayGroup,
    DayList,
    DayName,
    DayReportView,
    DifferencesAnswer,
    DifferenceView,
    RepairRequest,
    RepairView,
    RunsAnswer,
)
from terminal.api.served import Served, json_answer
from terminal.counter.difference import Difference
from terminal.counter.month import MonthStatement, month_statement
from terminal.counter.refusals import after_refusals
from terminal.counter.repair import LastRun
from terminal.counter.till_lists import TillList
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals
from terminal.money import Fen
from terminal.settlement.codec import decode, encode

TILL_ROWS_BYTES_MAX = 1_048_576
"""A till's own list of a day: some 10,000 rows."""

DAYS_LISTED = 31

# Of runs that were kept before each text had its own Chinese.
_CAUSES_ZH = {
    "missing-here": "终端没有此结算",
    "missing-there": "对方没有此结算",
    "amount": "金额不一致",
    "void-one-sided": "仅一方已撤销",
    "date-boundary": "跨日入账，无需处理",
    "another-till": "本机构其他终端的结算，无需处理",
    "refused": "医保中心拒绝，须撤销",
    "totals": "合计不一致",
}


async def days(call: Call[None, None]) -> Response:
    """Which day counts now, which were forgotten, and the last ones."""
    return json_answer(await call.terminal.call(lambda: _days(call.terminal)))


async def day(call: Call[None, None]) -> Response:
    """The totals of a business day."""
    asked = call.day
    return json_answer(await call.terminal.call(lambda: _day_answer(call.terminal.journal, asked)))


async def close_day(call: Call[CloseRequest | None, None]) -> Response:
    """Freeze, drain, reconcile, report; sealed only where everything balances.

    The body, where there is one, holds what the till that asks has of the day by its own references.
    """
    terminal, counter, asked = call.terminal, call.terminal.counter, call.day
    body = call.body or CloseRequest()
    given = None if body.till is None else TillList(call.till, body.till)
    operator = await terminal.call(counter.begin_day_end)
    # Day end drains the queue itself: two senders of one message would be one too many.
    report = await terminal.with_center(
        lambda: terminal.ask_center(asked, operator),
        lambda compared: counter.conclude_day(compared, given, body.without),
    )
    return json_answer(_run(encode(report)))


async def clock_mistake(call: Call[ClockMistakeRequest, None]) -> Response:
    """A day to come has business because the clock was wrong: the business day counts by the clock again."""
    terminal, asked, reason = call.terminal, call.day, call.body.reason

    def noted() -> DayList:
        terminal.counter.note_clock_mistake(asked, reason)
        return _days(terminal)

    return json_answer(await terminal.call(noted))


async def repair(call: Call[RepairRequest, None]) -> Response:
    """Carry out what the last run proposes for one difference."""
    terminal, counter, asked = call.terminal, call.terminal.counter, call.day

    def proposed() -> tuple[str, Difference]:
        return counter.require_operator(), counter.proposed(asked, call.body.difference)

    def taken_back() -> tuple[str, Difference]:
        operator, difference = terminal.thread.run(proposed)
        terminal.take_back(asked, difference, operator)
        return operator, difference

    def repaired(done: tuple[str, Difference]) -> Difference:
        operator, difference = done
        counter.repair_here(asked, difference, operator)
        return difference

    return json_answer(_difference(await terminal.with_center(taken_back, repaired)), 201)


async def runs(call: Call[None, None]) -> Response:
    """The reports of all runs of a day's end, oldest first."""
    asked = call.day
    found = await call.terminal.call(lambda: call.terminal.journal.runs(asked))
    return json_answer({"runs": [_run(report) for report in found]})


async def day_differences(call: Call[None, None]) -> Response:
    """What differed at the last run of a day's end, and what was repaired."""
    asked = call.day
    return json_answer(await call.terminal.call(lambda: _differences(call.terminal.journal, asked)))


async def month(call: Call[None, None]) -> Response:
    """The statement of a month by county, scheme and clearing class."""
    terminal, first_day = call.terminal, call.month

    def work() -> MonthStatement:
        return month_statement(terminal.journal, first_day, terminal.counties, terminal.clock.now().date())

    return json_answer(await terminal.call(work))


def _days(terminal: Served) -> DayList:
    journal, counter = terminal.journal, terminal.counter
    listed = journal.days_with_business(DAYS_LISTED)
    names = [DayName(one, journal.day_state(one)) for one in listed]
    return DayList(counter.business_day(), counter.forgotten_days(), names)


def _day_answer(journal: Journal, asked: dt.date) -> DayAnswer:
    groups = [_group(totals) for totals in journal.group_totals(asked)]
    return DayAnswer(asked, journal.day_state(asked), groups)


def _group(totals: GroupTotals) -> DayGroup:
    return DayGroup(**{field: getattr(totals, field) for field in DayGroup.__struct_fields__})


def _run(report: bytes) -> dict[str, Any]:
    """A run's report as it was kept, its differences as they are answered, without the list that a till gave."""
    kept: dict[str, Any] = msgspec.json.decode(report)
    kept.pop("till_list", None)
    return kept | {"differences": [_difference(one) for one in decode(report, LastRun).differences]}


def _differences(journal: Journal, asked: dt.date) -> DifferencesAnswer:
    reports = journal.runs(asked)
    found = after_refusals(journal, asked, decode(reports[-1], LastRun).differences) if reports else []
    return DifferencesAnswer(
        day=asked,
        state=journal.day_state(asked),
        run=len(reports),
        differences=[_difference(one) for one in found],
        repairs=[RepairView(*one) for one in journal.repairs_of(asked)],
    )


def _difference(found: Difference) -> DifferenceView:
    return DifferenceView(
        id=found.id,
        cause=found.cause,
        between=found.between,
        action=found.action,
        text=found.text,
        text_zh=found.text_zh or _CAUSES_ZH[found.cause],
        explained=found.explained,
        settlement_id=found.settlement_id,
        provider_id=found.provider_id,
        message_id=found.message_id,
        terminal_total=Fen(found.terminal_total_fen),
        other_total=Fen(found.other_total_fen) if found.tells_amounts else None,
        other_fund_total=Fen(found.other_fund_total_fen) if found.tells_amounts else None,
        other_account=Fen(found.other_account_fen) if found.tells_amounts else None,
        till=found.till,
    )


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/days",
        tag="days",
        zh="营业日一览：当前营业日、遗漏日终的日子、最近各日",
        en="The business day of the next sale, days whose end was forgotten, and the last ones",
        handler=days,
        gives={200: DayList},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/days/{day}",
        tag="days",
        zh="营业日汇总",
        en="The totals of a business day",
        handler=day,
        gives={200: DayAnswer},
        errors=READS,
    ),
    Operation(
        method="POST",
        path="/v1/days/{day}/close",
        tag="days",
        zh="日终：冻结、上传、对账、报告；平账后封账，可重复执行",
        en="Day end: freeze, drain, reconcile, report; sealed where all balances; may be run again",
        handler=close_day,
        takes=CloseRequest,
        body_bytes_max=TILL_ROWS_BYTES_MAX,
        body_needed=False,
        gives={200: DayReportView},
        errors=(*BODY, *CENTER, "not-signed-in", "day-to-come", "day-closed", "purse-in-doubt"),
    ),
    Operation(
        method="POST",
        path="/v1/days/{day}/clock-mistake",
        tag="days",
        zh="声明尚未到来的营业日系时钟错误所致；营业日恢复按时钟计，该日可日终",
        en="Say that business came to a day to come by a mistake of the clock: days count by the clock again",
        handler=clock_mistake,
        takes=ClockMistakeRequest,
        gives={200: DayList},
        errors=(*BODY, *WRITES, "not-signed-in", "no-clock-mistake"),
    ),
    Operation(
        method="POST",
        path="/v1/days/{day}/repairs",
        tag="days",
        zh="按建议处理一条差异",
        en="Carry out what the last run proposes for one difference",
        handler=repair,
        takes=RepairRequest,
        gives={201: DifferenceView},
        errors=(*BODY, *CENTER, *VOID, *REPAIR, "not-signed-in", "day-closed", "numbers-used-up"),
    ),
    Operation(
        method="GET",
        path="/v1/days/{day}/runs",
        tag="days",
        zh="日终各次执行的报告",
        en="The reports of all runs of a day's end, oldest first",
        handler=runs,
        gives={200: RunsAnswer},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/days/{day}/differences",
        tag="days",
        zh="最近一次日终的差异及已处理的",
        en="What differed at the last run of a day's end, and what was repaired",
        handler=day_differences,
        gives={200: DifferencesAnswer},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/months/{month}",
        tag="months",
        zh="月结算表：按参保地、险种、清算类别",
        en="The statement of a month by county, scheme and clearing class",
        handler=month,
        gives={200: MonthStatement},
        errors=READS,
    ),
)
