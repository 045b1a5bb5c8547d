"""Bills and settlements as JSON: strict on the way in, exact on the way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from terminal.errors import Refused
from terminal.limits import BILL_BYTES_MAX, QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import (
    AMOUNTS_KEPT,
    Fen,
    Quantity,
    Rate,
    SignedFen,
    UnitPrice,
    format_fen,
    format_rate,
    format_scaled,
    parse_fen,
    parse_quantity,
    parse_rate,
    parse_signed_fen,
    parse_unit_price,
)
from terminal.settlement.bill import Bill
from terminal.settlement.decoder_words import in_chinese
from terminal.settlement.given_text import refuse_hidden

T = TypeVar("T")

_PARSERS: dict[type, Callable[[str], int]] = {
    Fen: parse_fen,
    SignedFen: parse_signed_fen,
    Rate: parse_rate,
    UnitPrice: parse_unit_price,
    Quantity: parse_quantity,
}
_NAMES: dict[type, str] = {
    Fen: "an amount",
    SignedFen: "an amount",
    Rate: "a rate",
    UnitPrice: "a unit price",
    Quantity: "a quantity",
}
_PLACE = re.compile(r"^(?P<message>.*?)(?: - at `(?P<kind>key in )?\$\.?(?P<at>[^`]*)`)?$", re.DOTALL)


def decode_hook(wanted: type, given: Any) -> Any:
    """Read money and rates from strings, for msgspec. A JSON number is refused: it may have been a float."""
    parse = _PARSERS[wanted]
    if not isinstance(given, str):
        raise TypeError(f"{_NAMES[wanted]} is a decimal string in quotes, not {type(given).__name__}")
    return parse(given)


decode_hook_kept = lru_cache(maxsize=AMOUNTS_KEPT)(decode_hook)
"""As `decode_hook`, for what this program has written itself: it remembers, and takes nothing but plain values."""


@lru_cache(maxsize=AMOUNTS_KEPT, typed=True)
def encode_hook(value: Any) -> str:
    """Write money and rates as strings, for msgspec. Kept for a while: one settlement names few sums many times."""
    if isinstance(value, Fen):
        return format_fen(value)
    if isinstance(value, Rate):
        return format_rate(value)
    if isinstance(value, UnitPrice):
        return format_scaled(value, UNIT_PRICE_PLACES)
    if isinstance(value, Quantity):
        return format_scaled(value, QUANTITY_PLACES)
    raise NotImplementedError(type(value))


_ENCODER = msgspec.json.Encoder(enc_hook=encode_hook)


def decode(
    data: bytes | bytearray | str,
    wanted: type[T],
    what: str = "the input",
    hook: Callable[[type, Any], Any] = decode_hook,
) -> T:
    """Decode JSON strictly into `wanted`. Raises Refused with the place, and without the foreign text in full.

    hook: reads the types that JSON does not know.
    """
    try:
        return msgspec.json.decode(data, type=wanted, dec_hook=hook, strict=True)
    except msgspec.ValidationError as error:
        raise _refused(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = _first_line(error)
        raise Refused("not-json", f"{what} is not JSON: {said}", f"不是有效的 JSON：{in_chinese(said)}") from None


def decode_given(
    data: bytes | bytearray | str,
    wanted: type[T],
    what: str = "the input",
    hook: Callable[[type, Any], Any] = decode_hook,
) -> T:
    """As `decode`, of what a till or a person gives: a key given twice and control characters are refused too."""
    found = decode(data, wanted, what, hook)
    refuse_hidden(data)
    return found


def convert(data: Any, wanted: type[T], strict: bool = True) -> T:
    """As `decode`, from values that were parsed already. Raises Refused with the place.

    strict False: a text may stand for a number, as it does in an address.
    """
    try:
        return msgspec.convert(data, type=wanted, dec_hook=decode_hook, strict=strict)
    except msgspec.ValidationError as error:
        raise _refused(error) from None


def decode_bill(data: bytes | str) -> Bill:
    """Decode one bill. Raises Refused: too long, not JSON, unknown or repeated key, wrong type, out of bounds."""
    if len(data) > BILL_BYTES_MAX:
        raise Refused("too-long", f"a bill is at most {BILL_BYTES_MAX} bytes", f"账单不得超过 {BILL_BYTES_MAX} 字节")
    return decode_given(data, Bill, "the bill")


def as_builtins(value: Any) -> Any:
    """Structs and money as plain JSON values, money as strings."""
    return msgspec.to_builtins(value, enc_hook=encode_hook)


def encode(value: Any) -> bytes:
    """Structs and money as JSON bytes; the same value always gives the same bytes."""
    return _ENCODER.encode(value)


def _refused(error: msgspec.ValidationError) -> Refused:
    match = _PLACE.match(str(error))
    message, at = (match.group("message"), match.group("at") or "") if match else (str(error), "")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message, re.DOTALL)
    if unknown:
        at = f"{at}.{unknown.group(1)[:60]}" if at else unknown.group(1)[:60]
        message = "unknown key"
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    if missing:
        at = f"{at}.{missing.group(1)}" if at else missing.group(1)
        message = "required, and not given"
    at = "".join(c if c.isprintable() else "?" for c in at)
    message = " ".join(message.split())[:200]
    return Refused("bad-input", message, f"输入有误：{in_chinese(message)}", at)


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
