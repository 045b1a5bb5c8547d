"""Identity numbers: the check character of GB 11643, worked by hand, and everything that is none."""

from __future__ import annotations

import datetime as dt

import pytest

from terminal.counter.id_number import check_character, checked_id_number
from terminal.errors import Refused

TODAY = dt.date(2021, 6, 30)


def test_the_check_characters_of_the_standard_s_examples() -> None:
    """11010519491231002: 7+9+0+5+0+20+2+9+24+27+7+18+30+5+0+0+4 = 167, and 167 = 15 x 11 + 2, which is X.
    44052418800101001: 28+36+0+25+16+16+2+8+48+0+0+9+0+5+0+0+2 = 195, and 195 = 17 x 11 + 8, which is 4."""
    assert (check_character("11010519491231002"), check_character("44052418800101001")) == ("X", "4")
    assert checked_id_number("11010519491231002X", TODAY) == "11010519491231002X"
    assert checked_id_number(" 11010519491231002x ", TODAY) == "11010519491231002X"
    assert checked_id_number("440524188001010014", TODAY) == "440524188001010014"


def test_one_wrong_digit_or_two_swapped_are_always_found() -> None:
    """What GB 11643 is for: every single wrong digit, and every swap of unlike neighbours."""
    right = "440524188001010014"
    wrong = {right[:at] + digit + right[at + 1 :] for at in range(17) for digit in "0123456789"} - {right}
    wrong |= {right[:at] + right[at + 1] + right[at] + right[at + 2 :] for at in range(16)} - {right}
    assert len(wrong) > 160
    assert all(check_character(one[:17]) != one[17] for one in wrong)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "17 digits"),
        ("110105491231002", "17 digits"),
        ("11010519491231002", "17 digits"),
        ("011010519491231002X", "17 digits"),
        ("010105194912310021", "17 digits"),
        ("１１0105194912310021", "17 digits"),
        ("110105194912310021\n0", "17 digits"),
        ("110105194912310021", "check character"),
        ("110105194902300025", "day of birth"),
        ("110105202107010023", "day of birth"),
    ],
)
def test_what_is_no_identity_number_says_why_and_not_what(typed: str, why: str) -> None:
    """Too short, of the old form, with full-width digits, not born yet, on no day of the calendar, mistyped."""
    with pytest.raises(Refused) as refused:
        checked_id_number(typed, TODAY)
    assert (refused.value.code, refused.value.at) == ("bad-id-number", "id_number")
    assert why in refused.value.message
    assert not typed or typed.strip() not in f"{refused.value.message} {refused.value.message_zh}"
