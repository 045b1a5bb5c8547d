"""Online: a refusal because the center knows other sums leads to asking it again, not to the same refusal."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from counter_parts import Shop, purchase

from terminal.errors import Missing, Refused
from terminal.money import Fen


def test_a_sale_refused_for_an_old_balance_is_quoted_on_the_new_one(tmp_path: Path) -> None:
    """1500.00 when identified; 20.00 are left when another till sold: asked again, 20.00 pay, 30.00 are cash."""
    with Shop(tmp_path, mode="online") as shop:
        known = shop.identify()
        quote = shop.quote(purchase("50.00"), known)
        there = next(one for one in shop.books.persons() if one.person_number == known.person.person_number)
        less = msgspec.structs.replace(there, account=msgspec.structs.replace(there.account, balance=Fen(2_000)))
        shop.books.keep_person(less)
        with pytest.raises(Refused) as error:
            shop.counter.settle(quote.id, quote.hash, False, "", "stale")
        assert error.value.code == "center-refused"
        assert "identify the patient again" in error.value.message
        assert "请重新识别患者" in error.value.message_zh
        assert not any("_" in text for text in (error.value.message, error.value.message_zh)), "no field of the wire"
        with pytest.raises(Missing):
            shop.quote(purchase("50.00"), known)
        again = shop.quote(purchase("50.00"), shop.identify()).settlement
        assert (again.account, again.cash) == (2_000, 3_000)
