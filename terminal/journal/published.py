"""What the bureau has sent down, with its whole history: every version whole, in the chain, never changed.

Beside it stands what was refused and why, until a good version takes its place, and when the center said last that the
newest version here is its newest.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

import msgspec
from msgspec import Struct

from terminal.errors import Conflict
from terminal.journal.chain import append
from terminal.journal.known import Known
from terminal.journal.store import moment_text
from terminal.publication import Head
from terminal.settlement.codec import encode


class KeptPublication(Struct, frozen=True):
    """One version on file: its head, the bureau's signature (Base64), the entry of the chain and its moment."""

    head: Head
    signature: str
    entry: int
    kept_at: dt.datetime


class PublicationTrouble(Struct, frozen=True):
    """A version that was refused, or could not be fetched: which, when, and why, in English and in Chinese.

    reason_zh: "" where an earlier program has written it down.
    """

    label: str
    what: str
    reason: str
    reason_zh: str
    at: dt.datetime

    def __str__(self) -> str:
        return f"{self.reason_zh} {self.reason}".strip()


class Published(Known):
    """The part of the journal that keeps what the bureau publishes."""

    def keep_publication(self, head: Head, signature: str, body: bytes, now: dt.datetime) -> None:
        """Add a version that was checked. Its file's trouble, if there was one, is over.

        Raises Conflict `publication-older` unless it is newer than every version of its file.
        """
        with self.writing() as connection:
            newest = _newest(connection, head.kind, head.name)
            if newest >= head.version:
                message = f"version {newest} of it is here already"
                raise Conflict("publication-older", message, f"本机已有第 {newest} 版", head.title)
            facts = {"head": head, "signature": signature}
            entry, _ = append(connection, self.terminal_id, "published", now, facts)
            connection.execute(
                "INSERT INTO publications VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry, head.kind, head.name, head.version, encode(head), signature, body),
            )
            connection.execute("DELETE FROM publication_troubles WHERE label = ?", (head.label,))

    def publications(self) -> list[KeptPublication]:
        """Every version of every file, in the order in which they came down."""
        rows = self._connection.execute(
            "SELECT p.head, p.signature, p.entry, e.body FROM publications p JOIN entries e ON e.number = p.entry"
            " ORDER BY p.entry"
        )
        return [KeptPublication(_head(row["head"]), row["signature"], row["entry"], _moment(row)) for row in rows]

    def publication_body(self, entry: int) -> bytes:
        """The bytes of the version that this entry added."""
        row = self._connection.execute("SELECT body FROM publications WHERE entry = ?", (entry,)).fetchone()
        return bytes(row["body"])

    def note_publication_trouble(self, label: str, what: str, reason: str, reason_zh: str, now: dt.datetime) -> None:
        """Write down that a version of the file `label` was refused. The same trouble again is the same entry."""
        with self.writing() as connection:
            same = connection.execute(
                "SELECT 1 FROM publication_troubles WHERE label = ? AND what = ? AND reason = ?", (label, what, reason)
            ).fetchone()
            if same is None:
                facts = {"what": what, "reason": reason, "reason_zh": reason_zh}
                entry, _ = append(connection, self.terminal_id, "publication-refused", now, facts)
                connection.execute(
                    "INSERT OR REPLACE INTO publication_troubles VALUES (?, ?, ?, ?, ?, ?)",
                    (label, entry, moment_text(now), what, reason, reason_zh),
                )

    def end_publication_trouble(self, label: str) -> None:
        """The center no longer offers what was refused. The chain keeps that it was."""
        with self.writing() as connection:
            connection.execute("DELETE FROM publication_troubles WHERE label = ?", (label,))

    def publication_troubles(self) -> list[PublicationTrouble]:
        """What an operator must know of, by file."""
        return troubles_in(self._connection)

    def note_current(self, label: str, now: dt.datetime) -> None:
        """The center has just said that the newest version of this file here is its newest."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO publications_current VALUES (?, ?)", (label, moment_text(now)))

    def current_as_of(self, label: str) -> dt.datetime | None:
        """When the center said so last, or None."""
        row = self._connection.execute("SELECT at FROM publications_current WHERE label = ?", (label,)).fetchone()
        return dt.datetime.fromisoformat(row["at"]) if row else None


def troubles_in(connection: sqlite3.Connection) -> list[PublicationTrouble]:
    """The troubles of a journal that is only read."""
    rows = connection.execute("SELECT label, what, reason, reason_zh, at FROM publication_troubles ORDER BY label")
    return [
        PublicationTrouble(label, what, reason, reason_zh, dt.datetime.fromisoformat(at))
        for label, what, reason, reason_zh, at in rows
    ]


def packs_in(connection: sqlite3.Connection) -> frozenset[str]:
    """The policies of which a journal that is only read has a pack that came down."""
    return frozenset(row[0] for row in connection.execute("SELECT name FROM publications WHERE kind = 'pack'"))


def _newest(connection: sqlite3.Connection, kind: str, name: str) -> int:
    query = "SELECT coalesce(max(version), 0) FROM publications WHERE kind = ? AND name = ?"
    return int(connection.execute(query, (kind, name)).fetchone()[0])


def _head(data: bytes) -> Head:
    return msgspec.json.decode(data, type=Head)


class _Entry(Struct, frozen=True):
    at: dt.datetime


def _moment(row: sqlite3.Row) -> dt.datetime:
    return msgspec.json.decode(row["body"], type=_Entry).at
