"""The local catalogue: what a pharmacy sells, found by barcode, national code, pinyin initials or name.

A table in CSV (UTF-8), read once. Promise: a search is by prefix and bounded, whatever is typed, and a table with
a fault is refused whole, with the line.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from terminal.errors import Refused
from terminal.limits import TEXT_CHARACTERS_MAX
from terminal.money import Rate, UnitPrice
from terminal.settlement.bill import Kind
from terminal.settlement.codec import convert

CATALOGUE_ROWS_MAX = 50_000
"""A table longer than this is not one pharmacy's, and would not fit beside the rest."""

FOUND_ITEMS_MAX = 12
"""As many as are seen at once on the page."""

NEEDED = frozenset(("code", "name", "kind", "class"))
"""Columns that a table has, also one without rows."""

Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


class CatalogueItem(Struct, frozen=True, rename={"class_": "class"}, forbid_unknown_fields=True):
    """One article. initials: the pinyin initials of its name. self_pay_rate: None leaves it to the policy.

    unit_price: what it is sold for; None is asked for at the counter. price_limit: the center's, per unit.
    """

    code: Name
    name: Name
    kind: Kind
    class_: Literal["A", "B", "C"]
    initials: Text = ""
    barcode: Text = ""
    self_pay_rate: Rate | None = None
    unit_price: UnitPrice | None = None
    price_limit: UnitPrice | None = None


class Found(Struct, frozen=True):
    """What a search gave: the first few in order of what was typed; `more` where there are others."""

    items: list[CatalogueItem]
    more: bool


class Catalogue:
    """A catalogue in memory, indexed by prefix."""

    def __init__(self, items: Sequence[CatalogueItem] = ()) -> None:
        self._items = tuple(items)
        keys = (
            (key.upper(), number)
            for number, item in enumerate(self._items)
            for key in (item.barcode, item.code, item.initials, item.name)
            if key
        )
        self._keys = sorted(keys)

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read a table. Raises Refused with the file and the line."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                return cls(list(_rows(file, str(path))))
        except OSError as error:
            raise _wrong(f"cannot be read: {error.strerror}", "无法读取", str(path)) from None
        except UnicodeDecodeError:
            raise _wrong("is not UTF-8", "不是 UTF-8 编码", str(path)) from None

    @classmethod
    def read(cls, body: bytes, name: str) -> Catalogue:
        """The same from bytes. Raises Refused with the name and the line."""
        try:
            return cls(list(_rows(io.StringIO(body.decode("utf-8-sig"), newline=""), name)))
        except UnicodeDecodeError:
            raise _wrong("is not UTF-8", "不是 UTF-8 编码", name) from None

    def under(self, published: Sequence[Catalogue]) -> Catalogue:
        """This catalogue where others say what their articles are; price, barcode and initials stay this one's."""
        articles = {item.code: item for one in published for item in one._items}
        if not articles:
            return self
        own = {item.code: item for item in self._items}
        merged = [_as_published(item, articles.get(item.code)) for item in self._items]
        return Catalogue([*merged, *(item for code, item in articles.items() if code not in own)])

    def article(self, code: str) -> CatalogueItem | None:
        """The article of this national code, or None."""
        return next((item for item in self._beginning(code.upper()) if item.code == code), None)

    def find(self, typed: str) -> Found:
        """What begins with what was typed; a whole barcode or code gives that article alone."""
        wanted = typed.strip().upper()
        if not wanted:
            return Found([], False)
        # A key that is all that was typed is sorted before those that go on.
        found = list(islice(self._beginning(wanted), FOUND_ITEMS_MAX + 1))
        exact = [item for item in found if wanted in (item.barcode.upper(), item.code.upper())]
        shown = exact or found
        return Found(shown[:FOUND_ITEMS_MAX], len(shown) > FOUND_ITEMS_MAX)

    def _beginning(self, wanted: str) -> Iterator[CatalogueItem]:
        seen: set[int] = set()
        for place in range(bisect_left(self._keys, (wanted, 0)), len(self._keys)):
            key, number = self._keys[place]
            if not key.startswith(wanted):
                return
            if number not in seen:
                seen.add(number)
                yield self._items[number]


def _as_published(own: CatalogueItem, published: CatalogueItem | None) -> CatalogueItem:
    if published is None:
        return own
    ours = {name: value for name in ("barcode", "initials", "unit_price") if (value := getattr(own, name))}
    return msgspec.structs.replace(published, **ours)


def _rows(file: Iterator[str], path: str) -> Iterator[CatalogueItem]:
    table = csv.DictReader(file, restkey="surplus", strict=True)
    try:
        missing = NEEDED - set(table.fieldnames or ())
        if missing:
            raise Refused("bad-catalogue", f"lacks the columns {', '.join(sorted(missing))}", "缺少必要的列")
        for number, row in enumerate(table, 1):
            if number > CATALOGUE_ROWS_MAX:
                raise Refused("too-long", f"at most {CATALOGUE_ROWS_MAX} rows", f"不得超过 {CATALOGUE_ROWS_MAX} 行")
            yield convert({name: value for name, value in row.items() if value}, CatalogueItem)
    except Refused as error:
        raise _wrong(f"line {table.line_num}: {error}", f"第 {table.line_num} 行有误", path) from None
    except csv.Error as error:
        # The line that cannot be taken apart is not counted yet.
        line = table.line_num + 1
        raise _wrong(f"line {line}: {error}", f"第 {line} 行有误", path) from None


def _wrong(message: str, message_zh: str, at: str) -> Refused:
    return Refused("bad-catalogue", message, message_zh, at)
