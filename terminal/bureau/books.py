"""The reference center's books: persons, sign-ins, settlements and the answers it gave, in whatever storage.

Everything that one request changes is one transaction. May be read from another thread (tests,
demonstration).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.bureau.persons import NamedProvider, Person
from terminal.bureau.storage import Found, open_storage
from terminal.bureau.tables import TABLES
from terminal.center import fields
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode, encode
from terminal.settlement.result import Settlement

CredentialKind = Literal["card_number", "id_number", "credential"]
BookedState = Literal["booked", "voided", "reversed"]
Numbered = Literal["settlements", "sign_ins", "visits"]
PERSONS_KEPT = 1_024
ROWS_KEPT = 1_024
FILE_DIGITS_MAX = 18


class Booked(Struct, frozen=True, kw_only=True):
    """One settlement, or one void (`sign` -1, `original` its settlement), as the center has worked it out itself.

    journal_hash: of the terminal's entry, as the terminal sent it: a witness of its journal up to there. journal_head:
    of the newest entry before, where the terminal asked before it wrote. credential_kind: of what was shown.
    """

    settlement_id: str
    visit_id: str
    message_id: str
    provider_id: str
    person_number: str
    insurance_type: str
    clearing_type: str
    agency: str
    business_day: dt.date
    booked_at: dt.datetime
    sign: Literal[1, -1]
    original: str
    bill: Bill
    settlement: Settlement
    journal_hash: str = ""
    journal_head: str = ""
    credential_kind: str = fields.CREDENTIAL_KINDS["id"]


class KeptAnswer(Struct, frozen=True):
    """What a message was answered, the digest of what it said, and whether it has been reversed since."""

    digest: str
    answer: bytes
    reversed: bool


class Books:
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
        days_by: Literal["business-day", "center-time"] = "business-day",
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
                self._insert(person)

    def close(self) -> None:
        """Close the storage."""
        self.storage.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; one at a time."""
        return self.storage.transaction()

    def person(self, person_number: str) -> Person | None:
        """The person of this number as they stand now, or None."""
        return self._person("person_number", person_number)

    def persons_of(self, person_numbers: Sequence[str]) -> dict[str, Person]:
        """Those of these persons who are on file, by number."""
        found = self.storage.rows(
            f"SELECT person_number, body FROM persons WHERE person_number IN ({_marks(person_numbers)})",
            *person_numbers,
        )
        return {row["person_number"]: _read_person(bytes(row["body"])) for row in found}

    def find(self, kind: CredentialKind, value: str) -> Person | None:
        """The person with this card number, ID number or e-credential, or None."""
        return self._person(kind, value) if value else None

    def keep_person(self, person: Person) -> None:
        """Write the person's new account and year."""
        self.storage.change("UPDATE persons SET body = ? WHERE person_number = ?", encode(person), person.person_number)

    def persons(self) -> list[Person]:
        """Everybody on file, by number."""
        found = self.storage.rows("SELECT body FROM persons ORDER BY person_number")
        return [decode(row["body"], Person) for row in found]

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
            f" ON provider_id = ? AND message_id IN ({_marks(message_ids)})",
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
        row = self._one("SELECT body FROM files WHERE number = ?", int(number))
        return bytes(row["body"]) if row else None

    def close_day(self, provider_id: str, day: dt.date) -> None:
        """The center closes a day of an institution on its own side: nothing of that day is booked any more."""
        self.storage.change(
            "INSERT INTO closed_days VALUES (?, ?) ON CONFLICT DO NOTHING", provider_id, day.isoformat()
        )

    def is_closed(self, provider_id: str, day: dt.date) -> bool:
        """Whether the center has closed this day of this institution."""
        found = self._one("SELECT day FROM closed_days WHERE provider_id = ? AND day = ?", provider_id, day.isoformat())
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

    def book(self, added: Sequence[Booked]) -> None:
        """Add settlements or voids, in their order."""
        bodies = [encode(booked) for booked in added]
        self.storage.change_each(
            "INSERT INTO settlements (settlement_id, message_id, provider_id, insurance_type,"
            " clearing_type, agency, business_day, state, body) VALUES (?, ?, ?, ?, ?, ?, ?, 'booked', ?)",
            [
                (
                    booked.settlement_id,
                    booked.message_id,
                    booked.provider_id,
                    booked.insurance_type,
                    booked.clearing_type,
                    booked.agency,
                    self._counted_on(booked).isoformat(),
                    body,
                )
                for booked, body in zip(added, bodies, strict=True)
            ],
        )

    def booked(self, settlement_id: str) -> tuple[Booked, BookedState] | None:
        """The settlement or void of this center number, and what has become of it."""
        return self._booked("settlement_id = ?", settlement_id)

    def booked_by_message(self, provider_id: str, message_id: str) -> tuple[Booked, BookedState] | None:
        """As `booked`, by the message that brought it; of several, one that still stands."""
        return self._booked("provider_id = ? AND message_id = ?", provider_id, message_id)

    def set_state(self, settlement_id: str, state: BookedState) -> None:
        """Note that a settlement has been voided or reversed."""
        self.storage.change("UPDATE settlements SET state = ? WHERE settlement_id = ?", state, settlement_id)

    def group(
        self, provider_id: str, insurance_type: str, clearing_type: str, agency: str, first: str, last: str
    ) -> list[Booked]:
        """Everything not reversed in one reconciliation group, of the days `first` … `last` (ISO).

        insurance_type "": of every insurance.
        """
        found = self.storage.rows(
            "SELECT body FROM settlements WHERE provider_id = ? AND ? IN ('', insurance_type)"
            " AND clearing_type = ? AND agency = ? AND business_day BETWEEN ? AND ?"
            " AND state <> 'reversed' ORDER BY number",
            *(provider_id, insurance_type, clearing_type, agency, first, last),
        )
        return [_read_booked(bytes(row["body"])) for row in found]

    def change_amounts(self, settlement_id: str, settlement: Settlement) -> None:
        """Overwrite what was booked, as an error at the center would: for tests and demonstration."""
        found = self.booked(settlement_id)
        if found is not None:
            body = encode(msgspec.structs.replace(found[0], settlement=settlement))
            self.storage.change("UPDATE settlements SET body = ? WHERE settlement_id = ?", body, settlement_id)

    def settlements(self) -> list[tuple[Booked, BookedState]]:
        """Everything on file, oldest first."""
        found = self.storage.rows("SELECT body, state FROM settlements ORDER BY number")
        return [(_read_booked(bytes(row["body"])), row["state"]) for row in found]

    def _counted_on(self, booked: Booked) -> dt.date:
        return booked.business_day if self.days_by == "business-day" else booked.booked_at.date()

    def _insert(self, person: Person) -> None:
        self.storage.change(
            "INSERT INTO persons VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(person.person_number, person.card_number, person.id_number, person.credential, encode(person)),
        )

    def _person(self, column: CredentialKind | Literal["person_number"], value: str) -> Person | None:
        row = self._one(f"SELECT body FROM persons WHERE {column} = ?", value)
        return _read_person(bytes(row["body"])) if row else None

    def _booked(self, where: str, *values: str) -> tuple[Booked, BookedState] | None:
        row = self._one(
            f"SELECT body, state FROM settlements WHERE {where}"
            " ORDER BY CASE state WHEN 'booked' THEN 0 ELSE 1 END, number DESC LIMIT 1",
            *values,
        )
        return (_read_booked(bytes(row["body"])), row["state"]) if row else None

    def _one(self, statement: str, *values: object) -> Found | None:
        found = self.storage.rows(statement, *values)
        return found[0] if found else None


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


@lru_cache(maxsize=PERSONS_KEPT)
def _read_person(body: bytes) -> Person:
    """As it is stored. Kept for a while, since whoever was asked about settles next."""
    return decode(body, Person)


@lru_cache(maxsize=ROWS_KEPT)
def _read_booked(body: bytes) -> Booked:
    """As it is stored. Kept for a while: a day's rows are added up for each group, and once more row by row."""
    return decode(body, Booked)
