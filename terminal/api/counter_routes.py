"""Routes of the counter before money moves: sign in and out, identify, quote."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.api.guard import read_json
from terminal.api.served import json_answer, served
from terminal.api.types import (
    IdentificationAnswer,
    IdentificationRequest,
    QuoteAnswer,
    QuoteRequest,
    SessionAnswer,
    SessionRequest,
)
from terminal.counter.counter import Counter, Identification, Quote
from terminal.errors import Refused
from terminal.limits import BILL_BYTES_MAX
from terminal.settlement.bill import Bill, Patient

QUOTE_ENVELOPE_BYTES_MAX = 4_096
"""What a quote's body may add to its bill."""

ID_CHARACTERS_SHOWN = 4


async def sign_in(request: Request) -> Response:
    """POST /v1/sessions: sign the operator in at the center (9001)."""
    terminal = served(request)
    asked, _ = await read_json(request, SessionRequest)

    def work() -> SessionAnswer:
        signed = terminal.counter.sign_in(asked.operator, asked.operator_name)
        return SessionAnswer(asked.operator, asked.operator_name, signed.business_day)

    return json_answer(await terminal.call(work), 201)


async def sign_out(request: Request) -> Response:
    """DELETE /v1/sessions: sign the operator out (9002)."""
    terminal = served(request)
    await terminal.call(terminal.counter.sign_out)
    return Response(status_code=204)


async def identify(request: Request) -> Response:
    """POST /v1/identifications: read the card and ask the center who it is (1101)."""
    terminal = served(request)
    await read_json(request, IdentificationRequest)
    return json_answer(_identification(await terminal.call(terminal.counter.identify_card)), 201)


async def quote(request: Request) -> Response:
    """POST /v1/quotes: split the bill and explain it; nothing is written."""
    terminal = served(request)
    asked, _ = await read_json(request, QuoteRequest, BILL_BYTES_MAX + QUOTE_ENVELOPE_BYTES_MAX)
    found = await terminal.call(lambda: _quote(terminal.counter, asked))
    return json_answer(QuoteAnswer(found.id, found.hash, found.expires_at, found.settlement), 201)


def _quote(counter: Counter, asked: QuoteRequest) -> Quote:
    try:
        return counter.quote(asked.identification, asked.bill)
    except Refused as error:
        # The law names places within the bill; the caller sent the bill within a body.
        if error.at.split(".")[0].split("[")[0] in Bill.__struct_fields__:
            error.at = f"bill.{error.at}"
        raise


def _identification(found: Identification) -> IdentificationAnswer:
    person = found.person
    return IdentificationAnswer(
        id=found.id,
        expires_at=found.expires_at,
        policy=person.policy,
        insured_place=person.insured_place,
        patient=_masked(person.patient),
        entitlement=person.entitlement,
        account=person.account,
        year=person.year,
    )


def _masked(patient: Patient) -> Patient:
    return msgspec.structs.replace(patient, id="…" + patient.id[-ID_CHARACTERS_SHOWN:] if patient.id else "")


ROUTES = [
    Route("/v1/sessions", sign_in, methods=["POST"]),
    Route("/v1/sessions", sign_out, methods=["DELETE"]),
    Route("/v1/identifications", identify, methods=["POST"]),
    Route("/v1/quotes", quote, methods=["POST"]),
]
