"""Killed wherever it hurts, the real terminal loses nothing, pays nothing twice and prints nothing twice unmarked.

A smaller size of `python -m tests.kills`, of which `make proof` runs at least 500.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kills.check import Evidence, wrong
from tests.kills.lane import Lane
from tests.kills.spoilt import CANARIES

KILLS = 5


def test_killed_on_the_real_card_service(card_service_alone: None, tmp_path: Path) -> None:
    """Purse and PSAM on PC/SC, paper on a serial line, the center behind a bad line: all four agree in the end."""
    with Lane("card", tmp_path, "small") as lane:
        figures = lane.run(KILLS)
    assert figures.bad == []
    assert figures.kills >= KILLS


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A day of kills with a simulated reader, voids and a center that does not recognise repeats, found good."""
    with Lane("till", tmp_path_factory.mktemp("kills"), "small") as lane:
        figures = lane.run(KILLS)
        evidence = lane.evidence()
    assert figures.bad == []
    assert figures.kills >= KILLS
    return evidence


@pytest.mark.parametrize("way", CANARIES)
def test_a_terminal_that_does_one_thing_wrong_is_found_out(tmp_path: Path, way: str) -> None:
    """The canaries: a terminal that repeats what may have been booked, and one that reprints without a mark."""
    with Lane("till", tmp_path, "small", way, CANARIES[way]) as lane:
        assert lane.run(KILLS).bad != []


def changed(path: Path, statement: str) -> Path:
    """A copy of a database in which somebody has changed something."""
    copy = path.with_suffix(".changed")
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        for one in statement.split(";"):
            connection.execute(one)
        connection.commit()
    return copy


FORGE = (
    "DROP TRIGGER entries_are_not_changed;"
    " UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '\"R-1\"', '\"R-2\"') AS BLOB)"
)
LOSE = "DELETE FROM settlements WHERE number = (SELECT max(number) FROM settlements WHERE state = 'booked')"
PAY = "UPDATE persons SET body = CAST(replace(CAST(body AS TEXT), '\"2500.00\"', '\"2500.01\"') AS BLOB)"

FORGERIES: dict[str, tuple[str, Callable[[Evidence], Evidence]]] = {
    "an entry": ("journal: entry", lambda good: replace(good, journal=changed(good.journal, FORGE))),
    "a booking": ("stands there 0 times", lambda good: replace(good, books=changed(good.books, LOSE))),
    "an account": ("books: a person has 250001 fen", lambda good: replace(good, books=changed(good.books, PAY))),
    "an answer": ("nobody was told", lambda good: replace(good, told=dict(list(good.told.items())[1:]))),
    "a paper": ("no whole paper", lambda good: replace(good, tape=b"")),
    "two papers": ("papers without a mark", lambda good: replace(good, tape=good.tape * 2)),
    "a debit": ("card: 100 fen in 1 debits", lambda good: replace(good, card=(9_900, 10_000, 1))),
}
"""What is forged, how the check words it, and how it is done."""


@pytest.mark.parametrize("what", FORGERIES)
def test_the_check_finds_what_does_not_agree(seen: Evidence, what: str) -> None:
    """The same day with one thing forged: journal, books, answers, paper or card."""
    assert wrong(seen) == []
    words, forged = FORGERIES[what]
    found = wrong(forged(seen))
    assert any(words in line for line in found), found
