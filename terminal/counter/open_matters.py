"""What is not finished of a day and keeps it from being sealed, each with why and what to do. Nothing is done here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import Struct

from terminal.counter import said
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord
from terminal.limits import LATE_SECONDS_MAX


class OpenMatter(Struct, frozen=True):
    """What keeps a day from being sealed: a settlement that the center has not taken in, and why; or a till.

    upload_state: of its message, or of what is to undo it; `debiting` where nobody knows whether its card has paid;
    `authorising` where nobody knows what the center has booked; `refunding` where a refund of it is begun and not done;
    `till-list` where `till` is still to give its list of the day: then settlement_id is "".
    reason: in English, with what the center said; reason_zh: what to do.
    """

    settlement_id: str
    upload_state: str
    reason: str
    reason_zh: str = ""
    till: str = ""


def open_matters(
    journal: Journal, day: dt.date, records: Sequence[SettlementRecord], now: dt.datetime
) -> list[OpenMatter]:
    """Everything unfinished of `day`, whose records these are, at the center or at the counter."""
    asked = [record for record in journal.unresolved() if record.state == "authorising" and record.business_day == day]
    return [
        *_on_their_way(journal, records),
        *(OpenMatter(record.id, "authorising", *said.NOT_WRITTEN_DOWN) for record in asked),
        *_late_matters(journal, day, now),
        *_begun_refunds(journal, day),
    ]


def waiting_for(tills: Sequence[str]) -> list[OpenMatter]:
    """One for each of these tills, which are still to give their lists of the day."""
    return [OpenMatter("", "till-list", *said.waiting_for_till(till), till) for till in tills]


def _on_their_way(journal: Journal, records: Sequence[SettlementRecord]) -> list[OpenMatter]:
    queue = journal.queue()
    reasons = {message.settlement_id: message.reason for message in queue}
    reasons |= {one.settlement_id: one.trouble or said.PURSE_IN_DOUBT.en for one in journal.open_debits()}
    undone = {message.settlement_id: message for message in queue if message.transaction == "reverse"}
    paid = journal.refused_debits()
    return [
        _of_record(record, undone.get(record.id), reasons.get(record.id, ""), record.id in paid)
        for record in records
        if record.id in undone or _is_open(journal, record)
    ]


def _of_record(
    record: SettlementRecord, reversal: QueuedMessage | None, reason: str, card_has_paid: bool
) -> OpenMatter:
    if reversal is not None:
        is_parked = reversal.state == "parked"
        return OpenMatter(
            record.id, reversal.state, reversal.reason, said.REVERSAL_PARKED_ZH if is_parked else said.REVERSAL_OPEN_ZH
        )
    state = "debiting" if record.state == "debiting" else record.upload_state
    todo_zh = said.open_zh(state)
    if state == "refused" and (record.voids or card_has_paid):
        todo_zh = (said.VOID_REFUSED if record.voids else said.REFUSED_AND_CARD_PAID).zh
    return OpenMatter(record.id, state, reason, todo_zh)


def _late_matters(journal: Journal, day: dt.date, now: dt.datetime) -> list[OpenMatter]:
    """What was lost on its way so lately that it may arrive yet, behind the reversal that did not find it."""
    since = now - dt.timedelta(seconds=LATE_SECONDS_MAX)
    return [OpenMatter(number, "unknown", *said.MAY_ARRIVE_YET) for number in journal.lately_undone(day, since)]


def _begun_refunds(journal: Journal, day: dt.date) -> list[OpenMatter]:
    begun = [one for one in journal.open_refunds() if one.stays.business_day <= day]
    return [OpenMatter(one.original, "refunding", *said.REFUND_BEGUN) for one in begun]


def _is_open(journal: Journal, record: SettlementRecord) -> bool:
    """Not taken in, unless the center refused it and it has been taken back since: then no money stands on it.

    What was abandoned is open only as long as it is being undone.
    """
    if record.state == "abandoned":
        return False
    if record.upload_state == "refused":
        return not journal.refusal_is_over(record.id)
    return record.upload_state != "accepted"
