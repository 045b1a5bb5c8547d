"""What differs in a day at the center: its details (3202), asked for where the totals differ or may hide a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import msgspec

from terminal.center.desk import CenterDesk
from terminal.center.details import agency_there, counted_there
from terminal.center.reconcile import GroupResult, agency_of
from terminal.counter import said
from terminal.counter.behind import is_unnumbered
from terminal.counter.difference import Difference
from terminal.counter.explained import differ_by_just
from terminal.counter.match_center import adopted_once, counted_elsewhere, match_center, own_rows
from terminal.counter.never_booked import never_booked
from terminal.counter.pairs import without_pairs
from terminal.counter.said import Said
from terminal.counter.unnumbered import unnumbered
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import ClearingClass, GroupTotals, SettlementRecord, Whereabouts

Group = tuple[str, ClearingClass, str]
"""Provider, class and agency: what 3202 is asked for at once."""


class Detailed(NamedTuple):
    """The groups of the day, those marked that differ by just what stands to reason; and every difference."""

    groups: list[GroupResult]
    differences: list[Difference]


def day_differences(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    records: Sequence[SettlementRecord],
    groups: Sequence[GroupResult],
    lately: Sequence[Whereabouts],
) -> Detailed:
    """The center's details (3202), once for each provider, class and agency in which a total differs, or may hide a
    row. Raises Unavailable, or Refused with the group, where it gives none for something that stands here.
    """
    wanted: dict[Group, list[GroupTotals]] = {}
    differing = {_key(one.group) for one in groups if not one.balanced}
    hiding = _hiding(center, day, lately)
    for one in groups:
        if _key(one.group) in differing | hiding.keys():
            wanted.setdefault(_key(one.group), []).append(one.group)
    for key, nothing in hiding.items():
        wanted.setdefault(key, [nothing])
    found: list[Difference] = []
    explained: set[Group] = set()
    for key, parts in wanted.items():
        mine = [one for one in records if _key_of(journal, center, one) == key]
        try:
            different = _of_group(journal, center, day, mine, _together(parts))
        except Refused as error:
            if mine:
                raise _named(error, key) from None
            # What it will not speak of, and nothing stands in here, is nothing that it has.
            different = []
        if all(one.explained for one in different) and not _on_the_way(mine):
            of_key = [one for one in groups if _key(one.group) == key]
            if not of_key or differ_by_just(journal, center, day, of_key, mine, different):
                explained.add(key)
            else:
                different.append(
                    _totals_alone(_together(parts), said.TOTALS_BEYOND if different else said.TOTALS_ALONE)
                )
        found += [msgspec.structs.replace(one, agency=key[-1]) for one in different]
    marked = [
        msgspec.structs.replace(one, explained=not one.balanced and _key(one.group) in explained) for one in groups
    ]
    return Detailed(marked, adopted_once(found))


def _of_group(
    journal: Journal, center: CenterDesk, day: dt.date, mine: Sequence[SettlementRecord], sums: GroupTotals
) -> list[Difference]:
    """What the details of one group show, whose records of the day are `mine`."""
    rows = center.details(day, sums, own_rows(journal, mine))
    elsewhere = [
        row
        for other, theirs in counted_elsewhere(day, mine, rows).items()
        for row in center.details(other, _sums_of(sums, journal, theirs), own_rows(journal, theirs))
    ]
    matched = match_center(journal, day, sums.provider_id, mine, rows, center.is_of_another_till, elsewhere)
    different = without_pairs(journal, center, day, sums.emptied(), matched)
    different += unnumbered(journal, center, sums.emptied(), mine, different)
    return different + never_booked(journal, center, sums.emptied(), mine)


def _named(error: Refused, key: Group) -> Refused:
    name = f"{key[0]}, {key[1]}"
    return Refused(error.code, f"{name}: {error.message}", f"{name}：{error.message_zh}", error.at)


def _key(group: GroupTotals) -> Group:
    return group.provider_id, group.clearing_class, group.agency


def _key_of(journal: Journal, center: CenterDesk, record: SettlementRecord) -> Group:
    return record.provider_id, record.clearing_class, agency_of(journal, center, record)


def _on_the_way(records: Sequence[SettlementRecord]) -> bool:
    """Whether some count in our totals and not in the center's, since it has not answered them yet."""
    counting = (record for record in records if record.state in ("committed", "voided"))
    return any(record.upload_state not in ("accepted", "refused") for record in counting)


def _totals_alone(sums: GroupTotals, text: Said) -> Difference:
    """What only the totals show: 3202 knows no insurance type, 3201 goes by it."""
    return Difference(
        id=f"totals:{sums.provider_id}:{sums.clearing_class}:{sums.agency}",
        cause="totals",
        between="center",
        action="none",
        text=text.en,
        text_zh=text.zh,
        provider_id=sums.provider_id,
        terminal_total_fen=int(sums.total),
    )


def _hiding(center: CenterDesk, day: dt.date, lately: Sequence[Whereabouts]) -> dict[Group, GroupTotals]:
    """The groups, empty, in which a difference may hide behind totals that agree.

    Where the center has named no agency for something, with any that it has named lately for its like.
    """
    agencies: dict[tuple[str, ClearingClass], set[str]] = {}
    for one in lately:
        named = agencies.setdefault((one.provider_id, one.clearing_class), {center.clearing_agency})
        named.add(agency_there(one) or center.clearing_agency)
    return {
        (one.provider_id, one.clearing_class, agency): GroupTotals.of_nothing(
            one.provider_id, one.scheme, one.clearing_class, agency
        )
        for one in lately
        if _may_hide(one, day)
        for agency in sorted({agency_there(one)} - {""} or agencies[one.provider_id, one.clearing_class])
    }


def _may_hide(one: Whereabouts, day: dt.date) -> bool:
    """Whether the totals of `day` may agree by chance because of it, so that only the details tell.

    Its number there is not known, and its row may stand on any day; or it counts on this day on one side only; or
    its amounts or its answer were once in doubt.

    A settlement that only the center has and its void of the same day are shown where details are asked for, and do not
    ask for them: 3201 compares count, total, fund and account of each insurance type, class and agency, and of these
    such a pair leaves nothing to pay or to be paid. Nor does a void of ours that only the center has, beside a sale of
    the same shares that is not known here: of that the sums are right, and whose they are is found by nobody who does
    not ask for the details of every day.
    """
    if one.upload_state in ("sent", "unknown", "parked") or is_unnumbered(one):
        return True
    elsewhere = counted_there(one) not in ("", one.business_day.isoformat())
    concerned = day.isoformat() in (counted_there(one), one.business_day.isoformat())
    return (elsewhere and concerned) or (one.doubted and one.business_day == day)


def _sums_of(group: GroupTotals, journal: Journal, records: Sequence[SettlementRecord]) -> GroupTotals:
    """The sums of some records, as those of the group that they belong to."""
    counted = (group.of_one(record.sign, journal.counted_sums(record)) for record in records)
    return reduce(GroupTotals.plus, counted, group.emptied())


def _together(parts: Sequence[GroupTotals]) -> GroupTotals:
    """The sum over the schemes: 3202 knows no insurance type."""
    return reduce(GroupTotals.plus, parts)
