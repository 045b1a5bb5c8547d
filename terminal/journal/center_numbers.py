"""The numbers by which the center knows what it has booked: each is one settlement's, and its void's where the center
has one row for both.

An answer with the number of another settlement is the answer to another message, whatever else it says. That is looked
for in the write that would keep it, so that of two such answers the second is always seen.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from terminal.errors import Conflict

FOUND = "found"
"""Under this stands how something came to light."""

_WORDS = frozenset({FOUND, "differences", "hint"})
"""What is kept beside the center's numbers and is none."""


def center_number(references: Mapping[str, str]) -> str:
    """The number by which the center knows a row: the first of its references. "" where it has told none."""
    name, number = next(iter(references.items()), (FOUND, ""))
    return "" if name in _WORDS else number


def are_of_others(connection: sqlite3.Connection, told: Sequence[tuple[str, str]]) -> list[bool]:
    """Of each settlement and the number that the center tells for it, whether that is known as another's here, or is
    told for another one earlier in `told`. A settlement and its void may share theirs; "" is nobody's.
    """
    wanted = msgspec.json.encode([number for _, number in told if number]).decode()
    holders = defaultdict(set)
    for number, settlement_id in connection.execute(
        "SELECT center_number, settlement_id FROM outbox"
        " WHERE center_number <> '' AND center_number IN (SELECT value FROM json_each(?))",
        (wanted,),
    ):
        holders[number].add(settlement_id)
    found = []
    for settlement_id, number in told:
        others = holders[number] - {settlement_id}
        is_anothers = bool(others) and not others <= _counterparts(connection, settlement_id)
        if number and not is_anothers:
            holders[number].add(settlement_id)
        found.append(is_anothers)
    return found


def number_of_another() -> Conflict:
    """The center's answer tells the number of another settlement: nobody knows what became of this one."""
    message = "the center's answer tells the number of another settlement; what became of this one is not known"
    return Conflict("number-of-another", message, "中心答复所载结算编号属于另一笔结算，本笔结果未知", "center")


def _counterparts(connection: sqlite3.Connection, settlement_id: str) -> set[str]:
    """What it takes back, or what takes it back."""
    rows = connection.execute(
        "SELECT voids FROM settlements WHERE id = ?1 UNION SELECT id FROM settlements WHERE voids = ?1",
        (settlement_id,),
    )
    return {str(other) for (other,) in rows}
