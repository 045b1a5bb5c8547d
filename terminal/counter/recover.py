"""What an end in the middle of something left behind is put right before the first request is taken."""

from __future__ import annotations

from msgspec import Struct

from terminal.center.desk import CenterDesk
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
