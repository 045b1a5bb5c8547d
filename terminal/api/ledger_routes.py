"""Routes of what is not finished, and of the business day: queues, totals, day end."""

from __future__ import annotations

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.api.guard import read_json
from terminal.api.served import json_answer, month_of, served
from terminal.api.types import CloseRequest, DayAnswer, DayGroup, QueueAnswer, QueuedPrint, QueuedUpload, RepairRequest
from terminal.counter.match import TillRow
from terminal.counter.month import MonthStatement, month_statement
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals, PrintJob, QueuedMessage


async def queue(request: Request) -> Response:
    """GET /v1/queue: messages that the center has not accepted, documents that are not on paper."""
    terminal = served(request)
    return json_answer(await terminal.call(lambda: _queue(terminal.journal)))


async def day(request: Request) -> Response:
    """GET /v1/days/{day}."""
    terminal = served(request)
    asked = _day(request)
    return json_answer(await terminal.call(lambda: _day_answer(terminal.journal, asked)))


async def close_day(request: Request) -> Response:
    """POST /v1/days/{day}/close: freeze, drain, reconcile, report; sealed only where everything balances.

    The body, where there is one, holds what the till has of the day by its own references.
    """
    terminal = served(request)
    asked = _day(request)
    till = await _till_rows(request)
    # Day end drains the queue itself: two senders of one message would be one too many.
    async with terminal.exclusive():
        return json_answer(await terminal.call(lambda: terminal.counter.close_day(asked, till)))


async def repair(request: Request) -> Response:
    """POST /v1/days/{day}/repairs: carry out what the last run proposes for one difference."""
    terminal = served(request)
    asked = _day(request)
    wanted, _ = await read_json(request, RepairRequest)
    async with terminal.exclusive():
        done = await terminal.call(lambda: terminal.counter.repair(asked, wanted.difference))
    return json_answer(done, 201)


async def runs(request: Request) -> Response:
    """GET /v1/days/{day}/runs: the reports of all runs of its end, oldest first, as they were made."""
    terminal = served(request)
    asked = _day(request)
    found = await terminal.call(lambda: terminal.journal.runs(asked))
    return json_answer(b'{"runs":[' + b",".join(found) + b"]}")


async def month(request: Request) -> Response:
    """GET /v1/months/{month}: the statement of a month (YYYY-MM) by county, scheme and clearing class."""
    terminal = served(request)
    first_day = month_of(request)

    def work() -> MonthStatement:
        return month_statement(terminal.journal, first_day, {}, terminal.clock.now().date())

    return json_answer(await terminal.call(work))


async def _till_rows(request: Request) -> list[TillRow] | None:
    if request.headers.get("content-length", "0") in ("", "0") and "transfer-encoding" not in request.headers:
        return None
    asked, _ = await read_json(request, CloseRequest)
    return asked.till


def _day(request: Request) -> dt.date:
    text = request.path_params["day"]
    try:
        if len(text) == len("2021-06-30"):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("bad-input", "a day is written YYYY-MM-DD", "日期格式为 YYYY-MM-DD", "day")


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


ROUTES = [
    Route("/v1/queue", queue, methods=["GET"]),
    Route("/v1/days/{day}", day, methods=["GET"]),
    Route("/v1/days/{day}/close", close_day, methods=["POST"]),
    Route("/v1/days/{day}/repairs", repair, methods=["POST"]),
    Route("/v1/days/{day}/runs", runs, methods=["GET"]),
    Route("/v1/months/{month}", month, methods=["GET"]),
]
