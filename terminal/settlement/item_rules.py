"""The pack's rules about one item: what is outside the catalogue, and what is paid by the patient before any ratio."""

from __future__ import annotations

from terminal.errors import Refused
from terminal.money import UnitPrice
from terminal.settlement.bill import Item
from terminal.settlement.pack_rows import SelfPayRow
from terminal.settlement.rows import Selection

PRICE_PER_FEN = 10_000
"""A unit price counts millionths of a yuan; bounds of unit prices in packs count fen."""


def is_excluded(item: Item, chosen: Selection, index: int) -> bool:
    """Class C, or an item that needs the bureau's approval and has none (004 part 6, articles 8 to 11)."""
    if item.class_ == "C":
        return True
    if item.approval or chosen.case.bill.episode.urgent:
        return False
    asked = (row for row in chosen.rows.pack.approval if item.kind in row.kinds)
    return any(_unit_price(item, index) >= row.unit_price_from * PRICE_PER_FEN for row in asked)


def self_pay_rate(item: Item, chosen: Selection, index: int) -> int:
    """The share paid before any ratio, in basis points: the item's own, else the pack's, else 0 for class A.

    Raises Refused: a class B item without a rate; a price limit, or a price band, without price and quantity.
    """
    _check_price_limit(item, index)
    if item.self_pay_rate is not None:
        return item.self_pay_rate
    for row in chosen.rows.self_pay:
        if item.class_ in row.classes and item.kind in row.kinds:
            return _rate_of(row, item, index)
    if item.class_ == "B":
        message = f"a class B item needs its self_pay_rate; {chosen.rows.pack.policy.id} gives none"
        raise Refused("missing-rate", message, "乙类项目缺少先行自付比例", f"items[{index}].self_pay_rate")
    return 0


def _rate_of(row: SelfPayRow, item: Item, index: int) -> int:
    if row.rate is not None:
        return row.rate
    price = _unit_price(item, index)
    for bound, rate in zip(row.unit_price_to, row.rates, strict=False):
        if price <= bound * PRICE_PER_FEN:
            return rate
    return row.rates[-1]


def _unit_price(item: Item, index: int) -> UnitPrice:
    if item.unit_price is None:
        raise Refused(
            "missing-fact", "this item's rule reads its unit_price", "须给出单价", f"items[{index}].unit_price"
        )
    return item.unit_price


def _check_price_limit(item: Item, index: int) -> None:
    if item.price_limit is None:
        return
    if item.unit_price is None or item.quantity is None:
        missing = "unit_price" if item.unit_price is None else "quantity"
        at = f"items[{index}].{missing}"
        raise Refused("missing-fact", "a price_limit needs unit_price and quantity", "限价项目须给出单价和数量", at)
