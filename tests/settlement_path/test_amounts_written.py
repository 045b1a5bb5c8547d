"""Amounts and rates as the encoder writes them: exact decimals, whatever was written before."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.money import Fen, Quantity, Rate, UnitPrice
from terminal.settlement.codec import as_builtins, encode

SCALES = {Fen: 2, Rate: 4, UnitPrice: 6, Quantity: 4}
PLACES_MIN = {Fen: 2, Rate: 2, UnitPrice: 0, Quantity: 0}


def written(value: int, scale: int, places_min: int) -> str:
    """The decimal with trailing zeros cut down to so many places."""
    exact = Decimal(value).scaleb(-scale)
    for places in range(places_min, scale):
        if exact == exact.quantize(Decimal(1).scaleb(-places)):
            return f"{exact:.{places}f}"
    return f"{exact:.{scale}f}"


@given(st.lists(st.tuples(st.sampled_from(list(SCALES)), st.integers(0, 10_000)), min_size=1, max_size=40))
def test_every_number_is_written_as_the_decimal_it_stands_for(numbers: list[tuple[type[int], int]]) -> None:
    """The same whole number is one text as fen, another as a rate, a unit price or a quantity."""
    values = [kind(number) for kind, number in numbers]
    expected = [written(number, SCALES[kind], PLACES_MIN[kind]) for kind, number in numbers]
    assert json.loads(encode(values)) == expected
    assert as_builtins(values) == expected


@given(st.integers(-(10**10), 10**10))
def test_an_amount_has_two_places_and_its_sign(fen: int) -> None:
    """Up to the greatest amount, and below zero, where a provider keeps what it did not spend."""
    assert encode(Fen(fen)).decode() == f'"{Decimal(fen).scaleb(-2):.2f}"'


def test_what_has_no_text_is_refused() -> None:
    """A value that is neither money nor JSON is a fault of the caller."""
    with pytest.raises(NotImplementedError):
        encode(object())
