"""Reads packs and supplements strictly, and names the line of the file in which a fault stands."""

from __future__ import annotations

import re
import tomllib
from typing import TypeVar

import msgspec

from terminal.errors import Refused
from terminal.settlement.codec import decode_hook
from terminal.settlement.decoder_words import in_chinese

T = TypeVar("T")

_AT = re.compile(r"^(?P<message>.*?)(?: - at `(?:key in )?\$\.?(?P<at>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"(?:unknown|required) field `(?P<field>[^`]*)`")


def read_toml(data: bytes, wanted: type[T], name: str) -> T:
    """Decode TOML into `wanted`. Raises Refused with `name:line` as the place."""
    try:
        text = data.decode("utf-8")
        values = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise bad_file(f"not TOML: {error}", name, f"不是有效的 TOML：{in_chinese(str(error))}") from None
    try:
        return msgspec.convert(values, type=wanted, dec_hook=decode_hook, strict=True)
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        at = (match and match.group("at")) or ""
        message = match.group("message") if match else str(error)
        field = _FIELD.search(message)
        line = line_of(text, f"{at}.{field.group('field')}" if field else at)
        before = f"{at}: " if at else ""
        raise bad_file(before + message, f"{name}:{line}", before + in_chinese(message)) from None


def bad_file(message: str, place: str, message_zh: str = "") -> Refused:
    """The refusal of a faulty file. message_zh: where it has words of its own in Chinese."""
    message = " ".join(message.split())
    return Refused("bad-file", message, f"文件有误：{message_zh or message}", place)


def line_of(text: str, path: str) -> int:
    """The line on which `service.inpatient.segments[2].rates` stands; the nearest table above it if it is absent."""
    steps = re.findall(r"[^.\[\]]+|\[\d+\]", path.strip("."))
    tables: dict[str, int] = {}
    best, table, found = 1, "", False
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]?\]", line)
        if header:
            table = header.group(1)
            repeated = line.lstrip().startswith("[[")
            index = tables.get(table, -1) + 1
            tables[table] = index
            prefix = re.findall(r"[^.\[\]]+", table) + ([f"[{index}]"] if repeated else [])
            if prefix[: len(steps)] == steps:
                return number
            found = steps[: len(prefix)] == prefix
            if found:
                best, rest = number, steps[len(prefix) :]
        elif found and rest and re.match(rf"\s*{re.escape(rest[0])}\s*=", line):
            return number
    return best
