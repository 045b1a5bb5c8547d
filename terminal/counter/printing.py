"""The print queue's worker: one document a tick, in order. A printer that fails never loses a paper.

A sale is not begun when the printer cannot print, unless the patient takes the electronic receipt; once it is
begun, nothing that happens to the printer holds it up or the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from hw.ports import DeviceError, Health, ReceiptPrinter
from terminal.errors import TerminalError, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import PrintJob
from terminal.receipt.blocks import Document
from terminal.receipt.characters import Encoding
from terminal.receipt.escpos import as_escpos
from terminal.receipt.glyphs import Glyphs
from terminal.receipt.test_page import CHOICES

PAUSE_SECONDS_MIN = 2
PAUSE_SECONDS_MAX = 60
"""Pauses after a failed print double from the least to the greatest."""

ATTEMPTS_IN_TURN_MAX = 5
"""A document that failed so often on a printer that says it is well lets the others pass."""

_WORDS_ZH = {
    "paper-out": "缺纸",
    "cover-open": "盖未合上",
    "offline": "脱机",
    "error": "故障",
    "no-answer": "无应答",
}


def require_paper(printer: ReceiptPrinter) -> None:
    """Raises Unavailable `printer-not-ready`, and nothing was begun, where a receipt could not be printed now."""
    state = printer.state()
    if state.health is not Health.GOOD:
        raise Unavailable(
            "printer-not-ready",
            f"the printer cannot print ({state.code}); help it, or settle with an electronic receipt",
            f"打印机{_WORDS_ZH.get(state.code, '不可用')}，请处理后重试，或征得患者同意使用电子结算单",
            "printer",
        )


class CashDrawer(Protocol):
    """A drawer behind a printer."""

    def kick_drawer(self) -> None:
        """Open it. Raises DeviceError."""


def open_drawer(drawer: CashDrawer) -> None:
    """Open the cash drawer. Raises Unavailable `drawer-not-opened`, saying why."""
    try:
        drawer.kick_drawer()
    except DeviceError as error:
        raise Unavailable("drawer-not-opened", error.message, error.message_zh, "drawer") from error


class PrintQueue:
    """Prints what the journal has queued. `columns`: the paper's width (32, 42 or 48).

    encoding: the printer's, until the cashier picks another from the test page. glyphs: fonts for what the printer
    lacks; without them `□` stands for it. draws_qr: the printer knows QR codes; else they are sent as pictures.
    """

    def __init__(
        self,
        journal: Journal,
        printer: ReceiptPrinter,
        document_of: Callable[[PrintJob], Document],
        columns: int = 48,
        encoding: Encoding = "gb18030",
        glyphs: Glyphs | None = None,
        draws_qr: bool = True,
    ) -> None:
        self._journal = journal
        self._printer = printer
        self._document_of = document_of
        self._columns = columns
        self._encoding = encoding
        self._glyphs = glyphs
        self._draws_qr = draws_qr
        self._rests_until: dt.datetime | None = None

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step: at most one document. True where one was printed or failed, False where none is due.

        A printer that says it is not ready is left alone, and every job keeps its place; why is on the job.
        After a failure in the middle the printer rests, not the document: the order stays.
        """
        if self._rests(now):
            return False
        job = self._journal.due_print(now)
        if job is None:
            return False
        state = self._printer.state()
        if state.health is not Health.GOOD:
            self._wait(job, state.code, now)
            return False
        data = self._data(job, now)
        if data is not None:
            self._print(job, data, now)
        return True

    def _rests(self, now: dt.datetime) -> bool:
        until = self._rests_until
        # A wall clock that was set back must not make the printer rest for a year.
        return until is not None and until - dt.timedelta(seconds=PAUSE_SECONDS_MAX) <= now < until

    def _data(self, job: PrintJob, now: dt.datetime) -> bytes | None:
        picked = self._journal.picked_encoding()
        encoding = next((known for known in CHOICES if known == picked), self._encoding)
        try:
            return as_escpos(self._document_of(job), self._columns, encoding, self._glyphs, self._draws_qr)
        except (TerminalError, ValueError) as error:
            why = error.code if isinstance(error, TerminalError) else "document-failed"
            self._journal.mark_print_failed(job.id, why, now + dt.timedelta(seconds=PAUSE_SECONDS_MAX), False)
            return None

    def _print(self, job: PrintJob, data: bytes, now: dt.datetime) -> None:
        self._journal.mark_printing(job.id)
        try:
            self._printer.print(data)
        except DeviceError as error:
            pause = dt.timedelta(seconds=min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN << min(job.attempts, 10)))
            self._rests_until = now + pause
            again = now if job.attempts < ATTEMPTS_IN_TURN_MAX else now + 2 * pause
            self._journal.mark_print_failed(job.id, error.code, again, True)
        else:
            self._journal.mark_printed(job.id)

    def _wait(self, job: PrintJob, why: str, now: dt.datetime) -> None:
        # Written once a cause, and not at every look: a printer without paper is looked at all night.
        if job.why != why:
            self._journal.mark_print_failed(job.id, why, now, False)


class PaperlessQueue:
    """The worker of a terminal without a printer: every document is filed as electronic, but for what an earlier
    printer may have torn: that waits to be seen, and holds up no other.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def tick(self, now: dt.datetime) -> bool:
        """File one document. True where there was one."""
        waiting = (job for job in self._journal.print_queue() if job.state == "queued" and not job.repeat)
        job = next(waiting, None)
        if job is not None:
            self._journal.file_electronic(job.document, job.subject)
        return job is not None
