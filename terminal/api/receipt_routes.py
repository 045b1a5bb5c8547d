"""Routes of paper: electronic receipts as pictures, reprints, statements of a month, test page, cash drawer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import Response

from terminal.api.codes import BODY, READS, RECEIPT, WRITES
from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.api.served import Served, json_answer
from terminal.api.types import DrawerAnswer, DrawerRequest, EncodingAnswer, EncodingRequest, PrintAnswer
from terminal.errors import Refused, Unavailable
from terminal.journal.records import PrintJob
from terminal.receipt.glyphs import Glyphs
from terminal.receipt.month import MonthStatement
from terminal.receipt.month_tables import as_csv, as_xlsx
from terminal.receipt.pdf_process import as_pdf_apart
from terminal.receipt.picture import as_png
from terminal.receipt.svg import as_svg
from terminal.receipt.text import as_text

DRAWER_ASKED, DRAWER_OPENED, DRAWER_FAILED = "asked", "opened", "failed"

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def receipt_png(call: Call[None, None]) -> Response:
    """The electronic receipt as a picture."""
    terminal = call.terminal
    document = await terminal.call(lambda: terminal.counter.papers.receipt(call.path["id"]))
    glyphs = Glyphs(terminal.fonts)
    # Drawing takes its time, and nobody at the counter shall wait for it.
    data = await asyncio.to_thread(as_png, document, terminal.receipt_columns, glyphs)
    return Response(data, media_type="image/png")


async def receipt_svg(call: Call[None, None]) -> Response:
    """The same as a drawing that can be searched."""
    terminal = call.terminal
    document = await terminal.call(lambda: terminal.counter.papers.receipt(call.path["id"]))
    return Response(as_svg(document, terminal.receipt_columns), media_type="image/svg+xml")


async def reprint(call: Call[None, None]) -> Response:
    """Once more on paper, marked and counted."""
    return _queued(await call.terminal.call(lambda: call.terminal.counter.papers.reprint(call.path["id"])))


async def statement(call: Call[None, None]) -> Response:
    """The statement of a month as a file."""
    terminal, month, form = call.terminal, call.month, call.path["form"]
    if form not in _FORMS:
        raise Refused("bad-input", f"the forms are {', '.join(_FORMS)}", f"支持的格式：{'、'.join(_FORMS)}", "form")
    media_type, make = _FORMS[form]
    found = await terminal.call(lambda: terminal.counter.papers.month(month, terminal.counter.signed_in))
    data = await asyncio.to_thread(make, found, terminal)
    name = f'attachment; filename="statement-{found.name}.{form}"'
    return Response(data, media_type=media_type, headers={"content-disposition": name})


async def print_statement(call: Call[None, None]) -> Response:
    """The statement of a month on the receipt printer."""
    month = call.month
    return _queued(await call.terminal.call(lambda: call.terminal.counter.papers.print_month(month)))


async def print_test_page(call: Call[None, None]) -> Response:
    """The page whose lines show which encoding the printer reads."""
    return _queued(await call.terminal.call(call.terminal.counter.papers.print_test_page))


async def pick_encoding(call: Call[EncodingRequest, None]) -> Response:
    """The line of the test page that reads well."""
    terminal, line = call.terminal, call.body.line
    return json_answer(EncodingAnswer(await terminal.call(lambda: terminal.counter.papers.pick_encoding(line))))


async def open_drawer(call: Call[DrawerRequest, None]) -> Response:
    """Journalled with operator and reason before it opens, and what came of it after."""
    terminal, reason = call.terminal, call.body.reason
    await terminal.call(lambda: terminal.counter.note_drawer(reason, DRAWER_ASKED))
    try:
        await asyncio.to_thread(terminal.kick_drawer)
    except Unavailable:
        await terminal.call(lambda: terminal.counter.note_drawer(reason, DRAWER_FAILED))
        raise
    await terminal.call(lambda: terminal.counter.note_drawer(reason, DRAWER_OPENED))
    return json_answer(DrawerAnswer(reason), 201)


def _text(statement: MonthStatement, terminal: Served) -> bytes:
    return as_text(terminal.counter.papers.month_document(statement), terminal.receipt_columns).encode()


_FORMS: dict[str, tuple[str, Callable[[MonthStatement, Served], bytes]]] = {
    "csv": ("text/csv", lambda statement, _: as_csv(statement)),
    "xlsx": (_XLSX, lambda statement, _: as_xlsx(statement)),
    "pdf": ("application/pdf", lambda statement, terminal: as_pdf_apart(statement, terminal.fonts)),
    "txt": ("text/plain", _text),
}


def _queued(job: PrintJob) -> Response:
    return json_answer(PrintAnswer(job.document, job.subject, job.copy), 202)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/settlements/{id}/receipt.png",
        tag="receipts",
        zh="电子收据（图片）",
        en="The electronic receipt as a picture",
        handler=receipt_png,
        gives={200: Media(("image/png",))},
        errors=(*READS, *RECEIPT, "no-font"),
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}/receipt.svg",
        tag="receipts",
        zh="电子收据（可检索的矢量图）",
        en="The same as a drawing that can be searched",
        handler=receipt_svg,
        gives={200: Media(("image/svg+xml",))},
        errors=(*READS, *RECEIPT, "no-font"),
    ),
    Operation(
        method="POST",
        path="/v1/settlements/{id}/reprint",
        tag="receipts",
        zh="重打收据（注明重打并计次）",
        en="Print a receipt once more; the paper says which reprint it is",
        handler=reprint,
        gives={202: PrintAnswer},
        errors=(*WRITES, "no-such-settlement", "not-settled"),
    ),
    Operation(
        method="GET",
        path="/v1/months/{month}/statement.{form}",
        tag="months",
        zh="月结算表文件：csv、xlsx、pdf、txt",
        en="The statement of a month as a file: csv, xlsx, pdf or txt",
        handler=statement,
        gives={200: Media(tuple(media_type for media_type, _ in _FORMS.values()))},
        errors=(*READS, "no-font"),
    ),
    Operation(
        method="POST",
        path="/v1/months/{month}/statement",
        tag="months",
        zh="在收据打印机上打印月结算表",
        en="Print the statement of a month on the receipt printer",
        handler=print_statement,
        gives={202: PrintAnswer},
        errors=WRITES,
    ),
    Operation(
        method="POST",
        path="/v1/printer/test",
        tag="devices",
        zh="打印编码测试页",
        en="Print the page whose lines show which encoding the printer reads",
        handler=print_test_page,
        gives={202: PrintAnswer},
        errors=WRITES,
    ),
    Operation(
        method="PUT",
        path="/v1/printer/encoding",
        tag="devices",
        zh="选定测试页上可读的一行",
        en="Pick the line of the test page that reads well",
        handler=pick_encoding,
        takes=EncodingRequest,
        gives={200: EncodingAnswer},
        errors=(*BODY, *WRITES),
    ),
    Operation(
        method="POST",
        path="/v1/drawer",
        tag="devices",
        zh="打开钱箱（先记账本）",
        en="Open the cash drawer; it stands in the journal before it opens",
        handler=open_drawer,
        takes=DrawerRequest,
        gives={201: DrawerAnswer},
        errors=(*BODY, *WRITES, "not-signed-in", "drawer-not-opened"),
    ),
)
