"""Routes of paper: electronic receipts as pictures, reprints, statements of a month, test page, cash drawer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.api.guard import read_json
from terminal.api.served import Served, json_answer, month_of, served
from terminal.api.types import DrawerAnswer, DrawerRequest, EncodingAnswer, EncodingRequest, PrintAnswer
from terminal.errors import Refused, Unavailable
from terminal.journal.records import PrintJob
from terminal.receipt.glyphs import Glyphs
from terminal.receipt.month import MonthStatement
from terminal.receipt.month_pdf import as_pdf
from terminal.receipt.month_tables import as_csv, as_xlsx
from terminal.receipt.picture import as_png
from terminal.receipt.svg import as_svg
from terminal.receipt.text import as_text

DRAWER_ASKED, DRAWER_OPENED, DRAWER_FAILED = "asked", "opened", "failed"

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def receipt_png(request: Request) -> Response:
    """GET /v1/settlements/{id}/receipt.png: the electronic receipt as a picture."""
    terminal = served(request)
    document = await terminal.call(lambda: terminal.counter.receipt_document(request.path_params["id"]))
    glyphs = Glyphs(terminal.fonts)
    # Drawing takes its time, and nobody at the counter shall wait for it.
    data = await asyncio.to_thread(as_png, document, terminal.receipt_columns, glyphs)
    return Response(data, media_type="image/png")


async def receipt_svg(request: Request) -> Response:
    """GET /v1/settlements/{id}/receipt.svg: the same as a drawing that can be searched."""
    terminal = served(request)
    document = await terminal.call(lambda: terminal.counter.receipt_document(request.path_params["id"]))
    return Response(as_svg(document, terminal.receipt_columns), media_type="image/svg+xml")


async def reprint(request: Request) -> Response:
    """POST /v1/settlements/{id}/reprint: once more on paper, marked and counted."""
    terminal = served(request)
    return _queued(await terminal.call(lambda: terminal.counter.reprint(request.path_params["id"])))


async def statement(request: Request) -> Response:
    """GET /v1/months/{month}/statement.{form}: csv, xlsx, pdf or txt."""
    terminal, month = served(request), month_of(request)
    form = request.path_params["form"]
    if form not in _FORMS:
        raise Refused("bad-input", f"the forms are {', '.join(_FORMS)}", f"支持的格式：{'、'.join(_FORMS)}", "form")
    media_type, make = _FORMS[form]
    found = await terminal.call(lambda: terminal.counter.month_statement(month))
    data = await asyncio.to_thread(make, found, terminal)
    name = f'attachment; filename="statement-{found.name}.{form}"'
    return Response(data, media_type=media_type, headers={"content-disposition": name})


async def print_statement(request: Request) -> Response:
    """POST /v1/months/{month}/statement: on the receipt printer."""
    terminal, month = served(request), month_of(request)
    return _queued(await terminal.call(lambda: terminal.counter.print_month(month)))


async def print_test_page(request: Request) -> Response:
    """POST /v1/printer/test: the page whose lines show which encoding the printer reads."""
    terminal = served(request)
    return _queued(await terminal.call(terminal.counter.print_test_page))


async def pick_encoding(request: Request) -> Response:
    """PUT /v1/printer/encoding: the line of the test page that reads well."""
    terminal = served(request)
    asked, _ = await read_json(request, EncodingRequest)
    return json_answer(EncodingAnswer(await terminal.call(lambda: terminal.counter.pick_encoding(asked.line))))


async def open_drawer(request: Request) -> Response:
    """POST /v1/drawer: journalled with operator and reason before it opens, and what came of it after."""
    terminal = served(request)
    asked, _ = await read_json(request, DrawerRequest)
    await terminal.call(lambda: terminal.counter.note_drawer(asked.reason, DRAWER_ASKED))
    try:
        await asyncio.to_thread(terminal.kick_drawer)
    except Unavailable:
        await terminal.call(lambda: terminal.counter.note_drawer(asked.reason, DRAWER_FAILED))
        raise
    await terminal.call(lambda: terminal.counter.note_drawer(asked.reason, DRAWER_OPENED))
    return json_answer(DrawerAnswer(asked.reason), 201)


def _text(statement: MonthStatement, terminal: Served) -> bytes:
    return as_text(terminal.counter.month_document(statement), terminal.receipt_columns).encode()


_FORMS: dict[str, tuple[str, Callable[[MonthStatement, Served], bytes]]] = {
    "csv": ("text/csv", lambda statement, _: as_csv(statement)),
    "xlsx": (_XLSX, lambda statement, _: as_xlsx(statement)),
    "pdf": ("application/pdf", lambda statement, terminal: as_pdf(statement, fonts=terminal.fonts)),
    "txt": ("text/plain", _text),
}


def _queued(job: PrintJob) -> Response:
    return json_answer(PrintAnswer(job.document, job.subject, job.copy), 202)


ROUTES = [
    Route("/v1/settlements/{id}/receipt.png", receipt_png, methods=["GET"]),
    Route("/v1/settlements/{id}/receipt.svg", receipt_svg, methods=["GET"]),
    Route("/v1/settlements/{id}/reprint", reprint, methods=["POST"]),
    Route("/v1/months/{month}/statement.{form}", statement, methods=["GET"]),
    Route("/v1/months/{month}/statement", print_statement, methods=["POST"]),
    Route("/v1/printer/test", print_test_page, methods=["POST"]),
    Route("/v1/printer/encoding", pick_encoding, methods=["PUT"]),
    Route("/v1/drawer", open_drawer, methods=["POST"]),
]
