"""What the terminal advances while it cannot ask the center: never more than it was allowed to.

When the center last named a person is known from the wire. Whom it named lately may be served as the center said, and
is not judged here: nobody is taken for identified for as long as SURE_AFTER.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.simulation.auditor.findings import require
from tests.simulation.auditor.ledger import Kept

SURE_AFTER = dt.timedelta(hours=1)
"""Longer than an identification and a quote live together (40 minutes)."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """How far it goes. bill_fen, person_day_fen: what funds and account pay; entitlement_age: of the center's word."""

    bill_fen: int
    person_day_fen: int
    entitlement_age: dt.timedelta


class Advances:
    """Judges each settlement of the local mode when it is written down.

    named_at: when the center last named each person. kept: everything that is written down. judged: how many were.
    """

    def __init__(self, allowed: Allowed, named_at: Mapping[str, dt.datetime], kept: Mapping[str, Kept]) -> None:
        self._allowed, self._named_at, self._kept = allowed, named_at, kept
        self.judged = 0

    def judge(self, one: Kept) -> None:
        """A settlement that has just been written down."""
        require(one.person in self._named_at, "advances", f"{one.id} is of somebody whom the center never named")
        named_at = self._named_at[one.person]
        age = one.at - named_at
        if age <= SURE_AFTER:
            return
        self.judged += 1
        if age > self._allowed.entitlement_age or named_at.year != one.bill_year:
            require(one.sums["fund_total"] == 0, "advances", f"{one.id}: a fund pays on a word of {age} ago")
        advanced, before = _advanced(one), sum(map(_advanced, _open_of_the_day(one, self._kept.values())))
        require(advanced <= self._allowed.bill_fen, "advances", f"{one.id} advances {advanced} fen")
        room = max(0, self._allowed.person_day_fen - before)
        require(advanced <= room, "advances", f"{one.id} advances {advanced} fen after {before} of this day")


def _open_of_the_day(one: Kept, others: Iterable[Kept]) -> list[Kept]:
    """What the same person bought on the same calendar day, and the center has not answered yet."""
    mine = [other for other in others if other.person == one.person and other.committed and other.id != one.id]
    taken_back = {other.voids for other in mine}
    return [
        other
        for other in mine
        if other.kind == "settlement" and not other.outcome and other.at.date() == one.at.date()
        if other.id not in taken_back
    ]


def _advanced(one: Kept) -> int:
    return one.sums["fund_total"] + one.sums["account"]
