"""Day end: freeze the day, drain the queue, reconcile with the center, report, and seal only what balances.

It may be called again as often as it takes: a day that does not balance, or whose center is away, stays frozen
with its report, and sales of the next day go on.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Literal

from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.center.reconcile import GroupResult, reconcile
from terminal.center.upload import Upload
from terminal.errors import Conflict, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import encode

DRAIN_SILENCES_MAX = 3
"""After this many messages without a last word day end stops asking: the counter must not wait for a mute center."""


class OpenMatter(Struct, frozen=True):
    """What keeps a day from being sealed: a settlement that the center has not taken in, and why."""

    settlement_id: str
    upload_state: str
    reason: str


class DayReport(Struct, frozen=True):
    """The result of day end. `reconciliation`: `pending` where the center did not answer (`detail` says why).

    journal_head: the chain's newest hash when the report was made.
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


def close_day(journal: Journal, center: CenterDesk, day: dt.date, operator: str, random: Random) -> DayReport:
    """Close `day` as far as it goes now. Raises Refused (a day to come), Conflict `day-closed` (sealed)."""
    now = journal.clock.now()
    if day > now.date():
        raise Refused("day-to-come", f"{day} has not come yet", f"{day} 尚未到来", "day")
    if journal.day_state(day) == "sealed":
        raise Conflict("day-closed", f"the business day {day} is sealed", f"营业日 {day} 已关账", "day")
    journal.freeze(day, now)
    _drain(journal, center, random, now)
    report = _report(journal, center, day, operator, now)
    journal.queue_print("day", day.isoformat(), now)
    if report.state == "sealed":
        journal.seal(day, encode(report), now)
    return report


def _drain(journal: Journal, center: CenterDesk, random: Random, now: dt.datetime) -> None:
    """Try every waiting message at once; stop where the line is dead or the center stays silent."""
    upload = Upload(journal, center, journal.clock, random)
    journal.hurry(now)
    silences = 0
    for _ in range(len(journal.queue()) + DRAIN_SILENCES_MAX):
        before = _last_words(journal)
        if not upload.tick(now) or not upload.reachable:
            return
        silences += _last_words(journal) == before
        if silences == DRAIN_SILENCES_MAX:
            return


def _last_words(journal: Journal) -> int:
    counts = journal.counts()
    return counts.get("accepted", 0) + counts.get("refused", 0)


def _report(journal: Journal, center: CenterDesk, day: dt.date, operator: str, now: dt.datetime) -> DayReport:
    try:
        groups, detail = reconcile(journal, center, day), ""
    except (Unavailable, Refused) as error:
        groups, detail = None, error.message
    reasons = {message.settlement_id: message.reason for message in journal.queue()}
    open_matters = [
        OpenMatter(record.id, record.upload_state, reasons.get(record.id, ""))
        for record in journal.of_day(day)
        if _is_open(journal, record)
    ]
    balanced = groups is not None and all(group.balanced for group in groups)
    return DayReport(
        day=day,
        state="sealed" if balanced and not open_matters else "frozen",
        closed_at=now,
        operator=operator,
        reconciliation="pending" if groups is None else "matched" if balanced else "different",
        detail=detail or "; ".join(group.text for group in groups or [] if not group.balanced),
        groups=groups or [],
        open_matters=open_matters,
        uploads=journal.counts(),
        journal_head=journal.head(),
    )


def _is_open(journal: Journal, record: SettlementRecord) -> bool:
    """Not taken in, unless the center refused it and it has been taken back since: then no money stands on it."""
    if record.upload_state == "refused":
        repaired = record.voided_by or (record.voids and journal.settlement(record.voids).upload_state == "refused")
        return not repaired
    return record.upload_state != "accepted"
