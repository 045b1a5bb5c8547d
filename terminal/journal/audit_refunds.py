"""The audit of refunds by line: what was begun, and what was given up, against the table."""

from __future__ import annotations

import sqlite3
from typing import Any


def check_refunding(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The refund's row is as it was written before the center was asked."""
    names = ("original", "key", "void_key", "request_digest")
    row = connection.execute(f"SELECT {', '.join(names)} FROM refunds WHERE entry = ?", (number,)).fetchone()
    same = row is not None and tuple(row) == tuple(facts[name] for name in names)
    return [] if same else ["the refund is missing or was changed"]


def check_refund_given_up(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A refund that was given up stays so."""
    row = connection.execute("SELECT original FROM refunds WHERE given_up_by = ?", (number,)).fetchone()
    return [] if row and row[0] == facts["original"] else ["the refund's end was changed"]
