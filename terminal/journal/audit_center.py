"""The audit of what was asked of the center: intents, messages and reversals, against the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from terminal.journal.audit_told import check_key, check_row, check_till_answer, check_told
from terminal.journal.center_numbers import center_number
from terminal.journal.chain import digest
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert


def check_intent(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The settlement's row and the intent are as they were written before the center was asked."""
    record = convert(facts["record"], SettlementRecord)
    found = check_row(connection, number, record)
    found += check_key(connection, number, facts)
    intent = connection.execute("SELECT message_id FROM intents WHERE settlement_id = ?", (record.id,)).fetchone()
    return found if intent and intent[0] == facts["message_id"] else [*found, "the intent is missing or was changed"]


def check_closed(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """What the center said of an intent: the settlement's state, its message, its answer."""
    row = connection.execute(
        "SELECT s.*, i.closed_by,"
        " (SELECT o.voided_by FROM settlements o WHERE o.id = s.voids) AS taken_back_by"
        " FROM intents i JOIN settlements s ON s.id = i.settlement_id"
        " WHERE s.id = ?",
        (facts["settlement"],),
    ).fetchone()
    expected = ("abandoned",) if facts["kind"] == "abandoned" else ("committed", "voided")
    if row is None or row["closed_by"] != number or row["state"] not in expected:
        return ["the intent's end was changed"]
    if facts["kind"] == "abandoned":
        return []
    outcome = check_outcome(connection, number, {**facts, "kind": "accepted"})
    outcome += check_told(connection, row["id"], row["kind"], row["person_number"], facts["message_id"])
    if row["kind"] == "void" and row["taken_back_by"] != row["id"]:
        outcome.append("settlements.voided_by was changed")
    return outcome + check_till_answer(connection, facts)


def check_resent(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A message that went anew, or was taken up again, is still there (`audit_numbers` looks at its id on the wire)."""
    row = connection.execute("SELECT 1 FROM outbox WHERE message_id = ?", (facts["message_id"],)).fetchone()
    return [] if row else ["the message is missing"]


def check_reversal(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The message that undoes another one."""
    row = connection.execute(
        "SELECT settlement_id, undoes, undoes_transaction FROM outbox WHERE message_id = ?", (facts["message_id"],)
    ).fetchone()
    expected = (facts["settlement"], facts["undoes"], facts["undoes_transaction"])
    return [] if row and tuple(row) == expected else ["the reversal is missing or was changed"]


def check_outcome(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The last word on a message: state, reason, bytes, the center's numbers."""
    row = connection.execute(
        "SELECT state, reason, request, answer, center_references, center_number, last_word FROM outbox"
        " WHERE message_id = ?",
        (facts["message_id"],),
    ).fetchone()
    if row is None:
        return ["the message is missing"]
    if row["last_word"] != number and _is_reopened_after(connection, number, facts["message_id"]):
        return []
    agrees = (
        row["state"] == facts["kind"]
        and row["last_word"] == number
        and row["reason"] == facts["reason"]
        and digest(row["request"] or b"") == facts["request_digest"]
        and digest(row["answer"] or b"") == facts["answer_digest"]
        and msgspec.json.decode(row["center_references"]) == facts["references"]
        and row["center_number"] == center_number(facts["references"])
    )
    return [] if agrees else ["the message's outcome was changed"]


def _is_reopened_after(connection: sqlite3.Connection, number: int, message_id: str) -> bool:
    rows = connection.execute("SELECT body FROM entries WHERE number > ?", (number,))
    facts = (msgspec.json.decode(row[0], type=dict[str, Any]) for row in rows)
    return any(one["kind"] == "reopened" and one["message_id"] == message_id for one in facts)
