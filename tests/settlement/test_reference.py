"""The reference stands on its own: its arithmetic against small cases worked by hand or by brute force."""

from __future__ import annotations

import pytest

from tests.reference.amounts import ONE, half_up, percent
from tests.reference.walk import Band, Stretch, spread, walk


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
