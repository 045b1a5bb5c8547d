"""The report of a business day: totals, queue, reconciliation, and where the journal's chain stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from terminal.money import Fen, format_fen
from terminal.receipt.blocks import Block, Document, Paragraph, Rule
from terminal.receipt.forms import Forms, standard_forms
from terminal.receipt.frame import Builders, compose
from terminal.receipt.words import CLASS_OF_CARE, SCHEME_NAMES

_RESULTS = {"matched": "一致 matched", "different": "不一致 DIFFERENT", "pending": "未完成 PENDING"}
_QUEUE = ("accepted", "queued", "sent", "refused", "unknown")


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
class DayPaper:
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


def day_report(report: DayPaper, forms: Forms | None = None) -> Document:
    """The day's report as a document. A row that does not add up is printed with its difference."""
    forms = forms or standard_forms()
    own: Builders = {
        "day": lambda: [
            forms.pair("business_day", report.business_date.isoformat()),
            forms.pair("printed_at", report.printed_at.strftime("%Y-%m-%d %H:%M:%S")),
            forms.pair("operator", report.operator),
            Rule(),
        ],
        "groups": lambda: [*(block for row in report.rows for block in _row(forms, row)), *_sum(forms, report.rows)],
        "queue": lambda: [*(forms.pair(name, str(getattr(report.queue, name))) for name in _QUEUE), Rule()],
        "result": lambda: [
            forms.total("result", _RESULTS[report.reconciliation]),
            *([Paragraph(report.reconciliation_detail)] if report.reconciliation_detail else []),
            Rule(),
        ],
        "chain": lambda: [Paragraph(f"{forms.both('hash')} {report.chain_hash}")],
        "signature": lambda: [Paragraph(f"{forms.both('signature')}：________")],
    }
    return compose(forms.day, report.provider_name, [report.mark], own)


def _row(forms: Forms, row: DayRow) -> Iterator[Block]:
    yield Paragraph(
        f"{SCHEME_NAMES.get(row.scheme, row.scheme)} {CLASS_OF_CARE.get(row.clearing_class, row.clearing_class)}"
    )
    yield forms.pair("count", f"{row.count} / {row.voids}")
    yield forms.pair("group_total", format_fen(row.total))
    yield forms.pair("group_pool", format_fen(row.pool))
    yield forms.pair("group_other_funds", format_fen(row.other_funds))
    if row.provider_borne:
        yield forms.pair("group_provider", format_fen(row.provider_borne))
    yield forms.pair("group_account", format_fen(row.account))
    yield forms.pair("group_cash", format_fen(row.cash))
    if row.difference:
        yield forms.total("difference", format_fen(row.difference))
    yield Rule()


def _sum(forms: Forms, rows: tuple[DayRow, ...]) -> Iterator[Block]:
    scheme, clearing_class = forms.label("everything")
    everything = DayRow(
        scheme=scheme,
        clearing_class=clearing_class,
        count=sum(row.count for row in rows),
        voids=sum(row.voids for row in rows),
        total=Fen(sum(row.total for row in rows)),
        pool=Fen(sum(row.pool for row in rows)),
        other_funds=Fen(sum(row.other_funds for row in rows)),
        account=Fen(sum(row.account for row in rows)),
        cash=Fen(sum(row.cash for row in rows)),
        provider_borne=sum(row.provider_borne for row in rows),
    )
    yield from _row(forms, everything)
