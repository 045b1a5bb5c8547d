"""Goods as a till may tell them: every field up to its edge, and no further."""

from __future__ import annotations

from typing import Any

import pytest

from terminal.errors import Refused
from terminal.journal.stock import Goods
from terminal.settlement.codec import convert

PACK: dict[str, Any] = {
    "code": "XJ01",
    "name": "某药",
    "quantity": "1",
    "unit_price": "12.50",
    "lot": "L1",
    "made_on": "2021-01-01",
    "expires_on": "2023-12-31",
    "pharmacist": "某药师",
    "pharmacist_licence": "Y1",
}
NAMES = ("code", "name", "lot", "pharmacist", "pharmacist_licence")


def test_what_is_not_told_is_none() -> None:
    """No prescriber, no prescription, a whole pack, no trace code."""
    goods = convert(PACK, Goods)
    assert (goods.prescriber, goods.prescription, goods.split, goods.trace_codes) == ("", False, False, [])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_1_to_200_characters(name: str) -> None:
    """One and two hundred are read; none, and one more, are refused at their place."""
    for length in (1, 200):
        assert getattr(convert(PACK | {name: "药" * length}, Goods), name) == "药" * length
    for length in (0, 201):
        with pytest.raises(Refused) as refused:
            convert(PACK | {name: "药" * length}, Goods)
        assert refused.value.at == name


def test_a_pack_is_traced_by_letters_and_digits() -> None:
    """Up to two hundred codes of up to a hundred characters each."""
    codes = ["0" * 100, "A", *["z9"] * 198]
    assert convert(PACK | {"trace_codes": codes, "prescriber": "医" * 200}, Goods).trace_codes == codes
    for wrong in ([*codes, "1"], ["0" * 101], [""], ["1-2"], ["1\n"]):
        with pytest.raises(Refused) as refused:
            convert(PACK | {"trace_codes": wrong}, Goods)
        assert refused.value.at.startswith("trace_codes")
    with pytest.raises(Refused):
        convert(PACK | {"prescriber": "医" * 201}, Goods)
