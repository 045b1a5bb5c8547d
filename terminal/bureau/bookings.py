"""What the reference center has booked: each settlement and each void, and what has become of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.bureau.storage import Storage, first_of
from terminal.center import fields
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode, encode
from terminal.settlement.result import Settlement

BookedState = Literal["booked", "voided", "reversed"]
DaysBy = Literal["business-day", "center-time"]
ROWS_KEPT = 1_024


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


class Bookings:
    """The settlements and voids on file. days_by: as `Books` has it."""

    storage: Storage
    days_by: DaysBy

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

    def _booked(self, where: str, *values: str) -> tuple[Booked, BookedState] | None:
        row = first_of(
            self.storage,
            f"SELECT body, state FROM settlements WHERE {where}"
            " ORDER BY CASE state WHEN 'booked' THEN 0 ELSE 1 END, number DESC LIMIT 1",
            *values,
        )
        return (_read_booked(bytes(row["body"])), row["state"]) if row else None


@lru_cache(maxsize=ROWS_KEPT)
def _read_booked(body: bytes) -> Booked:
    """As it is stored. Kept for a while: a day's rows are added up for each group, and once more row by row."""
    return decode(body, Booked)
