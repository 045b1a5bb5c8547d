"""What a decoder passes over in a JSON text that somebody gives: a key that stands twice, and control characters.

Of a key given twice the last one would count, and nobody could say which one was meant (RFC 8259 section 4 leaves it
open). A control character in a text goes through receipts, statements and the center's messages as nobody sees it. What
the terminal has written itself is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from terminal.errors import Refused
from terminal.money import shown

_MAY_HIDE_CONTROLS = (b"\\", b"\x7f", b"\xc2")
"""JSON has control characters escaped, but DEL and those of U+0080 to U+009F, whose UTF-8 begins with C2."""

AT_CHARACTERS_MAX = 60
"""So much of a foreign key is told as a place."""


class _KeyTwice(Exception):
    """Some object has a key twice; where is looked for only then."""


class _Pairs(list[tuple[str, Any]]):
    """An object as it was given, with every key that it had."""


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _KeyTwice


# Numbers stay the texts that they are: nothing is done with them here.
_KEYS = json.JSONDecoder(object_pairs_hook=_refuse_twice, parse_int=str, parse_float=str)
_PAIRS = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=str, parse_float=str)


def refuse_hidden(data: bytes | bytearray | str) -> None:
    """Raise Refused, with its place, for a key that is given twice or a text with a control character.

    data: JSON, which was decoded already. It is read once more, without its values being kept.
    """
    raw = data.encode() if isinstance(data, str) else data
    text = raw.decode()
    try:
        _KEYS.decode(text)
        if not any(sign in raw for sign in _MAY_HIDE_CONTROLS):
            return
    except _KeyTwice:
        pass
    for refused in _hidden(_PAIRS.decode(text), ""):
        raise refused


def has_controls(text: str) -> bool:
    """Whether a text has a control character (Unicode's Cc: C0, DEL and C1)."""
    return not text.isprintable() and any(one < " " or "\x7f" <= one <= "\x9f" for one in text)


def refuse_controls(values: Any) -> None:
    """As `refuse_hidden` for values that were parsed already, as of a TOML file, in which no key can repeat."""
    for refused in _hidden(values, ""):
        raise refused


def _hidden(value: Any, at: str) -> Iterator[Refused]:
    """What is to be refused in a value, in the order in which it stands there."""
    if isinstance(value, str):
        if has_controls(value):
            yield Refused("bad-input", "a text holds no control characters", "输入有误：文本不得含控制字符", at)
    elif isinstance(value, _Pairs | dict):
        seen = set()
        for key, one in value if isinstance(value, _Pairs) else value.items():
            place = _below(at, key)
            if key in seen:
                yield Refused("bad-input", f"{shown(key)} is given twice", f"输入有误：{shown(key)} 重复", place)
            seen.add(key)
            yield from _hidden(key, place)
            yield from _hidden(one, place)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _hidden(one, f"{at}[{index}]")


def _below(at: str, key: str) -> str:
    name = "".join(one if one.isprintable() else "?" for one in key[:AT_CHARACTERS_MAX])
    return f"{at}.{name}" if at else name
