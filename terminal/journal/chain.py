"""The hash chain over the entries: each entry's hash covers the hash before it and its own bytes.

hash(n) = SHA-256(hash(n-1) || body(n)); hash(0) = SHA-256(the terminal's id). The body is JSON, kept as it
was hashed, and names its own number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any

from terminal.settlement.codec import encode


def first_hash(terminal_id: str) -> str:
    """The hash before the first entry: it binds the chain to its terminal."""
    return hashlib.sha256(terminal_id.encode()).hexdigest()


def next_hash(previous: str, body: bytes) -> str:
    """The hash of an entry with `body` after the one with hash `previous`."""
    return hashlib.sha256(bytes.fromhex(previous) + body).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 in hex, as entries name requests, answers and reports."""
    return hashlib.sha256(data).hexdigest()


def newest(connection: sqlite3.Connection, terminal_id: str) -> tuple[int, str]:
    """Number and hash of the newest entry; (0, first hash) where there is none."""
    row = connection.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, first_hash(terminal_id))


def append(
    connection: sqlite3.Connection, terminal_id: str, kind: str, at: dt.datetime, facts: dict[str, Any]
) -> tuple[int, str]:
    """Append one entry inside the caller's write transaction; returns its number and hash."""
    return append_all(connection, terminal_id, at, [(kind, facts)])[0]


def append_all(
    connection: sqlite3.Connection, terminal_id: str, at: dt.datetime, entries: Sequence[tuple[str, dict[str, Any]]]
) -> list[tuple[int, str]]:
    """Append entries (kind and facts) one after the other, as `append` does; the number and hash of each."""
    number, entry_hash = newest(connection, terminal_id)
    rows = []
    for kind, facts in entries:
        number += 1
        body = encode({"number": number, "kind": kind, "at": at, **facts})
        entry_hash = next_hash(entry_hash, body)
        rows.append((number, entry_hash, body))
    connection.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
    return [(number, entry_hash) for number, entry_hash, _ in rows]
