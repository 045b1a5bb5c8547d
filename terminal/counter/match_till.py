"""What a till says of a day, by its own references, against what this terminal settled for it.

References are each till's own: two tills may both have a number 1, and a till that takes a sale back and sells it anew
may use its number again. So a list is held against the sales of the till that gives it, and what shares a reference is
told apart by state and total.
"""

from __future__ import annotations

import itertools
from collections import Counter
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


def match_till(records: Sequence[SettlementRecord], rows: Sequence[TillRow], till: str = "") -> list[Difference]:
    """Every difference between the day's records and what a till says of itself, by its own references.

    till: who gives the list, which is of this till's sales alone. "": nobody knows; it is held against the sales of all
    tills, and what a till with a name sold is never proposed to be taken back, though the list does not have it.
    """
    mine = [one for one in records if one.kind != "void" and one.till_reference and till in ("", one.till)]
    paired, only_theirs = _paired(mine, rows)
    found = []
    for record in mine:
        row = paired.get(record.id)
        void_here: Action = "void-here" if record.till == till else "none"
        if row is None and record.state == "committed":
            found.append(_till(till, record.id, "missing-there", void_here, record, None, said.TILL_MISSING))
        elif row is not None and row.total != record.settlement.total:
            found.append(_till(till, record.id, "amount", "none", record, row, said.TILL_TOTAL))
        elif row is not None and not _same_state(record, row):
            action: Action = void_here if row.voided else "none"
            found.append(_till(till, record.id, "void-one-sided", action, record, row, said.TILL_VOID))
    return found + _unknown_here(till, only_theirs)


def _paired(
    records: Sequence[SettlementRecord], rows: Sequence[TillRow]
) -> tuple[dict[str, TillRow], Sequence[TillRow]]:
    """The row of each record that has one, by the record's id, the likest first; and the rows without a record.

    The state counts for more than the total: what the till has as paid must not be taken for what was taken back here,
    and the sale that stands for one that the till does not know.
    """
    paired: dict[str, TillRow] = {}
    left: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        left.setdefault(row.reference, []).append(place)
    for same_state, same_total in ((True, True), (True, False), (False, True), (False, False)):
        for record in records:
            places = left.get(record.till_reference, [])
            alike = (
                place
                for place in places
                if (_same_state(record, rows[place]) or not same_state)
                and (record.settlement.total == rows[place].total or not same_total)
            )
            found = None if record.id in paired else next(alike, None)
            if found is not None:
                paired[record.id] = rows[found]
                places.remove(found)
    return paired, [rows[place] for place in sorted(itertools.chain(*left.values()))]


def _same_state(record: SettlementRecord, row: TillRow) -> bool:
    return row.voided == (record.state in ("voided", "abandoned"))


def _unknown_here(till: str, rows: Sequence[TillRow]) -> list[Difference]:
    """The rows that no record has, by till and reference; the second of one reference is told apart by its number."""
    found, seen = [], Counter[str]()
    for row in rows:
        seen[row.reference] += 1
        times = seen[row.reference]
        name = ":".join(filter(None, (till, row.reference)))
        name = name if times == 1 else f"{name}#{times}"
        found.append(_till(till, name, "missing-here", "none", None, row, said.TILL_ONLY))
    return found


def _till(
    till: str, name: str, cause: Cause, action: Action, record: SettlementRecord | None, row: TillRow | None, text: Said
) -> Difference:
    return Difference(
        id=f"till-{cause}:{name}",
        cause=cause,
        between="till",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=record.id if record else "",
        terminal_total_fen=int(record.settlement.total) if record else 0,
        other_total_fen=int(row.total) if row else 0,
        till=till,
    )
