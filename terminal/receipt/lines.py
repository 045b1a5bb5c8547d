"""A document set in lines for one width of paper: what every form of it is made from.

Promises: no line is wider than the paper, no text is lost but what cannot be shown, and a document in which
a character had to be replaced says so above its cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from terminal.receipt.blocks import (
    Block,
    Centred,
    Cut,
    Document,
    Heading,
    InEncoding,
    ItemLine,
    Mark,
    Pair,
    Paragraph,
    QrCode,
    Rule,
    Total,
)
from terminal.receipt.characters import PRINTER_ALONE, SUBSTITUTE, Encoding, Repertoire, cells, clean, wrap

COLUMNS_MIN = 24
COLUMNS_MAX = 64

_AMOUNT_COLUMNS = 13
"""An amount of 100000000.00 and one space."""

_REPLACED_NAMED_MAX = 8


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of characters. `wide` and `tall` are multiples of the normal size.

    encoding: sent in this one whatever the printer's is; for the test page alone.
    """

    text: str
    centred: bool = False
    bold: bool = False
    wide: int = 1
    tall: int = 1
    encoding: Encoding | None = None


@dataclass(frozen=True, slots=True)
class QrGraphic:
    """A QR code drawn by the printer."""

    data: str


@dataclass(frozen=True, slots=True)
class CutHere:
    """The paper is cut."""


Printed = TextLine | QrGraphic | CutHere


def set_in_lines(document: Document, columns: int, repertoire: Repertoire = PRINTER_ALONE) -> list[Printed]:
    """Set a document for `columns` cells (58 mm: 32, 80 mm: 48). Raises ValueError outside 24 … 64."""
    if not COLUMNS_MIN <= columns <= COLUMNS_MAX:
        raise ValueError(f"paper has {COLUMNS_MIN} to {COLUMNS_MAX} columns, not {columns}")
    setter = _Setter(columns, repertoire)
    return [line for block in document.blocks for line in setter.set(block)]


class _Setter:
    def __init__(self, columns: int, repertoire: Repertoire) -> None:
        self._columns = columns
        self._repertoire = repertoire
        self._replaced: dict[str, None] = {}

    def set(self, block: Block) -> list[Printed]:
        match block:
            case Heading(text, large):
                return self._centred(text, 2 if large else 1)
            case Mark(text):
                return self._centred(text, 2) if text else []
            case Centred(text):
                return [TextLine(part, centred=True) for part in wrap(self._clean(text), self._columns)]
            case Pair(label, value, english):
                return [TextLine(text) for text in self._pair(label, value, english)]
            case Total(label, value, english):
                return [TextLine(text, bold=True, tall=2) for text in self._pair(label, value, english)]
            case ItemLine():
                return self._item(block)
            case Rule():
                return [TextLine("-" * self._columns)]
            case Paragraph(text, indent):
                return [TextLine(text) for text in self._indented(text, indent)]
            case InEncoding(text, encoding):
                return [TextLine(self._clean(text), encoding=encoding)]
            case QrCode(data, label):
                return self._qr(data, label)
            case Cut():
                return [*self._note(), CutHere()]

    def _clean(self, text: str) -> str:
        cleaned, replaced = clean(text, self._repertoire)
        self._replaced |= dict.fromkeys(replaced)
        return cleaned

    def _centred(self, text: str, size: int) -> list[Printed]:
        line = TextLine("", centred=True, bold=True, wide=size, tall=size)
        return [replace(line, text=part) for part in wrap(self._clean(text), self._columns // size)]

    def _pair(self, label: str, value: str, english: str) -> list[str]:
        label, value, english = self._clean(label), self._clean(value), self._clean(english)
        both = f"{label} {english}" if english else label
        for left in (both, label):
            room = self._columns - cells(left) - cells(value)
            if room >= 1:
                return [left + " " * room + value]
        values = wrap(value, self._columns - 2)
        return wrap(label, self._columns) + [" " * (self._columns - cells(part)) + part for part in values]

    def _item(self, item: ItemLine) -> list[Printed]:
        names = self._indented(item.name, 0)
        amount, own_share = self._clean(item.amount), self._clean(item.own_share)
        room = self._columns - _AMOUNT_COLUMNS
        if max(cells(amount), cells(own_share)) >= _AMOUNT_COLUMNS:
            figures = self._pair(amount, own_share, "")
        else:
            left = " " * (room - cells(amount)) + amount
            figures = [left + " " * (_AMOUNT_COLUMNS - cells(own_share)) + own_share]
        return [TextLine(text) for text in names + figures]

    def _indented(self, text: str, indent: int) -> list[str]:
        return [" " * indent + part if part else "" for part in wrap(self._clean(text), self._columns - indent)]

    def _qr(self, data: str, label: str) -> list[Printed]:
        data = self._clean(data)
        graphic: list[Printed] = [QrGraphic(data)] if data else []
        caption = wrap(f"{self._clean(label)} {data}", self._columns)
        return [*graphic, *(TextLine(text, centred=True) for text in caption)]

    def _note(self) -> list[Printed]:
        if not self._replaced:
            return []
        named = [f"U+{ord(character):04X}" for character in list(self._replaced)[:_REPLACED_NAMED_MAX]]
        more = "…" if len(self._replaced) > _REPLACED_NAMED_MAX else ""
        text = f"注：{SUBSTITUTE} 代替打印机没有的字 ({' '.join(named)}{more})"
        self._replaced = {}
        return [TextLine(part) for part in self._indented(text, 0)]
