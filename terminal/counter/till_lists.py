"""The three-way match of a day with its tills: the lists that they have given, kept with the day's runs, and who of
those that sold has given none.

A till gives its list when it closes, and tills close one after the other. So a list counts until its till gives another
one, and each run holds all of them against what stands here now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import Struct

from terminal.counter.difference import Difference
from terminal.counter.match_till import TillRow, match_till
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode

SOLD = ("committed", "voided")
"""The states of what a till has on its books, or had."""


class TillList(Struct, frozen=True):
    """What a till says of itself on one day. till "": nobody knows whose it is; it is held against all sales."""

    till: str
    rows: list[TillRow]


class TillsMatched(NamedTuple):
    """The differences with the tills' lists. waiting: the tills that are still to give theirs. unmatched: those that
    sold under references of their own and whose list was not compared, `waiting` among them.
    """

    differences: list[Difference]
    waiting: list[str]
    unmatched: list[str]


class _Kept(Struct, frozen=True):
    till_list: TillList | None = None


def match_tills(
    journal: Journal,
    day: dt.date,
    records: Sequence[SettlementRecord],
    given: TillList | None,
    without: Collection[str] = (),
) -> TillsMatched:
    """The day's records against the list that is given now and those that other tills have given before.

    given: None where the day is closed without any till's list: then none is compared, and none is waited for.
    without: tills that give none, by the word of who closes the day: what they gave before is not compared either.
    """
    sold = {one.till for one in records if one.kind != "void" and one.till_reference and one.state in SOLD} - {""}
    if given is None:
        return TillsMatched([], [], sorted(sold))
    lists = [one for one in _counting(journal, day, given) if one.till not in without]
    differences = [found for one in lists for found in match_till(records, one.rows, one.till)]
    known = {one.till for one in lists}
    unmatched = [] if "" in known else sorted(sold - known)
    return TillsMatched(differences, [till for till in unmatched if till not in without], unmatched)


def _counting(journal: Journal, day: dt.date, given: TillList) -> list[TillList]:
    """The list that is given, and the last one of every other till; one of nobody's name stands for all alone."""
    if not given.till:
        return [given]
    kept = (decode(report, _Kept).till_list for report in journal.runs(day))
    named = {one.till: one for one in kept if one is not None and one.till}
    return list((named | {given.till: given}).values())
