"""Routes of the settlement: settle, look up, void, receipt.

What moves money needs an `Idempotency-Key`; its repeat gets the stored bytes, also after a restart.
"""

from __future__ import annotations

import datetime as dt

from starlette.responses import PlainTextResponse, Response

from terminal.api.codes import BODY, CENTER, MOVES_MONEY, QUOTE, READS, RECEIPT, SETTLES, STILL_THERE, VOID
from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.api.served import json_answer
from terminal.api.types import (
    SettledAnswer,
    SettlementList,
    SettlementQuery,
    SettlementView,
    SettleRequest,
    VoidRequest,
)
from terminal.center.answers import Inquiry
from terminal.counter.pin import pin_to_try
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.receipt.text import as_text


async def settle(call: Call[SettleRequest, None]) -> Response:
    """Commit what was quoted."""
    asked, key, till = call.body, call.key, call.till
    pin = pin_to_try(asked.pin, asked.last_try)
    answer = await call.terminal.call(
        lambda: call.terminal.counter.settle(
            asked.quote, asked.hash, asked.consent, asked.till_reference, key, asked.electronic_receipt, till, pin
        )
    )
    return json_answer(answer, 201)


async def void(call: Call[VoidRequest, None]) -> Response:
    """Take a whole settlement back."""
    number, reason, key, till = call.path["id"], call.body.reason, call.key, call.till
    answer = await call.terminal.call(lambda: call.terminal.counter.void(number, reason, key, till))
    return json_answer(answer, 201)


async def one(call: Call[None, None]) -> Response:
    """One settlement or void."""
    return json_answer(
        settlement_view(await call.terminal.call(lambda: call.terminal.journal.settlement(call.path["id"])))
    )


async def find(call: Call[None, SettlementQuery]) -> Response:
    """By the till's own reference, by day, or the last of this counter."""
    found = await call.terminal.call(lambda: _found(call.terminal.journal, call.query))
    return json_answer(SettlementList([settlement_view(record) for record in found]))


async def receipt(call: Call[None, None]) -> Response:
    """The receipt as plain text."""
    document = await call.terminal.call(lambda: call.terminal.counter.papers.receipt(call.path["id"]))
    return PlainTextResponse(as_text(document, call.terminal.receipt_columns))


def _found(journal: Journal, query: SettlementQuery) -> list[SettlementRecord]:
    match query:
        case SettlementQuery(till_reference=str(reference), day=None, last=None):
            return journal.by_till_reference(reference)
        case SettlementQuery(till_reference=None, day=dt.date() as day, last=None):
            return journal.of_day(day)
        case SettlementQuery(till_reference=None, day=None, last=int(count)):
            return journal.last(count)
    raise Refused(
        "bad-input", "give one of till_reference, day and last", "请给出 till_reference、day、last 之一", "query"
    )


async def at_center(call: Call[None, None]) -> Response:
    """5203: the settlement as the center has it, beside ours."""
    terminal, number = call.terminal, call.path["id"]
    return json_answer(await terminal.call(lambda: terminal.at_center(terminal.journal.settlement(number))))


def settlement_view(record: SettlementRecord) -> SettlementView:
    """A settlement as it is answered, without its bill."""
    return SettlementView(
        id=record.id,
        kind=record.kind,
        state=record.state,
        business_day=record.business_day,
        at=record.at,
        operator=record.operator,
        provider_id=record.provider_id,
        till_reference=record.till_reference,
        till=record.till,
        voids=record.voids,
        voided_by=record.voided_by,
        reason=record.reason,
        journal_hash=record.entry_hash,
        upload=record.upload_state,
        settlement=record.settlement,
    )


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="POST",
        path="/v1/settlements",
        tag="settlements",
        zh="结算：确认已预结算的账单",
        en="Commit what was quoted; it is durable before it is answered",
        handler=settle,
        takes=SettleRequest,
        keyed=True,
        gives={201: SettledAnswer},
        errors=(*BODY, *QUOTE, *MOVES_MONEY, *SETTLES, *STILL_THERE),
    ),
    Operation(
        method="GET",
        path="/v1/settlements",
        tag="settlements",
        zh="查找结算：按收银机自编号、按营业日，或本柜台最近若干笔（三者给其一）",
        en="Find settlements: by the till's own reference, by day, or the last of this counter; give one of the three",
        handler=find,
        query=SettlementQuery,
        gives={200: SettlementList},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}",
        tag="settlements",
        zh="读取一笔结算或撤销",
        en="One settlement or void",
        handler=one,
        gives={200: SettlementView},
        errors=(*READS, "no-such-settlement"),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/void",
        tag="settlements",
        zh="撤销整笔结算（每笔至多一次）",
        en="Take a whole settlement back, at most once",
        handler=void,
        takes=VoidRequest,
        keyed=True,
        gives={201: SettledAnswer},
        errors=(*BODY, *MOVES_MONEY, *VOID),
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}/center",
        tag="settlements",
        zh="向医保中心查询该笔结算（5203）",
        en="How a settlement stands at the center (5203): its sums, whether it was taken back, what differs",
        handler=at_center,
        gives={200: Inquiry},
        errors=(*CENTER, "no-such-settlement", "not-at-center", "not-signed-in"),
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}/receipt",
        tag="receipts",
        zh="收据（纯文本）",
        en="The receipt as plain text",
        handler=receipt,
        gives={200: Media(("text/plain",))},
        errors=(*READS, *RECEIPT),
    ),
)
