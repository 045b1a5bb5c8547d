"""Reading settlements back: by number, till's reference, day and person, and the newest."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from terminal.errors import Missing
from terminal.journal.chain import newest
from terminal.journal.commit import Commits
from terminal.journal.purse_records import PurseProof
from terminal.journal.records import SettlementRecord, ToldState
from terminal.settlement.codec import decode, decode_hook_kept

RECORDS_KEPT = 512
"""Decoded records that are kept for a while, some ten thousand bytes each."""

_SELECT = (
    "SELECT s.state, s.voided_by, e.hash, e.body, o.state AS upload, o.center_references,"
    " b.tac, b.mac2, b.mac2_verified, b.closed_by AS debit_closed_by,"
    " s.state = 'abandoned' AND EXISTS (SELECT 1 FROM outbox r WHERE r.settlement_id = s.id"
    " AND r.transaction_name = 'reverse' AND r.last_word IS NULL) AS reversing"
    " FROM settlements s JOIN entries e ON e.number = s.entry LEFT JOIN debits b ON b.settlement_id = s.id"
    " LEFT JOIN outbox o ON o.settlement_id = s.id AND o.transaction_name IN ('settle', 'void') "
)


class Pending(msgspec.Struct, frozen=True):
    """A message that the center has not taken in, or only since it was asked (`is_accepted`), and its settlement."""

    number: int
    settlement_id: str
    is_accepted: bool


class _Body(msgspec.Struct, frozen=True):
    record: SettlementRecord


class Reads(Commits):
    """The part of the journal that reads settlements."""

    def settlement(self, settlement_id: str) -> SettlementRecord:
        """The settlement or void of this number. Raises Missing."""
        found = self._records("WHERE s.id = ?", settlement_id)
        if not found:
            raise Missing("no-such-settlement", "there is no settlement of this number", "没有该结算号的结算")
        return found[0]

    def settlements_of(self, settlement_ids: Sequence[str]) -> dict[str, SettlementRecord]:
        """Those of these numbers that are there, by number."""
        wanted = msgspec.json.encode(settlement_ids).decode()
        found = self._records("WHERE s.id IN (SELECT value FROM json_each(?))", wanted)
        return {record.id: record for record in found}

    def stays_behind(self, void: SettlementRecord) -> str:
        """The number of the settlement of what stays behind a void, of a refund by line; "" where there is none."""
        # The person and the day come first: only what is left of them is worth reading.
        row = self._connection.execute(
            "SELECT s.id FROM settlements s JOIN entries e ON e.number = s.entry WHERE s.business_day >= ?"
            " AND s.person_number = ? AND s.kind = 'settlement' AND s.state IN ('committed', 'voided')"
            " AND json_extract(CAST(e.body AS TEXT), '$.record.stays_after') = ?",
            (void.business_day.isoformat(), void.person_number, void.id),
        ).fetchone()
        return row[0] if row else ""

    def by_till_reference(self, reference: str) -> list[SettlementRecord]:
        """Settlements and voids that carry the till's own reference, oldest first; "" finds nothing."""
        return self._records("WHERE s.till_reference = ? AND s.till_reference <> '' ORDER BY s.entry", reference)

    def by_center_reference(self, value: str) -> list[SettlementRecord]:
        """Settlements and voids with this value among the center's own numbers, oldest first; "" finds nothing."""
        if not value:
            return []
        return self._records("WHERE instr(o.center_references, ?) > 0 ORDER BY s.entry", f'"{value}"')

    def of_day(self, day: dt.date) -> list[SettlementRecord]:
        """Everything committed on a business day, oldest first."""
        return self._records("WHERE s.business_day = ? ORDER BY s.entry", day.isoformat())

    def between(self, first: dt.date, last: dt.date) -> list[SettlementRecord]:
        """Everything of the business days `first` … `last`, oldest first."""
        where = "WHERE s.business_day BETWEEN ? AND ? ORDER BY s.entry"
        return self._records(where, first.isoformat(), last.isoformat())

    def last(self, count: int) -> list[SettlementRecord]:
        """The newest `count` settlements and voids, newest first."""
        return self._records("ORDER BY s.entry DESC LIMIT ?", count)

    def pending_of(self, person_number: str, seen: int | None = None) -> list[SettlementRecord]:
        """What this terminal committed for a person and the center has not yet taken in, oldest first.

        seen: the number of the newest entry when the center was asked about the person; what it accepted after
        that is not in its answer, and still pending against it. None: as of now. What the center refused is
        not pending, nor is the void of what it refused: it never counted there.
        """
        wanted = [one.settlement_id for one in self.pending_since(person_number, seen, 0)]
        found = self.settlements_of(wanted)
        return [found[settlement_id] for settlement_id in wanted]

    def pending_since(self, person_number: str, seen: int | None, after: int) -> list[Pending]:
        """As `pending_of`, of the messages after number `after`: only which they are."""
        rows = self._connection.execute(
            "SELECT q.number, q.settlement_id, q.state = 'accepted' FROM outbox q"
            " WHERE q.person_number = ?1 AND q.state IN ('queued', 'sent', 'unknown', 'parked', 'accepted')"
            " AND q.number > ?3 AND (q.state <> 'accepted' OR q.last_word > ?2) AND q.transaction_name <> 'reverse'"
            " AND (q.transaction_name <> 'void' OR NOT EXISTS (SELECT 1 FROM settlements w"
            " JOIN outbox r ON r.settlement_id = w.voids AND r.state = 'refused' AND r.transaction_name <> 'reverse'"
            " WHERE w.id = q.settlement_id)) ORDER BY q.number",
            (person_number, self.entry_count() if seen is None else seen, after),
        )
        return [Pending(number, settlement_id, bool(accepted)) for number, settlement_id, accepted in rows]

    def in_doubt_of(self, person_number: str) -> bool:
        """Whether a message of this person is on its way, or went and was not answered, or waits to be undone, also
        where its reversal is parked.

        What the center says of the person meanwhile may hold it or not. An open intent is such a message.
        """
        row = self._connection.execute(
            "SELECT 1 FROM outbox WHERE person_number = ?1 AND last_word IS NULL AND (state IN ('sent', 'unknown')"
            " OR (transaction_name = 'reverse' AND state IN ('queued', 'parked')))"
            " UNION ALL SELECT 1 FROM intents i JOIN settlements s ON s.id = i.settlement_id"
            " WHERE i.closed_by IS NULL AND s.person_number = ?1 LIMIT 1",
            (person_number,),
        ).fetchone()
        return row is not None

    def entry_count(self) -> int:
        """The number of the newest entry; 0 in a new journal."""
        return newest(self._connection, self.terminal_id)[0]

    def unresolved(self) -> list[SettlementRecord]:
        """Settlements whose outcome is open: prepared, debiting, authorising. Oldest first."""
        return self._records("WHERE s.state IN (?, ?, ?) ORDER BY s.entry", "prepared", "debiting", "authorising")

    def _records(self, where: str, *values: object) -> list[SettlementRecord]:
        return [_record(row) for row in self._connection.execute(_SELECT + where, values)]


def _record(row: sqlite3.Row) -> SettlementRecord:
    upload: ToldState = row["upload"] or ("reversing" if row["reversing"] else "none")
    references = row["center_references"] or "{}"
    return msgspec.structs.replace(
        _written(row["body"]),
        state=row["state"],
        voided_by=row["voided_by"] or "",
        entry_hash=row["hash"],
        upload_state=upload,
        center_references={} if references == "{}" else msgspec.json.decode(references, type=dict[str, str]),
        purse_proof=_proof(row),
    )


@lru_cache(maxsize=RECORDS_KEPT)
def _written(body: bytes) -> SettlementRecord:
    """What an entry holds, once and for all: the newest are read many times, by upload, printer and day end."""
    return decode(body, _Body, "a journal entry", decode_hook_kept).record


def _proof(row: sqlite3.Row) -> PurseProof | None:
    if row["debit_closed_by"] is None or row["state"] == "abandoned":
        return None
    return PurseProof(tac=row["tac"], mac2=row["mac2"], mac2_verified=bool(row["mac2_verified"]))
