"""What a pooling fund owes on the eligible expense of one bill: progressive bands above a line, up to a room.

Everything is exact until the one rounding of the fund's sum. The expense that a full fund has used up is
found by bisection on the exact share, not by a formula, so that it cannot share a mistake with one.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from typing import NamedTuple

from tests.reference.amounts import half_up

Piece = tuple[int, int, Fraction]
"""Start, end and rate of one stretch of expense."""


class Band(NamedTuple):
    """Expense up to `upper` fen, that bound included, is paid at `rate`; None: without end."""

    upper: int | None
    rate: Fraction


class Stretch(NamedTuple):
    """Eligible expense of one kind: never below `floor`, and `bonus` more than the band's rate."""

    width: int
    floor: Fraction = Fraction(0)
    bonus: Fraction = Fraction(0)


class PoolLine(NamedTuple):
    """One line of the explanation: the place where it begins, its rate, and its fen."""

    start: int
    rate: Fraction
    amount: int


class Walked(NamedTuple):
    """The line that was used, the pool's fen, the expense it used up, what is left, and its lines."""

    deductible: int
    pool: int
    used: int
    unused: int
    lines: list[PoolLine]


def walk(stretches: list[Stretch], line: int, bands: list[Band], room: int) -> Walked:
    """Pay the expense above `line` by bands, at most `room` fen in all."""
    eligible = sum(stretch.width for stretch in stretches)
    deductible = min(eligible, line)
    pieces = _pieces(stretches, bands, deductible)
    owed = _share(pieces, eligible)
    if owed <= room:
        lines = _lines(pieces, eligible, half_up(owed), owed)
        return Walked(deductible, half_up(owed), eligible - deductible, 0, lines)
    end = bisect_left(range(eligible + 1), Fraction(room), lo=deductible, key=lambda place: _share(pieces, place))
    lines = _lines(pieces, end, room, Fraction(room))
    return Walked(deductible, room, end - deductible, eligible - end, lines)


def spread(exact: list[Fraction], whole: int) -> list[int]:
    """Share `whole` fen out by largest remainder; among equals the earlier first."""
    shares = [part.numerator // part.denominator for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
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
                pieces.append((bottom, top, min(Fraction(1), max(stretch.floor, rate + stretch.bonus))))
            lower = end if upper is None else upper
        start = end
    return sorted(pieces)


def _share(pieces: list[Piece], place: int) -> Fraction:
    """The exact share of the expense up to `place`."""
    total = Fraction(0)
    for start, end, rate in pieces:
        if place > start:
            total += (min(place, end) - start) * rate
    return total


def _lines(pieces: list[Piece], end: int, owed: int, exact_sum: Fraction) -> list[PoolLine]:
    """One line a piece; where the room ended the walk, the last piece has exactly what was left of it."""
    reached = [piece for piece in pieces if piece[0] < end]
    exact = [(stop - start) * rate for start, stop, rate in reached]
    if reached:
        exact[-1] = exact_sum - sum(exact[:-1])
    amounts = spread(exact, owed)
    return [PoolLine(start, rate, fen) for (start, _, rate), fen in zip(reached, amounts, strict=True)]
