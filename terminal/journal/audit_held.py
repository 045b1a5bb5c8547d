"""The audit of what the journal holds besides money: tills, published files, goods."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from terminal.journal.chain import digest
from terminal.journal.stock import goods_digest


def check_till(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A till that was added or removed, and the digest of its token."""
    column = "added_by" if facts["kind"] == "till-added" else "removed_by"
    row = connection.execute(f"SELECT name, token_digest FROM tills WHERE {column} = ?", (number,)).fetchone()
    same = (
        row and row["name"] == facts["till"] and facts.get("token_digest", row["token_digest"]) == row["token_digest"]
    )
    return [] if same else ["the till was changed"]


def check_published(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A published file with its head and signature, byte for byte."""
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


def check_goods(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The goods of a settlement, as they were told."""
    same = goods_digest(connection, facts["settlement"]) == facts["goods_digest"]
    return [] if same else ["the goods of the settlement were changed"]
