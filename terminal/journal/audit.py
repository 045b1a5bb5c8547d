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
from terminal.journal.audit_center import (
    check_adopted,
    check_closed,
    check_intent,
    check_outcome,
    check_renewed,
    check_reopened,
    check_reversal,
)
from terminal.journal.audit_debits import (
    check_debited,
    check_debiting,
    check_not_debited,
    check_trouble,
)
from terminal.journal.audit_refunds import check_refund_given_up, check_refunding
from terminal.journal.audit_told import check_told
from terminal.journal.chain import digest, first_hash, next_hash
from terminal.journal.commit import SETTLEMENT_COLUMNS, settlement_row
from terminal.journal.law_files import check_law
from terminal.journal.records import SettlementRecord
from terminal.journal.stock import goods_digest
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
        if not _follows(previous, row):
            found.append(f"entry {number}: its hash does not fit its bytes and the entry before")
        previous = row["hash"]
        kind, disagreements = _compared(connection, number, bytes(row["body"]))
        kinds[kind] = kinds.get(kind, 0) + 1
        found += [f"entry {number}: {what}" for what in disagreements]
        if len(found) >= _PROBLEMS_MAX:
            return found[:_PROBLEMS_MAX]
    return found + _counted(connection, kinds)


def _follows(previous: str, row: sqlite3.Row) -> bool:
    """Whether an entry's hash is that of its bytes and the hash before, which may be no hash at all."""
    try:
        return bool(row["hash"] == next_hash(previous, row["body"]))
    except ValueError:
        return False


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
    row = connection.execute(f"SELECT {columns} FROM settlements WHERE entry = ?", (number,)).fetchone()
    if row is None:
        return ["the settlement's row is missing"]
    found = [
        f"settlements.{name} was changed"
        for name, expected in zip(SETTLEMENT_COLUMNS, settlement_row(number, record), strict=True)
        if row[name] != expected
    ]
    if record.kind == "void":
        found += _check_voided(connection, record)
    found += check_told(connection, record.id, record.kind, record.person_number, facts["message_id"])
    return found + _check_answer(connection, number, facts)


def _check_run(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute("SELECT day, run, report FROM day_runs WHERE entry = ?", (number,)).fetchone()
    same = row and (row["day"], row["run"], digest(row["report"])) == (
        facts["day"],
        facts["run"],
        facts["report_digest"],
    )
    return [] if same else ["the report of the day's run was changed"]


def _check_repair(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute(
        "SELECT day, difference, action, operator, refused, message_id FROM repairs WHERE entry = ?", (number,)
    ).fetchone()
    said = (facts.get("refused", ""), facts.get("message_id", ""))
    expected = (facts["day"], facts["difference"], facts["action"], facts["operator"], *said)
    return [] if row and tuple(row) == expected else ["the repair was changed"]


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


def _check_day(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute("SELECT state, report FROM days WHERE day = ?", (facts["day"],)).fetchone()
    if row is None:
        return ["the day's row is missing"]
    if facts["kind"] == "day-frozen":
        kept = row["state"] == "sealed" or row["report"] is None
        return [] if kept else ["the frozen day was changed"]
    agrees = row["state"] == "sealed" and digest(row["report"] or b"") == facts["report_digest"]
    return [] if agrees else ["the sealed day was changed"]


def _check_till(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    column = "added_by" if facts["kind"] == "till-added" else "removed_by"
    row = connection.execute(f"SELECT name, token_digest FROM tills WHERE {column} = ?", (number,)).fetchone()
    same = (
        row and row["name"] == facts["till"] and facts.get("token_digest", row["token_digest"]) == row["token_digest"]
    )
    return [] if same else ["the till was changed"]


def _check_published(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    row = connection.execute(
        "SELECT kind, name, version, head, signature, body FROM publications WHERE entry = ?", (number,)
    ).fetchone()
    if row is None:
        return ["the published file is missing"]
    head = facts["head"]
    named = (row["kind"], row["name"], row["version"]) == (head["kind"], head["name"], head["version"])
    whole = msgspec.json.decode(row["head"]) == head and digest(row["body"]) == head["digest"]
    same = named and whole and row["signature"] == facts["signature"]
    return [] if same else [f"the published file {head['kind']}/{head['name']} was changed"]


def _check_goods(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    same = goods_digest(connection, facts["settlement"]) == facts["goods_digest"]
    return [] if same else ["the goods of the settlement were changed"]


def _check_nothing(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """An entry that no table repeats: its hash is all there is to check."""
    return []


_CHECKS = {
    "drawer": _check_nothing,
    "diagnosis": _check_nothing,
    "taken-over": _check_nothing,
    "law": check_law,
    "till-added": _check_till,
    "till-removed": _check_till,
    "published": _check_published,
    "goods": _check_goods,
    "publication-refused": _check_nothing,
    "settlement": _check_commit,
    "void": _check_commit,
    "accepted": check_outcome,
    "refused": check_outcome,
    "authorising": check_intent,
    "authorised": check_closed,
    "abandoned": check_closed,
    "debiting": check_debiting,
    "debited": check_debited,
    "not-debited": check_not_debited,
    "debit-trouble": check_trouble,
    "refunding": check_refunding,
    "refund-given-up": check_refund_given_up,
    "reversing": check_reversal,
    "renewed": check_renewed,
    "adopted": check_adopted,
    "reopened": check_reopened,
    "day-run": _check_run,
    "repair-begun": _check_repair,
    "repaired": _check_repair,
    "repair-refused": _check_repair,
    "day-frozen": _check_day,
    "day-sealed": _check_day,
}

_COUNTS = (
    ("settlements", "SELECT count(*) FROM settlements", ("settlement", "void", "authorising", "debiting")),
    (
        "settlements.state",
        "SELECT (SELECT count(*) FROM settlements WHERE state = 'voided')"
        " - (SELECT count(*) FROM intents i JOIN settlements v ON v.id = i.settlement_id"
        " WHERE v.kind = 'void' AND v.state = 'committed')",
        ("void",),
    ),
    (
        "settlements.voided_by",
        "SELECT count(*) FROM settlements WHERE (state = 'voided') <> (voided_by IS NOT NULL)",
        (),
    ),
    (
        "outbox",
        "SELECT count(*) FROM outbox WHERE transaction_name <> 'reverse'",
        ("settlement", "void", "authorised", "debited"),
    ),
    ("reversals", "SELECT count(*) FROM outbox WHERE transaction_name = 'reverse'", ("reversing",)),
    (
        "outbox.state",
        "SELECT count(*) FROM outbox WHERE state IN ('accepted', 'refused')",
        ("accepted", "refused", "authorised", "-reopened"),
    ),
    ("keys", "SELECT count(*) FROM keys", ("settlement", "void", "authorised", "debited")),
    ("intents", "SELECT count(*) FROM intents", ("authorising",)),
    ("intents.closed", "SELECT count(*) FROM intents WHERE closed_by IS NOT NULL", ("authorised", "abandoned")),
    ("debits", "SELECT count(*) FROM debits", ("debiting",)),
    ("debits.closed", "SELECT count(*) FROM debits WHERE closed_by IS NOT NULL", ("debited", "not-debited")),
    ("refunds", "SELECT count(*) FROM refunds", ("refunding",)),
    ("refunds.given_up", "SELECT count(*) FROM refunds WHERE given_up_by IS NOT NULL", ("refund-given-up",)),
    ("publications", "SELECT count(*) FROM publications", ("published",)),
    ("goods", "SELECT count(DISTINCT settlement_id) FROM stock_moves", ("goods",)),
    ("day_runs", "SELECT count(*) FROM day_runs", ("day-run",)),
    ("repairs", "SELECT count(*) FROM repairs", ("repair-begun", "repaired", "repair-refused")),
    ("tills", "SELECT count(*) FROM tills", ("till-added",)),
    ("tills.removed", "SELECT count(*) FROM tills WHERE removed_by IS NOT NULL", ("till-removed",)),
    ("law_files", "SELECT count(*) FROM law_files", ("law",)),
    ("days", "SELECT count(*) FROM days", ("day-frozen",)),
    ("days.state", "SELECT count(*) FROM days WHERE state = 'sealed'", ("day-sealed",)),
)


def _counted(connection: sqlite3.Connection, kinds: dict[str, int]) -> list[str]:
    found = []
    for name, query, of_kinds in _COUNTS:
        (rows,) = connection.execute(query).fetchone()
        # A kind with a minus takes back what another counted.
        entries = sum(-kinds.get(kind[1:], 0) if kind[0] == "-" else kinds.get(kind, 0) for kind in of_kinds)
        if rows != entries:
            found.append(f"{name}: {rows} rows, but {entries} entries")
    return found
