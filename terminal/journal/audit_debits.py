"""The audit of purse debits: what the entries say of them against the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from terminal.journal.chain import digest
from terminal.journal.commit import SETTLEMENT_COLUMNS, settlement_row
from terminal.journal.purse_records import PurseProof
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert


def check_debiting(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The settlement's row and the debit's row are as they were written before the card was told."""
    record = convert(facts["record"], SettlementRecord)
    columns = ", ".join(SETTLEMENT_COLUMNS)
    row = connection.execute(f"SELECT {columns} FROM settlements WHERE entry = ?", (number,)).fetchone()
    if row is None:
        return ["the settlement's row is missing"]
    expected = zip(SETTLEMENT_COLUMNS, settlement_row(number, record), strict=True)
    found = [f"settlements.{name} was changed" for name, value in expected if row[name] != value]
    purse, debit = record.purse, record.purse and record.purse.debit
    written = (purse and purse.card.key, debit and debit.amount_fen, facts["key"], facts["message_id"])
    kept = connection.execute(
        "SELECT purse, amount, key, message_id FROM debits WHERE settlement_id = ?", (record.id,)
    ).fetchone()
    return found if kept and tuple(kept) == written else [*found, "the debit is missing or was changed"]


def check_trouble(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A case for people stays one, under the reason that came last."""
    rows = connection.execute("SELECT body FROM entries WHERE number > ?", (number,))
    later = (msgspec.json.decode(row[0], type=dict[str, Any]) for row in rows)
    if any(one["kind"] == "debit-trouble" and one["settlement"] == facts["settlement"] for one in later):
        return []
    row = connection.execute("SELECT trouble FROM debits WHERE settlement_id = ?", (facts["settlement"],)).fetchone()
    return [] if row and row[0] == facts["why"] else ["the debit's trouble was changed"]


def check_debited(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The proof, the message, the print job and the till's answer of a debit that the card made."""
    row = connection.execute(
        "SELECT s.state, s.kind, s.id, b.* FROM debits b JOIN settlements s ON s.id = b.settlement_id WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    if row is None or row["closed_by"] != number or row["state"] not in ("committed", "voided"):
        return ["the debit's end was changed"]
    proof = convert(facts["proof"], PurseProof)
    found = []
    if (row["tac"], row["mac2"], bool(row["mac2_verified"])) != (proof.tac, proof.mac2, proof.mac2_verified):
        found.append("the card's proof was changed")
    if not connection.execute("SELECT 1 FROM outbox WHERE message_id = ?", (row["message_id"],)).fetchone():
        found.append("its message to the center is missing or was changed")
    job = "SELECT 1 FROM print_jobs WHERE document = ? AND subject = ? AND copy = 0"
    if not connection.execute(job, (row["kind"], row["id"])).fetchone():
        found.append("its print job is missing or was changed")
    return found + check_till_answer(connection, facts)


def check_not_debited(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A debit that the card did not make counts nowhere."""
    row = connection.execute(
        "SELECT s.state, b.closed_by FROM debits b JOIN settlements s ON s.id = b.settlement_id WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    return [] if row and tuple(row) == ("abandoned", number) else ["the debit's end was changed"]


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
