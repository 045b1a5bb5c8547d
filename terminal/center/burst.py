"""One step's settlements on their way: batch after batch, each durable as `sent` before the first of it leaves.

The journal is written once a batch: the last words heard so far, and the next batch's intent. While that is done, and
while the next batch is prepared, as many as there are lanes are with the center. What follows a message without a last
word is not begun; what is out then is still heard.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Sequence

from terminal.center.answers import Accepted, Outcome, Rejected
from terminal.center.lanes import Flying, Lanes, Ready
from terminal.clock import Clock
from terminal.journal.journal import Journal
from terminal.journal.outbox import Outbox
from terminal.journal.records import QueuedMessage, SettlementRecord

BATCH_MESSAGES_MAX = 32
"""So many are made durable at once."""

BURST_SECONDS_MAX = 2
"""Nothing new is begun after so long: day end waits for the end of a step."""

Step = Callable[[Outbox], None]
Batch = Sequence[tuple[QueuedMessage, Ready]]
Trouble = tuple[QueuedMessage, SettlementRecord, Outcome]


class Burst:
    """The messages of one step. prepare: the next batch from the head of the queue, without what is on its way."""

    def __init__(self, journal: Journal, lanes: Lanes, clock: Clock, prepare: Callable[[], Batch]) -> None:
        self._journal = journal
        self._lanes = lanes
        self._clock = clock
        self._prepare = prepare
        self._flying: deque[tuple[QueuedMessage, Flying]] = deque()
        self._last_words: list[Step] = []
        self._until_seconds: float | None = None
        self.troubles: list[Trouble] = []
        self.heard = 0

    def fly(self, batch: Batch, now: dt.datetime) -> None:
        """Send `batch` and all that follows it in time. Afterwards `heard` last words are durable, and `troubles` are
        what the caller has to write down: messages that were sent and have no last word.
        """
        unsent: list[QueuedMessage] = []
        while batch:
            self._write(_sent(batch, now))
            unsent = self._carried(batch, now)
            batch = self._prepare() if self._goes_on else []
        while self._flying:
            self._land(now)
        self._write(*(_unsent(message, now) for message in unsent))

    def _carried(self, batch: Batch, now: dt.datetime) -> list[QueuedMessage]:
        """Send a batch; what of it was not begun."""
        if self._until_seconds is None:
            self._until_seconds = self._clock.monotonic_seconds() + BURST_SECONDS_MAX
        for place, (message, ready) in enumerate(batch):
            if len(self._flying) == self._lanes.count:
                self._land(now)
            if not self._goes_on:
                return [message for message, _ in batch[place:]]
            self._flying.append((message, self._lanes.launch(ready)))
        return []

    @property
    def _goes_on(self) -> bool:
        in_time = self._until_seconds is None or self._clock.monotonic_seconds() <= self._until_seconds
        return in_time and not self.troubles

    def _land(self, now: dt.datetime) -> None:
        message, flying = self._flying.popleft()
        outcome = self._lanes.land(flying)
        if isinstance(outcome, Accepted | Rejected):
            self._last_words.append(answered(message, outcome, now))
            self.heard += 1
        else:
            self.troubles.append((message, flying.ready.record, outcome))

    def _write(self, *further: Step) -> None:
        """What was heard, and more, in one durable write."""
        steps, self._last_words = [*self._last_words, *further], []
        if steps:
            self._journal.at_once(steps)


def answered(message: QueuedMessage, outcome: Accepted | Rejected, now: dt.datetime) -> Step:
    """The center's last word, as a step of one durable write."""
    if isinstance(outcome, Rejected):
        return lambda journal: journal.mark_refused(message.message_id, outcome.answer, outcome.reason, now)
    references = dict(outcome.references)
    if outcome.differences:
        references["differences"] = "; ".join(outcome.differences)
    return lambda journal: journal.mark_accepted(message.message_id, outcome.answer, references, now, outcome.sums)


def _sent(batch: Batch, now: dt.datetime) -> Step:
    requests = {message.message_id: ready.body for message, ready in batch}
    return lambda journal: journal.mark_all_sent(requests, now)


def _unsent(message: QueuedMessage, now: dt.datetime) -> Step:
    return lambda journal: journal.mark_unsent(message.message_id, now)
