"""Takes what names a person out of a text that leaves the house, and counts what it has taken.

Promise: no word that is known to name somebody, and nothing shaped like an identity, bank, telephone or social card
number, is in what comes back. Numbers that carry a letter in front and are longer (settlements, messages) stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

TAKEN = "▇"
"""Stands where something was taken out."""

WORD_CHARACTERS_MIN = 2
"""A shorter word would be found everywhere, and names nobody."""

_SHAPES = (
    ("identity number 身份证号", r"\d{17}[\dXx]|\d{15}"),
    ("bank card number 银行卡号", r"\d{16,19}"),
    ("telephone number 电话号码", r"1[3-9]\d{9}"),
    ("card number 社保卡号", r"[A-Z]\d{8}"),
)
# What follows "0." is the fraction of a number, however long.
_SHAPE = re.compile(
    "|".join(rf"(?<![0-9A-Za-z])(?<!\d\.)(?P<s{n}>{shape})(?![0-9A-Za-z])" for n, (_, shape) in enumerate(_SHAPES))
)


class Scrubber:
    """known: words that name somebody. harmless: words that only look as if (the terminal's own number)."""

    def __init__(self, known: Iterable[str], harmless: Iterable[str] = ()) -> None:
        self.taken: Counter[str] = Counter()
        self._harmless = frozenset(harmless)
        words = {word for word in known if len(word) >= WORD_CHARACTERS_MIN} - self._harmless
        # The longest first: a name may be the beginning of another.
        self._known = sorted(words, key=lambda word: (-len(word), word))

    def text(self, text: str) -> str:
        """A text without any person in it."""
        for word in self._known:
            if word in text:
                self.taken["known person 已知人员"] += text.count(word)
                text = text.replace(word, TAKEN)
        return _SHAPE.sub(self._unless_harmless, text)

    def tree(self, value: Any) -> Any:
        """The same of every text in a tree of what JSON knows; its keys are words of this program and stay."""
        match value:
            case str():
                return self.text(value)
            case list() | tuple():
                return [self.tree(one) for one in value]
            case dict():
                return {key: self.tree(one) for key, one in value.items()}
            case _:
                return value

    def _unless_harmless(self, found: re.Match[str]) -> str:
        if found.group() in self._harmless:
            return found.group()
        self.taken[_SHAPES[int((found.lastgroup or "s0")[1:])][0]] += 1
        return TAKEN
