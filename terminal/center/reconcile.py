"""Day end with the center: the day's totals, group by group, compared by the center (3201).

Nothing is changed.
"""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals


class GroupResult(Struct, frozen=True):
    """The center's word on one group: provider, scheme and clearing class of one business day."""

    group: GroupTotals
    balanced: bool
    text: str


def reconcile(journal: Journal, desk: CenterDesk, day: dt.date) -> list[GroupResult]:
    """Ask the center for every group of `day`. Raises Unavailable or Refused where it does not answer for
    one.

    What the center has refused is left out, since it never booked it; what it has not answered yet is in, and
    shows as a difference.
    """
    results = []
    for group in journal.group_totals(day):
        answer = desk.totals(day, group)
        results.append(GroupResult(group, answer.balanced, answer.text))
    return results
