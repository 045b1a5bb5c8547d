"""Routes of what is not finished: queues, print jobs, and settlements whose outcome is open."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from terminal.api.codes import READS, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.queue_types import (
    PrintJobList,
    PrintJobsQuery,
    PrintJobView,
    QueueAnswer,
    QueuedPrint,
    QueuedUpload,
    StuckGoods,
    StuckVisit,
    UnfinishedRefund,
    UnresolvedAnswer,
)
from terminal.api.queue_words import STUCK, VISIT_LEFT_OPEN, goods_why_of, print_why_zh, refund_words, why_of
from terminal.api.served import Served, json_answer
from terminal.api.settlement_routes import settlement_view
from terminal.journal.journal import Journal
from terminal.journal.records import PrintJob, QueuedMessage
from terminal.journal.refunds import BegunRefund
from terminal.journal.stock import StockMove
from terminal.journal.visits import LeftVisit


async def queue(call: Call[None, None]) -> Response:
    """Messages that the center has not accepted, documents that are not on paper."""
    return json_answer(await call.terminal.call(lambda: _queue(call.terminal.journal)))


async def hurry(call: Call[None, None]) -> Response:
    """Try every waiting message at once, whatever its pause."""
    terminal = call.terminal
    async with terminal.exclusive():
        await asyncio.to_thread(terminal.wake_uploads)
        return json_answer(await terminal.call(lambda: _hurried(terminal.journal)))


async def resume(call: Call[None, None]) -> Response:
    """Send again what is put aside: a parked message as one whose outcome is unknown, refused goods as new, and, by its
    settlement's number, a visit that the center keeps open.
    """
    return json_answer(await call.terminal.call(lambda: _resumed(call.terminal, call.path["message_id"])))


async def print_jobs(call: Call[None, PrintJobsQuery]) -> Response:
    """The newest documents that were to be printed, those on paper too."""
    jobs = await call.terminal.call(lambda: call.terminal.journal.newest_print_jobs(call.query.last))
    return json_answer(PrintJobList([_job(job) for job in jobs]))


async def unresolved(call: Call[None, None]) -> Response:
    """In doubt first: what a cashier must know after a crash."""
    return json_answer(await call.terminal.call(lambda: _unresolved(call.terminal)))


def _hurried(journal: Journal) -> QueueAnswer:
    journal.hurry(journal.clock.now())
    return _queue(journal)


def _resumed(terminal: Served, message_id: str) -> QueueAnswer:
    terminal.resume(message_id)
    return _queue(terminal.journal)


def _queue(journal: Journal) -> QueueAnswer:
    paid = journal.refused_debits()
    return QueueAnswer(
        uploads=[_upload(message, message.settlement_id in paid) for message in journal.queue()],
        prints=[_print(job) for job in journal.print_queue()],
        progress=journal.progress(journal.clock.now()),
        goods=journal.stock_counts(),
        stuck_goods=[_stuck_goods(move) for move in journal.stuck_stock()],
        stuck_visits=[_stuck_visit(left) for left in journal.stuck_visits()],
    )


def _unresolved(terminal: Served) -> UnresolvedAnswer:
    return UnresolvedAnswer(
        settlements=[settlement_view(record) for record in terminal.journal.unresolved()],
        refunds=[_refund(one) for one in terminal.counter.open_refunds()],
        at_start=terminal.at_start,
    )


def _refund(one: BegunRefund) -> UnfinishedRefund:
    english, chinese = refund_words(one.void != "")
    return UnfinishedRefund(
        settlement=one.original,
        taken_back=one.void != "",
        void=one.void,
        begun_at=one.stays.at,
        till=one.stays.till,
        till_reference=one.stays.till_reference,
        stays=one.stays.settlement.total,
        what=english,
        what_zh=chinese,
    )


def _upload(message: QueuedMessage, card_has_paid: bool) -> QueuedUpload:
    english, chinese = why_of(message, card_has_paid)
    return QueuedUpload(
        message_id=message.message_id,
        transaction=message.transaction,
        settlement=message.settlement_id,
        state=message.state,
        attempts=message.attempts,
        first_queued_at=message.first_queued_at,
        next_attempt_at=message.next_attempt_at,
        reason=message.reason,
        stuck=message.state in STUCK,
        why=english,
        why_zh=chinese,
        answer=message.answer.decode("utf-8", "replace") if message.state in ("queued", "unknown", "parked") else "",
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
        stuck=job.why != "",
        why_zh=print_why_zh(job),
    )


def _stuck_goods(move: StockMove) -> StuckGoods:
    english, chinese = goods_why_of(move)
    return StuckGoods(
        message_id=move.message_id,
        settlement=move.settlement_id,
        name=move.goods.name,
        kind=move.kind,
        state=move.state,
        attempts=move.attempts,
        reason=move.reason,
        why=english,
        why_zh=chinese,
    )


def _stuck_visit(left: LeftVisit) -> StuckVisit:
    return StuckVisit(left.record.id, left.number, left.attempts, left.reason, *VISIT_LEFT_OPEN)


def _job(job: PrintJob) -> PrintJobView:
    return PrintJobView(**{name: getattr(job, name) for name in PrintJobView.__struct_fields__})


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/queue",
        tag="queue",
        zh="未完成事项：待上传消息、待打印单据，以及卡住的原因",
        en="What is not finished: messages to the center, documents to print; what is stuck, and why",
        handler=queue,
        gives={200: QueueAnswer},
        errors=READS,
    ),
    Operation(
        method="POST",
        path="/v1/queue/hurry",
        tag="queue",
        zh="立即重试所有待上传消息",
        en="Try every waiting message at once",
        handler=hurry,
        gives={200: QueueAnswer},
        errors=WRITES,
    ),
    Operation(
        method="POST",
        path="/v1/queue/{message_id}/resume",
        tag="queue",
        zh="重新发送已搁置的消息、被拒绝的商品进销存消息，或（以结算编号）未撤销的就诊登记",
        en="Send a parked message again, goods that the center refused, or, by its settlement, a visit left open there",
        handler=resume,
        gives={200: QueueAnswer},
        errors=(*WRITES, "no-such-message", "not-parked"),
    ),
    Operation(
        method="GET",
        path="/v1/print-jobs",
        tag="queue",
        zh="最近的打印任务",
        en="The newest documents that were to be printed",
        handler=print_jobs,
        query=PrintJobsQuery,
        gives={200: PrintJobList},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/unresolved",
        tag="queue",
        zh="结果未明的结算、未完成的部分退费，以及上次启动时的处理",
        en="Settlements whose outcome is open, refunds that are not done, and what the last start found half done",
        handler=unresolved,
        gives={200: UnresolvedAnswer},
        errors=READS,
    ),
)
