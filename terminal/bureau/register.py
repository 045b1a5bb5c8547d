"""Who is insured, as the reference center has it on file: found by number, card, ID or e-credential."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from terminal.bureau.persons import Person
from terminal.bureau.storage import Storage, first_of, placeholders
from terminal.settlement.codec import decode, encode

CredentialKind = Literal["card_number", "id_number", "credential"]
PERSONS_KEPT = 1_024


class Register:
    """The persons on file."""

    storage: Storage

    def person(self, person_number: str) -> Person | None:
        """The person of this number as they stand now, or None."""
        return self._person("person_number", person_number)

    def persons_of(self, person_numbers: Sequence[str]) -> dict[str, Person]:
        """Those of these persons who are on file, by number."""
        found = self.storage.rows(
            f"SELECT person_number, body FROM persons WHERE person_number IN ({placeholders(person_numbers)})",
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

    def add_person(self, person: Person) -> None:
        """Put somebody on file; who stands there already stays as they are."""
        self.storage.change(
            "INSERT INTO persons VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(person.person_number, person.card_number, person.id_number, person.credential, encode(person)),
        )

    def _person(self, column: CredentialKind | Literal["person_number"], value: str) -> Person | None:
        row = first_of(self.storage, f"SELECT body FROM persons WHERE {column} = ?", value)
        return _read_person(bytes(row["body"])) if row else None


@lru_cache(maxsize=PERSONS_KEPT)
def _read_person(body: bytes) -> Person:
    """As it is stored. Kept for a while, since whoever was asked about settles next."""
    return decode(body, Person)
