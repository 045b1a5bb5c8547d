"""Money and rates as whole numbers: fen, basis points, and the texts that stand for them.

No float, no rounding: what does not fit exactly is refused. (Rounding of shares is the C core's, once per fund.)
"""

from __future__ import annotations

import re
from functools import lru_cache

from terminal.limits import (
    AMOUNT_FEN_MAX,
    AMOUNT_PLACES,
    QUANTITY_PLACES,
    RATE_BASIS_POINTS_ONE,
    RATE_PLACES,
    UNIT_PRICE_PLACES,
)

_AMOUNT = re.compile(r"[0-9]{1,18}\.[0-9]{2}")
_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?")


_CENTS = tuple(f"{rest:02d}" for rest in range(10**AMOUNT_PLACES))


AMOUNTS_KEPT = 4_096
"""Read and written amounts that are kept for a while: one settlement names few sums many times."""


class Fen(int):
    """An amount of money in fen (1/100 yuan). On the wire: a string of yuan with exactly two places."""


class SignedFen(Fen):
    """An amount that may be below zero: what a package pays beyond its bill is the provider's surplus."""


class Rate(int):
    """A share in basis points, 0 … 10000. On the wire: a decimal string such as "0.85"."""


class UnitPrice(int):
    """A price of one unit in millionths of a yuan. On the wire: a decimal string, up to six places."""


class Quantity(int):
    """A quantity in ten-thousandths. On the wire: a decimal string, up to four places."""


@lru_cache(maxsize=AMOUNTS_KEPT)
def parse_fen(text: str) -> Fen:
    """Read "1234.50" as 123450 fen. Raises ValueError unless it is 0.00 … 100000000.00 with exactly two places."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f'an amount is yuan with exactly two places, like "12.50", not {shown(text)}')
    fen = int(text.replace(".", ""))
    if fen > AMOUNT_FEN_MAX:
        raise ValueError(f"an amount is at most {format_fen(AMOUNT_FEN_MAX)} yuan, not {shown(text)}")
    return Fen(fen)


def parse_signed_fen(text: str) -> SignedFen:
    """Read "-1234.50" as -123450 fen. Raises ValueError unless what follows the sign is an amount."""
    return SignedFen(-parse_fen(text[1:]) if text.startswith("-") else parse_fen(text))


def parse_rate(text: str) -> Rate:
    """Read "0.85" as 8500 basis points. Raises ValueError outside 0 … 1 or beyond four places."""
    basis_points = _scaled(text, RATE_PLACES, "a rate")
    if basis_points > RATE_BASIS_POINTS_ONE:
        raise ValueError(f"a rate is at most 1, not {shown(text)}")
    return Rate(basis_points)


def parse_unit_price(text: str) -> UnitPrice:
    """Read a unit price or price limit of up to six places, at most 100,000,000 yuan. Raises ValueError."""
    price = _scaled(text, UNIT_PRICE_PLACES, "a unit price")
    if price > AMOUNT_FEN_MAX * 10 ** (UNIT_PRICE_PLACES - AMOUNT_PLACES):
        raise ValueError(f"a unit price is at most {format_fen(AMOUNT_FEN_MAX)} yuan, not {shown(text)}")
    return UnitPrice(price)


def parse_quantity(text: str) -> Quantity:
    """Read a quantity of up to four places, at most 100,000,000. Raises ValueError."""
    quantity = _scaled(text, QUANTITY_PLACES, "a quantity")
    if quantity > 10 ** (8 + QUANTITY_PLACES):
        raise ValueError(f"a quantity is at most 100000000, not {shown(text)}")
    return Quantity(quantity)


@lru_cache(maxsize=AMOUNTS_KEPT)
def format_fen(fen: int) -> str:
    """Write fen as yuan with two places: 123450 as "1234.50", -5 as "-0.05"."""
    if fen < 0:
        return f"-{format_fen(-fen)}"
    return f"{fen // 100}.{_CENTS[fen % 100]}"


def format_percent(basis_points: int) -> str:
    """A rate for people: 8500 as "85%", 3333 as "33.33%"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''}%"


def format_rate(basis_points: int) -> str:
    """Write basis points as a decimal share with two to four places: 8500 as "0.85", 10000 as "1.00"."""
    whole, rest = divmod(basis_points, RATE_BASIS_POINTS_ONE)
    places = f"{rest:04d}"
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def format_scaled(value: int, places: int) -> str:
    """Write a value that counts 10^-places units without trailing zeros: (125000, 4) as "12.5"."""
    whole, rest = divmod(value, 10**places)
    tail = f"{rest:0{places}d}".rstrip("0")
    return f"{whole}.{tail}" if tail else str(whole)


def shown(text: str) -> str:
    """Quote a piece of foreign input for an error message: short, printable, never more than 40 characters."""
    printable = "".join(c if c.isprintable() else "?" for c in text[:40])
    return f'"{printable}"' + ("…" if len(text) > 40 else "")


def _scaled(text: str, places: int, what: str) -> int:
    match = _DECIMAL.fullmatch(text)
    if not match or len(match.group(2) or "") > places:
        raise ValueError(f"{what} is a decimal string with up to {places} places, not {shown(text)}")
    return int(match.group(1) + (match.group(2) or "").ljust(places, "0"))
