"""The outbox: what the center must still be told, one durable state a message, nothing ever dropped.

queued → sent → accepted | refused | unknown → sent …; parked waits for an operator. `unknown` is never read
as failed. The last words, accepted and refused, are entries of the hash chain as well.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

import msgspec

from terminal.errors import Conflict, Missing
from terminal.journal.chain import append, digest
from terminal.journal.look import Reads
from terminal.journal.records import QueuedMessage
from terminal.journal.store import moment_text
from terminal.limits import RETRY_PAUSE_SECONDS_MAX

_COLUMNS = (
    "SELECT q.message_id, q.transaction_name, q.settlement_id, q.state, q.attempts, q.first_queued_at,"
    " q.next_attempt_at, q.reason, q.request, q.answer FROM outbox q "
)
_IN_TURN = (
    " AND NOT (q.transaction_name <> 'reverse' AND EXISTS (SELECT 1 FROM outbox f"
    " WHERE f.person_number = q.person_number AND f.state IN ('queued', 'unknown', 'sent')"
    " AND f.number < q.number))"
)


class Outbox(Reads):
    """The part of the journal that queues messages to the center."""

    def due(self, now: dt.datetime) -> QueuedMessage | None:
        """The next message to send, or None: reversals first, then the oldest whose time has come.

        One person's messages go in the order of their settlements, since each was worked out on top of those
        before: a void, above all, waits for the last word on its original (parked and refused are last words
        too). Nobody waits for another person's. A message found `sent` was interrupted while it waited. A time
        further off than any pause was set by a clock that has jumped back since, and counts as come.
        """
        too_far = moment_text(now + dt.timedelta(seconds=RETRY_PAUSE_SECONDS_MAX))
        row = self._connection.execute(
            _COLUMNS + "WHERE q.state IN ('queued', 'unknown', 'sent')"
            " AND (q.next_attempt_at <= ? OR q.next_attempt_at > ?)"
            + _IN_TURN
            + " ORDER BY q.transaction_name <> 'reverse', q.number LIMIT 1",
            (moment_text(now), too_far),
        ).fetchone()
        return _message(row) if row else None

    def queue(self) -> list[QueuedMessage]:
        """Every message that the center has not accepted, oldest first; refused and parked ones too."""
        rows = self._connection.execute(
            _COLUMNS + "WHERE q.state IN ('queued', 'sent', 'refused', 'unknown', 'parked') ORDER BY q.number"
        )
        return [_message(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many messages are in each upload state; absent means none."""
        return {row[0]: row[1] for row in self._connection.execute("SELECT state, count(*) FROM outbox GROUP BY state")}

    def mark_sent(self, message_id: str, request: bytes, now: dt.datetime) -> None:
        """The intent, before the first byte leaves: from here on silence means unknown.

        Counts the attempt.
        """
        self._mark(
            message_id,
            "in_doubt = max(in_doubt, state IN ('sent', 'unknown')), state = 'sent', attempts = attempts + 1,"
            " request = ?, next_attempt_at = ?, reason = ''",
            (request, moment_text(now)),
        )

    def mark_unknown(self, message_id: str, reason: str, next_attempt_at: dt.datetime, now: dt.datetime) -> None:
        """No answer, or an unreadable one: it may have been taken in or not. `reason` names no person."""
        self._mark(
            message_id,
            "state = 'unknown', in_doubt = 1, reason = ?, next_attempt_at = ?",
            (reason, moment_text(max(next_attempt_at, now))),
        )

    def mark_queued(self, message_id: str, reason: str, next_attempt_at: dt.datetime, now: dt.datetime) -> None:
        """Surely nothing was sent: it waits as before. A message that was unknown before stays unknown."""
        self._mark(
            message_id,
            "state = iif(in_doubt, 'unknown', 'queued'), reason = ?, next_attempt_at = ?",
            (reason, moment_text(max(next_attempt_at, now))),
        )

    def hurry(self, now: dt.datetime) -> None:
        """Day end, or an operator, wants every waiting message tried at once, whatever its pause."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE outbox SET next_attempt_at = ? WHERE state IN ('queued', 'unknown', 'sent')",
                (moment_text(now),),
            )

    def mark_interrupted(self, now: dt.datetime) -> int:
        """At start: what is found `sent` was not answered, so it is unknown. Returns how many."""
        with self.writing() as connection:
            return connection.execute(
                "UPDATE outbox SET state = 'unknown', in_doubt = 1, reason = 'interrupted',"
                " next_attempt_at = ? WHERE state = 'sent'",
                (moment_text(now),),
            ).rowcount

    def mark_parked(self, message_id: str, reason: str, now: dt.datetime) -> None:
        """Taken out of the way of the others until an operator has looked at it; `resume` puts it back."""
        self._mark(message_id, "state = 'parked', reason = ?, next_attempt_at = ?", (reason, moment_text(now)))

    def resume(self, message_id: str, now: dt.datetime) -> None:
        """Send a parked message again, as one whose outcome is unknown.

        Raises Conflict unless it is parked.
        """
        with self.writing() as connection:
            changed = connection.execute(
                "UPDATE outbox SET state = 'unknown', next_attempt_at = ? WHERE message_id = ? AND state = 'parked'",
                (moment_text(now), message_id),
            ).rowcount
            if not changed:
                raise Conflict("not-parked", "this message is not parked", "该消息未被搁置", "message_id")

    def mark_accepted(self, message_id: str, answer: bytes, references: dict[str, str], now: dt.datetime) -> None:
        """The center has taken it in; `references` are its own numbers for it. Said twice, it counts once."""
        self._last_word(message_id, "accepted", answer, references, "", now)

    def mark_refused(self, message_id: str, answer: bytes, reason: str, now: dt.datetime) -> None:
        """The center said no, with its reason; an operator sees it. Said twice, it counts once."""
        self._last_word(message_id, "refused", answer, {}, reason, now)

    def _last_word(
        self,
        message_id: str,
        state: str,
        answer: bytes,
        references: dict[str, str],
        reason: str,
        now: dt.datetime,
    ) -> None:
        with self.writing() as connection:
            row = _unfinished(connection, message_id, state)
            if row is None:
                return
            facts = {
                "message_id": message_id,
                "request_digest": digest(row["request"] or b""),
                "answer_digest": digest(answer),
                "references": references,
                "reason": reason,
            }
            entry, _ = append(connection, self.terminal_id, state, now, facts)
            connection.execute(
                "UPDATE outbox SET state = ?, answer = ?, center_references = ?, reason = ?, last_word = ?"
                " WHERE message_id = ?",
                (state, answer, msgspec.json.encode(references).decode(), reason, entry, message_id),
            )

    def _mark(self, message_id: str, changes: str, values: tuple[object, ...]) -> None:
        with self.writing() as connection:
            if _unfinished(connection, message_id, "") is not None:
                connection.execute(f"UPDATE outbox SET {changes} WHERE message_id = ?", (*values, message_id))


def _unfinished(connection: sqlite3.Connection, message_id: str, state: str) -> sqlite3.Row | None:
    """The message's row; None where it stands at `state` already.

    Raises Missing, Conflict (another last word).
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT state, request FROM outbox WHERE message_id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise Missing("no-such-message", "there is no message of this id", "没有该编号的消息", "message_id")
    if row["state"] == state:
        return None
    if row["state"] in ("accepted", "refused"):
        raise Conflict(
            "message-finished",
            f"the center has {row['state']} this message already",
            "中心已答复该消息",
            "message_id",
        )
    return row


def _message(row: sqlite3.Row) -> QueuedMessage:
    return QueuedMessage(
        message_id=row["message_id"],
        transaction=row["transaction_name"],
        settlement_id=row["settlement_id"],
        state=row["state"],
        attempts=row["attempts"],
        first_queued_at=dt.datetime.fromisoformat(row["first_queued_at"]),
        next_attempt_at=dt.datetime.fromisoformat(row["next_attempt_at"]),
        reason=row["reason"],
        request=row["request"] or b"",
        answer=row["answer"] or b"",
    )
