"""The print queue's worker: one document a tick. A printer that fails never holds up a sale, nor loses a paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hw.ports import DeviceError, Health, ReceiptPrinter
from terminal.errors import TerminalError
from terminal.journal.journal import Journal
from terminal.journal.records import PrintJob
from terminal.receipt.blocks import Document
from terminal.receipt.escpos import as_escpos

PAUSE_SECONDS_MIN = 2
PAUSE_SECONDS_MAX = 60
"""Pauses after a failed print double from the least to the greatest."""


class PrintQueue:
    """Prints what the journal has queued. `columns`: the paper's width (32, 42 or 48)."""

    def __init__(
        self,
        journal: Journal,
        printer: ReceiptPrinter,
        document_of: Callable[[PrintJob], Document],
        columns: int = 48,
    ) -> None:
        self._journal = journal
        self._printer = printer
        self._document_of = document_of
        self._columns = columns

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step: at most one document. True where one was printed or failed, False where none is due.

        A printer that says it is not ready is left alone, and every job keeps its place; why is on the job.
        """
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

    def _data(self, job: PrintJob, now: dt.datetime) -> bytes | None:
        try:
            return as_escpos(self._document_of(job), self._columns)
        except (TerminalError, ValueError) as error:
            why = error.code if isinstance(error, TerminalError) else "document-failed"
            self._failed(job, why, now, False)
            return None

    def _print(self, job: PrintJob, data: bytes, now: dt.datetime) -> None:
        self._journal.mark_printing(job.id)
        try:
            self._printer.print(data)
        except DeviceError as error:
            self._failed(job, error.code, now, True)
        else:
            self._journal.mark_printed(job.id)

    def _wait(self, job: PrintJob, why: str, now: dt.datetime) -> None:
        # Written once a cause, and not at every look: a printer without paper is looked at all night.
        if job.why != why:
            self._journal.mark_print_failed(job.id, why, now, False)

    def _failed(self, job: PrintJob, why: str, now: dt.datetime, in_doubt: bool) -> None:
        seconds = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN << min(job.attempts, 10))
        self._journal.mark_print_failed(job.id, why, now + dt.timedelta(seconds=seconds), in_doubt)
