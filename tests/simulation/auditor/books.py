"""The center's books as a stranger reads them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from tests.simulation.auditor.findings import fen, sums_of

ROWS_KEPT = 4_096
"""Rows that are not read twice: books are looked at again and again, and most of what stands there stays."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the center. state: booked, voided or reversed; what is not reversed stands. visit: whose lines it
    settles, as the center numbers visits.
    """

    number: str
    message_id: str
    state: str
    person: str
    sign: int
    original: str
    day: str
    visit: str
    sums: dict[str, int]

    @property
    def stands(self) -> bool:
        """Whether it counts at the center."""
        return self.state != "reversed"


def rows_of(connection: sqlite3.Connection) -> list[Row]:
    """Everything the center has booked, oldest first."""
    found = connection.execute(
        "SELECT settlement_id, message_id, state, business_day, body FROM settlements ORDER BY number"
    ).fetchall()
    return [_row(*one) for one in found]


def balances_of(connection: sqlite3.Connection) -> dict[str, int]:
    """The personal accounts by person number, in fen."""
    found = connection.execute("SELECT person_number, body FROM persons").fetchall()
    return {number: fen(msgspec.json.decode(body)["account"]["balance"]) for number, body in found}


def debits_of(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """The debits of purses that stand: the card's own number of each, and what it paid, in fen."""
    found = connection.execute(
        "SELECT p.counter, p.amount FROM purse_debits p JOIN settlements s ON s.settlement_id = p.settlement_id"
        " WHERE s.state <> 'reversed'"
    ).fetchall()
    return [(counter, amount) for counter, amount in found]


def open_visits_of(connection: sqlite3.Connection) -> dict[str, str]:
    """The visits that were not taken back, by the center's number: the institution's own number of each."""
    found = connection.execute("SELECT visit_id, own_number FROM visits WHERE state <> 'cancelled'").fetchall()
    return dict(found)


def closed_days_of(connection: sqlite3.Connection) -> set[str]:
    """Days that the center has closed on its own side."""
    found = connection.execute("SELECT day FROM closed_days").fetchall()
    return {day for (day,) in found}


@lru_cache(maxsize=ROWS_KEPT)
def _row(number: str, message_id: str, state: str, day: str, body: bytes) -> Row:
    facts = msgspec.json.decode(body)
    return Row(
        number=number,
        message_id=message_id,
        state=state,
        person=facts["person_number"],
        sign=facts["sign"],
        original=facts["original"],
        day=day,
        visit=facts["visit_id"],
        sums=sums_of(facts["settlement"]),
    )
