"""Day end: freeze the day, drain the queue, reconcile with center and till, report, and seal only what balances.

It may be run again as often as it takes, each run numbered and kept: a day that does not balance, or whose center is
away, stays frozen with its report and a proposal for each difference, and sales of the next day go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Literal, NamedTuple

from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.center.reconcile import GroupResult, reconcile
from terminal.center.upload import Upload
from terminal.counter import said
from terminal.counter.day_details import day_differences
from terminal.counter.difference import Difference
from terminal.counter.match_till import TillRow, match_till
from terminal.counter.refusals import after_refusals
from terminal.counter.refused_matters import is_repaired, refused_matters
from terminal.errors import Conflict, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord
from terminal.limits import LATE_SECONDS_MAX
from terminal.settlement.codec import encode

DRAIN_SILENCES_MAX = 3
"""After this many messages without a last word day end stops asking: nobody waits for a mute center to the end."""

CHANGED_MEANWHILE = "a settlement of this day changed here while the center was asked: run day end again"


class OpenMatter(Struct, frozen=True):
    """What keeps a day from being sealed: a settlement that the center has not taken in, and why.

    upload_state: of its message, or of what is to undo it; `debiting` where nobody knows whether its card has paid;
    `authorising` where nobody knows what the center has booked; `refunding` where a refund of it is begun and not done.
    reason: in English, with what the center said; reason_zh: what to do.
    """

    settlement_id: str
    upload_state: str
    reason: str
    reason_zh: str = ""


class DayReport(Struct, frozen=True):
    """The result of one run of day end. `reconciliation`: `pending` where the center gave no answer, or
    something of the day changed here while it was asked; `detail` says why.

    journal_head: the chain's newest hash when the report was made. run: its number, from 1. differences: with the
    till's own references where it gave them, and with the center's details where its totals differ. forgotten: earlier
    days that are not sealed. closed_there: the center has closed this day on its own side.
    """

    day: dt.date
    state: Literal["frozen", "sealed"]
    closed_at: dt.datetime
    operator: str
    reconciliation: Literal["matched", "different", "pending"]
    detail: str
    groups: list[GroupResult]
    open_matters: list[OpenMatter]
    uploads: dict[str, int]
    journal_head: str
    run: int = 0
    differences: list[Difference] = []
    forgotten: list[dt.date] = []
    closed_there: bool = False


class Compared(NamedTuple):
    """What the center says of a frozen day, and of which records. asked_at: when the run began, for `operator`.

    groups, found: None as far as it gave no answer; detail says why.
    """

    day: dt.date
    asked_at: dt.datetime
    operator: str
    records: list[SettlementRecord]
    groups: list[GroupResult] | None
    found: list[Difference] | None
    detail: str = ""


def ask_center(journal: Journal, center: CenterDesk, day: dt.date, operator: str, random: Random) -> Compared:
    """Freeze `day`, drain the queue, and ask the center about the day: what may take long, and holds nothing.

    journal: also one from afar, for a thread beside the counter, which serves customers meanwhile; no upload may be in
    flight. Raises Refused (a day to come), Conflict `day-closed` (sealed).
    """
    now = journal.clock.now()
    if day > now.date() and not journal.is_clock_mistake(day):
        raise Refused("day-to-come", f"{day} has not come yet", f"{day} 尚未到来", "day")
    if journal.day_state(day) == "sealed":
        raise Conflict("day-closed", f"the business day {day} is sealed", f"营业日 {day} 已关账", "day")
    journal.freeze(day, now)
    center.works_for(operator)
    _drain(journal, center, random, now)
    records = _begun(journal, day)
    groups: list[GroupResult] | None = None
    try:
        groups = reconcile(journal, center, day, records)
        found = day_differences(journal, center, day, records, groups)
        return Compared(day, now, operator, records, groups, found)
    except (Unavailable, Refused) as error:
        return Compared(day, now, operator, records, groups, None, error.message)


def conclude(
    journal: Journal, compared: Compared, till_rows: Sequence[TillRow] | None = None, till: str = ""
) -> DayReport:
    """The run's report, kept, and the day sealed where it may be, in one transaction. Raises Conflict `day-closed`.

    Where a record of the day has changed since it was compared, what the center said is not believed. till_rows: what
    `till` says of its own sales of the day (`match_till`).
    """
    day, now = compared.day, compared.asked_at
    with journal.writing():
        records = _begun(journal, day)
        if records != compared.records:
            compared = compared._replace(records=records, found=None, detail=CHANGED_MEANWHILE)
        differences = match_till(records, till_rows, till) if till_rows is not None else []
        report = _report(journal, compared, differences)
        journal.queue_print("day", day.isoformat(), now)
        journal.keep_run(day, encode(report), now)
        if report.state == "sealed":
            journal.seal(day, encode(report), now)
    return report


def _drain(journal: Journal, center: CenterDesk, random: Random, now: dt.datetime) -> None:
    """Try every waiting message at once; stop where the line is dead or the center stays silent."""
    upload = Upload(journal, center, journal.clock, random)
    upload.wake()
    journal.hurry(now)
    for _ in range(3 * len(journal.queue()) + DRAIN_SILENCES_MAX):
        if not upload.run(now) or not upload.reachable or upload.silences >= DRAIN_SILENCES_MAX:
            return


def _begun(journal: Journal, day: dt.date) -> list[SettlementRecord]:
    return [record for record in journal.of_day(day) if record.state != "authorising"]


def _report(journal: Journal, compared: Compared, till: Sequence[Difference]) -> DayReport:
    day, now, operator, records, groups, found, detail = compared
    asked = [record for record in journal.unresolved() if record.state == "authorising" and record.business_day == day]
    refused = refused_matters(journal, records)
    open_matters = [
        *_open_matters(journal, records),
        *(OpenMatter(record.id, "authorising", *said.NOT_WRITTEN_DOWN) for record in asked),
        *_late_matters(journal, day, now),
        *_begun_refunds(journal, day),
    ]
    agreed = groups is not None and found is not None and _agreed(groups, found) and not till
    balanced = agreed and not open_matters
    return DayReport(
        day=day,
        state="sealed" if balanced else "frozen",
        closed_at=now,
        operator=operator,
        reconciliation="pending" if found is None else "matched" if agreed else "different",
        detail=detail or "; ".join(group.text for group in groups or [] if not group.balanced),
        groups=groups or [],
        open_matters=open_matters,
        uploads=journal.counts(),
        journal_head=journal.head(),
        run=len(journal.runs(day)) + 1,
        differences=after_refusals(journal, day, [*till, *_still_refused(refused, found or []), *(found or [])]),
        forgotten=journal.unclosed_days(day),
        closed_there=any(group.closed_there for group in groups or []),
    )


def _still_refused(refused: Sequence[Difference], found: Sequence[Difference]) -> list[Difference]:
    """Without what the center has booked after all: what it refused was that message once more."""
    there = {one.settlement_id for one in found if one.action == "adopt-settlement"}
    return [one for one in refused if one.settlement_id not in there]


def _agreed(groups: Sequence[GroupResult], found: Sequence[Difference]) -> bool:
    """The totals are the same, or every difference in them stands to reason."""
    explained = {difference.provider_id for difference in found if difference.moves_totals}
    told = all(group.balanced or group.group.provider_id in explained for group in groups)
    return told and all(difference.explained for difference in found)


def _open_matters(journal: Journal, records: Sequence[SettlementRecord]) -> list[OpenMatter]:
    queue = journal.queue()
    reasons = {message.settlement_id: message.reason for message in queue}
    reasons |= {one.settlement_id: one.trouble or said.PURSE_IN_DOUBT.en for one in journal.open_debits()}
    undone = {message.settlement_id: message for message in queue if message.transaction == "reverse"}
    return [
        _open_matter(record, undone.get(record.id), reasons.get(record.id, ""))
        for record in records
        if record.id in undone or _is_open(journal, record)
    ]


def _open_matter(record: SettlementRecord, reversal: QueuedMessage | None, reason: str) -> OpenMatter:
    if reversal is not None:
        is_parked = reversal.state == "parked"
        return OpenMatter(
            record.id, reversal.state, reversal.reason, said.REVERSAL_PARKED_ZH if is_parked else said.REVERSAL_OPEN_ZH
        )
    state = "debiting" if record.state == "debiting" else record.upload_state
    return OpenMatter(record.id, state, reason, said.open_zh(state))


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
        return not is_repaired(journal, record)
    return record.upload_state != "accepted"
