"""One item of a bill: what of it is outside the catalogue, above its limit, before any ratio, in scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.reference.amounts import ReferenceRefusal, basis_points, fen, half_up, scaled

PRICE_PLACES, QUANTITY_PLACES = 6, 4
PER_FEN = 10 ** (PRICE_PLACES + QUANTITY_PLACES - 2)
"""Price times quantity, as whole numbers, counts this many to the fen."""

PackRate = Callable[[dict[str, Any], dict[str, Any], str], int | None]
"""(bill, item, place) -> the decree's own prior self-pay in basis points, or None where it gives none."""
Excluded = Callable[[dict[str, Any], dict[str, Any], str], bool]
"""(bill, item, place) -> whether a rule puts the item outside the catalogue."""


class Shares(NamedTuple):
    """One item, in fen; the four parts add up to the amount."""

    amount: int
    out_of_catalogue: int
    over_limit: int
    prior_self_pay: int
    eligible: int


def item_shares(bill: dict[str, Any], n: int, pack_rate: PackRate, excluded: Excluded) -> Shares:
    """Divide the bill's item number `n` (settlement rules 5.2)."""
    item, place = bill["items"][n], f"items[{n}]"
    amount = fen(item["amount"])
    if item["class"] == "C" or excluded(bill, item, place):
        return Shares(amount, amount, 0, 0, 0)
    over = _over_limit(item, amount, place)
    prior = half_up(_self_pay_rate(bill, item, place, pack_rate) * (amount - over))
    return Shares(amount, 0, over, prior, amount - over - prior)


def whole_share(item: dict[str, Any]) -> Shares:
    """An item of a bill that is paid as a whole: all of it is in scope."""
    amount = fen(item["amount"])
    return Shares(amount, 0, 0, 0, amount)


def check_agreement(item: dict[str, Any], place: str) -> None:
    """Refuse an item whose price, quantity and amount are more than one fen apart."""
    if "unit_price" in item and "quantity" in item:
        product = scaled(item["unit_price"], PRICE_PLACES) * scaled(item["quantity"], QUANTITY_PLACES)
        if abs(product - fen(item["amount"]) * PER_FEN) > PER_FEN:
            raise ReferenceRefusal(f"{place}.amount")


def unit_price(item: dict[str, Any], place: str) -> int:
    """The charged price of one unit in millionths of a yuan; refused by name where nobody gives it."""
    if "unit_price" not in item:
        raise ReferenceRefusal(f"{place}.unit_price")
    return scaled(item["unit_price"], PRICE_PLACES)


def _over_limit(item: dict[str, Any], amount: int, place: str) -> int:
    if "price_limit" not in item:
        return 0
    if "quantity" not in item:
        raise ReferenceRefusal(f"{place}.unit_price")
    above = unit_price(item, place) - scaled(item["price_limit"], PRICE_PLACES)
    if above <= 0:
        return 0
    return min(amount, half_up(above * scaled(item["quantity"], QUANTITY_PLACES), PER_FEN))


def _self_pay_rate(bill: dict[str, Any], item: dict[str, Any], place: str, pack_rate: PackRate) -> int:
    if "self_pay_rate" in item:
        return basis_points(item["self_pay_rate"])
    given = pack_rate(bill, item, place)
    if given is None and item["class"] == "B":
        raise ReferenceRefusal(f"{place}.self_pay_rate")
    return given or 0
