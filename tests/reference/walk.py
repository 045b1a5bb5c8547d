"""What a pooling fund owes on the eligible expense of one bill: progressive bands above a line, up to a room.

Everything is exact until the one rounding of the fund's sum. The expense that a full fund has used up is
found by bisection on the exact share, not by a formula, so that it cannot share a mistake with one.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from tests.reference.amounts import ONE, half_up

NO_CAP = 1 << 60
"""A room that no bill fills."""

Piece = tuple[int, int, int]
"""Start, end and rate of one stretch of expense."""


class Band(NamedTuple):
    """Expense up to `upper` fen, that bound included, is paid at `rate` basis points; None: without end."""

    upper: int | None
    rate: int


class Stretch(NamedTuple):
    """Eligible expense of one kind: never below the rate `floor`, and `bonus` more than the band's rate."""

    width: int
    floor: int = 0
    bonus: int = 0


class PoolLine(NamedTuple):
    """One line of the explanation: the place where it begins, its rate, and its fen."""

    start: int
    rate: int
    amount: int


class Walked(NamedTuple):
    """The line that was used, the pool's fen, the expense it used up, what is left, its lines and its pieces."""

    deductible: int
    pool: int
    used: int
    unused: int
    lines: list[PoolLine]
    pieces: list[Piece]
    share: int


def walk(stretches: list[Stretch], line: int, bands: list[Band], room: int) -> Walked:
    """Pay the expense above `line` by bands, at most `room` fen in all.

    `share` of the result is what the used expense is worth exactly: the room itself where it bit.
    """
    eligible = sum(stretch.width for stretch in stretches)
    deductible = min(eligible, line)
    pieces = _pieces(stretches, bands, deductible)
    owed = share_up_to(pieces, eligible)
    if owed <= room * ONE:
        lines = _lines(pieces, eligible, half_up(owed), owed)
        return Walked(deductible, half_up(owed), eligible - deductible, 0, lines, pieces, owed)
    end = least_place(pieces, room * ONE, deductible, eligible)
    lines = _lines(pieces, end, room, room * ONE)
    return Walked(deductible, room, end - deductible, eligible - end, lines, pieces, room * ONE)


def share_up_to(pieces: list[Piece], place: int) -> int:
    """The exact share of the expense up to `place`, in ten-thousandths of a fen."""
    return sum((min(place, end) - start) * rate for start, end, rate in pieces if place > start)


def least_place(pieces: list[Piece], share: int, begin: int, end: int) -> int:
    """The first place from `begin` at which the exact share is reached; `end` + 1 where it never is."""
    return bisect_left(range(end + 1), share, lo=begin, key=lambda place: share_up_to(pieces, place))


def spread(exact: list[int], whole: int) -> list[int]:
    """Share `whole` fen out by largest remainder of the exact shares; among equals the earlier first."""
    shares = [part // ONE for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: -(exact[n] % ONE))
    for n in by_remainder[: whole - sum(shares)]:
        shares[n] += 1
    return shares


def _pieces(stretches: list[Stretch], bands: list[Band], begin: int) -> list[Piece]:
    """Cut (begin, eligible] at the ends of stretches and bands."""
    pieces = []
    start = 0
    for stretch in sorted(stretches, key=lambda s: (s.floor, s.bonus)):
        end = start + stretch.width
        lower = 0
        for upper, rate in bands:
            top = end if upper is None else min(end, upper)
            bottom = max(start, lower, begin)
            if top > bottom:
                pieces.append((bottom, top, max(0, min(ONE, max(stretch.floor, rate + stretch.bonus)))))
            lower = end if upper is None else upper
        start = end
    return sorted(pieces)


def _lines(pieces: list[Piece], end: int, owed: int, exact_sum: int) -> list[PoolLine]:
    """One line a piece; where the room ended the walk, the last piece has exactly what was left of it."""
    reached = [piece for piece in pieces if piece[0] < end]
    exact = [(stop - start) * rate for start, stop, rate in reached]
    if reached:
        exact[-1] = exact_sum - sum(exact[:-1])
    amounts = spread(exact, owed)
    return [PoolLine(start, rate, fen) for (start, _, rate), fen in zip(reached, amounts, strict=True)]


def flat(rate: int) -> list[Band]:
    """One band without end."""
    return [Band(None, rate)]
