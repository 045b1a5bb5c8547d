"""Takes what the journal has queued to the center, in bounded steps, and writes down what became of it.

Intent before effect: the request's bytes are in the journal before the first of them leaves. Silence leaves a message
`unknown`. Where the center recognises repeats it goes again under the same id; where it does not, a reversal goes
until it is answered definitely, and then the message again under a new id. A refusal is the center's last word, kept
for an operator. A message that cannot be worked on, or is never understood, is parked and holds nobody else up.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

import msgspec

from terminal.center.answers import Accepted, NotSent, Outcome, Rejected, Unknown
from terminal.center.burst import BATCH_MESSAGES_MAX, Burst, Prepared, answered, to_another
from terminal.center.desk import CenterDesk
from terminal.center.line import Line
from terminal.center.pauses import Pauses
from terminal.center.reversals import NEVER_TAKEN_IN, Reversals
from terminal.center.turned_away import TurnedAways
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord
from terminal.limits import RETRY_PAUSE_SECONDS_MAX, RETRY_PAUSE_SECONDS_MIN

UNKNOWN_ATTEMPTS_MAX = 30
"""A message that was silent this often is parked for an operator; a reversal only where it was refused, too, without a
word on whether what it undoes was booked: it must be answered."""

REVERSALS_MAX = 3
"""A settlement that was undone and sent anew this often, and is unknown again, is parked."""

RECORDS_AT_ONCE = 8
"""So many settlements are read at once: while a batch's 32 are, an answer that has come waits several times as long as
the center took for it, and with one in flight so does the next message."""

SIGN_IN_RENEWED = "the center doubted the sign-in, which is renewed"
STILL_IN_DOUBT = (
    "asked again and again, the center neither takes it back nor says that it never booked it:"
    " day end looks for it in the center's details, and proposes what is to be done"
)
IN_DOUBT_ORIGINAL = "the settlement that this takes back is parked with an unknown outcome"


class Upload:
    """Works off the outbox. Pauses after a failure: doubling from the least to the greatest, in seconds, with
    jitter, kept in the journal.

    While the center cannot be reached at all, every message waits, so that a dead line is knocked at by one
    only. silences: steps in which it was asked and gave no usable answer.
    """

    def __init__(
        self,
        journal: Journal,
        desk: CenterDesk,
        clock: Clock,
        random: Random,
        pause_seconds_min: int = RETRY_PAUSE_SECONDS_MIN,
        pause_seconds_max: int = RETRY_PAUSE_SECONDS_MAX,
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._clock = clock
        self._pauses = Pauses(random, pause_seconds_min, pause_seconds_max)
        self._line = Line(journal, clock, self._pauses)
        self._reversals = Reversals(journal, desk)
        self._turned_aways = TurnedAways()
        self.silences = 0

    @property
    def reachable(self) -> bool:
        """Whether the center was reached when last tried (true before the first try)."""
        return self._line.reachable

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step: at most one message. True where one was worked on, False where none is due."""
        if self._line.rests():
            return False
        message = self._turned_aways.next_of(self._journal.due_together(now, self._turned_aways.count + 1))
        return message is not None and self._work_on(message, now)

    def _work_on(self, message: QueuedMessage, now: dt.datetime) -> Literal[True]:
        try:
            if message.transaction == "reverse":
                self._reverse(message, now)
            else:
                self._upload(message, now)
        except (Refused, ValueError, LookupError) as error:
            # What cannot even be read or written down must not be met again at every step.
            reason = error.code if isinstance(error, Refused) else type(error).__name__
            self._journal.mark_parked(message.message_id, f"cannot be worked on: {reason}", now)
        return True

    def run(self, now: dt.datetime) -> bool:
        """A bounded step as `tick`, of many messages: as many in flight as the desk has lanes, a durable write a batch.

        Every request is durable before the first of its batch leaves, every answer before the next step. Only
        settlements that were never sent go this way; whatever is special, and whatever follows a failure, goes one by
        one.
        """
        if self._turned_aways.count:
            return self.tick(now)
        waiting = [] if self._line.rests() else self._journal.due_together(now, BATCH_MESSAGES_MAX)
        if not waiting:
            return False
        batch = list(self._prepared(waiting))
        if len(batch) < 2:
            return self._work_on(waiting[0], now)
        burst = Burst(self._journal, self._desk.lanes, self._clock, lambda: self._prepared_behind(now))
        burst.fly(batch, now)
        if burst.heard:
            self._reached(now)
        before = self.silences
        for message, record, outcome in burst.troubles:
            if isinstance(outcome, NotSent) and self._line.rests():
                # The line's pause is counted once, however many met it.
                self._journal.mark_unsent(message.message_id, now)
            else:
                self._note(message, record, outcome, now)
        self.silences = before if burst.heard else min(self.silences, before + 1)
        return True

    def wake(self) -> None:
        """Try again at once, whatever the pause: an operator asks for it."""
        self._line.wake()

    def _prepared_behind(self, now: dt.datetime) -> Iterator[Prepared]:
        """The next batch, while the one before it is on its way."""
        yield from self._prepared(self._journal.due_together(now, BATCH_MESSAGES_MAX, some_on_their_way=True))

    def _prepared(self, waiting: Sequence[QueuedMessage]) -> Iterator[Prepared]:
        """The plain settlements at the head of what waits, one after the other, as far as that goes without a fault."""
        plain = list(itertools.takewhile(_is_plain, waiting))
        with contextlib.suppress(Refused, Unavailable, ValueError, LookupError):
            # The turn of what is faulty comes alone, where its fault is written down.
            for place in range(0, len(plain), RECORDS_AT_ONCE):
                together = plain[place : place + RECORDS_AT_ONCE]
                records = self._journal.settlements_of([message.settlement_id for message in together])
                for message in together:
                    ready = self._desk.lanes.prepare(records[message.settlement_id], message.wire_id)
                    if ready is None:
                        return
                    yield message, ready

    def _upload(self, message: QueuedMessage, now: dt.datetime) -> None:
        record = self._journal.settlement(message.settlement_id)
        original = self._journal.settlement(record.voids) if record.voids else None
        if original is not None and self._settled_here(message, original, now):
            return
        if message.state in ("unknown", "sent") and not self._repeats_are_safe:
            self._undo(message, record, message.reason or "interrupted", now)
        else:
            self._note(message, record, self._send(message, record, original, now), now)

    @property
    def _repeats_are_safe(self) -> bool:
        return self._desk.profile.repeats == "recognised"

    def _send(
        self,
        message: QueuedMessage,
        record: SettlementRecord,
        original: SettlementRecord | None,
        now: dt.datetime,
    ) -> Outcome:
        def before_send(request: bytes) -> None:
            self._journal.mark_sent(message.message_id, request, now)

        sender = self._desk.sender(record)
        if isinstance(sender, NotSent):
            return sender
        sent = msgspec.structs.replace(record, operator=sender)
        try:
            return self._desk.send(sent, original, message.wire_id, message.transaction, before_send)
        except Refused as error:
            return Rejected(b"", f"not sent, it does not fit the center's form: {error}")

    def _settled_here(self, message: QueuedMessage, original: SettlementRecord, now: dt.datetime) -> bool:
        """A void whose original the center never booked, or may have booked, is not the center's to judge."""
        if original.upload_state == "refused":
            self._journal.mark_refused(message.message_id, b"", NEVER_TAKEN_IN, now)
        elif original.upload_state == "parked":
            self._journal.mark_parked(message.message_id, IN_DOUBT_ORIGINAL, now)
        return original.upload_state in ("refused", "parked")

    def _note(self, message: QueuedMessage, record: SettlementRecord, outcome: Outcome, now: dt.datetime) -> None:
        if isinstance(outcome, NotSent):
            outcome = self._doubted(message, outcome)
        if isinstance(outcome, NotSent):
            self._not_sent(message, outcome, now)
            return
        self._reached(now)
        if isinstance(outcome, Unknown):
            self._silent(message, record, outcome, now)
            return
        for word in self._journal.mark_answered([answered(message, outcome)], now):
            self._silent(message, record, to_another(word, record), now)

    def _not_sent(self, message: QueuedMessage, outcome: NotSent, now: dt.datetime) -> None:
        if outcome.hindrance == "line":
            self._rest_with(message, outcome.reason, now)
        elif outcome.hindrance == "turned-away":
            self._turned_away(message, outcome.reason, now)
        elif outcome.hindrance == "sign-in":
            self._reached(now)
            self._journal.mark_queued(message.message_id, f"{SIGN_IN_RENEWED}: {outcome.reason}", now, now)
        else:
            self.silences += outcome.hindrance == "step"
            self._reached(now)
            self._not_ready(message, outcome.reason, now, may_park=True)

    def _turned_away(self, message: QueuedMessage, reason: str, now: dt.datetime) -> None:
        verdict = self._turned_aways.judge(message.message_id)
        if verdict == "line":
            self._rest_with(message, reason, now)
        else:
            self._not_ready(message, reason, now, may_park=verdict == "message")

    def _rest_with(self, message: QueuedMessage, reason: str, now: dt.datetime) -> None:
        self._journal.mark_queued(message.message_id, reason, now + self._line.is_gone(now), now)

    def _doubted(self, message: QueuedMessage, outcome: NotSent) -> Outcome:
        """A sign-in that the center doubts is renewed once for a message; refused so again, it is the message."""
        if outcome.hindrance != "sign-in" or not message.reason.startswith(SIGN_IN_RENEWED):
            return outcome
        if message.transaction == "reverse":
            return Unknown(outcome.reason, outcome.answer, is_refusal=True)
        return Rejected(outcome.answer, outcome.reason)

    def _not_ready(self, message: QueuedMessage, reason: str, now: dt.datetime, may_park: bool) -> None:
        """It alone waits, and is parked where that never ends while others get through."""
        if may_park and message.attempts + 1 >= UNKNOWN_ATTEMPTS_MAX:
            self._journal.mark_parked(message.message_id, f"came to nothing again and again: {reason}", now)
        else:
            self._journal.mark_not_ready(message, reason, now + self._pauses.after(message.attempts + 1))

    def _silent(self, message: QueuedMessage, record: SettlementRecord, outcome: Unknown, now: dt.datetime) -> None:
        self.silences += not outcome.is_refusal
        pause = self._pauses.after(message.attempts + 1)
        self._journal.mark_unknown(message.message_id, outcome.reason, now + pause, now, outcome.answer)
        if message.transaction == "reverse":
            if outcome.is_refusal and message.attempts + 1 >= UNKNOWN_ATTEMPTS_MAX:
                self._journal.mark_parked(message.message_id, f"{STILL_IN_DOUBT}: {outcome.reason}", now)
            return
        if self._repeats_are_safe:
            if message.attempts + 1 >= UNKNOWN_ATTEMPTS_MAX:
                self._journal.mark_parked(message.message_id, f"never answered: {outcome.reason}", now)
        elif self._journal.reversals_of(record.id) >= REVERSALS_MAX:
            self._journal.mark_parked(message.message_id, f"undone and unknown again: {outcome.reason}", now)
        else:
            self._undo(message, record, outcome.reason, now)

    def _undo(self, message: QueuedMessage, record: SettlementRecord, reason: str, now: dt.datetime) -> None:
        """Queue the reversal of a message of unknown outcome; also of one that was parked, and is resumed."""
        reversal_id = self._desk.new_message_id(record.provider_id)
        self._journal.reverse_unknown(message.message_id, reversal_id, reason, now)

    def _reverse(self, message: QueuedMessage, now: dt.datetime) -> None:
        record = self._journal.settlement(message.settlement_id)
        outcome = self._reversals.taken_back(message, record, now)
        if isinstance(outcome, Accepted | Rejected):
            self._reached(now)
            self._reversals.conclude(message, record, outcome, now)
        else:
            self._note(message, record, outcome, now)

    def _reached(self, now: dt.datetime) -> None:
        self._turned_aways.answered()
        self._line.is_there(now)


def _is_plain(message: QueuedMessage) -> bool:
    """A settlement that was never sent: it needs no answer to an earlier one first."""
    return message.transaction == "settle" and message.state == "queued"
