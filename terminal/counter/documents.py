"""The papers of the counter, made from the journal alone: what is printed is what was committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from terminal.counter.month import MonthLine, lines_between, told_apart
from terminal.counter.settle import was_paid_by_card
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, PrintJob, SettlementRecord
from terminal.money import Fen, format_fen
from terminal.receipt.blocks import Document
from terminal.receipt.day import DayRow
from terminal.receipt.forms import Forms
from terminal.receipt.head import TRAINING, ReceiptHead, Refunded, reprint_mark
from terminal.receipt.layout import settlement_receipt, void_receipt
from terminal.receipt.month import MonthRow, MonthStatement, Sums

_SUMS = ("total", "fund_total", "provider_borne", "account", "cash")

REPEAT = "重复打印 REPEAT 前次中断"
"""The paper may hold a part of this document already: only one of the two counts."""


def receipt(
    record: SettlementRecord,
    provider_names: Mapping[str, str],
    mark: str = "",
    forms: Forms | None = None,
    counted: CenterSums | None = None,
    standing: tuple[str, ...] = (),
    stays_number: str = "",
    refunded: Refunded | None = None,
) -> Document:
    """The receipt of a settlement, or of a void with the cash to give back.

    counted: the sums that count for it; where they are the center's and not its own, the paper says both.
    standing: what has become of it since, as marks. stays_number, refunded: of a refund by line, as of `ReceiptHead`.
    """
    bill, split = record.bill, record.settlement
    head = ReceiptHead(
        provider_name=provider_names.get(record.provider_id, record.provider_id),
        settlement_number=record.id,
        till_reference=record.till_reference,
        business_date=record.business_day,
        settled_at=record.at,
        operator=record.operator,
        patient_name=bill.patient.name,
        patient_id=bill.patient.id,
        balance_before=None if record.kind == "void" else bill.account.balance,
        refund_at_bureau=was_paid_by_card(record),
        journal_hash=record.entry_hash,
        mark=mark,
        standing=standing,
        center_amounts=_center_amounts(record, counted),
        stays_number=stays_number,
        refunded=refunded,
    )
    if record.kind == "void":
        return void_receipt(split, head, record.voids, record.reason, forms)
    return settlement_receipt(split, head, bill.items, forms)


def mark_of(job: PrintJob, training: bool) -> str:
    """What the paper must say of itself: a reprint, a repeat after an interruption, training."""
    words = [TRAINING] if training else []
    if job.copy > 0 and job.document in ("settlement", "void"):
        words.append(reprint_mark(job.copy))
    if job.repeat:
        words.append(REPEAT)
    return " ".join(words)


def month_statement_of(
    journal: Journal,
    month: dt.date,
    provider_names: Mapping[str, str],
    counties: Mapping[str, str],
    operator: str,
    mark: str = "",
) -> MonthStatement:
    """The statement of the month that holds `month`, for clearing: what the center refused is counted apart."""
    days = journal.days_of_month(month)
    shown = told_apart(provider_names)
    rows, excluded = [], 0
    for day in days:
        lines = lines_between(journal, day, day, counties)
        excluded += sum(group.count for group in journal.group_totals(day, with_refused=True))
        excluded -= sum(line.count for line in lines)
        rows += [_month_row(day, line, shown) for line in lines]
    return MonthStatement(
        provider_name="、".join(provider_names.values()),
        month=month.replace(day=1),
        printed_at=journal.clock.now(),
        operator=operator,
        rows=tuple(rows),
        open_days=tuple(day for day in days if journal.day_state(day) != "sealed"),
        excluded=excluded,
        chain_hash=journal.head(),
        mark=mark,
    )


def _month_row(day: dt.date, line: MonthLine, provider_names: Mapping[str, str]) -> MonthRow:
    sums = Sums(**{name: getattr(line, name) for name in Sums.__dataclass_fields__})
    provider = provider_names.get(line.provider_id, line.provider_id)
    return MonthRow(day, line.provider_id, provider, line.place, line.county, line.scheme, line.clearing_class, sums)


def _center_amounts(record: SettlementRecord, counted: CenterSums | None) -> str:
    """The center's sums in words, where an operator has adopted them and they are not ours; else ""."""
    if counted is None or all(getattr(record.settlement, name) == getattr(counted, name) for name in _SUMS):
        return ""
    named = (("基金", counted.fund_total), ("个人账户", counted.account), ("现金", counted.cash))
    return "，".join(f"{name} {format_fen(amount)}" for name, amount in named)


def day_rows(
    records: Sequence[SettlementRecord], counted: Callable[[SettlementRecord], CenterSums]
) -> tuple[DayRow, ...]:
    """The day's sums as the drawer has them: everything committed, voids negative, a row a group.

    counted: the sums that count for a record, the center's where they were adopted. Which fund the center has paid more
    or less from it does not tell: the difference stands with the other funds.
    """
    groups: dict[tuple[str, str], list[SettlementRecord]] = {}
    for record in records:
        if record.state not in ("committed", "voided"):
            continue
        groups.setdefault((record.scheme, record.clearing_class), []).append(record)
    return tuple(_row(*group, found, counted) for group, found in sorted(groups.items()))


def _row(
    scheme: str,
    clearing_class: str,
    records: Sequence[SettlementRecord],
    counted: Callable[[SettlementRecord], CenterSums],
) -> DayRow:
    splits = [(record.sign, counted(record)) for record in records]
    pool = sum(record.sign * record.settlement.funds.get("pool", 0) for record in records)
    return DayRow(
        scheme=scheme,
        clearing_class=clearing_class,
        count=sum(sign > 0 for sign, _ in splits),
        voids=sum(sign < 0 for sign, _ in splits),
        total=Fen(sum(sign * split.total for sign, split in splits)),
        pool=Fen(pool),
        other_funds=Fen(sum(sign * split.fund_total for sign, split in splits) - pool),
        account=Fen(sum(sign * split.account for sign, split in splits)),
        cash=Fen(sum(sign * split.cash for sign, split in splits)),
        provider_borne=sum(sign * split.provider_borne for sign, split in splits),
    )
