"""The one door to the C core: checks lengths, calls, and turns return codes into exceptions. Nobody else touches it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from native._settle import ffi, lib
from terminal.errors import Broken, Refused, TerminalError

_WORDS = {
    lib.SETTLE_OVERFLOW: ("overflow", "an exact sum does not fit 64 bits", "金额计算溢出"),
    lib.SETTLE_BAD_PLAN: ("bad-plan", "the plan is outside its ranges", "政策计划超出范围"),
    lib.SETTLE_BAD_CLAIM: ("bad-claim", "an accumulator of the bill is outside its range", "累计值超出范围"),
    lib.SETTLE_BAD_ITEM: (
        "bad-item",
        "an item, or the bill's total, is outside its range",
        "项目或总额超出范围",
    ),
    lib.SETTLE_BROKEN: ("broken-core", "an identity of the split does not hold", "结算恒等式不成立"),
}
_REFUSED = (lib.SETTLE_OVERFLOW, lib.SETTLE_BAD_CLAIM, lib.SETTLE_BAD_ITEM)
_CODES = {"int32_t": "i", "int64_t": "q"}


def _layout(name: str, wanted: tuple[str, ...]) -> struct.Struct:
    """How the standard library reads this foreign struct as one tuple: its fields where C has put them."""
    fields = ffi.typeof(name).fields
    assert tuple(field for field, _ in fields) == wanted, f"{name} has other fields than Python reads"
    form, end = "=", 0
    for _, field in fields:
        form += f"{field.offset - end}x{_CODES[field.type.cname]}"
        end = field.offset + ffi.sizeof(field.type)
    return struct.Struct(f"{form}{ffi.sizeof(name) - end}x")


LINE_FIELDS = ("part", "payer", "source", "rate_class", "rate", "axis_from", "axis_to", "base", "amount")
_LINE = _layout("settle_line", LINE_FIELDS)
_NEW_CLAIM, _NEW_ITEMS = ffi.typeof("settle_claim *"), ffi.typeof("settle_item[]")
_NEW_SPLIT, _NEW_ITEM_SPLITS = ffi.typeof("settle_split *"), ffi.typeof("settle_item_split[]")
_NEW_LINES, _NEW_COUNT = ffi.typeof("settle_line[]"), ffi.typeof("int32_t *")


class Batch:
    """Memory for an array of bills in the form of the core: plans, claims, items, and room for the results."""

    def __init__(self, bill_count: int, item_count: int) -> None:
        self.plans: list[Any] = []
        self.claims = ffi.new("settle_claim[]", max(bill_count, 1))
        self.items = ffi.new("settle_item[]", max(item_count, 1))
        self.splits = ffi.new("settle_split[]", max(bill_count, 1))
        self.codes = ffi.new("int32_t[]", max(bill_count, 1))
        self.bill_count = bill_count
        self.item_count = item_count

    def run(self) -> int:
        """Split every bill. Returns how many the core did not split; `codes` says why."""
        plans = ffi.new("settle_plan[]", max(len(self.plans), 1))
        for index, plan in enumerate(self.plans):
            plans[index] = plan[0]
        failed: int = lib.settle_bills(
            self.splits,
            self.codes,
            plans,
            len(self.plans),
            self.claims,
            self.bill_count,
            self.items,
            self.item_count,
        )
        return failed


class Explained:
    """One bill split with its lines and items. `split` and `item_splits` are foreign structs, read only."""

    def __init__(self, plan: Any, claim: Any, items: Any, item_count: int) -> None:
        self.split = ffi.new(_NEW_SPLIT)
        self.item_splits = ffi.new(_NEW_ITEM_SPLITS, item_count)
        self._lines = ffi.new(_NEW_LINES, lib.SETTLE_LINES_MAX)
        self._line_count = ffi.new(_NEW_COUNT)
        self.code = lib.settle_bill(self.split, self._lines, self._line_count, self.item_splits, plan, claim, items)

    def check(self) -> None:
        """Raise Refused for input that the core refuses, Broken where the core broke its own promise."""
        if self.code != lib.SETTLE_OK:
            raise error_of(self.code)

    def funds(self, count: int) -> list[int]:
        """What each of the first `count` funds pays, in fen."""
        paid: list[int] = ffi.unpack(self.split.funds, count)
        return paid

    def lines(self) -> Iterator[tuple[int, ...]]:
        """The lines, each as LINE_FIELDS."""
        return _LINE.iter_unpack(ffi.buffer(self._lines, self._line_count[0] * _LINE.size))


def new_claim() -> Any:
    """A zeroed `settle_claim`."""
    return ffi.new(_NEW_CLAIM)


def new_items(count: int) -> Any:
    """Zeroed `settle_item`s."""
    return ffi.new(_NEW_ITEMS, count)


def same_split(one: Any, other: Any) -> bool:
    """Whether two splits are the same to the byte."""
    size = ffi.sizeof("settle_split")
    return bytes(ffi.buffer(one, size)) == bytes(ffi.buffer(other, size))


def error_of(code: int) -> TerminalError:
    """The exception for a return code of the core."""
    word, message, message_zh = _WORDS[code]
    kind = Refused if code in _REFUSED else Broken
    return kind(word, message, message_zh, "items" if code == lib.SETTLE_BAD_ITEM else "")
