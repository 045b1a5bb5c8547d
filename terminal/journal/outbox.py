"""The outbox: what the center must still be told, one durable state a message, nothing ever dropped.

queued → sent → accepted | refused | unknown → sent …; parked waits for an operator. `unknown` is never read
as failed: where the center does not recognise repeats, a reversal of its own is queued, and when that has its last
word the message goes again under a new id. The last words, accepted and refused, are entries of the hash chain too.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from terminal.errors import Conflict
from terminal.journal.center_numbers import number_of_another
from terminal.journal.chain import append
from terminal.journal.debits import Debits
from terminal.journal.last_words import no_such_message, not_parked, unfinished, write_last_words
from terminal.journal.progress import OVER, STUCK, Progress, counts_in, progress_in
from terminal.journal.records import CenterSums, LastWord, QueuedMessage
from terminal.journal.rows import queue_reversal
from terminal.journal.store import moment_text
from terminal.limits import RETRY_PAUSE_SECONDS_MAX

_COLUMNS = (
    "SELECT q.message_id, q.transaction_name, q.settlement_id, q.state, q.attempts, q.first_queued_at,"
    " q.next_attempt_at, q.reason, q.request, q.answer, q.sent_as, q.undoes, q.undoes_transaction FROM outbox q "
)
_WAITS = "WHERE q.last_word IS NULL AND q.state <> 'parked'"
_TIME_HAS_COME = " AND (q.next_attempt_at <= ? OR q.next_attempt_at > ?)"
_IN_TURN = (
    " AND NOT EXISTS (SELECT 1 FROM outbox f"
    " WHERE f.person_number = q.person_number AND f.last_word IS NULL AND f.state <> 'parked'"
    " AND f.number < q.number)"
    " AND NOT EXISTS (SELECT 1 FROM outbox r"
    " WHERE r.settlement_id = q.settlement_id AND r.transaction_name = 'reverse'"
    " AND r.state IN ('queued', 'unknown', 'sent', 'parked'))"
)
_SENT = (
    "in_doubt = max(in_doubt, state IN ('sent', 'unknown')), state = 'sent', attempts = attempts + 1,"
    " request = ?, next_attempt_at = ?, reason = ''"
)


class Outbox(Debits):
    """The part of the journal that queues messages to the center."""

    def due(self, now: dt.datetime) -> QueuedMessage | None:
        """The next message to send, or None: reversals first, then the oldest whose time has come.

        One person's messages go in the order of their settlements, since each was worked out on top of those
        before: a void, above all, waits for the last word on its original (parked and refused are last words
        too). What is being undone waits for the last word on its reversal. Nobody waits for another person's. A
        message found `sent` was interrupted while it waited. A time further off than any pause was set by a clock
        that has jumped back since, and counts as come.
        """
        found = self.due_together(now, 1)
        return found[0] if found else None

    def due_together(self, now: dt.datetime, count: int, some_on_their_way: bool = False) -> list[QueuedMessage]:
        """The next messages as `due` gives them, at most `count`; no two of one person but reversals.

        some_on_their_way: what stands as `sent` is waited for just now, and left out.
        """
        too_far = moment_text(now + dt.timedelta(seconds=RETRY_PAUSE_SECONDS_MAX))
        times = (moment_text(now), too_far)
        # Two walks, each along an index of what waits: a queue of ten thousand is looked at from its oldest only.
        reversals = _COLUMNS + "INDEXED BY outbox_reversals " + _WAITS + " AND q.transaction_name = 'reverse'"
        others = _COLUMNS + "INDEXED BY outbox_waiting " + _WAITS + _IN_TURN + " AND q.transaction_name <> 'reverse'"
        rows: list[sqlite3.Row] = []
        for query in (reversals, others):
            query += " AND q.state <> 'sent'" if some_on_their_way else ""
            query += _TIME_HAS_COME + " ORDER BY q.number LIMIT ?"
            rows += self._connection.execute(query, (*times, count - len(rows))).fetchall()
        return [_message(row) for row in rows]

    def at_once(self, write: Callable[[Outbox], None]) -> None:
        """Several markings in one durable write: all of them, or none.

        What must be durable before something leaves is durable when this returns, as if each had been written alone.
        """
        with self.writing():
            write(self)

    def queue(self) -> list[QueuedMessage]:
        """Every message that the center has not accepted, oldest first; refused and parked ones too.

        What was refused is none of them where that leaves nothing to do (`refusal_is_over`), and so is a reversal that
        found nothing to undo: what it was for goes on.
        """
        rows = self._connection.execute(
            _COLUMNS + f"WHERE q.state IN ('queued', 'sent', 'unknown') OR ({STUCK}) ORDER BY q.number"
        )
        return [_message(row) for row in rows]

    def progress(self, now: dt.datetime) -> Progress:
        """How far the upload has come, and about how long the rest will take."""
        return progress_in(self._connection, now)

    def counts(self) -> dict[str, int]:
        """How many messages are in each upload state; absent means none. A refusal that is over counts nowhere."""
        return counts_in(self._connection)

    def refusal_is_over(self, settlement_id: str) -> bool:
        """Whether the center refused this settlement or void and no money stands on it any more: it was taken back, or
        is itself the void of what the center refused.
        """
        query = f"SELECT 1 FROM outbox q WHERE q.settlement_id = ? AND q.transaction_name <> 'reverse' AND {OVER}"
        return self._connection.execute(query, (settlement_id,)).fetchone() is not None

    def mark_sent(self, message_id: str, request: bytes, now: dt.datetime) -> None:
        """The intent, before the first byte leaves: from here on silence means unknown.

        Counts the attempt.
        """
        self._mark(message_id, _SENT, (request, moment_text(now)))

    def mark_all_sent(self, requests: Mapping[str, bytes], now: dt.datetime) -> None:
        """As `mark_sent`, of many messages that have no last word. Raises Conflict, and none is marked."""
        moment = moment_text(now)
        with self.writing() as connection:
            marked = connection.executemany(
                f"UPDATE outbox SET {_SENT} WHERE message_id = ? AND state NOT IN ('accepted', 'refused')",
                [(request, moment, message_id) for message_id, request in requests.items()],
            ).rowcount
            if marked != len(requests):
                raise Conflict("message-finished", "the center has answered one of them already", "中心已答复其中消息")

    def mark_unsent(self, message_id: str, now: dt.datetime) -> None:
        """It was about to be sent, and not a byte of it has left: it waits as it did before."""
        self._mark(
            message_id,
            "state = iif(in_doubt, 'unknown', 'queued'), attempts = attempts - 1, next_attempt_at = ?",
            (moment_text(now),),
        )

    def mark_unknown(
        self, message_id: str, reason: str, next_attempt_at: dt.datetime, now: dt.datetime, answer: bytes = b""
    ) -> None:
        """No answer, or an unreadable one: it may have been taken in or not. `reason` and `answer` name no person."""
        self._mark(
            message_id,
            "state = 'unknown', in_doubt = 1, reason = ?, next_attempt_at = ?, answer = ?",
            (reason, moment_text(max(next_attempt_at, now)), answer),
        )

    def mark_queued(self, message_id: str, reason: str, next_attempt_at: dt.datetime, now: dt.datetime) -> None:
        """Surely nothing was sent: it waits as before. A message that was unknown before stays unknown."""
        self._mark(
            message_id,
            "state = iif(in_doubt, 'unknown', 'queued'), reason = ?, next_attempt_at = ?",
            (reason, moment_text(max(next_attempt_at, now))),
        )

    def mark_not_ready(self, message: QueuedMessage, reason: str, next_attempt_at: dt.datetime) -> None:
        """A step before it failed, or spoilt it: it waits as it did when it was `due`, and the attempt counts."""
        self._mark(
            message.message_id,
            "state = ?, attempts = ?, reason = ?, next_attempt_at = ?",
            (message.state, message.attempts + 1, reason, moment_text(next_attempt_at)),
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

        Raises Missing, Conflict unless it is parked.
        """
        with self.writing() as connection:
            changed = connection.execute(
                "UPDATE outbox SET state = 'unknown', next_attempt_at = ? WHERE message_id = ? AND state = 'parked'",
                (moment_text(now), message_id),
            ).rowcount
            if not changed:
                if not connection.execute("SELECT 1 FROM outbox WHERE message_id = ?", (message_id,)).fetchone():
                    raise no_such_message()
                raise not_parked()

    def reverse_unknown(self, message_id: str, reversal_id: str, reason: str, now: dt.datetime) -> None:
        """Queue the reversal of a message whose outcome is unknown: a message of its own, which goes first."""
        with self.writing() as connection:
            row = unfinished(connection, message_id)
            wire_id = row["sent_as"] or message_id
            record = self.settlement(row["settlement_id"])
            queue_reversal(connection, self.terminal_id, record, wire_id, reversal_id, reason, now)

    def renew(self, reversal_id: str, answer: bytes, reason: str, undone: bool, new_id: str, now: dt.datetime) -> None:
        """The last word on a reversal (`undone`: it was booked and is no longer; else it never was booked).

        The message that it undid goes again, under `new_id`; where there is none (an abandoned intent), that is all.
        """
        state: Literal["accepted", "refused"] = "accepted" if undone else "refused"
        word = LastWord(reversal_id, state, answer, reason=reason)
        with self.writing() as connection:
            for settlement_id in write_last_words(connection, self.terminal_id, [word], now).settlement_ids:
                self._send_anew(connection, settlement_id, new_id, now)

    def reversals_of(self, settlement_id: str) -> int:
        """How many reversals were queued for this settlement so far."""
        query = "SELECT count(*) FROM outbox WHERE settlement_id = ? AND transaction_name = 'reverse'"
        return int(self._connection.execute(query, (settlement_id,)).fetchone()[0])

    def center_rest(self) -> tuple[int, dt.datetime | None]:
        """How often in a row the center was not reached, and until when it is left alone."""
        row = self._connection.execute("SELECT value FROM store WHERE name = 'center-rest'").fetchone()
        if row is None:
            return 0, None
        failures, until = row["value"].split(" ")
        return int(failures), dt.datetime.fromisoformat(until)

    def keep_center_rest(self, failures: int, until: dt.datetime) -> None:
        """Remember `center_rest` across restarts; 0 failures: it was reached."""
        with self.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO store VALUES ('center-rest', ?)", (f"{failures} {moment_text(until)}",)
            )

    def mark_accepted(
        self,
        message_id: str,
        answer: bytes,
        references: dict[str, str],
        now: dt.datetime,
        sums: CenterSums | None = None,
    ) -> None:
        """The center has taken it in; `references` are its numbers for it, `sums` its own amounts, kept beside ours.

        Said twice, it counts once. Raises Conflict `number-of-another`, and nothing is written.
        """
        if self.mark_answered([LastWord(message_id, "accepted", answer, references, sums=sums)], now):
            raise number_of_another()

    def mark_refused(self, message_id: str, answer: bytes, reason: str, now: dt.datetime) -> None:
        """The center said no, with its reason; an operator sees it. Said twice, it counts once."""
        self.mark_answered([LastWord(message_id, "refused", answer, reason=reason)], now)

    def mark_answered(self, words: Sequence[LastWord], now: dt.datetime) -> list[LastWord]:
        """Last words on several messages, in one durable write; returns those that were not written, because they tell
        the center's number of another settlement: their messages stay as they are. Raises Missing, Conflict, and none
        is written.
        """
        with self.writing() as connection:
            return write_last_words(connection, self.terminal_id, words, now).of_others

    def _send_anew(self, connection: sqlite3.Connection, settlement_id: str, new_id: str, now: dt.datetime) -> None:
        waiting = connection.execute(
            "SELECT message_id FROM outbox WHERE settlement_id = ? AND transaction_name <> 'reverse'"
            " AND state IN ('queued', 'unknown', 'sent', 'parked')",
            (settlement_id,),
        ).fetchone()
        if waiting is not None:
            facts = {"message_id": waiting["message_id"], "sent_as": new_id}
            append(connection, self.terminal_id, "renewed", now, facts)
            connection.execute(
                "UPDATE outbox SET sent_as = ?, state = 'queued', in_doubt = 0, attempts = 0, next_attempt_at = ?"
                " WHERE message_id = ?",
                (new_id, moment_text(now), waiting["message_id"]),
            )

    def _mark(self, message_id: str, changes: str, values: tuple[object, ...]) -> None:
        with self.writing() as connection:
            unfinished(connection, message_id)
            connection.execute(f"UPDATE outbox SET {changes} WHERE message_id = ?", (*values, message_id))


def _message(row: sqlite3.Row) -> QueuedMessage:
    (number, transaction, settlement_id, state, attempts, first, following, reason, request, answer, *undoing) = row
    sent_as, undoes, undoes_transaction = undoing
    return QueuedMessage(
        message_id=number,
        transaction=transaction,
        settlement_id=settlement_id,
        state=state,
        attempts=attempts,
        first_queued_at=dt.datetime.fromisoformat(first),
        next_attempt_at=dt.datetime.fromisoformat(following),
        reason=reason,
        request=request or b"",
        answer=answer or b"",
        sent_as=sent_as,
        undoes=undoes,
        undoes_transaction=undoes_transaction,
    )
