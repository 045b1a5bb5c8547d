"""A card belongs to one basket: until it is paid, let go, taken out, or left lying."""

from __future__ import annotations

import pytest
from counter_parts import Shop, card, purchase

from terminal.errors import Conflict, Missing, Unavailable
from terminal.limits import CARD_LEASE_SECONDS


def refused_code(shop: Shop) -> str:
    """What a second till is told that reads the card now; "" where it gets it."""
    try:
        shop.counter.release(shop.counter.identify_card().id)
    except Conflict as error:
        return error.code
    return ""


def test_a_second_basket_cannot_use_a_card_until_the_first_is_paid(shop: Shop) -> None:
    """From the identification to the settlement the card is refused to all others, and the first goes on unharmed."""
    first = shop.counter.identify_card()
    assert refused_code(shop) == "card-leased"
    quote = shop.counter.quote(first.id, purchase("1.00"))
    assert refused_code(shop) == "card-leased"
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert refused_code(shop) == ""


def test_a_released_basket_frees_its_card_and_settles_nothing_any_more(shop: Shop) -> None:
    """The identification and its quotes are forgotten; releasing twice is no error, nor is a made-up id."""
    first = shop.counter.identify_card()
    quote = shop.counter.quote(first.id, purchase("1.00"))
    other = shop.quote(purchase("2.00"), first)
    for name in (first.id, first.id, "nobody"):
        shop.counter.release(name)
    before = shop.state()
    for one in (quote, other):
        with pytest.raises(Missing) as refused:
            shop.counter.settle(one.id, one.hash, False, "", "k1")
        assert refused.value.code == "no-such-quote"
    with pytest.raises(Missing):
        shop.counter.quote(first.id, purchase("1.00"))
    assert refused_code(shop) == ""
    assert shop.state() == before


def test_a_lease_runs_out_and_is_renewed_by_each_quote(shop: Shop) -> None:
    """Ten minutes after the last quote, not before, another basket may have the card; the first then has lost it."""
    first = shop.counter.identify_card()
    shop.clock.advance(CARD_LEASE_SECONDS - 1)
    shop.counter.quote(first.id, purchase("1.00"))
    shop.clock.advance(CARD_LEASE_SECONDS - 1)
    assert refused_code(shop) == "card-leased"
    shop.clock.advance(1)
    second = shop.counter.identify_card()
    with pytest.raises(Conflict) as refused:
        shop.counter.quote(first.id, purchase("1.00"))
    assert (refused.value.code, refused.value.retry) == ("card-leased", "after")
    assert shop.counter.quote(second.id, purchase("1.00"))


def test_a_quote_whose_card_another_basket_has_settles_nothing(shop: Shop) -> None:
    """The card was taken out and read again for another basket: it is that one's until it is let go."""
    first = shop.counter.identify_card()
    quote = shop.counter.quote(first.id, purchase("1.00"))
    shop.removals += 1
    second = shop.counter.identify_card()
    before = shop.state()
    with pytest.raises(Conflict) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert refused.value.code == "card-leased"
    assert shop.state() == before
    shop.counter.release(second.id)
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")


def test_a_card_that_was_taken_out_is_nobody_s(shop: Shop) -> None:
    """Its holder took it away and comes back: a till that forgot its basket does not shut them out."""
    first = shop.counter.identify_card()
    assert refused_code(shop) == "card-leased"
    shop.removals += 1
    assert refused_code(shop) == ""
    assert shop.counter.quote(first.id, purchase("1.00"))
    assert refused_code(shop) == "card-leased"


def test_another_card_is_another_lease_and_who_is_refused_holds_nothing(shop: Shop) -> None:
    """Two patients' cards do not meet; a card whose reading failed at the center is free for the next try."""
    shop.counter.identify_card()
    shop.reader.insert(card(2))
    shop.center.down()
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            shop.counter.identify_card()
        assert refused.value.code == "center-unreachable"
    shop.center.up()
    assert refused_code(shop) == ""


def test_signing_out_frees_every_card(shop: Shop) -> None:
    """The next operator finds an empty counter."""
    shop.counter.identify_card()
    shop.counter.sign_out()
    shop.counter.sign_in("008", "另一人")
    assert refused_code(shop) == ""
