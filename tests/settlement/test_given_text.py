"""A key that stands twice and a control character are refused with their place, which itself holds no control."""

from __future__ import annotations

import pytest

from terminal.errors import Refused
from terminal.settlement.given_text import refuse_hidden


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ('{"a": 1, "b": {"c": [1, {"d": 1, "d": 2}]}}', "b.c[1].d"),
        ('{"a": ["x", "\\u0007"]}', "a[1]"),
        ('{"a\\u0007b": 1}', "a?b"),
        ('{"a\\u0085b": 1, "a\\u0085b": 2}', "a?b"),
    ],
)
def test_the_place_is_named(given: str, at: str) -> None:
    """By keys and positions; of a key what a terminal can show."""
    with pytest.raises(Refused) as refused:
        refuse_hidden(given)
    assert (refused.value.code, refused.value.at) == ("bad-input", at)


def test_what_hides_nothing_is_let_through() -> None:
    """The same key in two objects, and every character that shows."""
    refuse_hidden('{"a": {"k": "汉字 é \\u00a0"}, "b": {"k": "\\\\ \\" ✓"}}')
