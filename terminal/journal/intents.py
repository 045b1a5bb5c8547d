"""Intents of the online mode: what is asked of the center is durable before it is asked, and closed by its answer.

authorising → committed (the center said yes) | abandoned (it said no, or nothing: then a reversal is queued in the
same transaction). An intent that an end left open is closed by recovery, which never guesses what the center did.
"""

from __future__ import annotations

import datetime as dt
import hmac
import sqlite3
from typing import Any

import msgspec

from terminal.errors import Conflict, Missing
from terminal.journal.center_numbers import are_of_others, center_number, number_of_another
from terminal.journal.chain import append, digest
from terminal.journal.commit import Answer
from terminal.journal.guards import (
    KEY_OF_INTENT,
    OPEN_INTENTS,
    check_day_and_key,
    check_original,
    key_reused,
    refuse_second_void,
)
from terminal.journal.records import CenterSums, Intent, SettlementRecord
from terminal.journal.refunds import RefundIntents
from terminal.journal.rows import (
    TRANSACTION_OF,
    as_written,
    give_up_visit_of,
    insert_settlement,
    keep_key,
    keep_sums,
    keep_visit_of,
    mark_voided,
    queue_first_print,
    queue_reversal,
)
from terminal.journal.store import moment_text

_DIGEST_OF_INTENT = "json_extract(CAST(e.body AS TEXT), '$.request_digest')"

# That an abandoned one is neither committed nor voided is said for the index of those that are neither.
_TAKEN_BACK = (
    f"SELECT s.id, {KEY_OF_INTENT} AS key, {_DIGEST_OF_INTENT} AS request_digest"
    " FROM settlements s JOIN intents i ON i.settlement_id = s.id JOIN entries e ON e.number = s.entry"
    " JOIN settlements o ON o.id = s.voids AND o.state = 'committed' JOIN outbox q ON q.settlement_id = s.id"
    " AND q.transaction_name = 'reverse' AND q.state = 'refused' AND q.reason = ?"
    " WHERE s.state NOT IN ('committed', 'voided') AND s.state = 'abandoned' AND s.kind = 'void'"
    " AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.original = o.id AND r.given_up_by IS NULL)"
    " ORDER BY s.entry"
)
_SELECT = f"SELECT i.settlement_id, i.message_id, i.request, {_DIGEST_OF_INTENT} AS request_digest {OPEN_INTENTS} "


class Intents(RefundIntents):
    """The part of the journal that authorises."""

    def open_intent(
        self, record: SettlementRecord, message_id: str, request: bytes, key: str, request_digest: str
    ) -> SettlementRecord:
        """Write that `record` is about to be asked for as `message_id`. Returns it with its hash.

        Raises Conflict `day-closed`, `key-reused`, `already-voided`, `intent-open` (that settlement's void is being
        asked for), `refund-open`; Missing; for a settlement Unavailable `disk-full`. Nothing was written then.
        """
        if not record.voids:
            self.require_room()
        with self.writing() as connection:
            check_day_and_key(connection, record.business_day, key, request_digest)
            if record.voids:
                check_original(connection, record.voids, key)
                refuse_second_void(connection, record.voids)
            written = as_written(record, "authorising")
            facts = {"record": written, "message_id": message_id, "key": key, "request_digest": request_digest}
            number, entry_hash = append(connection, self.terminal_id, "authorising", record.at, facts)
            insert_settlement(connection, number, written)
            keep_visit_of(connection, record.id)
            connection.execute(
                "INSERT INTO intents (settlement_id, message_id, request) VALUES (?, ?, ?)",
                (record.id, message_id, request),
            )
            return msgspec.structs.replace(written, entry_hash=entry_hash)

    def open_intents(self) -> list[Intent]:
        """Intents that nothing has closed, oldest first."""
        rows = self._connection.execute(_SELECT + "ORDER BY s.entry").fetchall()
        return [self._intent(row) for row in rows]

    def open_intent_of_key(self, key: str, request_digest: str) -> Intent | None:
        """The open intent that a request with this key left, or None. Raises Conflict `key-reused`."""
        row = self._connection.execute(_SELECT + f"AND {KEY_OF_INTENT} = ?", (key,)).fetchone()
        if row is None:
            return None
        if not hmac.compare_digest(row["request_digest"], request_digest):
            raise key_reused()
        return self._intent(row)

    def voids_found(self, reason: str) -> list[tuple[SettlementRecord, str, str]]:
        """Voids that were asked for and abandoned, whose reversal ended for this reason, with key and digest of the
        request; those whose settlement still stands here, and of which no refund goes on by itself.
        """
        rows = self._connection.execute(_TAKEN_BACK, (reason,)).fetchall()
        return [(self.settlement(row["id"]), row["key"], row["request_digest"]) for row in rows]

    def _intent(self, row: sqlite3.Row) -> Intent:
        record = self.settlement(row["settlement_id"])
        return Intent(record=record, message_id=row["message_id"], request=bytes(row["request"]))

    def authorise(
        self,
        settlement_id: str,
        center_answer: bytes,
        references: dict[str, str],
        sums: CenterSums | None,
        answer: Answer,
        now: dt.datetime,
    ) -> None:
        """The center said yes: commit, with its message (accepted), its print job, its key, and the center's sums.

        Where `sums` are not the settlement's own, they count from here on: the center's answer decides. Raises Missing,
        Conflict `intent-closed`, `number-of-another` (the answer tells the number of another settlement); nothing was
        written then.
        """
        with self.writing() as connection:
            entry, entry_hash, facts = _open(connection, settlement_id)
            if are_of_others(connection, [(settlement_id, center_number(references))]) == [True]:
                raise number_of_another()
            record = self.settlement(settlement_id)
            outcome = {
                "settlement": settlement_id,
                "message_id": facts["message_id"],
                "request_digest": digest(facts["request"]),
                "answer_digest": digest(center_answer),
                "references": references,
                "reason": "",
                "sums": sums,
                "till_answer_digest": digest(answer("")),
            }
            number, _ = append(connection, self.terminal_id, "authorised", now, outcome)
            _commit(connection, record, number)
            _accepted_message(connection, record, facts, center_answer, references, number, now)
            if sums is not None:
                own = record.settlement
                same = all(getattr(own, name) == getattr(sums, name) for name in CenterSums.__struct_fields__)
                keep_sums(connection, [(record.id, number, sums)], adopted=not same)
            queue_first_print(connection, record, now)
            keep_key(connection, facts["key"], facts["request_digest"], entry, answer(entry_hash))

    def abandon(
        self, settlement_id: str, reason: str, now: dt.datetime, reversal_id: str = "", answer: bytes = b""
    ) -> None:
        """Close an intent without a settlement. `reversal_id`: its outcome is unknown, and this new message undoes it.

        answer: what came and was not understood, masked; kept in the entry, and shown with the reversal. An intent that
        is closed already stays as it is.
        """
        with self.writing() as connection:
            if _closed_by(connection, settlement_id) is not None:
                return
            _, _, facts = _open(connection, settlement_id)
            outcome = {"settlement": settlement_id, "message_id": facts["message_id"], "reason": reason}
            outcome |= {"answer": answer.decode("utf-8", "replace")} if answer else {}
            number, _ = append(connection, self.terminal_id, "abandoned", now, outcome)
            connection.execute("UPDATE settlements SET state = 'abandoned' WHERE id = ?", (settlement_id,))
            give_up_visit_of(connection, settlement_id)
            connection.execute(
                "UPDATE intents SET closed_by = ?, reason = ? WHERE settlement_id = ?", (number, reason, settlement_id)
            )
            if reversal_id:
                undone = facts["message_id"]
                record = self.settlement(settlement_id)
                queue_reversal(connection, self.terminal_id, record, undone, reversal_id, reason, now, answer)


def _closed_by(connection: sqlite3.Connection, settlement_id: str) -> int | None:
    row = connection.execute("SELECT closed_by FROM intents WHERE settlement_id = ?", (settlement_id,)).fetchone()
    if row is None:
        raise Missing("no-such-intent", "there is no intent of this number", "没有该结算意向")
    closed: int | None = row["closed_by"]
    return closed


def _open(connection: sqlite3.Connection, settlement_id: str) -> tuple[int, str, dict[str, Any]]:
    """Entry, hash and facts of an intent that is still open. Raises Missing, Conflict `intent-closed`."""
    if _closed_by(connection, settlement_id) is not None:
        raise Conflict("intent-closed", "this intent was closed before", "该结算意向已关闭")
    row = connection.execute(
        "SELECT e.number, e.hash, e.body, i.message_id, i.request FROM intents i"
        " JOIN settlements s ON s.id = i.settlement_id JOIN entries e ON e.number = s.entry"
        " WHERE i.settlement_id = ?",
        (settlement_id,),
    ).fetchone()
    facts = msgspec.json.decode(row["body"], type=dict[str, Any])
    facts |= {"message_id": row["message_id"], "request": bytes(row["request"])}
    return row["number"], row["hash"], facts


def _commit(connection: sqlite3.Connection, record: SettlementRecord, entry: int) -> None:
    connection.execute("UPDATE settlements SET state = 'committed' WHERE id = ?", (record.id,))
    connection.execute("UPDATE intents SET closed_by = ? WHERE settlement_id = ?", (entry, record.id))
    if record.voids:
        mark_voided(connection, record)


def _accepted_message(
    connection: sqlite3.Connection,
    record: SettlementRecord,
    facts: dict[str, Any],
    center_answer: bytes,
    references: dict[str, str],
    entry: int,
    now: dt.datetime,
) -> None:
    values = {
        "message_id": facts["message_id"],
        "transaction_name": TRANSACTION_OF[record.kind],
        "settlement_id": record.id,
        "person_number": record.person_number,
        "state": "accepted",
        "attempts": 1,
        "first_queued_at": moment_text(now),
        "next_attempt_at": moment_text(now),
        "request": facts["request"],
        "answer": center_answer,
        "center_references": msgspec.json.encode(references).decode(),
        "center_number": center_number(references),
        "last_word": entry,
    }
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO outbox ({names}) VALUES ({marks})", tuple(values.values()))
