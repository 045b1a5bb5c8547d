"""The rows that a record leaves beside its entry: settlement, message, print job, key, the center's sums.

Every function writes inside its caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable

import msgspec

from terminal.journal.chain import append
from terminal.journal.records import CenterSums, RecordKind, SettlementRecord, SettlementState, Transaction
from terminal.journal.store import moment_text

ELECTRONIC = "electronic"
"""Why a receipt was never put on paper: the patient took it without."""

TRANSACTION_OF: dict[RecordKind, Transaction] = {"settlement": "settle", "void": "void"}

SETTLEMENT_COLUMNS = (
    "entry",
    "id",
    "kind",
    "business_day",
    "provider_id",
    "scheme",
    "clearing_class",
    "person_number",
    "till_reference",
    "voids",
    "total",
    "fund_total",
    "provider_borne",
    "account",
    "cash",
)
"""The columns of `settlements` that are written once; each is a copy of what the entry says."""

_INSERT_SETTLEMENT = (
    f"INSERT INTO settlements ({', '.join(SETTLEMENT_COLUMNS)}, state)"
    f" VALUES ({', '.join('?' * len(SETTLEMENT_COLUMNS))}, ?)"
)


def as_written(record: SettlementRecord, state: SettlementState) -> SettlementRecord:
    """The record as its entry keeps it: in its first state, without what later entries tell of it."""
    return msgspec.structs.replace(
        record,
        state=state,
        voided_by="",
        entry_hash="",
        center_references={},
        upload_state="none",
        purse_proof=None,
    )


def insert_settlement(connection: sqlite3.Connection, entry: int, record: SettlementRecord) -> None:
    """The settlement's row, in the state of `record`."""
    connection.execute(_INSERT_SETTLEMENT, (*settlement_row(entry, record), record.state))


def settlement_row(entry: int, record: SettlementRecord) -> tuple[object, ...]:
    """The values of `SETTLEMENT_COLUMNS` for a record; amounts in fen, of a void as of its original."""
    split = record.settlement
    return (
        entry,
        record.id,
        record.kind,
        record.business_day.isoformat(),
        record.provider_id,
        record.scheme,
        record.clearing_class,
        record.person_number,
        record.till_reference,
        record.voids or None,
        int(split.total),
        int(split.fund_total),
        int(split.provider_borne),
        int(split.account),
        int(split.cash),
    )


def mark_voided(connection: sqlite3.Connection, void: SettlementRecord) -> None:
    """The settlement that `void` takes back is taken back."""
    connection.execute("UPDATE settlements SET state = 'voided', voided_by = ? WHERE id = ?", (void.id, void.voids))


def keep_key(connection: sqlite3.Connection, key: str, request_digest: str, entry: int, answer: bytes) -> None:
    """What a request with this key was answered, and the entry that it made."""
    connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (key, request_digest, entry, answer))


def queue_upload(connection: sqlite3.Connection, record: SettlementRecord, message_id: str, now: dt.datetime) -> None:
    """The message that tells the center of a record committed just now, inside the caller's write transaction."""
    moment = moment_text(now)
    connection.execute(
        "INSERT INTO outbox (message_id, transaction_name, settlement_id, person_number, state,"
        " first_queued_at, next_attempt_at) VALUES (?, ?, ?, ?, 'queued', ?, ?)",
        (message_id, TRANSACTION_OF[record.kind], record.id, record.person_number, moment, moment),
    )


def queue_first_print(connection: sqlite3.Connection, record: SettlementRecord, now: dt.datetime) -> None:
    """The print job of a record that is committed in this transaction; a receipt without paper is filed as such."""
    moment = moment_text(now)
    state, why = ("printed", ELECTRONIC) if record.electronic else ("queued", "")
    connection.execute(
        "INSERT INTO print_jobs (document, subject, copy, state, queued_at, next_attempt_at, why)"
        " VALUES (?, ?, 0, ?, ?, ?, ?)",
        (record.kind, record.id, state, moment, moment, why),
    )


def queue_reversal(
    connection: sqlite3.Connection,
    terminal_id: str,
    record: SettlementRecord,
    undone_id: str,
    reversal_id: str,
    reason: str,
    now: dt.datetime,
    answer: bytes = b"",
) -> None:
    """Queue the reversal of what went out for `record` as `undone_id`, inside the caller's write transaction.

    answer: what came for that and was not understood, masked.
    """
    transaction = TRANSACTION_OF[record.kind]
    facts = {
        "message_id": reversal_id,
        "settlement": record.id,
        "undoes": undone_id,
        "undoes_transaction": transaction,
        "reason": reason,
    }
    append(connection, terminal_id, "reversing", now, facts)
    moment = moment_text(now)
    connection.execute(
        "INSERT INTO outbox (message_id, transaction_name, settlement_id, person_number, state,"
        " first_queued_at, next_attempt_at, undoes, undoes_transaction, answer)"
        " VALUES (?, 'reverse', ?, ?, 'queued', ?, ?, ?, ?, ?)",
        (reversal_id, record.id, record.person_number, moment, moment, undone_id, transaction, answer or None),
    )


def keep_sums(
    connection: sqlite3.Connection, kept: Iterable[tuple[str, int, CenterSums]], adopted: bool = False
) -> None:
    """Keep the center's sums beside ours, each with its settlement and entry; they count from here on where they are
    `adopted`."""
    connection.executemany(
        "INSERT OR REPLACE INTO center_amounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (settlement_id, entry, *map(int, msgspec.structs.astuple(sums)), entry if adopted else None)
            for settlement_id, entry, sums in kept
        ],
    )


def keep_visit_of(connection: sqlite3.Connection, settlement_id: str) -> None:
    """What a visit was registered for is written down now: it is given up no longer."""
    connection.execute(
        "UPDATE visits SET given_up = 0, record = NULL, next_attempt_at = '' WHERE settlement_id = ?", (settlement_id,)
    )


def give_up_visit_of(connection: sqlite3.Connection, settlement_id: str) -> None:
    """What a visit was registered for comes to nothing: it is due to be taken back."""
    connection.execute("UPDATE visits SET given_up = 1 WHERE settlement_id = ?", (settlement_id,))
