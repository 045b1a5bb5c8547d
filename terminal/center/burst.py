"""One step's settlements on their way: batch after batch, each durable as `sent` before the first of it leaves.

The journal is written once a batch: the last words heard so far, and the next batch's intent. While that is done, as
many as there are lanes are with the center, and whenever one is waited for, one more of the next batch is prepared.
What follows a message without a last word is not begun; what is out then is still heard.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from terminal.center.answers import Accepted, Outcome, Rejected, Unknown
from terminal.center.envelope import kept
from terminal.center.lanes import Flying, Lanes, Ready
from terminal.center.nameless import nameless
from terminal.clock import Clock
from terminal.journal.journal import Journal
from terminal.journal.outbox import Outbox
from terminal.journal.records import LastWord, QueuedMessage, SettlementRecord

BATCH_MESSAGES_MAX = 32
"""So many are made durable at once: while a write waits for the disk nothing leaves, and an end leaves as many in doubt
that were never sent."""

BURST_SECONDS_MAX = 2
"""Nothing new is begun after so long: day end waits for the end of a step."""

Prepared = tuple[QueuedMessage, Ready]
Batch = Sequence[Prepared]
Trouble = tuple[QueuedMessage, SettlementRecord, Outcome]


class Burst:
    """The messages of one step. prepare: the next batch from the head of the queue, without what is on its way; each of
    it is prepared when it is asked for."""

    def __init__(self, journal: Journal, lanes: Lanes, clock: Clock, prepare: Callable[[], Iterator[Prepared]]) -> None:
        self._journal = journal
        self._lanes = lanes
        self._clock = clock
        self._prepare = prepare
        self._following: Iterator[Prepared] = iter(())
        self._ahead: list[Prepared] = []
        self._flying: deque[tuple[QueuedMessage, Flying]] = deque()
        self._last_words: list[tuple[LastWord, QueuedMessage, SettlementRecord]] = []
        self._until_seconds: float | None = None
        self.troubles: list[Trouble] = []
        self.heard = 0

    def fly(self, batch: Batch, now: dt.datetime) -> None:
        """Send `batch` and all that follows it in time. Afterwards `heard` last words are durable, and `troubles` are
        what the caller has to write down: messages that were sent and have no last word.
        """
        unsent: list[QueuedMessage] = []
        while batch:
            self._write(now, sent=batch)
            self._following, self._ahead = self._prepare(), []
            unsent = self._carried(batch, now)
            batch = [*self._ahead, *self._following] if self._goes_on else []
        while self._flying:
            self._land(now)
        self._write(now, unsent=unsent)

    def _carried(self, batch: Batch, now: dt.datetime) -> list[QueuedMessage]:
        """Send a batch; what of it was not begun."""
        if self._until_seconds is None:
            self._until_seconds = self._clock.monotonic_seconds() + BURST_SECONDS_MAX
        for place, (message, ready) in enumerate(batch):
            if len(self._flying) == self._lanes.count:
                self._ahead += islice(self._following, 1)
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
            self._last_words.append((answered(message, outcome), message, flying.ready.record))
        else:
            self.troubles.append((message, flying.ready.record, outcome))

    def _write(self, now: dt.datetime, sent: Batch = (), unsent: Sequence[QueuedMessage] = ()) -> None:
        """What was heard so far, what leaves next and what does not leave after all, in one durable write."""
        heard, self._last_words = self._last_words, []
        of_others: list[LastWord] = []
        requests = {message.message_id: ready.body for message, ready in sent}

        def write(journal: Outbox) -> None:
            of_others.extend(journal.mark_answered([word for word, _, _ in heard], now))
            journal.mark_all_sent(requests, now)
            for message in unsent:
                journal.mark_unsent(message.message_id, now)

        if heard or sent or unsent:
            self._journal.at_once(write)
        doubted = [(message, record, to_another(word, record)) for word, message, record in heard if word in of_others]
        self.troubles += doubted
        self.heard += len(heard) - len(doubted)


def to_another(word: LastWord, record: SettlementRecord) -> Unknown:
    """What a last word comes to that tells the number of another settlement: it is the answer to another message."""
    return nameless(Unknown("the answer tells the number of another settlement", kept(word.answer)), record)


def answered(message: QueuedMessage, outcome: Accepted | Rejected) -> LastWord:
    """What the journal keeps of the center's last word."""
    if isinstance(outcome, Rejected):
        return LastWord(message.message_id, "refused", outcome.answer, reason=outcome.reason)
    return LastWord(message.message_id, "accepted", outcome.answer, outcome.to_be_kept, sums=outcome.sums)
