"""The audit: walks the hash chain and compares every table with what the entries say.

A changed byte of an entry breaks its hash; a changed column no longer agrees with its entry; a deleted row
leaves an entry, or a number, without its counterpart. (Cutting off the whole tail, tables and all, shows only
against a hash that was kept elsewhere: on a receipt, in a day's report, in a backup.)
"""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from terminal.errors import TerminalError
from terminal.journal.chain import digest, first_hash, next_hash
from terminal.journal.commit import SETTLEMENT_COLUMNS, settlement_row
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert

_PROBLEMS_MAX = 1_000


def problems(connection: sqlite3.Connection, terminal_id: str) -> list[str]:
    """Everything that does not agree, one line each, at most 1,000; empty means good. Names no person."""
    found = [f"store: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    previous, number = first_hash(terminal_id), 0
    kinds: dict[str, int] = {}
    for row in connection.execute("SELECT number, hash, body FROM entries ORDER BY number"):
        number += 1
        if row["number"] != number:
            found.append(f"entry {number}: missing")
            number = row["number"]
        if row["hash"] != next_hash(previous, row["body"]):
            found.append(f"entry {number}: its hash does not fit its bytes and the entry before")
        previous = row["hash"]
        kind, disagreements = _compared(connection, number, bytes(row["body"]))
        kinds[kind] = kinds.get(kind, 0) + 1
        found += [f"entry {number}: {what}" for what in disagreements]
        if len(found) >= _PROBLEMS_MAX:
            return found[:_PROBLEMS_MAX]
    return found + _counted(connection, kinds)


def _compared(connection: sqlite3.Connection, number: int, body: bytes) -> tuple[str, list[str]]:
    try:
        facts = msgspec.json.decode(body, type=dict[str, Any])
        kind = str(facts["kind"])
        disagreements = [] if facts["number"] == number else ["it names another number"]
        return kind, disagreements + _CHECKS[kind](connection, number, facts)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, ValueError, TerminalError):
        return "unreadable", ["it cannot be read"]


def _check_commit(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    record = convert(facts["record"], SettlementRecord)
    columns = ", ".join(SETTLEMENT_COLUMNS)
    row = connection.execute(
        f"SELECT {columns}, state, voided_by FROM settlements WHERE entry = ?", (number,)
    ).fetchone()
    if row is None:
        return ["the settlement's row is missing"]
    found = [
        f"settlements.{name} was changed"
        for name, expected in zip(SETTLEMENT_COLUMNS, settlement_row(number, record), strict=True)
        if row[name] != expected
    ]
    if (row["state"] == "voided") != (row["voided_by"] is not None):
        found.append("settlements.state was changed")
    if record.kind == "void":
        found += _check_voided(connection, record)
    return found + _check_message(connection, record, facts) + _check_answer(connection, number, facts)


def _check_voided(connection: sqlite3.Connection, record: SettlementRecord) -> list[str]:
    row = connection.execute("SELECT voided_by FROM settlements WHERE id = ?", (record.voids,)).fetchone()
    return [] if row and row[0] == record.id else ["settlements.voided_by was changed"]


def _check_message(connection: sqlite3.Connection, record: SettlementRecord, facts: dict[str, Any]) -> list[str]:
    transaction = "void" if record.kind == "void" else "settle"
    expected = (facts["message_id"], transaction, record.person_number)
    row = connection.execute(
        "SELECT message_id, transaction_name, person_number FROM outbox WHERE settlement_id = ?"
        " AND transaction_name <> 'reverse'",
        (record.id,),
    ).fetchone()
    found = [] if row and tuple(row) == expected else ["its message to the center is missing or was changed"]
    job = connection.execute(
        "SELECT 1 FROM print_jobs WHERE document = ? AND subject = ? AND copy = 0", (record.kind, record.id)
    ).fetchone()
    return found if job else [*found, "its print job is missing or was changed"]


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


def _check_outcome(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute(
        "SELECT state, reason, request, answer, center_references, last_word FROM outbox WHERE message_id = ?",
        (facts["message_id"],),
    ).fetchone()
    if row is None:
        return ["the message is missing"]
    agrees = (
        row["state"] == facts["kind"]
        and row["last_word"] == number
        and row["reason"] == facts["reason"]
        and digest(row["request"] or b"") == facts["request_digest"]
        and digest(row["answer"] or b"") == facts["answer_digest"]
        and msgspec.json.decode(row["center_references"]) == facts["references"]
    )
    return [] if agrees else ["the message's outcome was changed"]


def _check_day(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute("SELECT state, report FROM days WHERE day = ?", (facts["day"],)).fetchone()
    if row is None:
        return ["the day's row is missing"]
    if facts["kind"] == "day-frozen":
        return []
    agrees = row["state"] == "sealed" and digest(row["report"] or b"") == facts["report_digest"]
    return [] if agrees else ["the sealed day was changed"]


_CHECKS = {
    "settlement": _check_commit,
    "void": _check_commit,
    "accepted": _check_outcome,
    "refused": _check_outcome,
    "day-frozen": _check_day,
    "day-sealed": _check_day,
}

_COUNTS = (
    ("settlements", "SELECT count(*) FROM settlements", ("settlement", "void")),
    ("settlements.state", "SELECT count(*) FROM settlements WHERE state = 'voided'", ("void",)),
    ("outbox", "SELECT count(*) FROM outbox WHERE transaction_name <> 'reverse'", ("settlement", "void")),
    (
        "outbox.state",
        "SELECT count(*) FROM outbox WHERE state IN ('accepted', 'refused')",
        ("accepted", "refused"),
    ),
    ("keys", "SELECT count(*) FROM keys", ("settlement", "void")),
    ("days", "SELECT count(*) FROM days", ("day-frozen",)),
    ("days.state", "SELECT count(*) FROM days WHERE state = 'sealed'", ("day-sealed",)),
)


def _counted(connection: sqlite3.Connection, kinds: dict[str, int]) -> list[str]:
    found = []
    for name, query, of_kinds in _COUNTS:
        (rows,) = connection.execute(query).fetchone()
        entries = sum(kinds.get(kind, 0) for kind in of_kinds)
        if rows != entries:
            found.append(f"{name}: {rows} rows, but {entries} entries")
    return found
