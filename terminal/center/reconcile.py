"""Day end with the center: the day's totals, group by group, compared by the center (3201).

Nothing is changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import product
from typing import get_args

from msgspec import Struct

from terminal.center import fields
from terminal.center.desk import CenterDesk
from terminal.journal.journal import Journal
from terminal.journal.records import ClearingClass, GroupTotals, Scheme


class GroupResult(Struct, frozen=True):
    """The center's word on one group: provider, scheme and clearing class of one business day.

    closed_there: the center says that it has closed this day.
    """

    group: GroupTotals
    balanced: bool
    text: str
    closed_there: bool


def groups_of(journal: Journal, provider_ids: Sequence[str], day: dt.date) -> list[GroupTotals]:
    """The day's totals of every group there can be: where nothing stands here, nothing may stand there."""
    totals = {(one.provider_id, one.scheme, one.clearing_class): one for one in journal.group_totals(day)}
    possible = product(provider_ids, get_args(Scheme), get_args(ClearingClass))
    for key in (*journal.group_keys(day), *possible):
        totals.setdefault(key, GroupTotals.of_nothing(*key))
    return [totals[key] for key in sorted(totals)]


def reconcile(journal: Journal, desk: CenterDesk, day: dt.date) -> list[GroupResult]:
    """Ask the center for every group of `day`. Raises Unavailable or Refused where it does not answer for
    one.

    What the center has refused is left out, since it never booked it; what it has not answered yet is in, and
    shows as a difference. Groups in which nothing was begun here are asked too, and told where that is not so there.
    """
    begun = set(journal.group_keys(day))
    results = []
    for group in groups_of(journal, desk.provider_ids, day):
        answer = desk.totals(day, group)
        closed = any(word in answer.text for word in fields.DAY_CLOSED_WORDS)
        if not answer.balanced or (group.provider_id, group.scheme, group.clearing_class) in begun:
            results.append(GroupResult(group, answer.balanced, answer.text, closed))
    return results
