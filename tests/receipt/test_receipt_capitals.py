"""Amounts in capitals, against 《正确填写票据和结算凭证的基本规定》 and an independent reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.errors import Refused
from terminal.receipt.capitals import CAPITALS_FEN_MAX, amount_in_capitals

UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_capitals(text: str) -> int:
    """Read capitals back as fen: digits times units, groups times 万 and 亿; 零 and 整 count nothing."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    total = section = digit = 0
    fen = 0
    for character in text:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in UNITS:
            section, digit = section + digit * UNITS[character], 0
        elif character in "万亿":
            total += (section + digit) * {"万": 10**4, "亿": 10**8}[character]
            section = digit = 0
        elif character == "元":
            fen, total, section, digit = (total + section + digit) * 100, 0, 0, 0
        elif character in "角分":
            fen, digit = fen + digit * {"角": 10, "分": 1}[character], 0
    return sign * fen


@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (1000, "壹拾元整"),
        (100450, "壹仟零肆元伍角"),
        (10_000_000_000, "壹亿元整"),
        # The five examples of the regulation; where it allows two forms, the shorter.
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (1_010_000, "壹万零壹佰元整"),
        (1_001_000, "壹万零壹拾元整"),
        (1_100_000, "壹万壹仟元整"),
        (10_000_100_000, "壹亿零壹仟元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (-101000, "负壹仟零壹拾元整"),
    ],
)
def test_amounts_are_written_as_the_regulation_writes_them(fen: int, capitals: str) -> None:
    """Examples of the regulation and the corners around zeros."""
    assert amount_in_capitals(fen) == capitals


@given(st.integers(-CAPITALS_FEN_MAX, CAPITALS_FEN_MAX))
def test_capitals_read_back_as_the_amount_and_never_stutter(fen: int) -> None:
    """Any amount can be read back from its capitals; two zeros never stand together."""
    capitals = amount_in_capitals(fen)
    assert read_capitals(capitals) == fen
    assert "零零" not in capitals
    assert capitals.endswith(("整", "角", "分"))


def test_an_amount_beyond_the_bound_is_refused() -> None:
    """No wrong words for a sum the words cannot hold."""
    with pytest.raises(Refused):
        amount_in_capitals(CAPITALS_FEN_MAX + 1)
