"""Identify: card and center must mean the same person, and nothing personal leaks when they do not."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from counter_parts import CARD_NUMBER, ID_NUMBER, NAME, STAY, Shop, card, purchase

from hw.simulated.social_card import VirtualCard
from terminal.errors import Missing, Refused, TerminalError, Unavailable


def test_the_card_s_holder_is_known_by_the_center(shop: Shop) -> None:
    """The center's person, policy and balance come with the card; nothing is written."""
    before = shop.state()
    found = shop.counter.identify_card()
    assert (found.person.name, found.person.policy, found.person.account.balance) == (NAME, "yantai-employee", 150000)
    assert shop.state() == before


@pytest.mark.parametrize(
    ("inserted", "code"),
    [
        (card(1, name="张二"), "card-and-center-differ"),
        (card(1, id_number="370602197001010002"), "card-and-center-differ"),
        (card(1, expires_on=dt.date(2021, 6, 29)), "card-expired"),
        (card(9), "center-refused"),
        (VirtualCard.foreign(), "foreign-card"),
        (None, "no-card"),
    ],
    ids=["another's name", "another's number", "expired", "not insured", "a bank card", "no card"],
)
def test_a_card_that_does_not_serve_is_refused_without_a_word_about_its_holder(
    shop: Shop, caplog: pytest.LogCaptureFixture, inserted: VirtualCard | None, code: str
) -> None:
    """Swapped, altered, expired, foreign, unknown, absent: named by code, and no name or number in error or log."""
    shop.reader.remove()
    if inserted is not None:
        shop.reader.insert(inserted)
    with caplog.at_level(logging.DEBUG), pytest.raises(TerminalError) as refused:
        shop.counter.identify_card()
    assert refused.value.code == code
    told = f"{refused.value!r} {refused.value} {refused.value.message_zh} {caplog.text}"
    assert not any(secret in told for secret in (ID_NUMBER, NAME, CARD_NUMBER, "张二", "0002"))


def test_without_an_operator_nothing_is_done(shop: Shop) -> None:
    """After signing out nobody is identified, quoted or settled, and what was held is forgotten."""
    known = shop.counter.identify_card()
    quote = shop.quote(STAY, known)
    shop.counter.sign_out()
    for attempt in (
        shop.counter.identify_card,
        lambda: shop.counter.quote(known.id, STAY),
        lambda: shop.counter.settle(quote.id, quote.hash, False, "", "k"),
        lambda: shop.counter.void("T1", "why", "k"),
        lambda: shop.counter.close_day(STAY.date),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "not-signed-in"
    shop.counter.sign_in("007")
    with pytest.raises(Missing):
        shop.counter.quote(known.id, STAY)


def test_an_operator_can_leave_while_the_center_is_away(shop: Shop) -> None:
    """Signing out ends the work here at once; signing in needs the center and says so."""
    shop.center.down()
    shop.counter.sign_out()
    assert shop.counter.signed_in == ""
    with pytest.raises(Unavailable):
        shop.counter.sign_in("007")
    assert shop.counter.signed_in == ""


def test_an_identification_lapses(shop: Shop) -> None:
    """After half an hour the person is identified again."""
    known = shop.counter.identify_card()
    shop.clock.advance(1_799)
    shop.quote(purchase("1.00"), known)
    shop.clock.advance(1)
    with pytest.raises(Missing) as refused:
        shop.quote(purchase("1.00"), known)
    assert refused.value.at == "identification"
