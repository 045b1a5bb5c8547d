"""The audit of the center's amounts: of each settlement those stand, and count or not, that the last entry tells of."""

from __future__ import annotations

import sqlite3
from typing import Any

from terminal.journal.records import CenterSums
from terminal.money import SignedFen
from terminal.settlement.codec import convert

_TELL = ("accepted", "authorised", "adopted")


class CenterAmounts:
    """What the entries have told of the center's amounts so far, against the table `center_amounts`."""

    def __init__(self) -> None:
        self._standing = 0
        self._not_standing: dict[str, int] = {}

    def follow(self, connection: sqlite3.Connection, kind: str, number: int, facts: dict[str, Any]) -> list[str]:
        """One more entry, and where the row that rests on it is another one."""
        if kind not in _TELL or facts.get("sums") is None:
            return []
        sums = _fen_of(facts["sums"])
        settlement_id = facts["settlement"] if "settlement" in facts else _of_message(connection, facts["message_id"])
        row = connection.execute("SELECT * FROM center_amounts WHERE settlement_id = ?", (settlement_id,)).fetchone()
        if row is None or row["entry"] != number:
            self._not_standing[settlement_id] = number
            return []
        self._standing += 1
        self._not_standing.pop(settlement_id, None)
        counts = kind == "adopted" or (kind == "authorised" and sums != _own(connection, settlement_id))
        same = row["adopted_by"] == (number if counts else None) and all(row[name] == sums[name] for name in sums)
        return [] if same else ["the center's amounts were changed"]

    def disagreements(self, connection: sqlite3.Connection) -> list[str]:
        """Amounts of which the last entry has no row, and rows of which no entry tells."""
        found = [f"entry {number}: the center's amounts are missing" for number in self._not_standing.values()]
        (rows,) = connection.execute("SELECT count(*) FROM center_amounts").fetchone()
        if rows != self._standing:
            found.append(f"center_amounts: {rows} rows, but {self._standing} settlements have such amounts")
        return found


def _fen_of(sums: object) -> dict[str, int]:
    """As an entry has them, of any sign: before amounts below zero were refused on arrival, some were written down."""
    given = convert(sums, dict[str, SignedFen])
    return {name: int(given[name]) for name in CenterSums.__struct_fields__}


def _own(connection: sqlite3.Connection, settlement_id: str) -> dict[str, int]:
    names = CenterSums.__struct_fields__
    row = connection.execute(f"SELECT {', '.join(names)} FROM settlements WHERE id = ?", (settlement_id,)).fetchone()
    return dict(zip(names, row or (), strict=False))


def _of_message(connection: sqlite3.Connection, message_id: str) -> str:
    row = connection.execute("SELECT settlement_id FROM outbox WHERE message_id = ?", (message_id,)).fetchone()
    return str(row[0]) if row else ""
