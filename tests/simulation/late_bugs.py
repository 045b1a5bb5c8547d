"""Known bugs that show late, or only while nobody hears the center: of interrupted uploads, of day end, of advances, of
visits that were given up.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any
from unittest.mock import patch

from terminal.center.left_visits import LeftVisits
from terminal.counter import match_center, open_matters, sales
from terminal.journal.journal import Journal
from terminal.journal.store import moment_text

Planted = contextlib.AbstractContextManager[Any]


def interrupted_is_queued() -> Planted:
    """What was on its way when the power went counts as never sent."""

    def queued(journal: Journal, now: dt.datetime) -> int:
        with journal.writing() as connection:
            return connection.execute(
                "UPDATE outbox SET state = 'queued', in_doubt = 0, next_attempt_at = ? WHERE state = 'sent'",
                (moment_text(now),),
            ).rowcount

    return patch.object(Journal, "mark_interrupted", queued)


def known_rows_are_not_looked_for() -> Planted:
    """A second row of what is known is adopted, as if the first one were not."""
    return patch.object(match_center, "number_there", lambda record: "")


def late_matters_are_not_shown() -> Planted:
    """A day is sealed while a message of it may still arrive."""
    return patch.object(open_matters, "_late_matters", lambda journal, day, now: [])


def sealed_days_are_not_looked_at() -> Planted:
    """A void that only the center has is not told to be of a settlement whose day is sealed."""
    may_be = match_center.may_be_taken_back_by

    def of_open_days(journal: Any, original: Any) -> bool:
        return journal.day_state(original.business_day) != "sealed" and may_be(journal, original)

    return patch.object(match_center, "may_be_taken_back_by", of_open_days)


def advances_have_no_limit() -> Planted:
    """Whatever the center said last counts for ever, and for any amount."""
    return patch.object(sales, "limited", lambda bill, *facts: bill)


def left_visits_are_never_asked_again() -> Planted:
    """What was not heard to be taken back at the first try stands open at the center for ever."""
    return patch.object(LeftVisits, "tick", lambda self, now: False)
