"""The audit of what everything that counts leaves behind: its row, a message to the center, a print job, the till's
answer.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from terminal.journal.chain import digest
from terminal.journal.records import SettlementRecord
from terminal.journal.rows import SETTLEMENT_COLUMNS, settlement_row


def check_row(connection: sqlite3.Connection, number: int, record: SettlementRecord) -> list[str]:
    """The settlement's row, fact by fact."""
    columns = ", ".join(SETTLEMENT_COLUMNS)
    row = connection.execute(f"SELECT {columns} FROM settlements WHERE entry = ?", (number,)).fetchone()
    if row is None:
        return ["the settlement's row is missing"]
    expected = zip(SETTLEMENT_COLUMNS, settlement_row(number, record), strict=True)
    return [f"settlements.{name} was changed" for name, value in expected if row[name] != value]


def check_told(
    connection: sqlite3.Connection, settlement_id: str, kind: str, person_number: str, message_id: str
) -> list[str]:
    """The message that tells the center of a settlement, and the job of its first print."""
    expected = (message_id, "void" if kind == "void" else "settle", person_number)
    row = connection.execute(
        "SELECT message_id, transaction_name, person_number FROM outbox WHERE settlement_id = ?"
        " AND transaction_name <> 'reverse'",
        (settlement_id,),
    ).fetchone()
    found = [] if row and tuple(row) == expected else ["its message to the center is missing or was changed"]
    job = connection.execute(
        "SELECT 1 FROM print_jobs WHERE document = ? AND subject = ? AND copy = 0", (kind, settlement_id)
    ).fetchone()
    return found if job else [*found, "its print job is missing or was changed"]


def check_key(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The till's key and request, as they were written before it had an answer; no answer may stand yet."""
    row = connection.execute("SELECT key, request_digest FROM keys WHERE entry = ?", (number,)).fetchone()
    same = row is None or tuple(row) == (facts["key"], facts["request_digest"])
    return [] if same else ["its key was changed"]


def check_till_answer(connection: sqlite3.Connection, facts: dict[str, Any]) -> list[str]:
    """The answer that the till was given stands under its key as it was digested."""
    row = connection.execute(
        "SELECT k.answer, e.hash FROM keys k JOIN settlements s ON s.entry = k.entry"
        " JOIN entries e ON e.number = k.entry WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    if row is None:
        return ["its key is missing"]
    blank = bytes(row["answer"]).replace(row["hash"].encode(), b"", 1)
    return [] if digest(blank) == facts["till_answer_digest"] else ["its answer was changed"]
