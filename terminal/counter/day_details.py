"""What differs in a day at the center: its details (3202), asked for where the totals differ or may hide a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from terminal.center.desk import CenterDesk
from terminal.center.details import agency_there, counted_there
from terminal.center.reconcile import GroupResult
from terminal.counter import said
from terminal.counter.behind import is_unnumbered
from terminal.counter.difference import Difference
from terminal.counter.match_center import adopted_once, counted_elsewhere, match_center, own_rows
from terminal.counter.pairs import without_pairs
from terminal.counter.unnumbered import unnumbered
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, ClearingClass, GroupTotals, SettlementRecord, Whereabouts
from terminal.money import Fen

LOOK_BACK_DAYS = 31
"""So long after its own business day something may still be counted at the center on another one."""


def day_differences(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    records: Sequence[SettlementRecord],
    groups: Sequence[GroupResult],
) -> list[Difference]:
    """The center's details (3202), once for each provider and class in which a total differs, or may hide a row."""
    hiding = _hiding(journal, day)
    wanted: dict[tuple[str, ClearingClass], list[GroupTotals]] = {}
    differing = {(one.group.provider_id, one.group.clearing_class) for one in groups if not one.balanced}
    for one in groups:
        key = (one.group.provider_id, one.group.clearing_class)
        if key in differing | hiding.keys():
            wanted.setdefault(key, []).append(one.group)
    for key, nothing in hiding.items():
        wanted.setdefault(key, [nothing])
    found = []
    for (provider_id, clearing_class), parts in wanted.items():
        mine = [one for one in records if (one.provider_id, one.clearing_class) == (provider_id, clearing_class)]
        sums = _together(parts)
        rows = center.details(day, sums, own_rows(journal, mine))
        elsewhere = [
            row
            for other, theirs in counted_elsewhere(day, mine, rows).items()
            for row in center.details(other, _sums_of(sums, journal, theirs), own_rows(journal, theirs))
        ]
        matched = match_center(journal, day, provider_id, mine, rows, center.is_of_another_till, elsewhere)
        others = {one.id for one in mine if agency_there(one) not in ("", center.clearing_agency)}
        one_sided = [_cleared_elsewhere(one) if one.settlement_id in others else one for one in matched]
        different = without_pairs(journal, center, day, clearing_class, one_sided)
        different += unnumbered(journal, center, mine, different)
        told = any(one.moves_totals for one in different) or _on_the_way(mine)
        if (provider_id, clearing_class) in differing and not told:
            different.append(_totals_alone(provider_id, clearing_class, sums))
        found += different
    return adopted_once(found)


def _cleared_elsewhere(one: Difference) -> Difference:
    """What is missing in this agency's details for the reason that the center clears it with another: it is there."""
    if one.action != "send-again":
        return one
    text = said.CLEARED_ELSEWHERE
    return msgspec.structs.replace(one, action="none", text=text.en, text_zh=text.zh)


def _on_the_way(records: Sequence[SettlementRecord]) -> bool:
    """Whether some count in our totals and not in the center's, since it has not answered them yet."""
    return any(record.upload_state not in ("accepted", "refused") for record in records)


def _totals_alone(provider_id: str, clearing_class: ClearingClass, sums: GroupTotals) -> Difference:
    """What only the totals show: 3202 knows no insurance type, 3201 goes by it."""
    return Difference(
        id=f"totals:{provider_id}:{clearing_class}",
        cause="totals",
        between="center",
        action="none",
        text=said.TOTALS_ALONE.en,
        text_zh=said.TOTALS_ALONE.zh,
        provider_id=provider_id,
        terminal_total_fen=int(sums.total),
        other_total_fen=int(sums.total),
    )


def _hiding(journal: Journal, day: dt.date) -> dict[tuple[str, ClearingClass], GroupTotals]:
    """Provider and class, with empty sums, in which a difference may hide behind totals that agree."""
    since = min([*journal.unclosed_days(day), day - dt.timedelta(days=LOOK_BACK_DAYS)])
    found = [one for one in journal.whereabouts(since) if _may_hide(one, day)]
    return {
        (one.provider_id, one.clearing_class): GroupTotals.of_nothing(one.provider_id, one.scheme, one.clearing_class)
        for one in found
    }


def _may_hide(one: Whereabouts, day: dt.date) -> bool:
    """Whether the totals of `day` may agree by chance because of it, so that only the details tell.

    Its number there is not known, and its row may stand on any day; or it counts on this day on one side only; or
    its amounts or its answer were once in doubt.
    """
    if one.upload_state in ("sent", "unknown", "parked") or is_unnumbered(one):
        return True
    elsewhere = counted_there(one) not in ("", one.business_day.isoformat())
    concerned = day.isoformat() in (counted_there(one), one.business_day.isoformat())
    return (elsewhere and concerned) or (one.doubted and one.business_day == day)


def _sums_of(group: GroupTotals, journal: Journal, records: Sequence[SettlementRecord]) -> GroupTotals:
    """The sums of some records, as those of the group that they belong to."""
    counted = [(record.sign, journal.counted_sums(record)) for record in records]
    sums = {name: Fen(sum(sign * getattr(one, name) for sign, one in counted)) for name in CenterSums.__struct_fields__}
    counts = {"count": sum(sign > 0 for sign, _ in counted), "void_count": sum(sign < 0 for sign, _ in counted)}
    return msgspec.structs.replace(group, **sums, **counts)


def _together(parts: Sequence[GroupTotals]) -> GroupTotals:
    """The sum over the schemes: 3202 knows no insurance type."""
    sums = {name: Fen(sum(getattr(part, name) for part in parts)) for name in CenterSums.__struct_fields__}
    counts = {name: sum(getattr(part, name) for part in parts) for name in ("count", "void_count")}
    return msgspec.structs.replace(parts[0], **sums, **counts)
