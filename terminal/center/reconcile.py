"""Day end with the center: the day's totals, group by group, compared by the center (3201).

Nothing is changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import product
from typing import get_args

import msgspec
from msgspec import Struct

from terminal.center import fields
from terminal.center.desk import CenterDesk
from terminal.center.details import agency_there
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import ClearingClass, GroupTotals, Scheme, SettlementRecord, Whereabouts

LOOK_BACK_DAYS = 31
"""So long after its own business day something may still be counted at the center on another one."""


class GroupResult(Struct, frozen=True):
    """The center's word on one group: provider, scheme, clearing class and agency of one business day.

    text: its reason, also where it refuses to compare. closed_there: the center says that it has closed this day.
    explained: not balanced, and the center has confirmed the totals with the rows added that stand to reason.
    """

    group: GroupTotals
    balanced: bool
    text: str
    closed_there: bool
    explained: bool = False


def agency_of(journal: Journal, desk: CenterDesk, record: SettlementRecord) -> str:
    """The agency that clears a record: as the center named it, of a void also as of what it takes back, else the
    configured one.
    """
    named = agency_there(record) or (agency_there(journal.settlement(record.voids)) if record.voids else "")
    return named or desk.clearing_agency


def settled_lately(journal: Journal, day: dt.date) -> list[Whereabouts]:
    """What may still be counted at the center on `day`, or tells where it clears what we settle."""
    return journal.whereabouts(min([*journal.unclosed_days(day), day - dt.timedelta(days=LOOK_BACK_DAYS)]))


def groups_of(
    journal: Journal,
    desk: CenterDesk,
    day: dt.date,
    records: Sequence[SettlementRecord],
    lately: Sequence[Whereabouts] = (),
) -> list[GroupTotals]:
    """The day's totals, of the configured agency every group there can be (where nothing stands here, nothing may stand
    there), of others those that the center has named for one of the day's records, or `lately`. An agency that it has
    named for nothing of ours in all that time cannot be asked: nobody here knows that there is one.
    """
    own = desk.clearing_agency
    totals = {(one.provider_id, one.scheme, one.clearing_class, own): one for one in journal.group_totals(day)}
    possible = product(desk.provider_ids, get_args(Scheme), get_args(ClearingClass))
    for key in (*journal.group_keys(day), *possible):
        totals.setdefault((*key, own), GroupTotals.of_nothing(*key))
    for one in lately:
        names = (one.provider_id, one.scheme, one.clearing_class)
        if agency := agency_there(one):
            totals.setdefault((*names, agency), GroupTotals.of_nothing(*names))
    for record in records:
        agency = agency_of(journal, desk, record)
        if agency != own and record.upload_state != "refused":
            names = (record.provider_id, record.scheme, record.clearing_class)
            nothing = GroupTotals.of_nothing(*names, agency)
            counted = nothing.of_one(record.sign, journal.counted_sums(record))
            totals[(*names, agency)] = totals.get((*names, agency), nothing).plus(counted)
            totals[(*names, own)] = totals[(*names, own)].plus(counted, -1)
    return [msgspec.structs.replace(totals[key], agency=key[-1]) for key in sorted(totals)]


def reconcile(
    journal: Journal,
    desk: CenterDesk,
    day: dt.date,
    records: Sequence[SettlementRecord],
    lately: Sequence[Whereabouts] = (),
) -> list[GroupResult]:
    """Ask the center for every group of `day`, whose `records` these are. Raises Unavailable where it does not answer
    for one, Refused where it refuses all.

    What the center has refused is left out, since it never booked it; what it has not answered yet is in, and
    shows as a difference. Groups in which nothing was begun here are asked too, and told where that is not so there;
    one that the center refuses to speak of is none that it has.
    """
    begun = set(journal.group_keys(day))
    results = []
    refused: list[Refused] = []
    groups = groups_of(journal, desk, day, records, lately)
    for group in groups:
        is_counted = group.agency == desk.clearing_agency or group.count + group.void_count > 0
        is_begun = is_counted and (group.provider_id, group.scheme, group.clearing_class) in begun
        try:
            answer = desk.totals(day, group)
        except Refused as error:
            refused.append(error)
            if is_begun:
                results.append(_result(group, False, error.message))
            continue
        if not answer.balanced or is_begun:
            results.append(_result(group, answer.balanced, answer.text))
    if refused and len(refused) == len(groups):
        raise refused[0]
    return results


def _result(group: GroupTotals, balanced: bool, text: str) -> GroupResult:
    return GroupResult(group, balanced, text, any(word in text for word in fields.DAY_CLOSED_WORDS))
