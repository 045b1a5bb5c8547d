"""The reference center on HTTP: one service for every transaction, and the pages that show what arrived."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.page import page_routes
from terminal.bureau.page_accounts import account_routes
from terminal.bureau.page_purses import purse_routes
from terminal.bureau.reception import Given, Reception
from terminal.bureau.short_way import REQUEST_BYTES_MAX
from terminal.bureau.unruly import JSON, Cut


def make_app(reception: Reception, cut: Cut | None = None) -> Starlette:
    """The application.

    `cut` drops the connection of a request; without it the drop faults answer nothing readable.
    """

    async def call(request: Request) -> Response:
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > REQUEST_BYTES_MAX:
                    return Response(b'{"code":413,"message":"too long"}', 413, media_type=JSON)
            return await reception.answer(request, Given(request.scope["path"], request.headers, body), cut)
        except ClientDisconnect:
            # Half a request is none: nothing was done, and nobody is there to be told.
            return Response(status_code=400)

    return Starlette(
        routes=[
            Route("/{path:path}", call, methods=["POST"]),
            *page_routes(reception.books, reception.faults),
            *account_routes(reception.books),
            *purse_routes(reception.books),
        ]
    )
