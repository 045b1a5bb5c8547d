"""Voiding (撤销): a whole settlement of any day is taken back by a counter-entry that names it, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from terminal.center.desk import CenterDesk
from terminal.counter.settle import Circumstances, answer_of, stored
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord


def void_of(original: SettlementRecord, journal: Journal, reason: str, sale: Circumstances) -> SettlementRecord:
    """The record of the void of `original`, under a fresh number. sale: who takes it back, where."""
    return msgspec.structs.replace(
        original,
        id=journal.next_settlement_number(sale.business_day),
        kind="void",
        business_day=sale.business_day,
        at=journal.clock.now(),
        operator=sale.operator,
        till=sale.till,
        voids=original.id,
        reason=reason,
        electronic=sale.electronic,
        purse_proof=None,
        entry_hash="",
    )


def void(
    journal: Journal,
    center: CenterDesk,
    record: SettlementRecord,
    key: str,
    request_digest: str,
    told: Mapping[str, Any] | None = None,
) -> bytes:
    """Commit the void and return the stored answer; the center hears of it after its original. told: what it said.

    Raises Missing; Conflict `already-voided`, `void-of-a-void`, `not-committed`, `day-closed`, `key-reused`.
    """
    message_id = center.new_message_id(record.provider_id)
    journal.commit_void(record.voids, record, message_id, key, request_digest, answer_of(record, told))
    return stored(journal, key, request_digest)
