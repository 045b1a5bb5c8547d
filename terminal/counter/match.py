"""The three-way match of a day: the till's own references, the terminal, the center; every difference has a cause.

Pure but for the journal's reading. A difference names what to do about it; nothing is done here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from terminal.center.details import CenterRow, OwnRow, counted_there, own_row
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.money import Fen

Cause = Literal["missing-here", "missing-there", "amount", "void-one-sided", "date-boundary", "another-till", "refused"]
Action = Literal["reverse-at-center", "adopt-settlement", "send-again", "void-here", "adopt-amounts", "none"]


class TillRow(Struct, frozen=True):
    """What the till has: its own reference, the total of its bill in fen, and whether it took it back."""

    reference: str
    total: Fen
    voided: bool = False


class Difference(Struct, frozen=True, kw_only=True):
    """One difference of a day. `id` names it in every run; `explained`: it needs no action.

    between: who differs from the terminal. settlement_id "": the terminal has nothing. Amounts in fen, of voids
    negative. message_id, center_number: the center's own, where it has a row.
    """

    id: str
    cause: Cause
    between: Literal["center", "till"]
    action: Action
    text: str
    settlement_id: str = ""
    provider_id: str = ""
    person_number: str = ""
    message_id: str = ""
    center_number: str = ""
    visit_number: str = ""
    refunded: bool = False
    terminal_total_fen: int = 0
    other_total_fen: int = 0
    other_fund_total_fen: int = 0
    other_account_fen: int = 0

    @property
    def explained(self) -> bool:
        """Whether it stands to reason and keeps no day open."""
        return self.cause in ("date-boundary", "another-till")


def own_rows(journal: Journal, records: Sequence[SettlementRecord]) -> list[OwnRow]:
    """The day's rows for the center's details: everything that it has accepted, voids as negative rows of their own."""
    return [row for row, _ in _paired(journal, records)]


def match_center(
    journal: Journal,
    day: dt.date,
    provider_id: str,
    records: Sequence[SettlementRecord],
    rows: Sequence[CenterRow],
    is_of_another_till: Callable[[str], bool],
) -> list[Difference]:
    """Every difference between the day's records of one provider and class and the center's rows of the same.

    The center knows institutions and no tills: is_of_another_till tells by a message's id who has sent it.
    """
    ours = {row.center_number: (row, record) for row, record in _paired(journal, records)}
    found: list[Difference] = []
    for row in rows:
        if _is_lost(row):
            continue
        mine, record = ours.pop(row.center_number, (None, None))
        if mine is None or record is None:
            found.append(_only_there(journal, day, provider_id, row, is_of_another_till(row.message_id)))
        elif (mine.total, mine.fund_total, mine.account) != (row.total, row.fund_total, row.account):
            found.append(_amount(provider_id, record, mine, row))
    found += [_only_here(day, provider_id, record, row) for row, record in ours.values()]
    return found


def match_till(records: Sequence[SettlementRecord], rows: Sequence[TillRow]) -> list[Difference]:
    """Every difference between the day's records and what the till says of itself, by its own references."""
    theirs = {row.reference: row for row in rows}
    found = []
    for record in records:
        if record.kind == "void" or not record.till_reference:
            continue
        row = theirs.pop(record.till_reference, None)
        if row is None and record.state == "committed":
            found.append(_till("missing-there", "void-here", record, None, "the till does not know this settlement"))
        elif row is not None and row.total != record.settlement.total:
            found.append(_till("amount", "none", record, row, "the till has another total"))
        elif row is not None and row.voided != (record.state == "voided"):
            action: Action = "void-here" if row.voided else "none"
            found.append(_till("void-one-sided", action, record, row, "taken back on one side only"))
    found += [
        _till("missing-here", "none", None, row, "the till has it, the terminal does not") for row in theirs.values()
    ]
    return found


def refused_matters(records: Sequence[SettlementRecord]) -> list[Difference]:
    """Settlements that the center refused and that still stand here: to be taken back."""
    return [
        Difference(
            id=f"refused:{record.id}",
            cause="refused",
            between="center",
            action="void-here",
            text="the center refused it; take it back, give the goods back or settle anew",
            settlement_id=record.id,
            provider_id=record.provider_id,
            terminal_total_fen=int(record.settlement.total),
        )
        for record in records
        if record.kind == "settlement" and record.upload_state == "refused" and record.state == "committed"
    ]


def _paired(journal: Journal, records: Sequence[SettlementRecord]) -> list[tuple[OwnRow, SettlementRecord]]:
    rows = ((own_row(record, journal.counted_sums(record)), record) for record in records)
    return [(row, record) for row, record in rows if row is not None]


def _is_lost(row: CenterRow) -> bool:
    return not row.message_id and not (row.total or row.fund_total or row.account)


def _only_there(journal: Journal, day: dt.date, provider_id: str, row: CenterRow, is_anothers: bool) -> Difference:
    record, undone = _behind(journal, row)
    cause: Cause = "void-one-sided" if row.refunded else "missing-here"
    action: Action = "reverse-at-center"
    text = "the center has it, nothing of it stands here"
    subject = ""
    if record is None and is_anothers:
        cause, action, text = "another-till", "none", "another till of this institution has it"
    elif record is not None and not undone and record.state in ("committed", "voided"):
        subject = record.id
        if record.business_day != day:
            cause, action, text = "date-boundary", "none", f"counts here on {record.business_day}"
        else:
            action, text = "adopt-settlement", "the center has it, its answer was never heard here"
    elif row.refunded:
        original = next(
            (
                one
                for one in journal.by_center_reference(row.visit_number)
                if one.kind == "settlement" and one.state == "committed"
            ),
            None,
        )
        if original is not None:
            subject, action, text = original.id, "void-here", "taken back at the center, and not here"
    return _with_row(f"{cause}:{row.center_number or row.message_id}", cause, action, text, provider_id, subject, row)


def _behind(journal: Journal, row: CenterRow) -> tuple[SettlementRecord | None, bool]:
    """What of ours stands behind a row of the center, by its message or its number, and whether that was undone."""
    behind = journal.on_wire(row.message_id) if row.message_id else None
    if behind is not None:
        return journal.settlement(behind.settlement_id), behind.undone
    known = [one for one in journal.by_center_reference(row.center_number) if (one.sign < 0) == row.refunded]
    return (known[0] if known else None), False


def _amount(provider_id: str, record: SettlementRecord, mine: OwnRow, row: CenterRow) -> Difference:
    text = "the center has other amounts"
    return _with_row(f"amount:{record.id}", "amount", "adopt-amounts", text, provider_id, record.id, row, mine.total)


def _with_row(
    name: str,
    cause: Cause,
    action: Action,
    text: str,
    provider_id: str,
    settlement_id: str,
    row: CenterRow,
    terminal_total: int = 0,
) -> Difference:
    """A difference for which the center has a row of its own."""
    return Difference(
        id=name,
        cause=cause,
        between="center",
        action=action,
        text=text,
        settlement_id=settlement_id,
        provider_id=provider_id,
        person_number=row.person_number,
        message_id=row.message_id,
        center_number=row.center_number,
        visit_number=row.visit_number,
        refunded=row.refunded,
        terminal_total_fen=terminal_total,
        other_total_fen=int(row.total),
        other_fund_total_fen=int(row.fund_total),
        other_account_fen=int(row.account),
    )


def _only_here(day: dt.date, provider_id: str, record: SettlementRecord, row: OwnRow) -> Difference:
    counted = counted_there(record)
    elsewhere = bool(counted) and counted != day.isoformat()
    one_sided: Cause = "void-one-sided" if record.kind == "void" else "missing-there"
    return Difference(
        id=f"{'date-boundary' if elsewhere else one_sided}:{record.id}",
        cause="date-boundary" if elsewhere else one_sided,
        between="center",
        action="none" if elsewhere else "send-again",
        text=f"counts at the center on {counted}" if elsewhere else "the center no longer has it",
        settlement_id=record.id,
        provider_id=provider_id,
        person_number=record.person_number,
        center_number=row.center_number,
        terminal_total_fen=int(row.total),
    )


def _till(cause: Cause, action: Action, record: SettlementRecord | None, row: TillRow | None, text: str) -> Difference:
    subject = record.id if record else ""
    return Difference(
        id=f"till-{cause}:{subject or (row.reference if row else '')}",
        cause=cause,
        between="till",
        action=action,
        text=text,
        settlement_id=subject,
        terminal_total_fen=int(record.settlement.total) if record else 0,
        other_total_fen=int(row.total) if row else 0,
    )
