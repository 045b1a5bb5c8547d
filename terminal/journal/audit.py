"""The audit: walks the hash chain and compares every table with what the entries say.

A changed byte of an entry breaks its hash; a changed column no longer agrees with its entry; a deleted row
leaves an entry, or a number, without its counterpart. (Cutting off the whole tail, tables and all, shows only
against a hash that was kept elsewhere: on a receipt, in a day's report, in a backup.)

It covers what has happened: money, the center's answers, ids on the wire, numbers given out (`audit_numbers`), law,
tills, days, goods. It does not cover what is only on its way, of which no entry is written: how far an unanswered
message, a visit, goods or a print has come, how often and when it is tried again (day end matches with the center
whatever was sent), copies and reports that are printed again, and the center's last answer of each person, by which a
sale without the center is split: the sale's own entry keeps the balance it was given, and the upload shows another (why
there is no entry of it: `known`).
"""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

import msgspec

from terminal.errors import TerminalError
from terminal.journal.audit_amounts import CenterAmounts
from terminal.journal.audit_center import (
    check_closed,
    check_intent,
    check_outcome,
    check_resent,
    check_reversal,
)
from terminal.journal.audit_commits import check_commit
from terminal.journal.audit_counts import miscounted
from terminal.journal.audit_days import check_clock_mistake, check_day, check_repair, check_run
from terminal.journal.audit_debits import (
    check_debited,
    check_debiting,
    check_not_debited,
    check_trouble,
)
from terminal.journal.audit_held import check_goods, check_published, check_till
from terminal.journal.audit_numbers import Numbered
from terminal.journal.audit_refunds import check_refund_given_up, check_refunding
from terminal.journal.chain import first_hash, next_hash
from terminal.journal.law_files import check_law

_PROBLEMS_MAX = 1_000


class _Follower(Protocol):
    """Remembers what entries say, for what only several of them together tell."""

    def follow(self, connection: sqlite3.Connection, kind: str, number: int, facts: dict[str, Any]) -> list[str]:
        """What is wrong with one more entry."""

    def disagreements(self, connection: sqlite3.Connection) -> list[str]:
        """What is wrong after the last one."""


def problems(connection: sqlite3.Connection, terminal_id: str) -> list[str]:
    """Everything that does not agree, one line each, at most 1,000; empty means good. Names no person."""
    found = [f"store: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    previous, number = first_hash(terminal_id), 0
    kinds: dict[str, int] = {}
    followers = (CenterAmounts(), Numbered(terminal_id))
    for row in connection.execute("SELECT number, hash, body FROM entries ORDER BY number"):
        number += 1
        if row["number"] != number:
            found.append(f"entry {number}: missing")
            number = row["number"]
        if not _follows(previous, row):
            found.append(f"entry {number}: its hash does not fit its bytes and the entry before")
        previous = row["hash"]
        kind, disagreements = _compared(connection, number, bytes(row["body"]), followers)
        kinds[kind] = kinds.get(kind, 0) + 1
        found += [f"entry {number}: {what}" for what in disagreements]
        if len(found) >= _PROBLEMS_MAX:
            return found[:_PROBLEMS_MAX]
    found += miscounted(connection, kinds)
    for follower in followers:
        found += follower.disagreements(connection)
    return found


def _follows(previous: str, row: sqlite3.Row) -> bool:
    """Whether an entry's hash is that of its bytes and the hash before, which may be no hash at all."""
    try:
        return bool(row["hash"] == next_hash(previous, row["body"]))
    except ValueError:
        return False


def _compared(
    connection: sqlite3.Connection, number: int, body: bytes, followers: tuple[_Follower, ...]
) -> tuple[str, list[str]]:
    try:
        facts = msgspec.json.decode(body, type=dict[str, Any])
        kind = str(facts["kind"])
        disagreements = [] if facts["number"] == number else ["it names another number"]
        disagreements += _CHECKS[kind](connection, number, facts)
        for follower in followers:
            disagreements += follower.follow(connection, kind, number, facts)
        return kind, disagreements
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError, ValueError, TerminalError):
        return "unreadable", ["it cannot be read"]


def _check_nothing(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """An entry that no table repeats, or only together with others: its hash is all there is to check here."""
    return []


_CHECKS = {
    "drawer": _check_nothing,
    "diagnosis": _check_nothing,
    "taken-over": _check_nothing,
    "law": check_law,
    "till-added": check_till,
    "till-removed": check_till,
    "published": check_published,
    "goods": check_goods,
    "publication-refused": _check_nothing,
    "settlement": check_commit,
    "void": check_commit,
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
    "renewed": check_resent,
    "adopted": _check_nothing,
    "reopened": check_resent,
    "day-run": check_run,
    "repair-begun": check_repair,
    "repair-unsent": check_repair,
    "repaired": check_repair,
    "repair-refused": check_repair,
    "day-frozen": check_day,
    "day-sealed": check_day,
    "clock-mistake": check_clock_mistake,
}
