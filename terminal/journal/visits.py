"""How far the visit of a settlement has come at the center before its money message, and which are left open there.

Working notes, not money: no part of the chain. They let a settlement that was interrupted go on where it stood, instead
of registering the patient or uploading the lines twice; and what was given up is known until the center has none of it.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.journal.progress import STUCK_VISITS
from terminal.journal.published import Published
from terminal.journal.records import SettlementRecord
from terminal.journal.store import moment_text
from terminal.limits import RETRY_PAUSE_SECONDS_MAX
from terminal.settlement.codec import decode, encode

VisitStep = Literal["registered", "billed", "ready"]

STUCK_LISTED = 100
"""As many are listed, the oldest first."""

# A settlement that still goes up takes its visit back by itself, before it begins anew; and what is still to be taken
# back itself keeps its visit open until then.
_DUE = (
    "SELECT v.* FROM visits v WHERE v.given_up = 1 AND v.stuck = 0"
    " AND (v.next_attempt_at <= ? OR v.next_attempt_at > ?)"
    " AND (v.record IS NOT NULL OR EXISTS (SELECT 1 FROM settlements s WHERE s.id = v.settlement_id))"
    " AND NOT EXISTS (SELECT 1 FROM outbox q WHERE q.settlement_id = v.settlement_id"
    " AND q.last_word IS NULL"
    " AND (q.transaction_name = 'reverse' OR (q.transaction_name = 'settle' AND q.state <> 'parked')))"
    " ORDER BY v.next_attempt_at LIMIT 1"
)


_KEEP = (
    "INSERT INTO visits (settlement_id, number, step, given_up, doubted) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (settlement_id) DO UPDATE SET number = excluded.number, step = excluded.step,"
    " given_up = excluded.given_up, doubted = excluded.doubted, attempts = 0, reason = '', stuck = 0,"
    " record = CASE excluded.given_up WHEN 1 THEN record END,"
    " next_attempt_at = CASE excluded.given_up WHEN 1 THEN next_attempt_at ELSE '' END"
)


class Visit(Struct, frozen=True):
    """The center's number of a visit, and the last step that it has answered; no number while its registration was not
    heard to be done.

    given_up: it was about to be taken back, and what of it still stands there is not known; or nothing is written down
    yet of what it is made for, and where that never comes, it is to be taken back. doubted: a step of it was
    not answered, and may arrive behind a later one.
    """

    number: str
    step: VisitStep
    given_up: bool = False
    doubted: bool = False


class LeftVisit(Struct, frozen=True):
    """A visit that was given up, and may stand open at the center still: for which settlement, how often it was asked
    to be taken back since the first time, and what came of it last. The settlement may have come into no journal.
    """

    record: SettlementRecord
    number: str
    attempts: int
    reason: str


class Visits(Published):
    """The part of the journal that remembers visits."""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """The visit of a settlement, or None where none is known to be registered."""
        row = self._connection.execute(
            "SELECT number, step, given_up, doubted FROM visits WHERE settlement_id = ?", (settlement_id,)
        ).fetchone()
        return Visit(row["number"], row["step"], bool(row["given_up"]), bool(row["doubted"])) if row else None

    def begin_visit(self, record: SettlementRecord, next_attempt_at: dt.datetime) -> bool:
        """A visit is about to be registered. Whether it is on file as given up from here on, due at `next_attempt_at`:
        for a settlement of which nothing is written down yet, until that is (`rows.keep_visit_of`).
        """
        if self._connection.execute("SELECT 1 FROM settlements WHERE id = ?", (record.id,)).fetchone():
            return False
        self.leave_visit(record, Visit("", "registered"), next_attempt_at)
        return True

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """The center has answered one more step. What was given up stays due when it was."""
        with self.writing() as connection:
            connection.execute(_KEEP, (settlement_id, *msgspec.structs.astuple(visit)))

    def leave_visit(self, record: SettlementRecord, visit: Visit, next_attempt_at: dt.datetime) -> None:
        """The visit is about to be taken back; where that is not heard to be done, it is `due_visit` from then on."""
        left = msgspec.structs.replace(visit, given_up=True)
        with self.writing() as connection:
            self.keep_visit(record.id, left)
            connection.execute(
                "UPDATE visits SET record = ?, next_attempt_at = ? WHERE settlement_id = ?",
                (encode(record), moment_text(next_attempt_at), record.id),
            )

    def close_visit(self, settlement_id: str, number: str, look_again_at: dt.datetime) -> None:
        """The visit of this number was taken back at the center; the next sending registers anew. An earlier
        registration that was not answered may still arrive: whether one did is looked up at `look_again_at`.
        """
        with self.writing() as connection:
            connection.execute(
                "UPDATE visits SET number = '', step = 'registered', given_up = 1, doubted = 0, attempts = 0,"
                " reason = '', stuck = 0, next_attempt_at = ? WHERE settlement_id = ? AND number = ?",
                (moment_text(look_again_at), settlement_id, number),
            )

    def drop_visit(self, settlement_id: str, number: str) -> None:
        """The center has no visit any more of what this one, of this number or of none, was made for."""
        with self.writing() as connection:
            connection.execute("DELETE FROM visits WHERE settlement_id = ? AND number = ?", (settlement_id, number))

    def due_visit(self, now: dt.datetime) -> LeftVisit | None:
        """The next visit that is to be taken back at the center, or None. A time further off than any pause was set by
        a clock that has jumped back since, and counts as come.
        """
        too_far = now + dt.timedelta(seconds=RETRY_PAUSE_SECONDS_MAX)
        row = self._connection.execute(_DUE, (moment_text(now), moment_text(too_far))).fetchone()
        return self._left(row) if row else None

    def mark_left(self, left: LeftVisit, reason: str, next_attempt_at: dt.datetime, *, stuck: bool) -> None:
        """It was asked once more, and stands there or may stand there still. stuck: until an operator asks again."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE visits SET attempts = ?, reason = ?, next_attempt_at = ?, stuck = ?"
                " WHERE settlement_id = ? AND number = ? AND given_up = 1",
                (left.attempts + 1, reason, moment_text(next_attempt_at), stuck, left.record.id, left.number),
            )

    def stuck_visits(self) -> list[LeftVisit]:
        """Visits that stand open at the center and are not asked about any more, as many as are listed."""
        query = f"SELECT * FROM visits WHERE {STUCK_VISITS} ORDER BY next_attempt_at LIMIT ?"
        return [self._left(row) for row in self._connection.execute(query, (STUCK_LISTED,))]

    def ask_visit_again(self, settlement_id: str, now: dt.datetime) -> bool:
        """An operator has looked at a visit that is stuck: it is asked about again. False where there is none."""
        with self.writing() as connection:
            changed = connection.execute(
                "UPDATE visits SET stuck = 0, attempts = 0, next_attempt_at = ?"
                f" WHERE settlement_id = ? AND {STUCK_VISITS}",
                (moment_text(now), settlement_id),
            ).rowcount
        return changed > 0

    def _left(self, row: sqlite3.Row) -> LeftVisit:
        kept = row["record"]
        record = self.settlement(row["settlement_id"]) if kept is None else decode(kept, SettlementRecord)
        return LeftVisit(record, row["number"], row["attempts"], row["reason"])
