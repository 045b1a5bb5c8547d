"""Routes of refunds by line: what would stay, taking back and settling anew in one step, and what was not finished."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from terminal.api.codes import BODY, MOVES_MONEY, QUOTE, READS, REFUND, SETTLES, STILL_THERE, VOID, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.api.types import Reference, SettledAnswer, Word
from terminal.counter.refund import RefundAsked, RefundLine, Returned
from terminal.limits import BILL_ITEMS_MAX
from terminal.money import Fen, Quantity, UnitPrice
from terminal.settlement.result import Settlement

LINES_BYTES_MAX = 1_048_576
"""10,000 lines of about 80 bytes."""


class BilledItem(Struct, frozen=True):
    """One item of a settlement's bill, as a refund names it. item: counted from 0.

    amount: of all of it. quantity, unit_price: as decimal texts where the till gave them, else absent.
    """

    item: int
    code: str
    name: str
    amount: Fen
    quantity: Quantity | None
    unit_price: UnitPrice | None


class BilledItems(Struct, frozen=True):
    """GET /v1/settlements/{id}/items: what may be given back, and nothing of the person."""

    items: list[BilledItem]


class RefundQuoteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements/{id}/refund-quotes: what is given back, and who stands at the counter."""

    identification: Word
    lines: Annotated[list[RefundLine], Meta(min_length=1, max_length=BILL_ITEMS_MAX)]


class RefundQuoteAnswer(Struct, frozen=True):
    """What would stay, split as if the settlement had not been, and what each payer would get back. Nothing durable."""

    id: str
    hash: str
    expires_at: dt.datetime
    settlement: Settlement
    returned: Returned


class RefundRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements/{id}/refund. `quote`, `hash`: of a refund quote of it; the rest as of a settlement.

    till_reference: of what stays; a new one.
    """

    quote: Word
    hash: Word
    reason: Word
    consent: bool = False
    till_reference: Reference = ""
    electronic_receipt: bool = False


class GiveUpRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements/{id}/refund/give-up: why; journalled with the operator."""

    reason: Word


class RefundAnswer(Struct, frozen=True):
    """Both stand: the void of the original and the settlement of what stays. A repeat gets the same bytes."""

    void: SettledAnswer
    settlement: SettledAnswer


async def billed_items(call: Call[None, None]) -> Response:
    """The items of its bill."""
    record = await call.terminal.call(lambda: call.terminal.journal.settlement(call.path["id"]))
    names = ("code", "name", "amount", "quantity", "unit_price")
    facts = [{name: getattr(item, name) for name in names} for item in record.bill.items]
    return json_answer(BilledItems([BilledItem(number, **one) for number, one in enumerate(facts)]))


async def quote_refund(call: Call[RefundQuoteRequest, None]) -> Response:
    """What would stay of a settlement."""
    terminal, asked, number = call.terminal, call.body, call.path["id"]
    found, back = await terminal.call(lambda: terminal.counter.quote_refund(asked.identification, number, asked.lines))
    return json_answer(RefundQuoteAnswer(found.id, found.hash, found.expires_at, found.settlement, back), 201)


async def refund(call: Call[RefundRequest, None]) -> Response:
    """Take it back and settle what stays, in one step."""
    terminal, body = call.terminal, call.body
    asked = RefundAsked(
        call.path["id"],
        body.reason,
        body.quote,
        body.hash,
        body.consent,
        body.till_reference,
        body.electronic_receipt,
    )
    answer = await terminal.call(lambda: terminal.counter.refund(asked, call.key, call.till))
    return json_answer(answer, 201)


async def resume_refund(call: Call[None, None]) -> Response:
    """Finish it, whichever till began it; a repeat gets the same bytes."""
    terminal, number = call.terminal, call.path["id"]
    return json_answer(await terminal.call(lambda: terminal.counter.go_on_with_refund(number)), 201)


async def give_up_refund(call: Call[GiveUpRequest, None]) -> Response:
    """What was taken back stays so; what would have stayed is not settled."""
    terminal, number, reason = call.terminal, call.path["id"], call.body.reason
    await terminal.call(lambda: terminal.counter.give_up_refund(number, reason))
    return Response(status_code=204)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/settlements/{id}/items",
        tag="settlements",
        zh="账单项目（部分退费时选择）",
        en="The items of a settlement's bill, of which a refund gives some back",
        handler=billed_items,
        gives={200: BilledItems},
        errors=(*READS, "no-such-settlement"),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/refund-quotes",
        tag="settlements",
        zh="部分退费试算：保留部分如何结算，各方应退多少",
        en="What would stay of a settlement after giving lines back, and what each payer would get back",
        handler=quote_refund,
        takes=RefundQuoteRequest,
        body_bytes_max=LINES_BYTES_MAX,
        gives={201: RefundQuoteAnswer},
        errors=(*BODY, *QUOTE, *REFUND),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/refund",
        tag="settlements",
        zh="部分退费：撤销原结算并结算保留部分，一步完成",
        en="Take a settlement back and settle what stays of it, in one step",
        handler=refund,
        takes=RefundRequest,
        keyed=True,
        gives={201: RefundAnswer},
        errors=(*BODY, *QUOTE, *MOVES_MONEY, *SETTLES, *STILL_THERE, *VOID, "not-accepted", "refund-half-done"),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/refund/resume",
        tag="settlements",
        zh="继续已开始的部分退费（重启后亦可），按已商定的内容结算保留部分",
        en="Finish a refund by line that was begun, also before a restart, from what was agreed then",
        handler=resume_refund,
        gives={201: RefundAnswer},
        errors=(*MOVES_MONEY, *VOID, "no-such-refund", "printer-not-ready", "refund-half-done"),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/refund/give-up",
        tag="settlements",
        zh="放弃未完成的部分退费：已撤销的维持撤销，保留部分不再结算",
        en="Give up a refund that is begun and not done: what was taken back stays so, nothing more is settled",
        handler=give_up_refund,
        takes=GiveUpRequest,
        gives={204: None},
        errors=(*BODY, *WRITES, "not-signed-in", "no-such-refund", "refund-done"),
    ),
)
