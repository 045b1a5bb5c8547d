"""The reference center on HTTP: its gateway, one service for every transaction, the pages that show what arrived."""

from __future__ import annotations

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.asked import CenterLaw, PublishedFiles
from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.bureau.faults import Faults
from terminal.bureau.gate import CenterKeys, Gate, TurnedAway
from terminal.bureau.page import page_routes
from terminal.bureau.page_accounts import account_routes
from terminal.bureau.page_purses import purse_routes
from terminal.bureau.unruly import JSON, Cut, Unruly
from terminal.center.profile import REFERENCE, Profile
from terminal.clock import Clock
from terminal.errors import Unavailable
from terminal.limits import BILL_BYTES_MAX

PATH = "/fsi/api/rsfComIfsService/callService"
REQUEST_BYTES_MAX = 2 * BILL_BYTES_MAX


def make_app(
    books: Books,
    law: CenterLaw,
    clock: Clock,
    faults: Faults | None = None,
    cut: Cut | None = None,
    published: PublishedFiles | None = None,
    profile: Profile = REFERENCE,
    keys: CenterKeys | None = None,
) -> Starlette:
    """The application.

    `cut` drops the connection of a request; without it the drop faults answer nothing readable. profile, keys: what
    the gateway demands, and with what it checks it.
    """
    center, gate = Center(books, law, clock, profile, published), Gate(PATH, clock, profile, keys)
    faults = faults or Faults()
    unruly = Unruly(center, gate.given, cut)

    async def call(request: Request) -> Response:
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > REQUEST_BYTES_MAX:
                    return Response(b'{"code":413,"message":"too long"}', 413, media_type=JSON)
            infno, plain = gate.taken(request.scope["path"], request.headers, body)
            fault = faults.take(infno)
            return await unruly.answer(request, plain, fault)
        except TurnedAway as error:
            center.note(body, "turned-away", str(error))
            text = msgspec.json.encode({"code": 401, "message": str(error)})
            return Response(text, 401, media_type=JSON)
        except ClientDisconnect:
            # Half a request is none: nothing was done, and nobody is there to be told.
            return Response(status_code=400)
        except Unavailable:
            return Response(b'{"code":503,"message":"the books are out of reach"}', 503, media_type=JSON)

    return Starlette(
        routes=[
            Route("/{path:path}", call, methods=["POST"]),
            *page_routes(books, faults),
            *account_routes(books),
            *purse_routes(books),
        ]
    )
