"""What an auditor finds, and the amounts it counts in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SUMS = ("total", "fund_total", "provider_borne", "account", "cash")
"""The whole bill, and the four who pay it."""


class Disagreement(AssertionError):
    """An invariant does not hold. check: the short name of the check that found it."""

    def __init__(self, check: str, what: str) -> None:
        super().__init__(f"[{check}] {what}")
        self.check = check


def require(holds: bool, check: str, what: str) -> None:
    """Raises Disagreement unless it holds."""
    if not holds:
        raise Disagreement(check, what)


def fen(text: str) -> int:
    """Yuan with two places, as fen."""
    whole, _, rest = text.lstrip("-").partition(".")
    amount = int(whole) * 100 + int(rest.ljust(2, "0"))
    return -amount if text.startswith("-") else amount


def sums_of(settlement: dict[str, Any]) -> dict[str, int]:
    """The five sums of a settlement in its public form."""
    return {name: fen(settlement[name]) for name in SUMS}


def added(all_sums: Iterable[tuple[int, dict[str, int]]]) -> dict[str, int]:
    """The sum of signed sums."""
    total = dict.fromkeys(SUMS, 0)
    for sign, sums in all_sums:
        for name in SUMS:
            total[name] += sign * sums[name]
    return total
