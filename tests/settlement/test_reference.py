"""The reference stands on its own: its arithmetic against small cases worked by hand or by brute force."""

from __future__ import annotations

from random import Random

import pytest

from tests.reference import ReferenceRefusal, reference_settle
from tests.reference.amounts import ONE, fen, half_up, percent
from tests.reference.branches import EXPECTED, branches
from tests.reference.bureau import ILLUSTRATIVE
from tests.reference.walk import Band, Stretch, spread, walk
from tests.settlement.strategies import POLICIES, random_bill

BILLS = 5_000


@pytest.mark.parametrize(("share", "whole"), [(4_900, 0), (5_000, 1), (15_000, 2), (20_000, 2), (468_386_500, 46839)])
def test_halves_round_up(share: int, whole: int) -> None:
    """A half fen becomes a whole one, anything less does not."""
    assert half_up(share) == whole


def test_spread_gives_missing_fen_to_the_largest_remainders() -> None:
    """The earlier of two equal remainders comes first (E9's remainders are .64 and .80)."""
    assert spread([616_026_400, 450_018_000], 106604) == [61602, 45002]
    assert spread([5_000, 5_000], 1) == [1, 0]


def test_used_expense_is_the_least_that_fills_the_room() -> None:
    """One fen less of used expense would not reach the room, for every room of a small bill."""
    bands = [Band(30, percent(80)), Band(60, percent(85)), Band(None, percent(90))]

    def share(used: int) -> int:
        return sum(next(r for top, r in bands if top is None or n < top) for n in range(10, 10 + used))

    for room in range(70):
        walked = walk([Stretch(90)], 10, bands, room)
        least = min((used for used in range(81) if share(used) >= room * ONE), default=80)
        assert walked.used == (least if share(80) > room * ONE else 80)
        assert walked.pool == min(room, half_up(share(80)))
        assert sum(line.amount for line in walked.lines) == walked.pool


@pytest.mark.parametrize("policy", POLICIES)
def test_reference_keeps_the_identities_on_random_bills(policy: str) -> None:
    """Every amount adds up, most bills settle, and the generator reaches every rule."""
    settled, reached = 0, set()
    for n in range(BILLS):
        bill = random_bill(Random(f"alone {policy} {n}"), policy)
        try:
            result = reference_settle(bill, ILLUSTRATIVE)
        except ReferenceRefusal:
            continue
        settled += 1
        reached |= branches(bill, result)
        payers = sum(fen(result[key]) for key in ("fund_total", "provider_borne", "account", "cash"))
        assert fen(result["total"]) == payers, (n, bill)
        patient = sum(fen(amount) for payers in result["parts"].values() for amount in payers.values())
        assert fen(result["personal"]) == patient, (n, bill)
    assert settled > BILLS * 0.8
    missed = sorted(set(EXPECTED[policy]) - reached)
    assert not missed
