"""What the center wants shown beside its answer (`warn_msg`) reaches the cashier, and is kept with the answer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from counter_parts import Shop, purchase

from terminal.errors import Refused

HINT = "该参保人医保账户即将冻结，请提醒本人"


def hinting(shop: Shop, *numbers: str) -> None:
    """From here on the answers to these transactions carry the hint."""
    post = shop.link.post

    def posted(body: bytes) -> bytes:
        answer = post(body)
        if msgspec.json.decode(body)["infno"] not in numbers:
            return answer
        return msgspec.json.encode(msgspec.json.decode(answer) | {"warn_msg": HINT})

    shop.link.post = posted  # type: ignore[method-assign]


@pytest.mark.parametrize("mode", ["local", "online"])
def test_a_hint_at_a_sale_is_kept_with_it_and_told_to_the_till(tmp_path: Path, mode: str) -> None:
    """2102: in the sale's own answer where the center decides it, and in either mode with the center's numbers."""
    with Shop(tmp_path, mode=mode) as shop:  # type: ignore[arg-type]
        hinting(shop, "2102")
        answer = shop.settle(purchase("20.00"))
        shop.upload_all()
        record = shop.journal.settlement(answer["id"])
        assert shop.journal.verify() == []
    assert record.center_references["hint"] == HINT
    assert answer.get("center", {}).get("hint") == (HINT if mode == "online" else None)


def test_a_hint_about_a_person_comes_with_the_identification(shop: Shop) -> None:
    """1101: with who was identified; without one there is nothing to show."""
    assert shop.identify().person.hint == ""
    hinting(shop, "1101")
    assert shop.identify().person.hint == HINT


def test_a_refusal_is_told_with_its_hint(tmp_path: Path) -> None:
    """2102 refused online: the reason, and behind it the hint."""
    with Shop(tmp_path, mode="online") as shop:
        hinting(shop, "2102")
        shop.center.faults.inject("refuse", infno="2102")
        with pytest.raises(Refused) as refused:
            shop.settle(purchase("20.00"))
    assert refused.value.message.endswith(f"; {HINT}")
