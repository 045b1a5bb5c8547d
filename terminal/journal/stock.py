"""Goods that left with a settlement, or came back: what the center's stock book must be told, in a queue of its own.

A move is told after its settlement, which never waits for it; a void brings the goods back. What has a pack's trace
code goes in the order of the settlements, so that a pack is back before it is sold again. One durable state a move:
queued → sent → accepted | refused | unknown → sent …; refused and parked wait for an operator (`resend_stock`),
withdrawn never went out at all.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.errors import Conflict
from terminal.journal.chain import append, digest
from terminal.journal.last_words import not_parked
from terminal.journal.progress import STUCK_GOODS
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

# From the voids on: there are few of them, and of moves there are years.
_COMES_BACK = (
    "SELECT m.* FROM settlements v INDEXED BY settlements_voids CROSS JOIN settlements s ON s.id = v.voids"
    " CROSS JOIN stock_moves m ON m.settlement_id = s.id"
    " WHERE v.voids IS NOT NULL AND v.state <> 'abandoned' AND s.state = 'voided'"
    " AND m.kind = 'sale' AND m.state IN ('queued', 'accepted') AND NOT EXISTS (SELECT 1 FROM stock_moves r"
    " WHERE r.settlement_id = m.settlement_id AND r.line = m.line AND r.kind = 'return') ORDER BY m.number LIMIT 1"
)
_DUE = (
    "SELECT m.*, s.entry FROM stock_moves m JOIN outbox q ON q.settlement_id = m.settlement_id"
    " JOIN settlements s ON s.id = m.settlement_id"
    " WHERE m.state IN ('queued', 'unknown', 'sent') AND m.next_attempt_at <= ?"
    " AND q.transaction_name = 'settle' AND q.state = 'accepted' ORDER BY m.next_attempt_at, m.number"
)
_BEFORE_IT = (
    "SELECT 1 FROM stock_moves e JOIN settlements s ON s.id = e.settlement_id,"
    " json_each(CAST(e.body AS TEXT), '$.trace_codes') code"
    " WHERE e.state IN ('queued', 'unknown', 'sent', 'parked') AND s.entry < ?"
    " AND code.value IN (SELECT value FROM json_each(?)) LIMIT 1"
)

STUCK_LISTED = 100
"""As many are listed, the oldest first."""

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

    def coming_back(self) -> StockMove | None:
        """The next sale of a settlement that was taken back, for `bring_back`: told, or not told yet. None: no more."""
        row = self._connection.execute(_COMES_BACK).fetchone()
        return _move(row) if row else None

    def bring_back(self, sale: StockMove, new_id: str, now: dt.datetime) -> None:
        """Queue the return of a sale under `new_id`; what was never told is withdrawn instead."""
        with self.writing() as connection:
            never_told = connection.execute(
                "UPDATE stock_moves SET state = 'withdrawn' WHERE message_id = ? AND state = 'queued'",
                (sale.message_id,),
            ).rowcount
            if not never_told:
                _insert(connection, new_id, sale.settlement_id, sale.line, "return", encode(sale.goods), now)

    def due_stock(self, now: dt.datetime) -> StockMove | None:
        """The next move to tell, or None: of settlements that the center has taken in, oldest first.

        None too before everything that comes back is queued: only then is it known what goes before what.
        """
        if self.coming_back() is not None:
            return None
        for row in self._connection.execute(_DUE, (moment_text(now),)):
            move = _move(row)
            if not self._waits_for_another(move, row["entry"]):
                return move
        return None

    def _waits_for_another(self, move: StockMove, entry: int) -> bool:
        """Whether an earlier settlement has a move with one of its trace codes that may still change the book."""
        codes = encode(move.goods.trace_codes).decode()
        return (
            bool(move.goods.trace_codes) and self._connection.execute(_BEFORE_IT, (entry, codes)).fetchone() is not None
        )

    def mark_stock(
        self,
        message_id: str,
        state: StockState,
        next_attempt_at: dt.datetime,
        reason: str = "",
        request: bytes = b"",
        answer: bytes = b"",
        attempts: int | None = None,
    ) -> None:
        """What became of a move; `sent` keeps the request before it leaves. attempts: so many now, if it changes."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE stock_moves SET state = ?, reason = ?, next_attempt_at = ?, attempts = coalesce(?, attempts),"
                " request = iif(? <> x'', ?, request), answer = ? WHERE message_id = ?",
                (state, reason, moment_text(next_attempt_at), attempts, request, request, answer, message_id),
            )

    def renew_stock(self, message_id: str, new_id: str) -> None:
        """The move goes under a new id: what went out under the old one was deleted at the center."""
        with self.writing() as connection:
            connection.execute("UPDATE stock_moves SET message_id = ? WHERE message_id = ?", (new_id, message_id))

    def resend_stock(self, message_id: str, new_id: str, now: dt.datetime) -> None:
        """An operator has looked at a move that is stuck: it goes again. What was refused goes as new, under `new_id`,
        since its old one is answered; what was parked as one whose outcome is unknown.

        Raises Conflict `not-parked`: it is not stuck.
        """
        with self.writing() as connection:
            changed = connection.execute(
                "UPDATE stock_moves SET message_id = iif(state = 'refused', ?, message_id), attempts = 0,"
                " state = iif(state = 'refused', 'queued', 'unknown'), next_attempt_at = ?"
                f" WHERE message_id = ? AND {STUCK_GOODS}",
                (new_id, moment_text(now), message_id),
            ).rowcount
        if not changed:
            raise not_parked()

    def stock_move(self, message_id: str) -> StockMove | None:
        """The move that goes under this id now, or None."""
        row = self._connection.execute("SELECT * FROM stock_moves WHERE message_id = ?", (message_id,)).fetchone()
        return _move(row) if row else None

    def stuck_stock(self) -> list[StockMove]:
        """What the center has refused and what was parked, oldest first, as many as are listed."""
        query = f"SELECT * FROM stock_moves WHERE {STUCK_GOODS} ORDER BY number LIMIT ?"
        return [_move(row) for row in self._connection.execute(query, (STUCK_LISTED,))]

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
