"""Routes of what is not finished, and of the business day: queues, totals, day end."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from terminal.api.codes import BODY, CENTER, READS, REPAIR, VOID
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.api.types import (
    CloseRequest,
    DayAnswer,
    DayGroup,
    QueueAnswer,
    QueuedPrint,
    QueuedUpload,
    RepairRequest,
    RunsAnswer,
)
from terminal.counter.day import DayReport
from terminal.counter.match import Difference
from terminal.counter.month import MonthStatement, month_statement
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals, PrintJob, QueuedMessage

TILL_ROWS_BYTES_MAX = 1_048_576
"""A till's own list of a day: some 10,000 rows."""


async def queue(call: Call[None, None]) -> Response:
    """Messages that the center has not accepted, documents that are not on paper."""
    return json_answer(await call.terminal.call(lambda: _queue(call.terminal.journal)))


async def day(call: Call[None, None]) -> Response:
    """The totals of a business day."""
    asked = call.day
    return json_answer(await call.terminal.call(lambda: _day_answer(call.terminal.journal, asked)))


async def close_day(call: Call[CloseRequest | None, None]) -> Response:
    """Freeze, drain, reconcile, report; sealed only where everything balances.

    The body, where there is one, holds what the till has of the day by its own references.
    """
    terminal, asked = call.terminal, call.day
    till = call.body.till if call.body else None
    # Day end drains the queue itself: two senders of one message would be one too many.
    async with terminal.exclusive():
        return json_answer(await terminal.call(lambda: terminal.counter.close_day(asked, till)))


async def repair(call: Call[RepairRequest, None]) -> Response:
    """Carry out what the last run proposes for one difference."""
    terminal, asked = call.terminal, call.day
    async with terminal.exclusive():
        done = await terminal.call(lambda: terminal.counter.repair(asked, call.body.difference))
    return json_answer(done, 201)


async def runs(call: Call[None, None]) -> Response:
    """The reports of all runs of a day's end, oldest first, as they were made."""
    asked = call.day
    found = await call.terminal.call(lambda: call.terminal.journal.runs(asked))
    return json_answer(b'{"runs":[' + b",".join(found) + b"]}")


async def month(call: Call[None, None]) -> Response:
    """The statement of a month by county, scheme and clearing class."""
    terminal, first_day = call.terminal, call.month

    def work() -> MonthStatement:
        return month_statement(terminal.journal, first_day, {}, terminal.clock.now().date())

    return json_answer(await terminal.call(work))


def _queue(journal: Journal) -> QueueAnswer:
    return QueueAnswer(
        uploads=[_upload(message) for message in journal.queue()],
        prints=[_print(job) for job in journal.print_queue()],
    )


def _upload(message: QueuedMessage) -> QueuedUpload:
    return QueuedUpload(
        message_id=message.message_id,
        transaction=message.transaction,
        settlement=message.settlement_id,
        state=message.state,
        attempts=message.attempts,
        first_queued_at=message.first_queued_at,
        next_attempt_at=message.next_attempt_at,
        reason=message.reason,
    )


def _print(job: PrintJob) -> QueuedPrint:
    return QueuedPrint(
        document=job.document,
        subject=job.subject,
        copy=job.copy,
        state=job.state,
        repeat=job.repeat,
        attempts=job.attempts,
        why=job.why,
    )


def _day_answer(journal: Journal, asked: dt.date) -> DayAnswer:
    groups = [_group(totals) for totals in journal.group_totals(asked)]
    return DayAnswer(asked, journal.day_state(asked), groups)


def _group(totals: GroupTotals) -> DayGroup:
    return DayGroup(**{field: getattr(totals, field) for field in DayGroup.__struct_fields__})


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/queue",
        tag="queue",
        zh="未完成事项：待上传消息、待打印单据",
        en="What is not finished: messages to the center, documents to print",
        handler=queue,
        gives={200: QueueAnswer},
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
        gives={200: DayReport},
        errors=(*BODY, *CENTER, "not-signed-in", "day-to-come", "day-closed", "purse-in-doubt"),
    ),
    Operation(
        method="POST",
        path="/v1/days/{day}/repairs",
        tag="days",
        zh="按建议处理一条差异",
        en="Carry out what the last run proposes for one difference",
        handler=repair,
        takes=RepairRequest,
        gives={201: Difference},
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
        path="/v1/months/{month}",
        tag="months",
        zh="月结算表：按参保地、险种、清算类别",
        en="The statement of a month by county, scheme and clearing class",
        handler=month,
        gives={200: MonthStatement},
        errors=READS,
    ),
)
