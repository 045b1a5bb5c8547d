"""Whether totals that differ do so by just the rows that stand to reason: what another till sold, what counts on
another day. The center, which tells no totals of its own (3201), is asked about ours with these rows counted in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

from terminal.center.desk import CenterDesk
from terminal.center.reconcile import GroupResult
from terminal.counter.difference import Difference
from terminal.counter.lookalikes import row_there
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, GroupTotals, SettlementRecord
from terminal.money import SignedFen


def differ_by_just(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    groups: Sequence[GroupResult],
    mine: Sequence[SettlementRecord],
    found: Sequence[Difference],
) -> bool:
    """Whether the center has, to the fen and in count, what stands here and exactly what was found besides.

    groups: of one provider, class and agency, one for each scheme, as the center has answered for them; mine: our
    records of these. found: differences that stand to reason, all of them. Raises Unavailable.
    """
    expected = {one.group.scheme: one.group for one in groups}
    for scheme, effect in _effects(journal, center, groups, mine, found):
        if scheme not in expected:
            return False
        expected[scheme] = expected[scheme].plus(effect)
    return all(_has(center, day, one, expected[one.group.scheme]) for one in groups)


def _effects(
    journal: Journal,
    center: CenterDesk,
    groups: Sequence[GroupResult],
    mine: Sequence[SettlementRecord],
    found: Sequence[Difference],
) -> Iterator[tuple[str, GroupTotals]]:
    """What each of them makes of the totals there, with its scheme; "" where nobody can tell under which it counts."""
    ours = {one.id: one for one in mine}
    differing = [one.group.scheme for one in groups if not one.balanced]
    for one in found:
        nothing = groups[0].group.emptied()
        record = ours.get(one.settlement_id)
        if record is not None:
            away = nothing.of_one(record.sign, journal.counted_sums(record))
            yield record.scheme, nothing.plus(away, -1)
        elif len(groups) == 1:
            yield groups[0].group.scheme, _of_row(nothing, one)
        else:
            there = row_there(center, one.provider_id, one.row)
            told = there.scheme if there else ""
            yield told or (differing[0] if len(differing) == 1 else ""), _of_row(nothing, one)


def _of_row(nothing: GroupTotals, one: Difference) -> GroupTotals:
    """A row that only the center has. Its cash is what its file leaves; 3201 does not ask for it."""
    sign: Literal[1, -1] = -1 if one.refunded else 1
    total, fund_total, account = (
        SignedFen(sign * amount) for amount in (one.other_total_fen, one.other_fund_total_fen, one.other_account_fen)
    )
    cash = SignedFen(total - fund_total - account)
    sums = CenterSums(total=total, fund_total=fund_total, provider_borne=SignedFen(0), account=account, cash=cash)
    return nothing.of_one(sign, sums)


def _has(center: CenterDesk, day: dt.date, answered: GroupResult, expected: GroupTotals) -> bool:
    if _compared(expected) == _compared(answered.group):
        return answered.balanced
    try:
        return center.totals(day, expected).balanced
    except Refused:
        return False


def _compared(group: GroupTotals) -> tuple[int, ...]:
    """What 3201 compares."""
    return group.count - group.void_count, group.total, group.fund_total, group.account
