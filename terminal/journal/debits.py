"""Debits of a purse: the whole of one is durable before the card is told, and stays open until the card has spoken.

debiting → committed (the card paid: settlement, message, print job and key in one transaction, with the card's proof)
| abandoned (it did not). A debit of which nobody knows stays open through every restart; meanwhile the database itself
refuses a second one of the same purse. Where the card cannot tell, people decide, and who decided is an entry.
"""

from __future__ import annotations

import datetime as dt
import hmac
import sqlite3
from typing import Any

import msgspec

from terminal.errors import Conflict, Missing
from terminal.journal.chain import append, digest
from terminal.journal.commit import Answer
from terminal.journal.guards import check_day_and_key, key_reused
from terminal.journal.intents import Intents
from terminal.journal.purse_records import OpenDebit, PurseProof
from terminal.journal.records import SettlementRecord
from terminal.journal.rows import (
    as_written,
    give_up_visit_of,
    insert_settlement,
    keep_key,
    keep_visit_of,
    queue_first_print,
    queue_upload,
)
from terminal.settlement.codec import convert

NO_PROOF = PurseProof()
_OPEN = (
    "SELECT b.settlement_id, b.trouble, b.key, b.message_id, e.number, e.hash, e.body FROM debits b"
    " JOIN settlements s ON s.id = b.settlement_id JOIN entries e ON e.number = s.entry WHERE b.closed_by IS NULL "
)


class Debits(Intents):
    """The part of the journal that debits purses."""

    def open_debit(self, record: SettlementRecord, message_id: str, key: str, request_digest: str) -> SettlementRecord:
        """Write that the purse of `record` is about to be debited. Returns it with its hash.

        message_id: of the message that will tell the center. Raises Conflict `day-closed`, `key-reused`,
        `purse-in-doubt` (an earlier debit of this purse, or of this key, is open); Unavailable `disk-full`; and nothing
        was written.
        """
        self.require_room()
        assert record.purse is not None, "the record names its purse"
        assert record.purse.debit is not None, "the record holds its debit"
        purse, debit = record.purse.card.key, record.purse.debit
        with self.writing() as connection:
            check_day_and_key(connection, record.business_day, key, request_digest)
            _refuse_second(connection, purse, key)
            written = as_written(record, "debiting")
            facts = {"record": written, "message_id": message_id, "key": key, "request_digest": request_digest}
            number, entry_hash = append(connection, self.terminal_id, "debiting", record.at, facts)
            insert_settlement(connection, number, written)
            keep_visit_of(connection, record.id)
            connection.execute(
                "INSERT INTO debits (settlement_id, purse, amount, key, message_id) VALUES (?, ?, ?, ?, ?)",
                (record.id, purse, debit.amount_fen, key, message_id),
            )
            return msgspec.structs.replace(written, entry_hash=entry_hash)

    def open_debits(self) -> list[OpenDebit]:
        """Every debit of which nobody knows whether the card has paid, oldest first."""
        return [_open_debit(row) for row in self._connection.execute(_OPEN + "ORDER BY e.number")]

    def open_debit_of_key(self, key: str, request_digest: str) -> OpenDebit | None:
        """The open debit that a request with this key began, or None. Raises Conflict `key-reused`."""
        row = self._connection.execute(_OPEN + "AND b.key = ?", (key,)).fetchone()
        if row is None:
            return None
        found = _open_debit(row)
        if not hmac.compare_digest(found.request_digest, request_digest):
            raise key_reused()
        return found

    def debited_on(self, purse: str, day: dt.date) -> int:
        """What a purse (`PurseIdentity.key`) was debited here on a business day, in fen; open debits count."""
        (amount,) = self._connection.execute(
            "SELECT coalesce(sum(b.amount), 0) FROM debits b JOIN settlements s ON s.id = b.settlement_id"
            " WHERE b.purse = ? AND s.business_day = ? AND s.state <> 'abandoned'",
            (purse, day.isoformat()),
        ).fetchone()
        return int(amount)

    def note_trouble(self, settlement_id: str, trouble: str, now: dt.datetime) -> None:
        """The card cannot tell what became of its debit: from here on it is a case for people.

        Raises Missing, Conflict `debit-closed`.
        """
        with self.writing() as connection:
            _find(connection, settlement_id)
            append(connection, self.terminal_id, "debit-trouble", now, {"settlement": settlement_id, "why": trouble})
            connection.execute("UPDATE debits SET trouble = ? WHERE settlement_id = ?", (trouble, settlement_id))

    def commit_debit(
        self,
        settlement_id: str,
        proof: PurseProof,
        answer: Answer,
        now: dt.datetime,
        operator: str = "",
        reason: str = "",
    ) -> None:
        """The card has paid: commit, with the message, the print job, the key and the proof.

        operator, reason: of the decision, where people took it. Raises Missing, Conflict `debit-closed`.
        """
        with self.writing() as connection:
            row = _find(connection, settlement_id)
            facts = msgspec.json.decode(row["body"], type=dict[str, Any])
            outcome = {
                "settlement": settlement_id,
                "proof": proof,
                "operator": operator,
                "reason": reason,
                "till_answer_digest": digest(answer("")),
            }
            number, _ = append(connection, self.terminal_id, "debited", now, outcome)
            connection.execute(
                "UPDATE debits SET closed_by = ?, tac = ?, mac2 = ?, mac2_verified = ? WHERE settlement_id = ?",
                (number, proof.tac, proof.mac2, proof.mac2_verified, settlement_id),
            )
            connection.execute("UPDATE settlements SET state = 'committed' WHERE id = ?", (settlement_id,))
            record = convert(facts["record"], SettlementRecord)
            queue_upload(connection, record, row["message_id"], now)
            queue_first_print(connection, record, now)
            keep_key(connection, row["key"], facts["request_digest"], row["number"], answer(row["hash"]))

    def abandon_debit(self, settlement_id: str, reason: str, now: dt.datetime, operator: str = "") -> None:
        """The card has not paid: nothing of this settlement counts. operator: who decided so, where people did.

        Raises Missing, Conflict `debit-closed`.
        """
        with self.writing() as connection:
            _find(connection, settlement_id)
            outcome = {"settlement": settlement_id, "reason": reason, "operator": operator}
            number, _ = append(connection, self.terminal_id, "not-debited", now, outcome)
            connection.execute("UPDATE debits SET closed_by = ? WHERE settlement_id = ?", (number, settlement_id))
            connection.execute("UPDATE settlements SET state = 'abandoned' WHERE id = ?", (settlement_id,))
            give_up_visit_of(connection, settlement_id)


def _find(connection: sqlite3.Connection, settlement_id: str) -> sqlite3.Row:
    """The row of an open debit. Raises Missing, Conflict `debit-closed`."""
    row: sqlite3.Row | None = connection.execute(_OPEN + "AND b.settlement_id = ?", (settlement_id,)).fetchone()
    if row is not None:
        return row
    if connection.execute("SELECT 1 FROM debits WHERE settlement_id = ?", (settlement_id,)).fetchone():
        raise Conflict("debit-closed", "what became of this debit is known already", "该笔扣款已有结果")
    raise Missing("no-such-debit", "there is no purse debit of this number", "没有该笔卡内扣款")


def _open_debit(row: sqlite3.Row) -> OpenDebit:
    facts = msgspec.json.decode(row["body"], type=dict[str, Any])
    record = convert(facts["record"], SettlementRecord)
    assert record.purse is not None, "open_debit wrote its purse"
    assert record.purse.debit is not None, "open_debit wrote its debit"
    return OpenDebit(
        settlement_id=row["settlement_id"],
        debit=record.purse.debit,
        trouble=row["trouble"],
        key=row["key"],
        request_digest=facts["request_digest"],
    )


def _refuse_second(connection: sqlite3.Connection, purse: str, key: str) -> None:
    row = connection.execute(
        "SELECT 1 FROM debits WHERE closed_by IS NULL AND (purse = ? OR key = ?)", (purse, key)
    ).fetchone()
    if row:
        raise Conflict(
            "purse-in-doubt",
            "an earlier debit of this card is not cleared up; put the same card in again first",
            "该卡前次扣款结果未明，请先重新插入同一张卡",
            "card",
        )
