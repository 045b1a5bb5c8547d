"""The center's last words on messages, many in one write: an entry of the chain each, and the message's row beside it.

What is said twice counts once; a last word that contradicts an earlier one is refused, and none of its batch is kept.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from terminal.errors import Conflict, Missing
from terminal.journal.center_numbers import are_of_others, center_number
from terminal.journal.chain import append_all, digest
from terminal.journal.records import LastWord
from terminal.journal.rows import keep_sums

_GIVE_UP_VISITS = (
    "UPDATE visits SET given_up = 1 WHERE given_up = 0 AND settlement_id IN"
    " (SELECT s.voids FROM outbox q JOIN settlements s ON s.id = q.settlement_id"
    " WHERE q.transaction_name = 'void' AND q.message_id IN (SELECT value FROM json_each(?)))"
)
"""Of what the center has accepted as taken back, no visit is to stay open there."""

_ROW = "SELECT number, message_id, state, request, settlement_id, sent_as FROM outbox "


class Written(Struct, frozen=True):
    """What became of last words: settlement_ids of those that were new, and those that were not written, since they
    tell the number of another settlement."""

    settlement_ids: list[str]
    of_others: list[LastWord]


def write_last_words(
    connection: sqlite3.Connection, terminal_id: str, words: Sequence[LastWord], now: dt.datetime
) -> Written:
    """Write down `words` inside the caller's write transaction.

    Raises Missing (no such message), Conflict (another last word stands).
    """
    rows = _rows(connection, words)
    standing = {message_id: row["state"] for message_id, row in rows.items()}
    new = []
    for word in words:
        if is_unfinished(standing[word.message_id], word.state):
            standing[word.message_id] = word.state
            new.append(word)
    numbers = [(rows[word.message_id]["settlement_id"], center_number(word.references)) for word in new]
    doubts = are_of_others(connection, numbers)
    of_others = [word for word, is_anothers in zip(new, doubts, strict=True) if is_anothers]
    new = [word for word, is_anothers in zip(new, doubts, strict=True) if not is_anothers]
    facts = [(word.state, _facts(word, rows[word.message_id])) for word in new]
    entries = [entry for entry, _ in append_all(connection, terminal_id, now, facts)]
    told = [(rows[word.message_id], word, entry) for word, entry in zip(new, entries, strict=True)]
    connection.executemany(
        "UPDATE outbox SET state = ?, answer = ?, center_references = ?, center_number = ?, reason = ?, last_word = ?"
        " WHERE number = ?",
        [(word.state, word.answer, *_numbers(word), word.reason, entry, row["number"]) for row, word, entry in told],
    )
    taken_in = [word.message_id for word in new if word.state == "accepted"]
    connection.execute(_GIVE_UP_VISITS, (_listed(taken_in),))
    keep_sums(connection, [(row["settlement_id"], entry, word.sums) for row, word, entry in told if word.sums])
    return Written([row["settlement_id"] for row, _, _ in told], of_others)


def _numbers(word: LastWord) -> tuple[str, str]:
    return msgspec.json.encode(word.references).decode(), center_number(word.references)


def is_unfinished(state: str, word: str = "") -> bool:
    """Whether a message in `state` has no last word; False where it stands at `word` already.

    Raises Conflict (another last word).
    """
    if state in ("accepted", "refused") and state != word:
        message = f"the center has {state} this message already"
        raise Conflict("message-finished", message, "中心已答复该消息", "message_id")
    return state != word


def unfinished(connection: sqlite3.Connection, message_id: str) -> sqlite3.Row:
    """What the outbox has of a message without a last word. Raises Missing, Conflict."""
    row: sqlite3.Row | None = connection.execute(_ROW + "WHERE message_id = ?", (message_id,)).fetchone()
    if row is None:
        raise no_such_message()
    is_unfinished(row["state"])
    return row


def no_such_message() -> Missing:
    """The id of a message that the outbox does not have."""
    return Missing("no-such-message", "there is no message of this id", "没有该编号的消息", "message_id")


def not_parked() -> Conflict:
    """An operator wants a message to go again that is not put aside."""
    return Conflict("not-parked", "this message is not parked", "该消息未被搁置", "message_id")


def _rows(connection: sqlite3.Connection, words: Sequence[LastWord]) -> dict[str, sqlite3.Row]:
    wanted = [word.message_id for word in words]
    found = connection.execute(_ROW + "WHERE message_id IN (SELECT value FROM json_each(?))", (_listed(wanted),))
    rows = {row["message_id"]: row for row in found}
    if any(word.message_id not in rows for word in words):
        raise no_such_message()
    return rows


def _listed(message_ids: Sequence[str]) -> str:
    return msgspec.json.encode(message_ids).decode()


def _facts(word: LastWord, row: sqlite3.Row) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "message_id": word.message_id,
        "request_digest": digest(row["request"] or b""),
        "answer_digest": digest(word.answer),
        "references": word.references,
        "reason": word.reason,
    }
    return facts if word.sums is None else {**facts, "sums": word.sums}
