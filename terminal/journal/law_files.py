"""The law that settlements rest on, kept with them: every pack and supplement whole, once, under its digest.

A settlement names its files by digest; so it can be worked out again from the journal alone, years later, whatever
program and configuration stand beside it then.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable

from terminal.journal.chain import append, digest
from terminal.journal.tills import Tills
from terminal.settlement.shelf import LawFile


class LawFiles(Tills):
    """The part of the journal that keeps the law."""

    def keep_law(self, documents: Iterable[LawFile], now: dt.datetime) -> None:
        """Keep the files that are not here yet, each with an entry of the chain."""
        missing = [document for document in documents if not _stands(self._connection, document.digest)]
        if not missing:
            return
        with self.writing() as connection:
            for document in missing:
                if not _stands(connection, document.digest):
                    facts = {"law": document.kind, "digest": document.digest}
                    entry, _ = append(connection, self.terminal_id, "law", now, facts)
                    connection.execute(
                        "INSERT INTO law_files VALUES (?, ?, ?, ?)",
                        (document.digest, document.kind, document.body, entry),
                    )


def law_files(connection: sqlite3.Connection) -> dict[str, LawFile]:
    """Every file of law in a journal, by its digest as the table names it; the bytes are not checked."""
    rows = connection.execute("SELECT digest, kind, body FROM law_files ORDER BY entry")
    return {row["digest"]: LawFile(row["kind"], bytes(row["body"]), row["digest"]) for row in rows}


def check_law(connection: sqlite3.Connection, number: int, facts: dict[str, str]) -> list[str]:
    """What the audit finds wrong with the file that this entry brought."""
    row = connection.execute("SELECT digest, kind, body FROM law_files WHERE entry = ?", (number,)).fetchone()
    if row is None:
        return ["the file of law is missing"]
    same = (row["digest"], row["kind"]) == (facts["digest"], facts["law"]) and digest(row["body"]) == facts["digest"]
    return [] if same else ["the file of law was changed"]


def _stands(connection: sqlite3.Connection, wanted: str) -> bool:
    return connection.execute("SELECT 1 FROM law_files WHERE digest = ?", (wanted,)).fetchone() is not None
