"""Asks the center again to take back visits that were given up, until none of them stands open there.

A visit that is left open moves no money, but its lines make the next upload fail (7). It holds nothing else up: one is
asked about at a time, beside the settlements, ever later while there is no answer. What the center keeps open, or never
answers, rests for an operator.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from terminal.center.answers import Accepted, NotSent
from terminal.center.desk import CenterDesk
from terminal.center.pauses import Pauses
from terminal.journal.journal import Journal

ATTEMPTS_MAX = 30
"""A visit that came to nothing this often, though the center was there, rests for an operator."""


class LeftVisits:
    """Works off the visits that are left open, one a tick."""

    def __init__(self, journal: Journal, desk: CenterDesk, random: Random) -> None:
        self._journal = journal
        self._desk = desk
        self._pauses = Pauses(random)

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step. True where one was worked on, False where none is due."""
        left = self._journal.due_visit(now)
        if left is None:
            return False
        outcome = self._desk.take_visit_back(left.record)
        if not isinstance(outcome, Accepted):
            attempts = left.attempts + 1
            is_worth_asking = isinstance(outcome, NotSent) and (not outcome.waits_alone or attempts < ATTEMPTS_MAX)
            later = now + self._pauses.after(attempts)
            self._journal.mark_left(left, outcome.reason, later, stuck=not is_worth_asking)
        return True
