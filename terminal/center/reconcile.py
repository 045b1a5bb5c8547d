"""Day end with the center: the day's totals, group by group, compared by the center (3201).

Nothing is changed.
"""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from terminal.center import fields
from terminal.center.desk import CenterDesk
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals


class GroupResult(Struct, frozen=True):
    """The center's word on one group: provider, scheme and clearing class of one business day.

    closed_there: the center says that it has closed this day.
    """

    group: GroupTotals
    balanced: bool
    text: str
    closed_there: bool = False


def groups_of(journal: Journal, day: dt.date) -> list[GroupTotals]:
    """The day's totals of every group in which anything was begun: what was abandoned must be nothing there too."""
    totals = {(one.provider_id, one.scheme, one.clearing_class): one for one in journal.group_totals(day)}
    for key in journal.group_keys(day):
        totals.setdefault(key, GroupTotals.of_nothing(*key))
    return [totals[key] for key in sorted(totals)]


def reconcile(journal: Journal, desk: CenterDesk, day: dt.date) -> list[GroupResult]:
    """Ask the center for every group of `day`. Raises Unavailable or Refused where it does not answer for
    one.

    What the center has refused is left out, since it never booked it; what it has not answered yet is in, and
    shows as a difference.
    """
    results = []
    for group in groups_of(journal, day):
        answer = desk.totals(day, group)
        closed = any(word in answer.text for word in fields.DAY_CLOSED_WORDS)
        results.append(GroupResult(group, answer.balanced, answer.text, closed))
    return results
