"""Routes of the settlement: settle, look up, void, receipt.

What moves money needs an `Idempotency-Key`; its repeat gets the stored bytes, also after a restart.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from terminal.api.guard import idempotency_key, read_json
from terminal.api.served import json_answer, only_query_key, served
from terminal.api.token import till_of
from terminal.api.types import SettlementList, SettlementView, SettleRequest, VoidRequest
from terminal.journal.records import SettlementRecord
from terminal.limits import KEY_CHARACTERS_MAX
from terminal.receipt.text import as_text


async def settle(request: Request) -> Response:
    """POST /v1/settlements: commit what was quoted."""
    terminal = served(request)
    key = idempotency_key(request)
    till = till_of(request)
    asked, _ = await read_json(request, SettleRequest)
    answer = await terminal.call(
        lambda: terminal.counter.settle(
            asked.quote, asked.hash, asked.consent, asked.till_reference, key, asked.electronic_receipt, till
        )
    )
    return json_answer(answer, 201)


async def void(request: Request) -> Response:
    """POST /v1/settlements/{id}/void: take a whole settlement back."""
    terminal = served(request)
    key = idempotency_key(request)
    asked, _ = await read_json(request, VoidRequest)
    settlement_id, till = request.path_params["id"], till_of(request)
    answer = await terminal.call(lambda: terminal.counter.void(settlement_id, asked.reason, key, till))
    return json_answer(answer, 201)


async def one(request: Request) -> Response:
    """GET /v1/settlements/{id}."""
    terminal = served(request)
    settlement_id = request.path_params["id"]
    return json_answer(_view(await terminal.call(lambda: terminal.journal.settlement(settlement_id))))


async def of_till_reference(request: Request) -> Response:
    """GET /v1/settlements?till_reference=: what the till calls by its own name."""
    terminal = served(request)
    reference = only_query_key(request, "till_reference", KEY_CHARACTERS_MAX)
    found = await terminal.call(lambda: terminal.journal.by_till_reference(reference))
    return json_answer(SettlementList([_view(record) for record in found]))


async def receipt(request: Request) -> Response:
    """GET /v1/settlements/{id}/receipt: the receipt as plain text."""
    terminal = served(request)
    settlement_id = request.path_params["id"]
    document = await terminal.call(lambda: terminal.counter.receipt_document(settlement_id))
    return PlainTextResponse(as_text(document, terminal.receipt_columns))


def _view(record: SettlementRecord) -> SettlementView:
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


ROUTES = [
    Route("/v1/settlements", settle, methods=["POST"]),
    Route("/v1/settlements", of_till_reference, methods=["GET"]),
    Route("/v1/settlements/{id}", one, methods=["GET"]),
    Route("/v1/settlements/{id}/void", void, methods=["POST"]),
    Route("/v1/settlements/{id}/receipt", receipt, methods=["GET"]),
]
