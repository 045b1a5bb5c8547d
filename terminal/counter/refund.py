"""Refunds (退费) by line: the settlement is taken back whole, and what stays is settled anew, in one step.

In the mode `local` both are one durable transaction. Online the center is asked for one after the other, each intent
durable before it is sent: where the second cannot be had, the first stands, the till is told so, and the same key goes
on from there. What stays is worked out as if the settlement had not been.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from terminal.center.desk import CenterDesk
from terminal.counter.authorise import authorise
from terminal.counter.identify import Identification
from terminal.counter.settle import answer_of, digest_of, was_paid_by_card
from terminal.errors import Conflict, Refused, TerminalError
from terminal.journal.commit import Committal
from terminal.journal.journal import Journal
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


class Refunds:
    """Carries refunds out. One answer of two: each is stored under a key of its own, the till's and one made of it."""

    def __init__(self, journal: Journal, center: CenterDesk, mode: Literal["local", "online"]) -> None:
        self._journal = journal
        self._center = center
        self._mode = mode

    def stored(self, key: str, request: str) -> bytes | None:
        """What this request was answered before, or None where it is not done. Raises Conflict `key-reused`."""
        stays = self._journal.stored_answer(key, request)
        void = self._journal.stored_answer(_key_of_void(key), request)
        return None if stays is None or void is None else b'{"void":' + void + b',"settlement":' + stays + b"}"

    def carry_out(self, void: SettlementRecord, stays: SettlementRecord, key: str, request: str) -> bytes:
        """Take back what `void` names and settle `stays`. Raises as `void` and `settle` do: nothing happened then.

        Online also Conflict `refund-half-done`: it is taken back, and what stays is not settled yet.
        """
        if self._mode == "online":
            self._ask_center(void, stays, key, request)
        else:
            self._journal.commit_refund(self._committal(void, _key_of_void(key)), self._committal(stays, key), request)
        answer = self.stored(key, request)
        assert answer is not None, "both commits store their answers"
        return answer

    def _ask_center(self, void: SettlementRecord, stays: SettlementRecord, key: str, request: str) -> None:
        void_key = _key_of_void(key)
        if self._journal.stored_answer(void_key, request) is None:
            original = self._journal.settlement(void.voids)
            if original.upload_state != "accepted":
                raise Conflict("not-accepted", "this settlement is still on its way", "该结算仍在上传")
            authorise(self._journal, self._center, void, original, void_key, request)
        try:
            authorise(self._journal, self._center, stays, None, key, request)
        except TerminalError as error:
            raise _half_done(void.voids, error) from error

    def _committal(self, record: SettlementRecord, key: str) -> Committal:
        return Committal(record, self._center.new_message_id(record.provider_id), key, answer_of(record))


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


def _key_of_void(key: str) -> str:
    # No till can send a key with a space in it.
    return f"refund {digest_of(key)}"


def _half_done(original_id: str, error: TerminalError) -> Conflict:
    half = Conflict(
        "refund-half-done",
        f"{original_id} is taken back, what stays is not settled ({error.message}); repeat under the same key",
        f"{original_id} 已撤销，保留部分尚未结算（{error.message_zh}）；请以同一键重试",
        error.at,
    )
    half.money_moved, half.retry = "yes", "same-key"
    return half
