"""Characters and cells: what a Chinese receipt printer can print, and how wide it prints it.

The width of a text is the number of bytes of its GB18030 form, because the printer draws every two-byte code
full width; Unicode's own East Asian Width is wrong here. Printers know the two-byte part only: what has four
bytes is two cells wide and is drawn by us where a font has it.
Source: printer.md 1.6 and 1.7.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Literal

Encoding = Literal["gb18030", "gbk", "utf-8"]

SUBSTITUTE = "□"
"""Stands for a character that neither the printer nor a font has."""

_SAME = {"¥": "￥", "•": "·"}
_DROPPED = frozenset({"Cc", "Cf", "Cs"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_UNKNOWN = frozenset({"Co", "Cn"})
_OPENING, _CLOSING = frozenset("（“‘《【〔"), frozenset("，。、；：！？）”’》】〕％")
_CODEC = {"gb18030": "gb18030", "gbk": "gbk", "utf-8": "gb18030"}


def _none(character: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Repertoire:
    """Which characters reach the reader, and by whom.

    encoding: the printer's; it prints what has one or two bytes there. (A UTF-8 printer's font is taken to hold
    what a GB18030 printer's does.) drawn: whether a character that the printer lacks can be drawn as a picture.
    """

    encoding: Encoding = "gb18030"
    drawn: Callable[[str], bool] = _none

    def prints(self, text: str) -> bool:
        """Whether the printer itself has every character of a cleaned text."""
        try:
            # A character of four bytes takes two cells, so that the sums differ.
            return text.isascii() or len(text.encode(_CODEC[self.encoding])) == cells(text)
        except UnicodeEncodeError:
            return False


PRINTER_ALONE = Repertoire()
"""A GB18030 printer and no font."""

EVERYTHING = Repertoire(drawn=lambda character: True)
"""A screen or a file: whatever Unicode names can be shown."""


class _Widths(dict[str, int]):
    def __missing__(self, character: str) -> int:
        width = self[character] = min(2, len(character.encode("gb18030")))
        return width


_WIDTHS = _Widths()


def cells(text: str) -> int:
    """Columns that a cleaned text takes."""
    return len(text) if text.isascii() else sum(map(_WIDTHS.__getitem__, text))


def clean(text: str, repertoire: Repertoire = PRINTER_ALONE) -> tuple[str, list[str]]:
    """The text with characters that can be shown only, and those that `□` had to stand for, in order.

    Control and format characters go (they could command the printer, or turn the reading order); every kind
    of space but the ideographic one becomes a plain space; signs with a two-byte twin (`¥`: `￥`) become it.
    """
    if text.isprintable() and repertoire.prints(text):
        return text, []
    kept, replaced = [], []
    for character in unicodedata.normalize("NFC", text):
        shown = _shown(character)
        if shown and not _has(shown, repertoire.encoding) and not _can_draw(shown, repertoire):
            replaced.append(character)
            shown = SUBSTITUTE
        kept.append(shown)
    return "".join(kept), replaced


def wrap(text: str, columns: int) -> list[str]:
    """Cut a cleaned text into lines of at most `columns` cells; nothing but spaces at a break is lost.

    A word in ASCII stays whole where it fits into a line, no line begins with a closing sign or ends with an
    opening one, and a full-width character never straddles the edge.
    """
    text = text.rstrip(" ")
    widths = list(accumulate(map(_WIDTHS.__getitem__, text), initial=0))
    lines, start = [], 0
    while widths[-1] - widths[start] > columns:
        stop = _break(text, start, bisect_right(widths, widths[start] + columns) - 1)
        lines.append(text[start:stop].rstrip(" "))
        start = stop + (text[stop] == " ")
    return [*lines, text[start:]]


def _break(text: str, start: int, stop: int) -> int:
    """Where to end the line that fills its columns at `stop`: there, or before what belongs together."""
    place = stop
    while place > start and _belong_together(text[place - 1], text[place]):
        place -= 1
    return place if place > start else stop


def _belong_together(left: str, right: str) -> bool:
    return right in _CLOSING or left in _OPENING or ("!" <= left <= "~" and "!" <= right <= "~")


def _can_draw(character: str, repertoire: Repertoire) -> bool:
    # What a font holds at a private or unassigned code is anyone's guess.
    return unicodedata.category(character) not in _UNKNOWN and repertoire.drawn(character)


@cache
def _shown(character: str) -> str:
    """The character itself, its twin, a space, or "" for what must not reach a printer."""
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if character in "\t\n\r\v\f\x85" or (category in _SPACES and character != "\u3000"):
        return " "
    return "" if category in _DROPPED else _SAME.get(character, character)


@cache
def _has(character: str, encoding: Encoding) -> bool:
    """Whether a printer of this encoding has a glyph: one or two bytes, and no private code."""
    try:
        count = len(character.encode(_CODEC[encoding]))
    except UnicodeEncodeError:
        return False
    return count <= 2 and unicodedata.category(character) not in _UNKNOWN
