"""The reference center on HTTP: one address for every transaction, with or without the transaction number
after it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.asked import Law, Published
from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.bureau.faults import INSTEAD, FaultName, Faults, as_strings
from terminal.clock import Clock
from terminal.errors import Unavailable
from terminal.limits import BILL_BYTES_MAX

PATH = "/fsi/api/rsfComIfsService/callService"
REQUEST_BYTES_MAX = 2 * BILL_BYTES_MAX
JSON = "application/json;charset=utf-8"

Cut = Callable[[Request], None]


def make_app(
    books: Books,
    law: Law,
    clock: Clock,
    faults: Faults | None = None,
    cut: Cut | None = None,
    published: Published | None = None,
) -> Starlette:
    """The application.

    `cut` drops the connection of a request; without it the drop faults answer nothing readable.
    """
    center = Center(books, law, clock, published)

    async def call(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > REQUEST_BYTES_MAX:
                return Response(b'{"code":413,"message":"too long"}', 413, media_type=JSON)
        fault = faults.take(_infno(body)) if faults else None
        if fault in INSTEAD:
            return Response(INSTEAD[fault], media_type="text/html" if fault == "html" else JSON)
        try:
            answer = b"" if fault == "drop-before" else center.answer(body)
        except Unavailable:
            return Response(b'{"code":503,"message":"the books are out of reach"}', 503, media_type=JSON)
        if fault in ("drop-before", "drop-after"):
            return await _dropped(request, cut)
        is_file = answer[:1] not in (b"{", b"")
        return Response(_spoilt(answer, fault), media_type="application/octet-stream" if is_file else JSON)

    return Starlette(routes=[Route(PATH, call, methods=["POST"]), Route(PATH + "/{infno}", call, methods=["POST"])])


async def _dropped(request: Request, cut: Cut | None) -> Response:
    if cut:
        cut(request)
        while (await request.receive())["type"] != "http.disconnect":
            pass
    return Response(b"")


def _spoilt(answer: bytes, fault: FaultName | None) -> bytes:
    if fault == "truncated":
        return answer[: len(answer) // 2]
    return as_strings(answer) if fault == "strings" and answer[:1] == b"{" else answer


def _infno(body: bytes) -> str:
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    return str(document.get("infno", "")) if isinstance(document, dict) else ""
