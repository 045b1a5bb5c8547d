"""How far the visit of a settlement has come at the center before its money message: registered, billed, ready.

Working notes, not money: no part of the chain. They let a settlement that was interrupted go on where it stood, instead
of registering the patient or uploading the lines twice.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from terminal.journal.published import Published

VisitStep = Literal["registered", "billed", "ready"]


class Visit(Struct, frozen=True):
    """The center's number of a visit, and the last step that it has answered.

    given_up: it was about to be taken back, and what of it still stands there is not known. doubted: a step of it was
    not answered, and may arrive behind a later one.
    """

    number: str
    step: VisitStep
    given_up: bool = False
    doubted: bool = False


class Visits(Published):
    """The part of the journal that remembers visits."""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """The visit of a settlement, or None where none is known to be registered."""
        row = self._connection.execute(
            "SELECT number, step, given_up, doubted FROM visits WHERE settlement_id = ?", (settlement_id,)
        ).fetchone()
        return Visit(row["number"], row["step"], bool(row["given_up"]), bool(row["doubted"])) if row else None

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """The center has answered one more step, or the visit is about to be taken back."""
        with self.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO visits (settlement_id, number, step, given_up, doubted) VALUES (?, ?, ?, ?, ?)",
                (settlement_id, *msgspec.structs.astuple(visit)),
            )

    def drop_visit(self, settlement_id: str) -> None:
        """The visit was taken back at the center; the next sending registers anew."""
        with self.writing() as connection:
            connection.execute("DELETE FROM visits WHERE settlement_id = ?", (settlement_id,))
