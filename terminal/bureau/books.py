"""The reference center's books: who is insured, what was booked, sign-ins, and the answers it gave, in any storage.

Everything that one request changes is one transaction. May be read from another thread (tests,
demonstration).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from terminal.bureau.bookings import Bookings, DaysBy
from terminal.bureau.persons import NamedProvider, Person
from terminal.bureau.register import Register
from terminal.bureau.storage import first_of, open_storage, placeholders
from terminal.bureau.tables import TABLES

Numbered = Literal["settlements", "sign_ins", "visits"]
FILE_DIGITS_MAX = 18


class KeptAnswer(Struct, frozen=True):
    """What a message was answered, the digest of what it said, and whether it has been reversed since."""

    digest: str
    answer: bytes
    reversed: bool


class Books(Register, Bookings):
    """The center's books.

    `place` is a file, ":memory:" or a PostgreSQL URL; persons already on file keep what was booked on them. days_by:
    whether a row counts on the counter's business day, or on the day of its `setl_time` as many real centers have it.
    `storage` is for the parts of the center that keep tables of their own.
    """

    def __init__(
        self,
        persons: Sequence[Person],
        providers: Mapping[str, NamedProvider],
        place: Path | str = ":memory:",
        days_by: DaysBy = "business-day",
    ) -> None:
        self.providers = dict(providers)
        self.days_by = days_by
        self.storage = open_storage(place, TABLES)
        with self.transaction():
            for name in ("settlements", "sign_ins", "visits"):
                self.storage.change(
                    f"INSERT INTO numbers SELECT '{name}', count(*) FROM {name} WHERE true ON CONFLICT DO NOTHING"
                )
            for person in persons:
                self.add_person(person)

    def close(self) -> None:
        """Close the storage."""
        self.storage.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; one at a time."""
        return self.storage.transaction()

    def sign_in(self, sign_number: str, operator: str, day: dt.date) -> None:
        """Open a sign-in for one operator and one day."""
        self.storage.change("INSERT INTO sign_ins VALUES (?, ?, ?, 1)", sign_number, operator, day.isoformat())

    def sign_out(self, sign_number: str) -> None:
        """Close a sign-in."""
        self.storage.change("UPDATE sign_ins SET open = 0 WHERE sign_number = ?", sign_number)

    def standing(
        self, sign_number: str, operator: str, day: dt.date, provider_id: str, message_ids: Sequence[str]
    ) -> tuple[bool, dict[str, KeptAnswer]]:
        """Whether this number is an open sign-in of this operator and day, and by message number what messages were
        answered that were accepted: both in one look.
        """
        found = self.storage.rows(
            "SELECT EXISTS (SELECT 1 FROM sign_ins WHERE sign_number = ? AND operator = ? AND day = ? AND open = 1)"
            " AS signed_in, message_id, digest, answer, reversed FROM (SELECT 1 AS one) AS always LEFT JOIN messages"
            f" ON provider_id = ? AND message_id IN ({placeholders(message_ids)})",
            *(sign_number, operator, day.isoformat(), provider_id, *message_ids),
        )
        kept = {
            row["message_id"]: KeptAnswer(row["digest"], bytes(row["answer"]), bool(row["reversed"]))
            for row in found
            if row["message_id"] is not None
        }
        return bool(found[0]["signed_in"]), kept

    def keep_answers(self, answers: Iterable[tuple[str, str, str, bytes]]) -> None:
        """Keep the answers of messages that have been booked: provider, message number, digest, answer."""
        self.storage.change_each(
            "INSERT INTO messages VALUES (?, ?, ?, ?, 0) ON CONFLICT (provider_id, message_id)"
            " DO UPDATE SET digest = excluded.digest, answer = excluded.answer, reversed = 0",
            answers,
        )

    def mark_reversed(self, provider_id: str, message_id: str) -> None:
        """This message has been undone: it may never be answered as booked again."""
        self.storage.change(
            "UPDATE messages SET reversed = 1 WHERE provider_id = ? AND message_id = ?", provider_id, message_id
        )

    def keep_file(self, name: str, body: bytes) -> int:
        """Keep a file that was uploaded, or is to be downloaded; returns its number."""
        [row] = self.storage.rows("INSERT INTO files (name, body) VALUES (?, ?) RETURNING number", name, body)
        return int(row["number"])

    def file(self, number: str) -> bytes | None:
        """The file of this number as a message names it, or None; what is no number of a file names none."""
        if not number.isascii() or not number.isdigit() or len(number) > FILE_DIGITS_MAX:
            return None
        row = first_of(self.storage, "SELECT body FROM files WHERE number = ?", int(number))
        return bytes(row["body"]) if row else None

    def close_day(self, provider_id: str, day: dt.date) -> None:
        """The center closes a day of an institution on its own side: nothing of that day is booked any more."""
        self.storage.change(
            "INSERT INTO closed_days VALUES (?, ?) ON CONFLICT DO NOTHING", provider_id, day.isoformat()
        )

    def is_closed(self, provider_id: str, day: dt.date) -> bool:
        """Whether the center has closed this day of this institution."""
        found = first_of(
            self.storage, "SELECT day FROM closed_days WHERE provider_id = ? AND day = ?", provider_id, day.isoformat()
        )
        return found is not None

    def next_number(self, name: Numbered) -> int:
        """The next running number of this name, from 1; taken with the transaction that it is asked in."""
        return self.next_numbers(name, 1)[0]

    def next_numbers(self, name: Numbered, count: int) -> range:
        """As `next_number`, so many at once."""
        # In two statements: with RETURNING, SQLite takes twice as long for this one row.
        self.storage.change("UPDATE numbers SET used = used + ? WHERE name = ?", count, name)
        [row] = self.storage.rows("SELECT used FROM numbers WHERE name = ?", name)
        return range(row["used"] - count + 1, row["used"] + 1)
