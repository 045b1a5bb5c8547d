"""Refunds (退费) by line: what may be given back of a settlement, what stays of it, and what each payer gets.

Pure: what stays is worked out as if the settlement had not been; `refunding.py` carries it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct

from terminal.counter.identify import Identification
from terminal.counter.settle import was_paid_by_card
from terminal.errors import Conflict, Refused
from terminal.journal.records import CenterSums, SettlementRecord
from terminal.limits import BILL_ITEMS_MAX
from terminal.money import Fen, Quantity
from terminal.settlement.bill import Account, Bill, Entitlement, Item, Patient, Provider, Year
from terminal.settlement.result import Settlement


class RefundLine(Struct, frozen=True, forbid_unknown_fields=True):
    """What is given back of one item of the original bill, counted from 0. amount absent: the whole item.

    quantity: how many of it, where the item has a quantity and a part of it is given back.
    """

    item: Annotated[int, Meta(ge=0, lt=BILL_ITEMS_MAX)]
    amount: Fen | None = None
    quantity: Quantity | None = None


class RefundAsked(Struct, frozen=True):
    """Which settlement is taken back, why, and which quote of what stays is settled, as a settlement is."""

    settlement_id: str
    reason: str
    quote_id: str
    quote_hash: str
    consent: bool = False
    till_reference: str = ""
    electronic_receipt: bool = False


class Returned(Struct, frozen=True):
    """What a refund gives back to each payer: total = the four others. Negative: it pays more for what stays."""

    total: Fen
    fund_total: Fen
    provider_borne: Fen
    account: Fen
    cash: Fen


def what_stays(original: SettlementRecord, lines: Sequence[RefundLine]) -> Bill:
    """The bill of what stays, with nothing of the person in it: that is filled in as of now.

    Raises Refused with the place of the first line that gives back what is not there; `nothing-stays`.
    """
    stays: dict[int, Item] = dict(enumerate(original.bill.items))
    seen: set[int] = set()
    for place, line in enumerate(lines):
        if line.item in seen or line.item not in stays:
            raise _bad_line(place, "item", "this item is not on the bill, or named twice", "该项目不在原账单中或重复")
        seen.add(line.item)
        left = _what_is_left(stays.pop(line.item), line, place)
        if left is not None:
            stays[line.item] = left
    if not stays:
        raise Refused(
            "nothing-stays", "everything is given back: take the whole settlement back", "全部退回，请整笔撤销", "lines"
        )
    return msgspec.structs.replace(
        original.bill,
        items=[item for _, item in sorted(stays.items())],
        policy="",
        provider=Provider(id=original.bill.provider.id, emergency=original.bill.provider.emergency),
        patient=Patient(),
        entitlement=Entitlement(),
        account=Account(),
        year=Year(),
        consent=False,
        not_advanced=UNSET,
    )


def check_refundable(original: SettlementRecord, identification: Identification) -> None:
    """Raises Refused where another person stands here, or the card paid; Conflict where it does not stand any more."""
    if original.kind == "void":
        raise Conflict("void-of-a-void", "this is a void; a void is not taken back", "该记录为撤销记录，不能再撤销")
    if original.state == "voided":
        raise Conflict("already-voided", "this settlement was taken back before", "该结算已撤销")
    if original.person_number != identification.person.person_number:
        raise Refused(
            "another-person", "this settlement is another person's", "该结算不属于当前识别的参保人", "identification"
        )
    if identification.purse is not None or was_paid_by_card(original):
        raise Refused(
            "paid-by-card",
            "the account lies on the card, which takes nothing back: take the whole settlement back, then settle anew",
            "个人账户在卡内，不能部分退费；请整笔撤销后重新结算",
            "id",
        )


def returned(sums: CenterSums, stays: Settlement) -> Returned:
    """What each payer gets back: what the settlement counted with, less what stays."""
    names = Returned.__struct_fields__
    return Returned(**{name: Fen(getattr(sums, name) - getattr(stays, name)) for name in names})


def _what_is_left(item: Item, line: RefundLine, place: int) -> Item | None:
    if line.amount is None:
        if line.quantity is not None:
            raise _bad_line(place, "amount", "a part of an item needs its amount", "部分退费须填写金额")
        return None
    if not 0 < line.amount < item.amount:
        raise _bad_line(
            place, "amount", "more than nothing and less than the item; leave it out for the whole", "退费金额超出范围"
        )
    if (line.quantity is None) != (item.quantity is None):
        raise _bad_line(place, "quantity", "given where the item has one, and only there", "数量须与原项目一致")
    left = msgspec.structs.replace(item, amount=Fen(item.amount - line.amount))
    if line.quantity is None or item.quantity is None:
        return left
    if not 0 < line.quantity < item.quantity:
        raise _bad_line(place, "quantity", "more than none and fewer than the item has", "退费数量超出范围")
    return msgspec.structs.replace(left, quantity=Quantity(item.quantity - line.quantity))


def _bad_line(place: int, name: str, message: str, message_zh: str) -> Refused:
    return Refused("bad-input", message, message_zh, f"lines[{place}].{name}")
