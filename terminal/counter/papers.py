"""The papers of the counter: what is queued for the printer, what it looks like, and what it is marked as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from msgspec import Struct

from terminal.counter import documents
from terminal.counter.day import DayReport
from terminal.counter.standing import require_settled, standing_marks
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, PrintJob, SettlementRecord
from terminal.receipt.blocks import Document
from terminal.receipt.day import DayPaper, QueueState, day_report
from terminal.receipt.doctor import DoctorReport, doctor_report
from terminal.receipt.forms import Forms, standard_forms
from terminal.receipt.head import TRAINING, Refunded
from terminal.receipt.month import MonthStatement, month_statement
from terminal.receipt.test_page import CHOICES, test_page
from terminal.settlement.codec import convert, decode


class _Kept(Struct, frozen=True):
    """What a day's paper needs of a report; the sums are made from the settlements themselves."""

    operator: str
    reconciliation: Literal["matched", "different", "pending"]
    detail: str
    uploads: dict[str, int]
    journal_head: str


class Papers:
    """The counter's papers from the journal. `training`: every paper is marked as such.

    forms: the layouts, the standard ones for None. columns: of the paper, for the test page's ruler.
    """

    def __init__(
        self,
        journal: Journal,
        provider_names: Mapping[str, str],
        training: bool,
        forms: Forms | None = None,
        columns: int = 48,
        counties: Mapping[str, str] | None = None,
    ) -> None:
        self._journal = journal
        self._counties = dict(counties or {})
        self._provider_names = provider_names
        self._training = training
        self._forms = forms or standard_forms()
        self._columns = columns
        self._reports: dict[dt.date, DayReport] = {}

    def keep(self, report: DayReport) -> None:
        """Hold the report of a day that is not sealed yet; a sealed one stands in the journal."""
        self._reports[report.day] = report

    def receipt(self, settlement_id: str) -> Document:
        """The receipt of a settlement or a void, saying how it stands now. Raises Missing, Conflict `not-settled`."""
        return self._receipt(settlement_id, TRAINING if self._training else "")

    def month(self, month: dt.date, operator: str) -> MonthStatement:
        """The statement of the month that holds `month`, as of now."""
        mark = TRAINING if self._training else ""
        return documents.month_statement_of(self._journal, month, self._provider_names, self._counties, operator, mark)

    def month_document(self, statement: MonthStatement) -> Document:
        """A month's statement as this pharmacy's paper. Reads nothing but the statement."""
        return month_statement(statement, self._forms)

    def reprint(self, settlement_id: str) -> PrintJob:
        """Queue a receipt once more; the paper says which reprint it is. Raises Missing, Conflict `not-settled`."""
        record = self._journal.settlement(settlement_id)
        require_settled(record)
        return self._journal.queue_print(record.kind, record.id, self._journal.clock.now())

    def print_month(self, month: dt.date) -> PrintJob:
        """Queue the statement of a month for the receipt printer."""
        return self._journal.queue_print("month", f"{month:%Y-%m}", self._journal.clock.now())

    def print_diagnosis(self, report: DoctorReport) -> PrintJob:
        """Keep the doctor's report in the journal and queue it for the receipt printer."""
        return self._journal.queue_diagnosis(report, self._journal.clock.now())

    def print_test_page(self) -> PrintJob:
        """Queue the page whose lines show which encoding the printer reads."""
        now = self._journal.clock.now()
        return self._journal.queue_print("test", now.isoformat(timespec="seconds"), now)

    def pick_encoding(self, line: int) -> str:
        """Keep the encoding of the test page's line, from 1, that reads well. Raises Refused."""
        if not 1 <= line <= len(CHOICES):
            raise Refused("bad-input", f"the page has lines 1 to {len(CHOICES)}", f"请选择 1 至 {len(CHOICES)}", "line")
        self._journal.pick_encoding(CHOICES[line - 1])
        return CHOICES[line - 1]

    def document_of(self, job: PrintJob) -> Document:
        """The document of a print job, with its mark. Raises Missing, Conflict `not-settled`."""
        mark = documents.mark_of(job, self._training)
        if job.document == "day":
            return self._day(dt.date.fromisoformat(job.subject), mark)
        if job.document == "month":
            return self.month_document(replace(self.month(dt.date.fromisoformat(f"{job.subject}-01"), ""), mark=mark))
        if job.document == "doctor":
            report = convert(self._journal.diagnosis(int(job.subject)), DoctorReport)
            return doctor_report(replace(report, mark=mark), self._forms)
        if job.document == "test":
            return test_page(self._columns)
        return self._receipt(job.subject, mark)

    def _receipt(self, settlement_id: str, mark: str) -> Document:
        record = self._journal.settlement(settlement_id)
        require_settled(record)
        counted, standing = self._journal.counted_sums(record), standing_marks(self._journal, record)
        stays_number = self._journal.stays_behind(record) if record.kind == "void" else ""
        refunded = self._refunded(record, counted) if record.stays_after else None
        return documents.receipt(
            record, self._provider_names, mark, self._forms, counted, standing, stays_number, refunded
        )

    def _refunded(self, stays: SettlementRecord, counted: CenterSums) -> Refunded:
        """What the refund by line that ended in `stays` gives back, by the sums that count."""
        void = self._journal.settlement(stays.stays_after)
        first = self._journal.counted_sums(self._journal.settlement(void.voids))
        return Refunded(void.id, cash=first.cash - counted.cash, account=first.account - counted.account)

    def _day(self, day: dt.date, mark: str) -> Document:
        sealed = self._journal.day_report(day)
        report = decode(sealed, _Kept) if sealed else self._reports.get(day)
        counts = report.uploads if report else self._journal.counts()
        known = {name: counts.get(name, 0) for name in ("queued", "sent", "accepted", "refused")}
        return day_report(
            DayPaper(
                provider_name="、".join(self._provider_names.values()),
                business_date=day,
                printed_at=self._journal.clock.now(),
                operator=report.operator if report else "",
                rows=documents.day_rows(self._journal.of_day(day), self._journal.counted_sums),
                queue=QueueState(**known, unknown=counts.get("unknown", 0) + counts.get("parked", 0)),
                reconciliation=report.reconciliation if report else "pending",
                reconciliation_detail=report.detail if report else "",
                chain_hash=report.journal_head if report else self._journal.head(),
                mark=mark,
            ),
            self._forms,
        )
