"""Characters and cells: what a Chinese receipt printer can print, and how wide it prints it.

The width of a text is the number of bytes of its GB18030 form, because the printer draws every two-byte code
full width; Unicode's own East Asian Width is wrong here. Printers know the two-byte part only.
Source: printer.md 1.6 and 1.7.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SUBSTITUTE = "□"
"""Stands for a character that the printer has no glyph for."""

_SAME = {"¥": "￥", "•": "·"}
_DROPPED = frozenset({"Cc", "Cf", "Cs"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_WORDS = re.compile(r"[!-~]+|.", re.DOTALL)


def cells(text: str) -> int:
    """Columns that a cleaned text takes."""
    return len(text.encode("gb18030"))


def clean(text: str) -> tuple[str, list[str]]:
    """The text with printable characters only, and the characters that `□` had to stand for, in order.

    Control and format characters go (they could command the printer, or turn the reading order); every kind
    of space but the ideographic one becomes a plain space; signs with a two-byte twin (`¥`: `￥`) become it.
    """
    kept, replaced = [], []
    for character in text:
        shown = _printable(character)
        if shown is None:
            replaced.append(character)
            shown = SUBSTITUTE
        kept.append(shown)
    return "".join(kept), replaced


def wrap(text: str, columns: int) -> list[str]:
    """Cut a cleaned text into lines of at most `columns` cells; nothing but spaces at a break is lost.

    A word in ASCII stays whole where it fits into a line; a full-width character never straddles the edge.
    """
    lines, line = [], ""
    for word in _pieces(text, columns):
        if cells(line) + cells(word) > columns:
            lines.append(line.rstrip(" "))
            line = ""
            if word == " ":
                continue
        line += word
    return [*lines, line.rstrip(" ")]


def _pieces(text: str, columns: int) -> Iterator[str]:
    for match in _WORDS.finditer(text):
        word = match.group()
        for start in range(0, len(word), columns):
            yield word[start : start + columns]


def _printable(character: str) -> str | None:
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if character in "\t\n\r\v\f\x85" or (category in _SPACES and character != "\u3000"):
        return " "
    if category in _DROPPED:
        return ""
    character = _SAME.get(character, character)
    # Private-use codes have two bytes too, but what a printer draws for them is anyone's guess.
    return character if category != "Co" and len(character.encode("gb18030")) == 2 else None
