"""The report of a business day: totals, queue, reconciliation, and where the journal's chain stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from terminal.money import Fen, format_fen
from terminal.receipt.blocks import Block, Cut, Document, Heading, Mark, Pair, Paragraph, Rule, Total

_RESULTS = {"matched": "一致 matched", "different": "不一致 DIFFERENT", "pending": "未完成 PENDING"}


@dataclass(frozen=True, slots=True)
class DayRow:
    """One scheme and clearing class. Amounts in fen, net of voids: a void counts its settlement negative.

    count: settlements; voids: counter-entries. other_funds: all funds but the pool.
    """

    scheme: str
    clearing_class: str
    count: int
    voids: int
    total: Fen
    pool: Fen
    other_funds: Fen
    account: Fen
    cash: Fen
    provider_borne: int = 0

    @property
    def difference(self) -> int:
        """What the payers' sums lack of the total, in fen; anything but 0 is a broken promise of ours."""
        return self.total - self.pool - self.other_funds - self.provider_borne - self.account - self.cash


@dataclass(frozen=True, slots=True)
class QueueState:
    """Messages to the center by the state of their upload."""

    queued: int = 0
    sent: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class DayReport:
    """One business day. reconciliation: `pending` until the center has answered; detail: a line of its words.

    chain_hash: hex hash of the day's last journal entry, printed whole. mark: as on a receipt.
    """

    provider_name: str
    business_date: dt.date
    printed_at: dt.datetime
    operator: str
    rows: tuple[DayRow, ...]
    queue: QueueState
    reconciliation: Literal["matched", "different", "pending"]
    chain_hash: str
    reconciliation_detail: str = ""
    mark: str = ""


def day_report(report: DayReport) -> Document:
    """The day's report as a document. A row that does not add up is printed with its difference."""
    return Document(
        (
            Mark(report.mark),
            Heading(report.provider_name),
            Heading("日终报告", large=True),
            Heading("Day report"),
            Pair("业务日期", report.business_date.isoformat(), "Business day"),
            Pair("打印时间", report.printed_at.strftime("%Y-%m-%d %H:%M:%S"), "Printed"),
            Pair("操作员", report.operator, "Operator"),
            Rule(),
            *(block for row in report.rows for block in _row(row)),
            *_sum(report.rows),
            *_queue(report.queue),
            Total("对账结果", _RESULTS[report.reconciliation], "Result"),
            *([Paragraph(report.reconciliation_detail)] if report.reconciliation_detail else []),
            Rule(),
            Paragraph(f"账本校验 Chain hash {report.chain_hash}"),
            Paragraph("签字 Signature：________"),
            Mark(report.mark),
            Cut(),
        )
    )


def _row(row: DayRow) -> Iterator[Block]:
    yield Paragraph(f"{row.scheme} {row.clearing_class}")
    yield Pair("  笔数 / 撤销", f"{row.count} / {row.voids}", "Count / voids")
    yield Pair("  医疗费总额", format_fen(row.total), "Total")
    yield Pair("  统筹基金", format_fen(row.pool), "Pool")
    yield Pair("  其他基金", format_fen(row.other_funds), "Other funds")
    if row.provider_borne:
        yield Pair("  医疗机构负担", format_fen(row.provider_borne), "Provider")
    yield Pair("  个人账户", format_fen(row.account), "Account")
    yield Pair("  现金", format_fen(row.cash), "Cash")
    if row.difference:
        yield Total("  不平", format_fen(row.difference), "DIFFERENCE")
    yield Rule()


def _sum(rows: tuple[DayRow, ...]) -> Iterator[Block]:
    yield from _row(
        DayRow(
            scheme="合计",
            clearing_class="All",
            count=sum(row.count for row in rows),
            voids=sum(row.voids for row in rows),
            total=Fen(sum(row.total for row in rows)),
            pool=Fen(sum(row.pool for row in rows)),
            other_funds=Fen(sum(row.other_funds for row in rows)),
            account=Fen(sum(row.account for row in rows)),
            cash=Fen(sum(row.cash for row in rows)),
            provider_borne=sum(row.provider_borne for row in rows),
        )
    )


def _queue(queue: QueueState) -> list[Block]:
    return [
        Pair("上传：已接收", str(queue.accepted), "Accepted"),
        Pair("上传：排队", str(queue.queued), "Queued"),
        Pair("上传：已发送", str(queue.sent), "Sent"),
        Pair("上传：被拒绝", str(queue.refused), "Refused"),
        Pair("上传：结果不明", str(queue.unknown), "Unknown"),
        Rule(),
    ]
