"""What an end in the middle of something left behind is put right before the first request is taken."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from terminal.center.answers import TAKEN_BACK
from terminal.center.desk import CenterDesk
from terminal.counter.settle import Circumstances
from terminal.counter.void import void, void_of
from terminal.journal.journal import Journal

INTERRUPTED = "the center's answer was never written down"


class Recovered(Struct, frozen=True):
    """What was found: uploads whose answer was never heard, prints to repeat, intents now being reversed, and
    settlements whose outcome is still open; of refunds that are begun and not done, the settlements taken back.
    """

    uploads: int
    prints: int
    reversed: list[str]
    unresolved: list[str]
    refunds: list[str]


def recover(journal: Journal, center: CenterDesk) -> Recovered:
    """A message that was being sent is unknown; a document that was being printed is printed again, marked; what was
    being asked of the center is abandoned with a reversal, since nobody was told "paid" and nobody can know.

    A refund that was begun stays so: its key, or the operator, goes on with it when somebody stands at the counter.
    Committed settlements need nothing: their message and their print job stand beside them. May be called twice.
    """
    undone = undo_interrupted(journal, center)
    return Recovered(
        uploads=journal.mark_interrupted(journal.clock.now()),
        prints=journal.requeue_interrupted_prints(),
        reversed=undone,
        unresolved=[record.id for record in journal.unresolved()],
        refunds=[refund.original for refund in journal.open_refunds()],
    )


def conclude_voids(journal: Journal, center: CenterDesk, business_day: dt.date) -> list[str]:
    """Take back here what the center was asked to void, never answered, and has been found to have voided (5203); the
    numbers of the voids. They count on `business_day`, and the key that asked is answered with them from here on.
    """
    concluded = []
    for asked, key, request_digest in journal.voids_found(TAKEN_BACK):
        original = journal.settlement(asked.voids)
        if original.state != "committed":
            continue
        sale = Circumstances(asked.operator, business_day, till=asked.till, electronic=asked.electronic)
        record = void_of(original, journal, asked.reason, sale)
        with journal.writing():
            void(journal, center, record, key, request_digest, {"upload": "accepted"})
            journal.accept_found(record.id, {"found": TAKEN_BACK}, record.at)
        concluded.append(record.id)
    return concluded


def undo_interrupted(journal: Journal, center: CenterDesk) -> list[str]:
    """Abandon every open intent, each with a reversal; their settlements' numbers.

    Only where nothing is being asked of the center: at start, or between two calls on the counter's thread. Raises
    Unavailable while the journal cannot be written.
    """
    intents = journal.open_intents()
    for intent in intents:
        reversal_id = center.new_message_id(intent.record.provider_id)
        journal.abandon(intent.record.id, INTERRUPTED, journal.clock.now(), reversal_id)
    return [intent.record.id for intent in intents]
