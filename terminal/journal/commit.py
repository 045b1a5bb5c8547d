"""Committing a settlement or a void: entry, row, outbox message, print job and key in one transaction.

The hash in the answer is known only inside the transaction, so the answer is made there, by the caller's
function. The entry names the answer's digest (with the hash left out), so that a later change of the answer
is found too.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from terminal.errors import Refused
from terminal.journal.chain import append, digest
from terminal.journal.guards import check_day_and_key, check_original, key_reused
from terminal.journal.numbering import Numbers
from terminal.journal.records import RecordKind, SettlementRecord
from terminal.journal.rows import as_written, insert_settlement, keep_key, mark_voided, queue_first_print, queue_upload
from terminal.limits import KEY_CHARACTERS_MAX

Answer = Callable[[str], bytes]
"""From the entry's hash (64 hex digits, or "" for the digest), the bytes that the client is answered."""


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
            mark_voided(connection, record)
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
            mark_voided(connection, void.record)

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
        written = as_written(record, "committed")
        facts = {
            "record": written,
            "message_id": message_id,
            "key": key,
            "request_digest": request_digest,
            "answer_digest": digest(answer("")),
        }
        number, entry_hash = append(connection, self.terminal_id, record.kind, record.at, facts)
        insert_settlement(connection, number, written)
        queue_upload(connection, record, message_id, record.at)
        queue_first_print(connection, record, record.at)
        keep_key(connection, key, request_digest, number, answer(entry_hash))
        return msgspec.structs.replace(written, entry_hash=entry_hash, upload_state="queued")


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
