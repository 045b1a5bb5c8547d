"""What forbids a record: a closed day, a key that stands, a settlement that cannot be taken back.

Every check reads inside its caller's write transaction, so that what it found still holds when the record is written.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

from terminal.errors import Conflict, Missing

OPEN_INTENTS = (
    "FROM intents i JOIN settlements s ON s.id = i.settlement_id JOIN entries e ON e.number = s.entry"
    " WHERE i.closed_by IS NULL"
)
"""What the center was asked for and nothing has closed; `KEY_OF_INTENT` is the key that asked."""

KEY_OF_INTENT = "json_extract(CAST(e.body AS TEXT), '$.key')"


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


def refuse_second_void(connection: sqlite3.Connection, original_id: str) -> None:
    """Raises Conflict `intent-open`: a void of this settlement is being asked for."""
    row = connection.execute(
        "SELECT 1 FROM settlements WHERE voids = ? AND state = 'authorising'", (original_id,)
    ).fetchone()
    if row:
        raise Conflict("intent-open", "the void of this settlement is being asked for", "该结算的撤销正在处理")
