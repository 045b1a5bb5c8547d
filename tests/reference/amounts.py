"""Amounts of the reference, exact in whole numbers: fen, basis points, and the one way a fraction becomes fen.

A share is kept in ten-thousandths of a fen (fen x basis points), so that sums of shares are exact.
"""

from __future__ import annotations

from functools import lru_cache

BILL_FEN_MAX = 10_000_000_000
"""100,000,000.00 yuan: the largest amount and the largest bill."""
ONE = 10_000
"""100% in basis points; a fen in the unit of shares."""


class ReferenceRefusal(Exception):
    """The bill is refused; `name` is the key or the parameter that is wrong or missing."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@lru_cache(maxsize=1 << 16)
def fen(text: str) -> int:
    """Read yuan with two places as fen."""
    return int(text.replace(".", ""))


@lru_cache(maxsize=1 << 16)
def yuan(amount: int) -> str:
    """Write fen as yuan with two places."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


@lru_cache(maxsize=1 << 16)
def scaled(text: str, places: int) -> int:
    """Read a decimal as a count of 10^-places units; it must have no more places than that."""
    whole, _, rest = text.partition(".")
    if len(rest) > places:
        raise ValueError(f"{text} has more than {places} places")
    return int(whole + rest.ljust(places, "0"))


def basis_points(text: str) -> int:
    """Read a rate such as "0.85" as basis points."""
    return scaled(text, 4)


def percent(rate: int) -> int:
    """Whole percent as basis points."""
    return rate * 100


def half_up(numerator: int, denominator: int = ONE) -> int:
    """Round a fraction of a fen, not negative, half up; without a denominator, a share."""
    return (2 * numerator + denominator) // (2 * denominator)


@lru_cache(maxsize=1 << 10)
def rate_text(rate: int) -> str:
    """Write basis points as a decimal with at least two places."""
    whole, rest = divmod(rate, ONE)
    places = f"{rest:04d}"
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"
