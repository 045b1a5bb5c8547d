"""Takes what the journal has queued to the center, one message a tick, and writes down what became of it.

Intent before effect: the request's bytes are in the journal before the first of them leaves. Silence leaves a
message `unknown`, and it goes again under the same message id, which this profile of center (repeats =
"recognised") answers as it did the first time. A refusal is the center's last word, kept for an operator, and
holds nobody else up.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from terminal.center.answers import Accepted, NotSent, Outcome, Rejected
from terminal.center.desk import CenterDesk
from terminal.clock import Clock
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord
from terminal.limits import RETRY_PAUSE_SECONDS_MAX, RETRY_PAUSE_SECONDS_MIN

DOUBLINGS_MAX = 16
"""Pauses double with each attempt; beyond this many doublings the longest pause is long reached."""

NEVER_TAKEN_IN = "the center never took in the settlement that this takes back: nothing to undo there"
IN_DOUBT_ORIGINAL = "the settlement that this takes back is parked with an unknown outcome"


class Upload:
    """Works off the outbox. Pauses after a failure: doubling from the least to the greatest, in seconds, with
    jitter.

    While the center cannot be reached at all, every message waits, so that a dead line is knocked at by one
    only.
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
        self._random = random
        self._pause_seconds_min = pause_seconds_min
        self._pause_seconds_max = pause_seconds_max
        self._failures_in_row = 0
        self._rests_until_seconds = clock.monotonic_seconds()

    @property
    def reachable(self) -> bool:
        """Whether the center was reached when last tried (true before the first try)."""
        return self._failures_in_row == 0

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step: at most one message. True where one was worked on, False where none is due."""
        if self._clock.monotonic_seconds() < self._rests_until_seconds:
            return False
        message = self._journal.due(now)
        if message is None:
            return False
        record = self._journal.settlement(message.settlement_id)
        original = self._journal.settlement(record.voids) if record.voids else None
        if original is None or not self._settled_here(message, original, now):
            self._note(message, record, self._send(message, record, original, now), now)
        return True

    def wake(self) -> None:
        """Try again at once, whatever the pause: an operator asks for it."""
        self._rests_until_seconds = self._clock.monotonic_seconds()

    def _send(
        self,
        message: QueuedMessage,
        record: SettlementRecord,
        original: SettlementRecord | None,
        now: dt.datetime,
    ) -> Outcome:
        def before_send(request: bytes) -> None:
            self._journal.mark_sent(message.message_id, request, now)

        try:
            return self._desk.send(record, original, message.message_id, message.transaction, before_send)
        except Refused as error:
            return Rejected(b"", f"not sent, it does not fit the center's form: {error}")

    def _settled_here(self, message: QueuedMessage, original: SettlementRecord, now: dt.datetime) -> bool:
        """A void whose original the center never booked, or may have booked, is not the center's to judge."""
        if original.upload_state == "refused":
            self._journal.mark_refused(message.message_id, b"", NEVER_TAKEN_IN, now)
        elif original.upload_state == "parked":
            self._journal.mark_parked(message.message_id, IN_DOUBT_ORIGINAL, now)
        else:
            return False
        return True

    def _note(self, message: QueuedMessage, record: SettlementRecord, outcome: Outcome, now: dt.datetime) -> None:
        self._failures_in_row = self._failures_in_row + 1 if isinstance(outcome, NotSent) else 0
        if isinstance(outcome, Accepted):
            references = dict(outcome.references)
            if outcome.differences:
                references["differences"] = "; ".join(outcome.differences)
            self._journal.mark_accepted(message.message_id, outcome.answer, references, now)
        elif isinstance(outcome, Rejected):
            self._journal.mark_refused(message.message_id, outcome.answer, outcome.reason, now)
        elif isinstance(outcome, NotSent):
            pause = self._pause(self._failures_in_row)
            self._rests_until_seconds = self._clock.monotonic_seconds() + pause.total_seconds()
            self._journal.mark_queued(message.message_id, outcome.reason, now + pause, now)
        else:
            pause = self._pause(message.attempts + 1)
            self._journal.mark_unknown(message.message_id, outcome.reason, now + pause, now)

    def _pause(self, attempts: int) -> dt.timedelta:
        doubled = self._pause_seconds_min * 2 ** min(attempts - 1, DOUBLINGS_MAX)
        seconds = min(self._pause_seconds_max, doubled)
        return dt.timedelta(seconds=seconds, milliseconds=-self._random.randrange(0, seconds * 500))
