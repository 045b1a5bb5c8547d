"""The audit of settlements and voids that were committed in one step: what the entry says against the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

from terminal.journal.audit_told import check_row, check_told
from terminal.journal.chain import digest
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert


def check_commit(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The settlement's row, what it took back, its message, its print job, its key and its answer."""
    record = convert(facts["record"], SettlementRecord)
    found = check_row(connection, number, record)
    if record.kind == "void":
        found += _check_voided(connection, record)
    found += check_told(connection, record.id, record.kind, record.person_number, facts["message_id"])
    return found + _check_answer(connection, number, facts)


def _check_voided(connection: sqlite3.Connection, record: SettlementRecord) -> list[str]:
    row = connection.execute("SELECT voided_by FROM settlements WHERE id = ?", (record.voids,)).fetchone()
    return [] if row and row[0] == record.id else ["settlements.voided_by was changed"]


def _check_answer(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute(
        "SELECT k.key, k.request_digest, k.answer, e.hash FROM keys k JOIN entries e ON e.number = k.entry"
        " WHERE k.entry = ?",
        (number,),
    ).fetchone()
    if row is None:
        return ["its key is missing"]
    same = (row["key"], row["request_digest"]) == (facts["key"], facts["request_digest"])
    blank = bytes(row["answer"]).replace(row["hash"].encode(), b"", 1)
    return [] if same and digest(blank) == facts["answer_digest"] else ["its key or its answer was changed"]
