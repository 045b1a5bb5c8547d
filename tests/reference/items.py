"""One item of a bill: what of it is outside the catalogue, above its limit, before any ratio, in scope."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from tests.reference.amounts import ReferenceRefusal, fen, half_up


class Shares(NamedTuple):
    """One item, in fen; the four parts add up to the amount."""

    amount: int
    out_of_catalogue: int
    over_limit: int
    prior_self_pay: int
    eligible: int


def item_shares(item: dict[str, Any], place: str) -> Shares:
    """Divide one item (employees 9, residents 11 and 20: catalogue and payment standard)."""
    amount = fen(item["amount"])
    if item["class"] == "C":
        return Shares(amount, amount, 0, 0, 0)
    over = _over_limit(item, amount, place)
    prior = half_up(_self_pay_rate(item, place) * (amount - over))
    return Shares(amount, 0, over, prior, amount - over - prior)


def whole_share(item: dict[str, Any]) -> Shares:
    """An item of a bill that is paid as a whole: all of it is in scope (residents 13(4))."""
    amount = fen(item["amount"])
    return Shares(amount, 0, 0, 0, amount)


def check_agreement(item: dict[str, Any], place: str) -> None:
    """Refuse an item whose price, quantity and amount are more than one fen apart."""
    if "unit_price" in item and "quantity" in item:
        product = Fraction(item["unit_price"]) * Fraction(item["quantity"]) * 100
        if abs(product - fen(item["amount"])) > 1:
            raise ReferenceRefusal(f"{place}.amount")


def _over_limit(item: dict[str, Any], amount: int, place: str) -> int:
    if "price_limit" not in item:
        return 0
    if "unit_price" not in item or "quantity" not in item:
        raise ReferenceRefusal(f"{place}.unit_price")
    above = Fraction(item["unit_price"]) - Fraction(item["price_limit"])
    if above <= 0:
        return 0
    return min(amount, half_up(above * Fraction(item["quantity"]) * 100))


def _self_pay_rate(item: dict[str, Any], place: str) -> Fraction:
    if "self_pay_rate" in item:
        return Fraction(item["self_pay_rate"])
    if item["class"] == "B":
        raise ReferenceRefusal(f"{place}.self_pay_rate")
    return Fraction(0)
