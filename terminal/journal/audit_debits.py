"""The audit of purse debits: what the entries say of them against the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from terminal.journal.audit_told import check_key, check_row, check_till_answer, check_told
from terminal.journal.purse_records import PurseProof
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert


def check_debiting(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The settlement's row and the debit's row are as they were written before the card was told."""
    record = convert(facts["record"], SettlementRecord)
    found = check_row(connection, number, record)
    purse, debit = record.purse, record.purse and record.purse.debit
    written = (purse and purse.card.key, debit and debit.amount_fen, facts["key"], facts["message_id"])
    kept = connection.execute(
        "SELECT purse, amount, key, message_id, trouble FROM debits WHERE settlement_id = ?", (record.id,)
    ).fetchone()
    if kept is None or tuple(kept)[:-1] != written:
        found.append("the debit is missing or was changed")
    elif kept["trouble"] and not _troubled_after(connection, number, record.id):
        found.append("the debit's trouble was changed")
    return found + check_key(connection, number, facts)


def _troubled_after(connection: sqlite3.Connection, number: int, settlement_id: str) -> bool:
    rows = connection.execute("SELECT body FROM entries WHERE number > ?", (number,))
    later = (msgspec.json.decode(row[0], type=dict[str, Any]) for row in rows)
    return any(one["kind"] == "debit-trouble" and one["settlement"] == settlement_id for one in later)


def check_trouble(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A case for people stays one, under the reason that came last."""
    if _troubled_after(connection, number, facts["settlement"]):
        return []
    row = connection.execute("SELECT trouble FROM debits WHERE settlement_id = ?", (facts["settlement"],)).fetchone()
    return [] if row and row[0] == facts["why"] else ["the debit's trouble was changed"]


def check_debited(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The proof, the message, the print job and the till's answer of a debit that the card made."""
    row = connection.execute(
        "SELECT s.state, s.kind, s.id, s.person_number, b.* FROM debits b JOIN settlements s ON s.id = b.settlement_id"
        " WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    if row is None or row["closed_by"] != number or row["state"] not in ("committed", "voided"):
        return ["the debit's end was changed"]
    proof = convert(facts["proof"], PurseProof)
    found = []
    if (row["tac"], row["mac2"], bool(row["mac2_verified"])) != (proof.tac, proof.mac2, proof.mac2_verified):
        found.append("the card's proof was changed")
    found += check_told(connection, row["id"], row["kind"], row["person_number"], row["message_id"])
    return found + check_till_answer(connection, facts)


def check_not_debited(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A debit that the card did not make counts nowhere."""
    row = connection.execute(
        "SELECT s.state, b.closed_by, b.tac, b.mac2, b.mac2_verified"
        " FROM debits b JOIN settlements s ON s.id = b.settlement_id WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    return [] if row and tuple(row) == ("abandoned", number, "", "", 0) else ["the debit's end was changed"]
