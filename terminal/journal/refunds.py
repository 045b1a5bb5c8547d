"""Refunds that the center decides: the whole of one is durable before the first message, and is found until it is done.

A refund is two messages, the void and the settlement of what stays, and an end may come between them. Done means that
its key has an answer; taken back, that the void's key has one: both stand in the transaction that commits, so that
nothing can be done and still be listed, nor half done and forgotten. What nobody goes on with, a person gives up.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

from msgspec import Struct

from terminal.errors import Conflict, Missing
from terminal.journal.chain import append
from terminal.journal.guards import check_day_and_key, check_original
from terminal.journal.look import Reads
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode

_SELECT = (
    "SELECT r.original, r.key, r.void_key, r.request_digest, e.body,"
    " coalesce((SELECT v.id FROM keys k JOIN settlements v ON v.entry = k.entry WHERE k.key = r.void_key), '') AS void,"
    " EXISTS (SELECT 1 FROM keys k WHERE k.key = r.key) AS done"
    " FROM refunds r JOIN entries e ON e.number = r.entry WHERE r.given_up_by IS NULL "
)
_OPEN = "AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.key = r.key) "


class BegunRefund(Struct, frozen=True, kw_only=True):
    """A refund as it was begun, and how far it has come.

    original: the settlement that is taken back. stays: the settlement of what stays, as it was agreed with the patient.
    key, void_key, request_digest: of the request, under which the two answers are stored. void: the number of the void
    that took the original back, "" as long as it stands. done: what stays is settled.
    """

    original: str
    reason: str
    stays: SettlementRecord
    key: str
    void_key: str
    request_digest: str
    void: str = ""
    done: bool = False


class _Body(Struct, frozen=True):
    at: dt.datetime
    reason: str
    stays: SettlementRecord


class RefundIntents(Reads):
    """The part of the journal that holds refunds together."""

    def begin_refund(self, refund: BegunRefund, now: dt.datetime) -> None:
        """Write down everything that it takes to carry the refund out.

        Raises Missing; Conflict `already-voided`, `void-of-a-void`, `not-committed`, `refund-open`, `key-reused`,
        `day-closed`; Unavailable `disk-full`; and nothing was written.
        """
        self.require_room()
        with self.writing() as connection:
            check_original(connection, refund.original, refund.void_key)
            check_day_and_key(connection, refund.stays.business_day, refund.key, refund.request_digest)
            names = ("original", "reason", "stays", "key", "void_key", "request_digest")
            facts = {name: getattr(refund, name) for name in names}
            number, _ = append(connection, self.terminal_id, "refunding", now, facts)
            connection.execute(
                "INSERT INTO refunds (entry, original, key, void_key, request_digest) VALUES (?, ?, ?, ?, ?)",
                (number, refund.original, refund.key, refund.void_key, refund.request_digest),
            )

    def open_refunds(self) -> list[BegunRefund]:
        """Every refund that is begun and neither done nor given up, oldest first."""
        return [_begun(row) for row in self._connection.execute(_SELECT + _OPEN + "ORDER BY r.entry")]

    def refund_of(self, original_id: str) -> BegunRefund:
        """The refund of a settlement, done or not. Raises Missing `no-such-refund`."""
        row = self._connection.execute(_SELECT + "AND r.original = ?", (original_id,)).fetchone()
        if row is None:
            raise Missing("no-such-refund", "no refund of this settlement is begun", "没有该结算的部分退费")
        return _begun(row)

    def refund_under(self, key: str) -> BegunRefund | None:
        """The open refund that a request with this key began, or None."""
        row = self._connection.execute(_SELECT + _OPEN + "AND r.key = ?", (key,)).fetchone()
        return None if row is None else _begun(row)

    def give_up_refund(self, original_id: str, reason: str, now: dt.datetime, operator: str = "") -> None:
        """Nothing more is done about it: what was taken back stays so. operator: who decided so, where a person did.

        Raises Missing `no-such-refund`, Conflict `refund-done`.
        """
        with self.writing() as connection:
            refund = self.refund_of(original_id)
            if refund.done:
                raise Conflict("refund-done", "what stays of it is settled", "该部分退费已完成")
            facts = {"original": original_id, "void": refund.void, "reason": reason, "operator": operator}
            number, _ = append(connection, self.terminal_id, "refund-given-up", now, facts)
            connection.execute(
                "UPDATE refunds SET given_up_by = ? WHERE original = ? AND given_up_by IS NULL", (number, original_id)
            )


def _begun(row: sqlite3.Row) -> BegunRefund:
    body = decode(row["body"], _Body, "a journal entry")
    return BegunRefund(
        original=row["original"],
        reason=body.reason,
        stays=body.stays,
        key=row["key"],
        void_key=row["void_key"],
        request_digest=row["request_digest"],
        void=row["void"],
        done=bool(row["done"]),
    )
