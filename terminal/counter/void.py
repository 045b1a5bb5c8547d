"""Voiding (撤销): a whole settlement of any day is taken back by a counter-entry that names it, once."""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.center.desk import CenterDesk
from terminal.counter.settle import answer_of, stored
from terminal.journal.journal import Journal


def void(
    journal: Journal,
    center: CenterDesk,
    settlement_id: str,
    reason: str,
    key: str,
    request_digest: str,
    operator: str,
    business_day: dt.date,
) -> bytes:
    """Commit the void and return the stored answer; the center hears of it after its original.

    Raises Missing; Conflict `already-voided`, `void-of-a-void`, `not-committed`, `day-closed`, `key-reused`.
    """
    original = journal.settlement(settlement_id)
    record = msgspec.structs.replace(
        original,
        id=journal.next_settlement_number(business_day),
        kind="void",
        business_day=business_day,
        at=journal.clock.now(),
        operator=operator,
        voids=settlement_id,
        reason=reason,
    )
    message_id = center.new_message_id(original.provider_id)
    journal.commit_void(settlement_id, record, message_id, key, request_digest, answer_of(record))
    return stored(journal, key, request_digest)
