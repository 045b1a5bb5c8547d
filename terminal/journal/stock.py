"""Goods that left with a settlement, or came back: what the center's stock book must be told, in a queue of its own.

A move is told after its settlement, which never waits for it; a void brings the goods back. One durable state a move:
queued → sent → accepted | refused | unknown → sent …; parked waits for an operator, withdrawn never went out at all.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.errors import Conflict
from terminal.journal.chain import append, digest
from terminal.journal.store import moment_text
from terminal.journal.visits import Visits
from terminal.limits import TEXT_CHARACTERS_MAX
from terminal.money import Quantity, UnitPrice
from terminal.settlement.codec import decode, encode

StockKind = Literal["sale", "return"]
StockState = Literal["queued", "sent", "accepted", "refused", "unknown", "parked", "withdrawn"]
Name = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
TraceCode = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\A[0-9A-Za-z]+\Z")]

_COMES_BACK = (
    "SELECT m.* FROM stock_moves m JOIN settlements s ON s.id = m.settlement_id"
    " WHERE m.kind = 'sale' AND s.state = 'voided' AND m.state IN ('queued', 'accepted') AND NOT EXISTS"
    " (SELECT 1 FROM stock_moves r WHERE r.settlement_id = m.settlement_id AND r.line = m.line"
    " AND r.kind = 'return') ORDER BY m.number LIMIT 1"
)

GOODS_MAX = 500
"""Kinds of goods of one settlement."""


class Goods(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of goods that was handed out, with the trace codes of its packs. split: a pack was opened for it."""

    code: Name
    name: Name
    quantity: Quantity
    unit_price: UnitPrice
    lot: Name
    made_on: dt.date
    expires_on: dt.date
    pharmacist: Name
    pharmacist_licence: Name
    prescriber: Text = ""
    prescription: bool = False
    split: bool = False
    trace_codes: Annotated[list[TraceCode], Meta(max_length=200)] = []


class StockMove(Struct, frozen=True, kw_only=True):
    """One kind of goods on its way into the center's stock book. serial: the institution's own, up to 30 characters."""

    message_id: str
    settlement_id: str
    line: int
    kind: StockKind
    goods: Goods
    state: StockState
    attempts: int
    reason: str

    @property
    def serial(self) -> str:
        """Of the goods as they were sold; their return has one of its own."""
        return f"{self.settlement_id}{self.line:03d}{'R' if self.kind == 'return' else ''}"


class Stock(Visits):
    """The part of the journal that queues stock moves."""

    def keep_goods(
        self, settlement_id: str, goods: Sequence[Goods], message_ids: Sequence[str], now: dt.datetime
    ) -> None:
        """Queue what was handed out with a settlement, once; the same again does nothing.

        Raises Conflict `goods-told`: other goods stand for this settlement.
        """
        facts = {"settlement": settlement_id, "goods_digest": digest(encode(list(goods)))}
        with self.writing() as connection:
            known = [decode(row["body"], Goods) for row in _moves(connection, settlement_id, "sale")]
            if known:
                if known != list(goods):
                    message = "other goods were told of this settlement"
                    raise Conflict("goods-told", message, "该结算已登记其他商品", "goods")
                return
            append(connection, self.terminal_id, "goods", now, facts)
            for line, (one, message_id) in enumerate(zip(goods, message_ids, strict=True), 1):
                _insert(connection, message_id, settlement_id, line, "sale", encode(one), now)

    def queue_returns(self, new_id: str, now: dt.datetime) -> bool:
        """Goods of a settlement that was taken back: the next one whose sale is told comes back; what was never told is
        withdrawn. True where there was one.
        """
        if self._connection.execute(_COMES_BACK).fetchone() is None:
            return False
        with self.writing() as connection:
            row = connection.execute(_COMES_BACK).fetchone()
            if row is None:
                return False
            if row["state"] == "queued":
                connection.execute("UPDATE stock_moves SET state = 'withdrawn' WHERE number = ?", (row["number"],))
            else:
                _insert(connection, new_id, row["settlement_id"], row["line"], "return", row["body"], now)
        return True

    def due_stock(self, now: dt.datetime) -> StockMove | None:
        """The next move to tell, or None: of settlements that the center has taken in, oldest first."""
        row = self._connection.execute(
            "SELECT m.* FROM stock_moves m JOIN outbox q ON q.settlement_id = m.settlement_id"
            " WHERE m.state IN ('queued', 'unknown', 'sent') AND m.next_attempt_at <= ?"
            " AND q.transaction_name = 'settle' AND q.state = 'accepted' ORDER BY m.next_attempt_at, m.number LIMIT 1",
            (moment_text(now),),
        ).fetchone()
        return _move(row) if row else None

    def mark_stock(
        self,
        message_id: str,
        state: StockState,
        next_attempt_at: dt.datetime,
        reason: str = "",
        request: bytes = b"",
        answer: bytes = b"",
    ) -> None:
        """What became of a move; `sent` counts the attempt and keeps the request before it leaves."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE stock_moves SET state = ?, reason = ?, next_attempt_at = ?, attempts = attempts + ?,"
                " request = iif(? <> x'', ?, request), answer = ? WHERE message_id = ?",
                (state, reason, moment_text(next_attempt_at), state == "sent", request, request, answer, message_id),
            )

    def renew_stock(self, message_id: str, new_id: str) -> None:
        """The move goes under a new id: what went out under the old one was deleted at the center."""
        with self.writing() as connection:
            connection.execute("UPDATE stock_moves SET message_id = ? WHERE message_id = ?", (new_id, message_id))

    def stock_moves(self, settlement_id: str) -> list[StockMove]:
        """Every move of a settlement, oldest first."""
        query = "SELECT * FROM stock_moves WHERE settlement_id = ? ORDER BY number"
        return [_move(row) for row in self._connection.execute(query, (settlement_id,))]

    def stock_counts(self) -> dict[str, int]:
        """How many moves are in each state; absent means none."""
        return dict(self._connection.execute("SELECT state, count(*) FROM stock_moves GROUP BY state").fetchall())


def _moves(connection: sqlite3.Connection, settlement_id: str, kind: StockKind) -> list[sqlite3.Row]:
    query = "SELECT body FROM stock_moves WHERE settlement_id = ? AND kind = ? ORDER BY line"
    return connection.execute(query, (settlement_id, kind)).fetchall()


def _insert(
    connection: sqlite3.Connection,
    message_id: str,
    settlement_id: str,
    line: int,
    kind: str,
    body: bytes,
    now: dt.datetime,
) -> None:
    connection.execute(
        "INSERT INTO stock_moves (message_id, settlement_id, line, kind, body, state, next_attempt_at)"
        " VALUES (?, ?, ?, ?, ?, 'queued', ?)",
        (message_id, settlement_id, line, kind, body, moment_text(now)),
    )


def _move(row: sqlite3.Row) -> StockMove:
    names = ("message_id", "settlement_id", "line", "kind", "state", "attempts", "reason")
    return StockMove(goods=decode(row["body"], Goods), **{name: row[name] for name in names})


def goods_digest(connection: sqlite3.Connection, settlement_id: str) -> str:
    """Of the goods that stand for a settlement, as the entry named it."""
    return digest(encode([decode(row["body"], Goods) for row in _moves(connection, settlement_id, "sale")]))
