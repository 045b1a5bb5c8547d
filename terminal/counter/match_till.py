"""What the till says of a day, by its own references, against what this terminal settled."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from terminal.counter import said
from terminal.counter.difference import Action, Cause, Difference
from terminal.counter.said import Said
from terminal.journal.records import SettlementRecord
from terminal.money import Fen


class TillRow(Struct, frozen=True):
    """What the till has: its own reference, the total of its bill in fen, and whether it took it back."""

    reference: str
    total: Fen
    voided: bool = False


def match_till(records: Sequence[SettlementRecord], rows: Sequence[TillRow]) -> list[Difference]:
    """Every difference between the day's records and what the till says of itself, by its own references."""
    theirs = {row.reference: row for row in rows}
    found = []
    for record in records:
        if record.kind == "void" or not record.till_reference:
            continue
        row = theirs.pop(record.till_reference, None)
        if row is None and record.state == "committed":
            found.append(_till("missing-there", "void-here", record, None, said.TILL_MISSING))
        elif row is not None and row.total != record.settlement.total:
            found.append(_till("amount", "none", record, row, said.TILL_TOTAL))
        elif row is not None and row.voided != (record.state == "voided"):
            action: Action = "void-here" if row.voided else "none"
            found.append(_till("void-one-sided", action, record, row, said.TILL_VOID))
    found += [_till("missing-here", "none", None, row, said.TILL_ONLY) for row in theirs.values()]
    return found


def _till(cause: Cause, action: Action, record: SettlementRecord | None, row: TillRow | None, text: Said) -> Difference:
    subject = record.id if record else ""
    return Difference(
        id=f"till-{cause}:{subject or (row.reference if row else '')}",
        cause=cause,
        between="till",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=subject,
        terminal_total_fen=int(record.settlement.total) if record else 0,
        other_total_fen=int(row.total) if row else 0,
    )
