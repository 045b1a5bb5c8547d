"""What a walk of visits wants remembered, and who remembers it: the journal, or the process alone."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

import msgspec

from terminal.journal.records import SettlementRecord
from terminal.journal.visits import Visit


class VisitKeeper(Protocol):
    """Who remembers how far a visit has come, and where people are insured; the journal does."""

    def insured_place(self, person_number: str) -> str:
        """The division that the center named for a person last, six digits, or ""."""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """The visit of a settlement, or None."""

    def begin_visit(self, record: SettlementRecord, next_attempt_at: dt.datetime) -> bool:
        """A visit is about to be registered. Whether it counts as given up until its settlement is written down."""

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """The center has answered one more step."""

    def leave_visit(self, record: SettlementRecord, visit: Visit, next_attempt_at: dt.datetime) -> None:
        """The visit is about to be taken back; where that is not heard to be done, it is to be asked again then."""

    def close_visit(self, settlement_id: str, number: str, look_again_at: dt.datetime) -> None:
        """The visit of this number was taken back; whether another one has come since is to be looked up then."""

    def drop_visit(self, settlement_id: str, number: str) -> None:
        """None is left there."""


class VisitMemory:
    """Remembers for as long as the process lives: for a desk without a journal."""

    def __init__(self) -> None:
        self._known: dict[str, Visit] = {}

    def insured_place(self, person_number: str) -> str:
        """See `VisitKeeper`; nothing is kept of anybody here."""
        return ""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """See `VisitKeeper`."""
        return self._known.get(settlement_id)

    def begin_visit(self, record: SettlementRecord, next_attempt_at: dt.datetime) -> bool:
        """See `VisitKeeper`; nobody asks again here."""
        return False

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """See `VisitKeeper`."""
        self._known[settlement_id] = visit

    def leave_visit(self, record: SettlementRecord, visit: Visit, next_attempt_at: dt.datetime) -> None:
        """See `VisitKeeper`; here nobody asks again but the settlement itself."""
        self._known[record.id] = msgspec.structs.replace(visit, given_up=True)

    def close_visit(self, settlement_id: str, number: str, look_again_at: dt.datetime) -> None:
        """See `VisitKeeper`; nobody looks again here."""
        self._known.pop(settlement_id, None)

    def drop_visit(self, settlement_id: str, number: str) -> None:
        """See `VisitKeeper`."""
        self._known.pop(settlement_id, None)
