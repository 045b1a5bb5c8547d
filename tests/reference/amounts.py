"""Amounts of the reference: whole fen between exact fractions, and the two ways a fraction becomes fen."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

BILL_FEN_MAX = 10_000_000_000
"""100,000,000.00 yuan: the largest amount and the largest bill."""


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


def half_up(exact: Fraction) -> int:
    """Round a fraction of a fen, not negative, half up."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def rate_text(rate: Fraction) -> str:
    """Write a rate with the two places that every rate of the two decrees has."""
    percent = rate * 100
    if percent.denominator != 1:
        raise ValueError(f"a rate of whole percent, not {rate}")
    return f"{percent.numerator // 100}.{percent.numerator % 100:02d}"
