"""What an end in the middle of something left behind is put right before the first request is taken."""

from __future__ import annotations

from msgspec import Struct

from terminal.journal.journal import Journal


class Recovered(Struct, frozen=True):
    """What was found: uploads whose answer was never heard, prints to repeat, settlements whose outcome is open."""

    uploads: int
    prints: int
    unresolved: list[str]


def recover(journal: Journal) -> Recovered:
    """A message that was being sent is unknown; a document that was being printed is printed again, marked.

    Committed settlements need nothing: their message and their print job stand beside them. May be called twice.
    """
    now = journal.clock.now()
    return Recovered(
        uploads=journal.mark_interrupted(now),
        prints=journal.requeue_interrupted_prints(),
        unresolved=[record.id for record in journal.unresolved()],
    )
