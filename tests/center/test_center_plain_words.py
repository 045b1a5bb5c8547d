"""What a center says of amounts, as a cashier reads it: in each language its own word, and no field's name."""

from __future__ import annotations

import pytest

from terminal.center.plain_words import in_plain_words, is_about_sums


def test_each_language_has_its_own_word_for_an_amount() -> None:
    """The names of the interface's fields are replaced, and what stands around them is left."""
    said = "acct_pay 35.80 大于 balc 12.00"
    assert in_plain_words(said) == ("account 35.80 大于 balance 12.00", "个人账户 35.80 大于 余额 12.00")


@pytest.mark.parametrize(
    ("said", "is_it"), [("psn_cash_pay 不符", True), ("余额不足", True), ("人员已死亡", False), ("acct_payee", False)]
)
def test_a_refusal_for_amounts_is_known_by_their_names(said: str, is_it: bool) -> None:
    """Then identifying the person again may help."""
    assert is_about_sums(said) is is_it
