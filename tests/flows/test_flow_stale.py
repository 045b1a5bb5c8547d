"""The online mode at a center that answers with what it has answered before: nobody is told "paid" by that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_center import booked
from counter_parts import Shop, purchase

from terminal.center.profile import Profile
from terminal.errors import InDoubt


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop in online mode, at a center that promises nothing about repeats."""
    with Shop(tmp_path, mode="online", profile=Profile(name="test", repeats="unsafe")) as opened:
        yield opened


@pytest.mark.parametrize("amount", ["20.00", "30.00"], ids=["the same price", "another price"])
def test_a_sale_that_is_answered_with_the_one_before_is_undone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, amount: str
) -> None:
    """The first sale's answer, which does not name its message, comes to the second as well: in doubt and reversed, so
    that the center has each row once, and the void of the next one takes back its own.
    """
    post, kept = shop.link.post, list[bytes]()

    def stale(body: bytes, number: str = "") -> bytes:
        answer = post(body)
        if b'"infno":"2102"' not in body:
            return answer
        kept.append(re.sub(rb'"medins_setl_id":"[^"]*",', b"", answer))
        return kept[0]

    monkeypatch.setattr(shop.link, "post", stale)
    first = shop.settle(purchase("20.00"), key="k1")
    with pytest.raises(InDoubt) as doubt:
        shop.settle(purchase(amount), key="k2")
    assert (doubt.value.money_moved, booked(shop)) == ("unknown", ["booked", "booked"])
    monkeypatch.undo()
    shop.counter.undo_interrupted()
    shop.upload_all()
    assert booked(shop) == ["booked", "reversed"]
    second = shop.settle(purchase(amount), key="k2")
    shop.counter.void(second["id"], "wrong", "v1")
    assert booked(shop)[:3] == ["booked", "reversed", "voided"]
    assert shop.journal.settlement(first["id"]).state == "committed"
    assert shop.journal.verify() == []
