"""Routes of the counter before money moves: sign in and out, identify and release, quote."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from terminal.api.codes import BODY, CENTER, IDENTIFY, QUOTE, READER, READS, SCAN
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.scanning import scanned_code
from terminal.api.served import json_answer
from terminal.api.types import (
    IdentificationAnswer,
    IdentificationRequest,
    InquiryRequest,
    QuoteAnswer,
    QuoteRequest,
    SessionAnswer,
    SessionRequest,
)
from terminal.counter.counter import Counter, Identification, Quote
from terminal.counter.inquiry import Standing
from terminal.counter.pin import Pin, pin_to_try
from terminal.errors import Refused
from terminal.limits import BILL_BYTES_MAX, CARD_LEASE_SECONDS
from terminal.settlement.bill import Bill, Patient

QUOTE_ENVELOPE_BYTES_MAX = 4_096
"""What a quote's body may add to its bill."""

ID_CHARACTERS_SHOWN = 4


async def sign_in(call: Call[SessionRequest, None]) -> Response:
    """Sign the operator in at the center (9001)."""
    terminal, asked = call.terminal, call.body

    def work() -> SessionAnswer:
        signed = terminal.counter.sign_in(asked.operator, asked.operator_name)
        return SessionAnswer(asked.operator, asked.operator_name, signed.business_day)

    answer = await terminal.call(work)
    # What the bureau has published since is fetched now.
    terminal.changed()
    return json_answer(answer, 201)


async def sign_out(call: Call[None, None]) -> Response:
    """Sign the operator out (9002)."""
    await call.terminal.call(call.terminal.counter.sign_out)
    return Response(status_code=204)


async def identify(call: Call[IdentificationRequest, None]) -> Response:
    """Take a card, a code or a number, and ask the center who it is (1101)."""
    terminal, asked = call.terminal, call.body
    _refuse_strays(asked)
    pin = pin_to_try(asked.pin, asked.last_try)
    code = asked.code
    if asked.by == "qr" and not code:
        await terminal.call(terminal.counter.require_operator)
        code = await scanned_code(terminal.scanning, terminal.events, asked.wait_seconds, call.hung_up)
    found = await terminal.call(lambda: _identified(terminal.counter, asked, code, pin))
    return json_answer(_identification(found), 201)


async def inquiry(call: Call[InquiryRequest, None]) -> Response:
    """What an identified person has; the center is not asked again."""
    return json_answer(await call.terminal.call(lambda: call.terminal.counter.inquire(call.body.identification)))


async def release(call: Call[None, None]) -> Response:
    """Forget an identification and its quotes, and free its card."""
    await call.terminal.call(lambda: call.terminal.counter.release(call.path["id"]))
    return Response(status_code=204)


async def cancel_scan(call: Call[None, None]) -> Response:
    """The wait for a code that goes on, if any, ends with `scan-cancelled`."""
    call.terminal.scanning.cancel()
    return Response(status_code=204)


async def quote(call: Call[QuoteRequest, None]) -> Response:
    """Split the bill and explain it; nothing is written."""
    found = await call.terminal.call(lambda: _quote(call.terminal.counter, call.body))
    return json_answer(quote_answer(found), 201)


async def quote_again(call: Call[None, None]) -> Response:
    """A quote that was made before, while it has not lapsed: for a page that was loaded again."""
    found = await call.terminal.call(lambda: call.terminal.counter.held_quote(call.path["id"]))
    return json_answer(quote_answer(found))


def quote_answer(found: Quote) -> QuoteAnswer:
    """A quote as it is answered."""
    return QuoteAnswer(found.id, found.hash, found.expires_at, found.settlement)


def _quote(counter: Counter, asked: QuoteRequest) -> Quote:
    try:
        return counter.quote(asked.identification, asked.bill)
    except Refused as error:
        # The law names places within the bill; the caller sent the bill within a body.
        if error.at.split(".")[0].split("[")[0] in Bill.__struct_fields__:
            error.at = f"bill.{error.at}"
        raise


def _identified(counter: Counter, asked: IdentificationRequest, code: str, pin: Pin | None) -> Identification:
    if asked.by == "qr":
        return counter.identify_code(code)
    return counter.identify_card(pin) if asked.by == "card" else counter.identify_id_number(asked.id_number)


def _refuse_strays(asked: IdentificationRequest) -> None:
    """What belongs to another way of identifying was meant otherwise than it would be understood."""
    for name, by in (("code", "qr"), ("id_number", "id-number"), ("pin", "card")):
        if getattr(asked, name) and asked.by != by:
            raise Refused("bad-input", f"only with by = {by}", f"仅用于 by = {by}", name)


def _identification(found: Identification) -> IdentificationAnswer:
    person = found.person
    return IdentificationAnswer(
        id=found.id,
        by="id-number" if found.method == "id" else found.method,
        lease_seconds=CARD_LEASE_SECONDS if found.card else 0,
        expires_at=found.expires_at,
        policy=person.policy,
        insured_place=person.insured_place,
        patient=_masked(person.patient),
        entitlement=person.entitlement,
        account=person.account,
        year=person.year,
        hint=person.hint,
    )


def _masked(patient: Patient) -> Patient:
    return msgspec.structs.replace(patient, id="…" + patient.id[-ID_CHARACTERS_SHOWN:] if patient.id else "")


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="POST",
        path="/v1/sessions",
        tag="sessions",
        zh="操作员签到（每台终端同时一名操作员，后签到者接替前者，适用于其所有收银端）",
        en="Sign the operator in at the center, in place of whoever was: one at a time, for all tills of the terminal",
        handler=sign_in,
        takes=SessionRequest,
        gives={201: SessionAnswer},
        errors=(*BODY, *CENTER, "clock-off"),
    ),
    Operation(
        method="DELETE",
        path="/v1/sessions",
        tag="sessions",
        zh="操作员签退",
        en="Sign the operator out; the center may be away",
        handler=sign_out,
        gives={204: None},
        errors=CENTER,
    ),
    Operation(
        method="POST",
        path="/v1/identifications",
        tag="identifications",
        zh="识别参保人",
        en="Who is at the counter, by card, e-credential or ID number? The center is asked and must agree",
        handler=identify,
        takes=IdentificationRequest,
        gives={201: IdentificationAnswer},
        errors=(
            *BODY,
            *CENTER,
            *READER,
            *SCAN,
            *IDENTIFY,
            "not-signed-in",
            "card-leased",
            "card-blacklisted",
            "person-in-doubt",
        ),
    ),
    Operation(
        method="DELETE",
        path="/v1/identifications/{id}",
        tag="identifications",
        zh="放弃本次识别及其预结算，释放卡片",
        en="Forget an identification and its quotes, and free its card",
        handler=release,
        gives={204: None},
        errors=READS,
    ),
    Operation(
        method="DELETE",
        path="/v1/scan",
        tag="identifications",
        zh="取消等待扫码",
        en="Stop waiting for a code at the scanner",
        handler=cancel_scan,
        gives={204: None},
    ),
    Operation(
        method="POST",
        path="/v1/inquiries",
        tag="identifications",
        zh="查询已识别人员的账户余额和年度累计（已计入本终端未上传部分）",
        en="Balance and year of an identified person, with what this terminal has not uploaded counted",
        handler=inquiry,
        takes=InquiryRequest,
        gives={200: Standing},
        errors=(*BODY, *READS, "not-signed-in", "no-such-identification"),
    ),
    Operation(
        method="POST",
        path="/v1/quotes",
        tag="quotes",
        zh="预结算：分割账单并逐项说明依据，不写入任何内容",
        en="Split a bill and explain it; nothing is written",
        handler=quote,
        takes=QuoteRequest,
        body_bytes_max=BILL_BYTES_MAX + QUOTE_ENVELOPE_BYTES_MAX,
        gives={201: QuoteAnswer},
        errors=(*BODY, *QUOTE, "no-such-identification", "card-leased"),
    ),
    Operation(
        method="GET",
        path="/v1/quotes/{id}",
        tag="quotes",
        zh="再次读取未失效的预结算",
        en="A quote that was made before, while it has not lapsed",
        handler=quote_again,
        gives={200: QuoteAnswer},
        errors=(*READS, "no-such-quote"),
    ),
)
