"""A card that asks for its PIN, at the counter: asked by name, tried once, never kept; and a purse that asks before it
pays. On the twin; `tests/hw/test_card_pin.py` shows the card itself on real PC/SC."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from counter_parts import DAY, Shop, card, purchase
from purse_shop import PurseShop, purse_card
from purse_shop import purchase as spend

from hw.cards.purse import PurseDriver
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard
from terminal.counter.pin import Pin
from terminal.counter.quote import Quote
from terminal.errors import Conflict, InDoubt, Refused, TerminalError

DIGITS = "271828"


def pin(digits: str = DIGITS, last_try: bool = False) -> Pin:
    return Pin(bytearray(digits, "ascii"), last_try)


def guarded(number: int = 1) -> VirtualCard:
    """A card of a city that protects the holder's data."""
    return card(number, pin={"digits": DIGITS, "guards_holder": True})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop(tmp_path) as opened:
        opened.reader.insert(guarded())
        yield opened


@pytest.fixture
def deposit(tmp_path: Path) -> Iterator[PurseShop]:
    """The account lies in a deposit (ED), which asks for the PIN before each debit (JR/T 0025)."""
    made = PurseShop(tmp_path)
    made.card = purse_card(kind=1)
    made.reader.insert(made.card)
    made.purse_terminal = PurseDriver(made.reader, made.psam_slot, "pboc-deposit")
    with made:
        yield made


def refusal(shop: Shop, given: Pin | None = None) -> TerminalError:
    with pytest.raises(TerminalError) as caught:
        shop.counter.identify_card(given)
    return caught.value


def facts(error: TerminalError) -> tuple[str, str, int | None, str]:
    return error.code, error.retry, error.tries_left, error.money_moved


def test_the_pin_is_asked_for_and_the_holder_is_known(shop: Shop) -> None:
    """Refused by name with the tries left; with the PIN the sale goes its way, and no further PIN is wanted for it."""
    before = shop.state()
    error = refusal(shop)
    assert (facts(error), error.at) == (("pin-needed", "after", 3, "no"), "pin")
    assert isinstance(error, Refused)
    given = pin()
    known = shop.counter.identify_card(given)
    assert (known.person.patient.name, given.digits) == ("张一", bytearray(6))
    assert shop.state()[0] == before[0], "nothing is journalled of a PIN"
    # EF05 holds the card's own number without a PIN: the card is looked at again by it.
    assert shop.settle(purchase("9.90"), known)["settlement"]["account"] == "9.90"


def test_a_guarded_card_swapped_before_the_settlement_is_refused(shop: Shop) -> None:
    """Without any PIN: the number that is compared is readable without one."""
    quote = shop.quote(purchase("9.90"), shop.counter.identify_card(pin()))
    shop.reader.insert(guarded(2))
    with pytest.raises(Conflict) as caught:
        shop.counter.settle(quote.id, quote.hash, False, "", shop.key())
    assert caught.value.code == "card-swapped"


def test_wrong_pins_are_counted_and_the_last_try_wants_a_yes(shop: Shop) -> None:
    """2 left, 1 left, then nothing is sent without the holder's word; the wrong last try locks, and is told as such."""
    assert facts(refusal(shop, pin("000000"))) == ("pin-wrong", "never", 2, "no")
    assert facts(refusal(shop, pin("000000"))) == ("pin-wrong", "never", 1, "no")
    assert facts(refusal(shop, pin())) == ("pin-last-try", "never", 1, "no")
    assert facts(refusal(shop, pin("000000", last_try=True))) == ("pin-locked", "never", 0, "no")
    locked = refusal(shop)
    assert facts(locked) == ("pin-locked", "never", 0, "no")
    assert "锁定" in locked.message_zh


def test_the_last_try_with_a_yes_opens_the_card(shop: Shop) -> None:
    """And the card counts anew."""
    inserted = guarded()
    inserted.memory.write(pin_tries_left=1)
    shop.reader.insert(inserted)
    assert refusal(shop, pin()).code == "pin-last-try"
    assert shop.counter.identify_card(pin(last_try=True)).person.patient.name == "张一"
    assert inserted.memory.get("pin_tries_left", 0) == 3


@pytest.mark.parametrize(("when", "left"), [("pull-before", 3), ("pull-after", 2)])
def test_a_card_torn_out_at_verify_is_no_wrong_pin(shop: Shop, when: str, left: int) -> None:
    """It is said that a try may have counted; the card back in, the next question tells how many are left."""
    inserted = guarded()
    inserted.script = Script([Step(when, ins=0x20, at=9, once=True)])
    shop.reader.insert(inserted)
    error = refusal(shop, pin("000000"))
    assert facts(error) == ("pin-unanswered", "never", None, "no")
    shop.reader.insert(inserted)
    assert facts(refusal(shop)) == ("pin-needed", "after", left, "no")


def test_no_error_of_a_pin_holds_it(shop: Shop) -> None:
    """Neither message nor repr, whatever came of it."""
    for digits in (DIGITS, "000000", "12345678901"):
        given = pin(digits)
        shop.reader.insert(guarded(2))  # Its holder is another than the center's first person, but known as well.
        said = "".join(refused(shop, given))
        assert digits not in said + repr(given)
        assert not any(given.digits)


def refused(shop: Shop, given: Pin) -> list[str]:
    """Everything that is told where an identification is refused; nothing where it is not."""
    try:
        shop.counter.release(shop.counter.identify_card(given).id)
    except TerminalError as error:
        return [repr(error), str(error), error.message_zh, *traceback.format_exception(error)]
    return []


def quoted(shop: PurseShop) -> Quote:
    return shop.counter.quote(shop.counter.identify_card().id, spend("36.80"))


def settled(shop: PurseShop, quote: Quote, key: str, given: Pin | None = None) -> bytes:
    return shop.counter.settle(quote.id, quote.hash, False, "", key, pin=given)


def test_a_deposit_pays_with_the_pin_given_at_the_settlement(deposit: PurseShop) -> None:
    """Asked before the debit, in the same session; the center takes the proof; the key means the request without it."""
    quote = quoted(deposit)
    with pytest.raises(Refused) as caught:
        settled(deposit, quote, "k")
    assert facts(caught.value) == ("pin-needed", "after", 3, "no")
    with pytest.raises(Refused) as caught:
        settled(deposit, quote, "k", pin("000000"))
    assert facts(caught.value) == ("pin-wrong", "never", 2, "no")
    assert (deposit.purse.balance_fen, deposit.counter.open_purse_debits()) == (10000, [])
    given = pin("314159")
    answer = settled(deposit, quote, "k", given)
    assert not any(given.digits)
    assert settled(deposit, quote, "k") == answer, "a repeat needs no PIN"
    assert msgspec.json.decode(answer)["settlement"]["account"] == "36.80"
    assert deposit.purse.balance_fen == 6320
    deposit.upload_all()
    assert (deposit.journal.counts(), deposit.center_balance()) == ({"accepted": 1}, 6320)
    assert deposit.counter.close_day(DAY).state == "sealed"
    assert deposit.journal.verify() == []


def test_a_deposit_torn_out_at_verify_pays_nothing(deposit: PurseShop) -> None:
    """No debit is open, and the same key settles afterwards."""
    quote = quoted(deposit)
    deposit.misbehave(Step("pull-before", ins=0x20, at=9))
    with pytest.raises(Refused) as caught:
        settled(deposit, quote, "k", pin("314159"))
    assert facts(caught.value) == ("pin-unanswered", "never", None, "no")
    assert deposit.counter.open_purse_debits() == []
    deposit.reinsert()
    assert msgspec.json.decode(settled(deposit, quote, "k", pin("314159")))["state"] == "committed"
    assert deposit.purse.balance_fen == 6320


def test_a_deposit_torn_out_while_it_pays_tells_without_a_pin(deposit: PurseShop) -> None:
    """Back in the reader it is asked by its own record, which it gives without one: paid once, under the same key."""
    quote = quoted(deposit)
    deposit.misbehave(Step("pull-after", ins=0x54, once=True))
    with pytest.raises(InDoubt) as caught:
        settled(deposit, quote, "k", pin("314159"))
    assert caught.value.code == "purse-in-doubt"
    deposit.reinsert()
    assert msgspec.json.decode(settled(deposit, quote, "k"))["settlement"]["account"] == "36.80"
    assert (deposit.purse.balance_fen, deposit.purse.counter) == (6320, 19)


def test_a_pin_that_reaches_no_card_is_overwritten_all_the_same(shop: Shop) -> None:
    """Nobody is signed in: it is wiped as soon as nobody holds it."""
    shop.counter.sign_out()
    digits = bytearray(DIGITS, "ascii")
    assert "operator" in refused(shop, Pin(digits))[1]
    assert digits == bytearray(6)


def test_a_purse_of_which_nobody_knows_the_debit_is_refused_by_name(tmp_path: Path) -> None:
    """The social-security card's own words for a debit are not published: no PIN is asked for in vain."""
    made = PurseShop(tmp_path)
    made.purse_terminal = PurseDriver(made.reader, made.psam_slot, "social")
    with made:
        assert refusal(made).code == "no-purse"
