"""Committing a settlement or a void: entry, row, outbox message, print job and key in one transaction.

The hash in the answer is known only inside the transaction, so the answer is made there, by the caller's
function. The entry names the answer's digest (with the hash left out), so that a later change of the answer
is found too.
"""

from __future__ import annotations

import datetime as dt
import hmac
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from terminal.errors import Conflict, Missing, Refused
from terminal.journal.chain import append, digest
from terminal.journal.numbering import Numbers
from terminal.journal.records import RecordKind, SettlementRecord, Transaction
from terminal.journal.store import moment_text
from terminal.limits import KEY_CHARACTERS_MAX

Answer = Callable[[str], bytes]
"""From the entry's hash (64 hex digits, or "" for the digest), the bytes that the client is answered."""

ELECTRONIC = "electronic"
"""Why a receipt was never put on paper: the patient took it without."""

TRANSACTION_OF: dict[RecordKind, Transaction] = {"settlement": "settle", "void": "void"}


OPEN_INTENTS = (
    "FROM intents i JOIN settlements s ON s.id = i.settlement_id JOIN entries e ON e.number = s.entry"
    " WHERE i.closed_by IS NULL"
)
"""What the center was asked for and nothing has closed; `KEY_OF_INTENT` is the key that asked."""

KEY_OF_INTENT = "json_extract(CAST(e.body AS TEXT), '$.key')"


class Committal(NamedTuple):
    """One record to commit, with its message, its key and what it is answered with."""

    record: SettlementRecord
    message_id: str
    key: str
    answer: Answer


class Commits(Numbers):
    """The part of the journal that commits."""

    def stored_answer(self, key: str, request_digest: str) -> bytes | None:
        """What a request with this key was answered, or None: also where its refund is begun and not done.

        Raises Conflict `key-reused`: another request.
        """
        query = (
            "SELECT request_digest, answer FROM keys WHERE key = ?1 UNION ALL"
            " SELECT request_digest, NULL FROM refunds WHERE key = ?1 AND given_up_by IS NULL"
        )
        found = self._connection.execute(query, (key,)).fetchall()
        if any(not hmac.compare_digest(row["request_digest"], request_digest) for row in found):
            raise key_reused()
        return next((bytes(row["answer"]) for row in found if row["answer"] is not None), None)

    def commit_settlement(
        self, record: SettlementRecord, message_id: str, key: str, request_digest: str, answer: Answer
    ) -> SettlementRecord:
        """Make a settlement durable, with its message, its print job and its key. Returns it with its hash.

        Raises Conflict, and nothing was written: `day-closed`, `key-reused` (the key stands already); Unavailable
        `disk-full`.
        """
        _check(record, "settlement", key)
        self.require_room()
        with self.writing() as connection:
            return self._commit(connection, record, message_id, key, request_digest, answer)

    def commit_void(
        self,
        original_id: str,
        record: SettlementRecord,
        message_id: str,
        key: str,
        request_digest: str,
        answer: Answer,
    ) -> SettlementRecord:
        """Take back the settlement `original_id` by the void `record`, durably.

        Returns the void with its hash.

        Raises Missing; Conflict `already-voided`, `not-committed`, `day-closed`, `key-reused`.
        """
        _check(record, "void", key)
        if record.voids != original_id:
            raise Refused("bad-void", "the void names another settlement than it takes back", "撤销记录与原结算不符")
        with self.writing() as connection:
            check_original(connection, original_id, key)
            committed = self._commit(connection, record, message_id, key, request_digest, answer)
            _mark_voided(connection, record)
            return committed

    def commit_refund(self, void: Committal, stays: Committal, request_digest: str) -> None:
        """Take back the settlement that `void` names and make `stays` durable, both or neither.

        Raises as `commit_settlement` and `commit_void` do.
        """
        _check(void.record, "void", void.key)
        _check(stays.record, "settlement", stays.key)
        self.require_room()
        with self.writing() as connection:
            check_original(connection, void.record.voids, void.key)
            for part in (void, stays):
                self._commit(connection, part.record, part.message_id, part.key, request_digest, part.answer)
            _mark_voided(connection, void.record)

    def _commit(
        self,
        connection: sqlite3.Connection,
        record: SettlementRecord,
        message_id: str,
        key: str,
        request_digest: str,
        answer: Answer,
    ) -> SettlementRecord:
        check_day_and_key(connection, record.business_day, key, request_digest)
        written = msgspec.structs.replace(
            record,
            state="committed",
            voided_by="",
            entry_hash="",
            center_references={},
            upload_state="queued",
            purse_proof=None,
        )
        facts = {
            "record": written,
            "message_id": message_id,
            "key": key,
            "request_digest": request_digest,
            "answer_digest": digest(answer("")),
        }
        number, entry_hash = append(connection, self.terminal_id, record.kind, record.at, facts)
        connection.execute(_INSERT_SETTLEMENT, settlement_row(number, written))
        queue_upload(connection, record, message_id, record.at)
        queue_first_print(connection, record, record.at)
        connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (key, request_digest, number, answer(entry_hash)))
        return msgspec.structs.replace(written, entry_hash=entry_hash)


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
    f" VALUES ({', '.join('?' * len(SETTLEMENT_COLUMNS))}, 'committed')"
)


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


def _check(record: SettlementRecord, kind: RecordKind, key: str) -> None:
    if record.kind != kind:
        raise Refused("bad-record", f"a {kind} was expected", "记录类型不符")
    if not 0 < len(key) <= KEY_CHARACTERS_MAX:
        raise Refused(
            "bad-key",
            f"a key has 1 to {KEY_CHARACTERS_MAX} characters",
            f"幂等键应为1至{KEY_CHARACTERS_MAX}个字符",
            "key",
        )


def _mark_voided(connection: sqlite3.Connection, void: SettlementRecord) -> None:
    connection.execute("UPDATE settlements SET state = 'voided', voided_by = ? WHERE id = ?", (void.id, void.voids))


def check_day_and_key(connection: sqlite3.Connection, day: dt.date, key: str, request_digest: str) -> None:
    """Raises Conflict `key-reused` or `day-closed`, inside the caller's transaction."""
    closed, key_stands = connection.execute(
        "SELECT (SELECT state FROM days WHERE day = ?1), EXISTS (SELECT 1 FROM keys WHERE key = ?2) OR EXISTS"
        " (SELECT 1 FROM refunds WHERE key = ?2 AND request_digest <> ?3 AND given_up_by IS NULL) OR EXISTS"
        f" (SELECT 1 {OPEN_INTENTS} AND {KEY_OF_INTENT} = ?2)",
        (day.isoformat(), key, request_digest),
    ).fetchone()
    if key_stands:
        raise key_reused()
    if closed:
        raise Conflict("day-closed", f"the business day {day} is {closed}", f"营业日 {day} 已关账", "business_day")


def check_original(connection: sqlite3.Connection, original_id: str, void_key: str) -> None:
    """Raises Missing, or Conflict where this cannot be taken back under `void_key`, inside the caller's transaction."""
    row = connection.execute(
        "SELECT kind, state, EXISTS (SELECT 1 FROM refunds WHERE original = ?1 AND void_key <> ?2"
        " AND given_up_by IS NULL) AS refund_open FROM settlements WHERE id = ?1",
        (original_id, void_key),
    ).fetchone()
    if row is None:
        raise Missing(
            "no-such-settlement",
            "there is no settlement of this number",
            "没有该结算号的结算",
            "settlement_id",
        )
    if row["kind"] == "void":
        raise Conflict("void-of-a-void", "this is a void; a void is not taken back", "该记录为撤销记录，不能再撤销")
    if row["state"] == "voided":
        raise Conflict("already-voided", "this settlement was taken back before", "该结算已撤销")
    if row["state"] != "committed":
        raise Conflict("not-committed", f"this settlement is {row['state']}", "该结算尚未完成")
    if row["refund_open"]:
        message = "a refund of it by line was begun: go on with that, or give it up first"
        raise Conflict("refund-open", message, "该结算有未完成的部分退费，请先继续或放弃")


def key_reused() -> Conflict:
    """The key of one request came with another."""
    return Conflict("key-reused", "this key stands for another request", "该幂等键已用于另一请求", "key")
