"""The items of a bill on paper: each by name, class, price and shares, or summed up where they are too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_fen, format_scaled
from terminal.receipt.blocks import Block, ItemLine, Paragraph, Rule
from terminal.receipt.forms import Forms
from terminal.receipt.words import CLASS_NAMES
from terminal.settlement.bill import Item
from terminal.settlement.result import ItemShares

_WITHOUT_CLASS = ""


def item_blocks(forms: Forms, shares: Sequence[ItemShares], bill_items: Sequence[Item]) -> Iterator[Block]:
    """The items' table. Raises ValueError where the bill's items are not those of the settlement."""
    if bill_items and len(bill_items) != len(shares):
        raise ValueError(f"the bill is {'shorter' if len(bill_items) < len(shares) else 'longer'} than its settlement")
    yield ItemLine(forms.both("items"), forms.label("amount")[0], forms.label("own_share")[0])
    if len(shares) > forms.paper.items_printed_max:
        yield from _summed(shares, bill_items)
    else:
        yield from _each(shares, bill_items)
    yield Rule()


def _each(shares: Sequence[ItemShares], bill_items: Sequence[Item]) -> Iterator[Block]:
    names = [_name(item) for item in bill_items] or [
        share.code or f"项目 {index}" for index, share in enumerate(shares, 1)
    ]
    for name, share in zip(names, shares, strict=True):
        yield ItemLine(name, format_fen(share.amount), format_fen(own_share(share)))


def _summed(shares: Sequence[ItemShares], bill_items: Sequence[Item]) -> Iterator[Block]:
    groups: dict[str, list[ItemShares]] = {}
    for index, share in enumerate(shares):
        groups.setdefault(bill_items[index].class_ if bill_items else _WITHOUT_CLASS, []).append(share)
    for name, group in sorted(groups.items()):
        title = f"[{CLASS_NAMES.get(name, name)}] 共 {len(group)} 项" if name else f"共 {len(group)} 项"
        yield ItemLine(title, format_fen(sum(s.amount for s in group)), format_fen(sum(map(own_share, group))))
    yield Paragraph(f"本单共 {len(shares)} 项，按类别汇总打印，明细见电子结算单。")
    yield Paragraph(f"{len(shares)} items, summed up by class; every item is in the electronic receipt.")


def own_share(share: ItemShares) -> int:
    """What of an item falls to the patient before any ratio, in fen."""
    return share.out_of_catalogue + share.over_limit + share.prior_self_pay


def _name(item: Item) -> str:
    name = f"[{CLASS_NAMES[item.class_]}] {item.name or item.code or item.kind}"
    if item.unit_price is None or item.quantity is None:
        return name
    price = format_scaled(item.unit_price, UNIT_PRICE_PLACES)
    return f"{name} {price}×{format_scaled(item.quantity, QUANTITY_PLACES)}"
