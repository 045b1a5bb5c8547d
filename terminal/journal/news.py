"""News: what happens in the journal, told to whoever listens, without a word about a person.

Promise: an entry of the chain that is news has the same number and the same words now and in a year, so that a
listener can catch up from the last number it heard; what the queues do meanwhile (sent, printing …) is told as it
happens and kept nowhere. Nothing is told before it is durable, and telling never fails a write.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from terminal.journal.law_files import LawFiles
from terminal.journal.store import moment_text

_STATE_OF_KIND = {
    "settlement": "committed",
    "void": "committed",
    "authorising": "authorising",
    "authorised": "committed",
    "abandoned": "abandoned",
    "debiting": "debiting",
    "debited": "committed",
    "not-debited": "abandoned",
}
"""Entries that say what has become of a settlement."""

_STATE_OF_DAY = {"day-frozen": "frozen", "day-sealed": "sealed"}

_CHANGES = (
    """CREATE TEMP TABLE queue_changes (
        number INTEGER PRIMARY KEY, kind TEXT, subject TEXT, what TEXT, copy INTEGER, state TEXT)""",
    """CREATE TEMP TRIGGER upload_queued AFTER INSERT ON main.outbox WHEN new.state = 'queued' BEGIN
        INSERT INTO queue_changes (kind, subject, what, state)
        VALUES ('upload', new.settlement_id, new.transaction_name, new.state); END""",
    """CREATE TEMP TRIGGER upload_moved AFTER UPDATE OF state ON main.outbox
        WHEN new.state <> old.state AND new.state NOT IN ('accepted', 'refused') BEGIN
        INSERT INTO queue_changes (kind, subject, what, state)
        VALUES ('upload', new.settlement_id, new.transaction_name, new.state); END""",
    """CREATE TEMP TRIGGER print_queued AFTER INSERT ON main.print_jobs BEGIN
        INSERT INTO queue_changes (kind, subject, what, copy, state)
        VALUES ('print', new.subject, new.document, new.copy, new.state); END""",
    """CREATE TEMP TRIGGER print_moved AFTER UPDATE OF state ON main.print_jobs WHEN new.state <> old.state BEGIN
        INSERT INTO queue_changes (kind, subject, what, copy, state)
        VALUES ('print', new.subject, new.document, new.copy, new.state); END""",
)


class News(Struct, frozen=True):
    """One piece of news. number: of its entry; None where the chain keeps none.

    kind: settlement, upload, print or day; data: what it is about and its state.
    """

    number: int | None
    kind: str
    at: dt.datetime
    data: dict[str, str]


class Newsroom(LawFiles):
    """The part of the journal that tells what happens in it."""

    def tell(self, told: Callable[[], bool], tell: Callable[[News], None]) -> None:
        """From now on tell every piece of news, on this thread, after each write. told: whether anybody listens."""
        for statement in _CHANGES:
            self._connection.execute(statement)
        last = self.entry_count()

        def written() -> None:
            nonlocal last
            # What is durable is durable, whatever becomes of its telling.
            with contextlib.suppress(sqlite3.Error):
                before, last = last, self.entry_count()
                if told():
                    for news in [*self.news_between(before, last), *self._queue_news()]:
                        tell(news)
                self._connection.execute("DELETE FROM queue_changes")

        self.on_written(written)

    def news_between(self, after: int, last: int) -> list[News]:
        """The news of the entries after number `after`, up to and with `last`, oldest first."""
        rows = self._connection.execute(
            "SELECT number, body FROM entries WHERE number > ? AND number <= ? ORDER BY number", (after, last)
        )
        return [news for row in rows for news in self._of_entry(row["number"], row["body"])]

    def _of_entry(self, number: int, body: bytes) -> list[News]:
        facts = msgspec.json.decode(body, type=dict[str, Any])
        kind, at = facts["kind"], dt.datetime.fromisoformat(facts["at"])
        if kind in _STATE_OF_KIND:
            return [News(number, "settlement", at, self._of_settlement(facts, _STATE_OF_KIND[kind]))]
        if kind in _STATE_OF_DAY:
            return [News(number, "day", at, {"day": facts["day"], "state": _STATE_OF_DAY[kind]})]
        if kind in ("accepted", "refused"):
            return [News(number, "upload", at, self._of_message(facts["message_id"], kind))]
        return []

    def _of_settlement(self, facts: Mapping[str, Any], state: str) -> dict[str, str]:
        row = self._connection.execute(
            "SELECT id, kind, business_day, coalesce(voids, '') AS voids FROM settlements WHERE id = ?",
            (facts["record"]["id"] if "record" in facts else facts["settlement"],),
        ).fetchone()
        names = ("kind", "business_day", "voids")
        return {"settlement": row["id"], "state": state, **{name: row[name] for name in names}}

    def _of_message(self, message_id: str, state: str) -> dict[str, str]:
        row = self._connection.execute(
            "SELECT settlement_id, transaction_name FROM outbox WHERE message_id = ?", (message_id,)
        ).fetchone()
        return _upload(row["settlement_id"], row["transaction_name"], state)

    def _queue_news(self) -> list[News]:
        now = dt.datetime.fromisoformat(moment_text(self.clock.now()))
        rows = self._connection.execute("SELECT kind, subject, what, copy, state FROM queue_changes ORDER BY number")
        return [
            News(
                None,
                row["kind"],
                now,
                _upload(row["subject"], row["what"], row["state"])
                if row["kind"] == "upload"
                else _print(row["subject"], row["what"], row["copy"], row["state"]),
            )
            for row in rows
        ]


def _upload(settlement_id: str, transaction: str, state: str) -> dict[str, str]:
    return {"settlement": settlement_id, "transaction": transaction, "state": state}


def _print(subject: str, document: str, copy: int, state: str) -> dict[str, str]:
    return {"document": document, "subject": subject, "copy": str(copy), "state": state}
