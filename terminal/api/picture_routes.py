"""Routes of the picture of who pays what, of a quote and of a settlement."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from starlette.responses import Response

from terminal.api.codes import READS
from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.explain.words import Language
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

_SVG = "image/svg+xml"


class PictureQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """GET …/picture.svg: the language of its words."""

    language: Language = "zh"


async def quote_picture(call: Call[None, PictureQuery]) -> Response:
    """Who would pay what."""
    quote = await call.terminal.call(lambda: call.terminal.counter.held_quote(call.path["id"]))
    return await _picture(quote.bill, quote.settlement, call.query.language)


async def settlement_picture(call: Call[None, PictureQuery]) -> Response:
    """Who paid what."""
    record = await call.terminal.call(lambda: call.terminal.journal.settlement(call.path["id"]))
    return await _picture(record.bill, record.settlement, call.query.language)


async def _picture(bill: Bill, settlement: Settlement, language: Language) -> Response:
    # Drawing takes its time, and nobody at the counter shall wait for it.
    return Response(await asyncio.to_thread(_drawn, bill, settlement, language), media_type=_SVG)


def _drawn(bill: Bill, settlement: Settlement, language: Language) -> bytes:
    # Loaded at the first picture, and not at every start.
    from terminal.explain.picture import picture_of

    return picture_of(bill, settlement, language)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/quotes/{id}/picture.svg",
        tag="quotes",
        zh="预结算图示：谁付多少，依据何条",
        en="Who would pay what, by which article, as a picture",
        handler=quote_picture,
        gives={200: Media((_SVG,))},
        query=PictureQuery,
        errors=(*READS, "no-such-quote"),
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}/picture.svg",
        tag="receipts",
        zh="结算图示：谁付了多少，依据何条",
        en="Who paid what, by which article, as a picture",
        handler=settlement_picture,
        gives={200: Media((_SVG,))},
        query=PictureQuery,
        errors=(*READS, "no-such-settlement"),
    ),
)
"""What this module serves."""
