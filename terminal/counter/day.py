"""Day end: freeze the day, drain the queue, reconcile with center and till, report, and seal only what balances.

It may be run again as often as it takes, each run numbered and kept: a day that does not balance, or whose center is
away, stays frozen with its report and a proposal for each difference, and sales of the next day go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from random import Random
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.center.reconcile import GroupResult, reconcile, settled_lately
from terminal.center.upload import Upload
from terminal.counter.day_details import day_differences
from terminal.counter.difference import Difference
from terminal.counter.open_matters import OpenMatter, open_matters, waiting_for
from terminal.counter.refusals import after_refusals
from terminal.counter.refused_debits import left_by_refusals
from terminal.counter.refused_matters import refused_matters
from terminal.counter.till_lists import TillList, TillsMatched, match_tills
from terminal.errors import Conflict, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import encode

DRAIN_SILENCES_MAX = 3
"""After this many messages without a last word day end stops asking: nobody waits for a mute center to the end."""

CHANGED_MEANWHILE = "a settlement of this day changed here while the center was asked: run day end again"


class DayReport(Struct, frozen=True):
    """The result of one run of day end. `reconciliation`: `pending` where the center gave no answer, or
    something of the day changed here while it was asked; `detail` says why.

    journal_head: the chain's newest hash when the report was made. run: its number, from 1. differences: with the
    tills' own references where they gave them, and with the center's details where its totals differ. forgotten:
    earlier days that are not sealed. closed_there: the center has closed this day on its own side. till_list: what a
    till gave for this run, kept for the later ones. unmatched_tills: those that sold, and whose list this run did not
    compare; of a sealed day, who was closed without one, by the word of `operator`.
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
    till_list: TillList | None = None
    unmatched_tills: list[str] = []


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
        lately = settled_lately(journal, day)
        groups = reconcile(journal, center, day, records, lately)
        return Compared(day, now, operator, records, *day_differences(journal, center, day, records, groups, lately))
    except (Unavailable, Refused) as error:
        return Compared(day, now, operator, records, groups, None, error.message)


def conclude(
    journal: Journal, compared: Compared, given: TillList | None = None, without: Collection[str] = ()
) -> DayReport:
    """The run's report, kept, and the day sealed where it may be, in one transaction. Raises Conflict `day-closed`.

    Where a record of the day has changed since it was compared, what the center said is not believed. given, without:
    a till's list of its own sales of the day, and the tills that give none (`match_tills`).
    """
    day, now = compared.day, compared.asked_at
    with journal.writing():
        records = _begun(journal, day)
        if records != compared.records:
            compared = compared._replace(records=records, found=None, detail=CHANGED_MEANWHILE)
        tills = match_tills(journal, day, records, given, without)
        report = msgspec.structs.replace(_report(journal, compared, tills), till_list=given)
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


def _report(journal: Journal, compared: Compared, tills: TillsMatched) -> DayReport:
    day, now, operator, records, groups, found, detail = compared
    refused = refused_matters(journal, records)
    matters = [*open_matters(journal, day, records, now), *waiting_for(tills.waiting)]
    agreed = groups is not None and found is not None and _agreed(groups, found) and not tills.differences
    balanced = agreed and not matters
    return DayReport(
        day=day,
        state="sealed" if balanced else "frozen",
        closed_at=now,
        operator=operator,
        reconciliation="pending" if found is None else "matched" if agreed else "different",
        detail=detail or "; ".join(group.text for group in groups or [] if not group.balanced),
        groups=groups or [],
        open_matters=matters,
        uploads=journal.counts(),
        journal_head=journal.head(),
        run=len(journal.runs(day)) + 1,
        differences=after_refusals(
            journal, day, [*tills.differences, *_still_refused(refused, found or []), *(found or [])]
        )
        + left_by_refusals(journal, records),
        forgotten=journal.unclosed_days(day),
        closed_there=any(group.closed_there for group in groups or []),
        unmatched_tills=tills.unmatched,
    )


def _still_refused(refused: Sequence[Difference], found: Sequence[Difference]) -> list[Difference]:
    """Without what the center has booked after all: what it refused was that message once more."""
    there = {one.settlement_id for one in found if one.action == "adopt-settlement"}
    return [one for one in refused if one.settlement_id not in there]


def _agreed(groups: Sequence[GroupResult], found: Sequence[Difference]) -> bool:
    """The totals are the same, or differ by just what stands to reason, and nothing else differs."""
    return all(one.balanced or one.explained for one in groups) and all(one.explained for one in found)
