"""PIN, inspection and the same-card check, through the real PC/SC service and through its twin alike."""

from __future__ import annotations

import contextlib
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from hw.apdu import CardLink, Channel
from hw.cards.pin import verify_pin
from hw.ports import DeviceError, Pin, PinError
from hw.simulated.memory import CardMemory
from hw.simulated.reader import SimulatedReader
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture
def guarded(fields: dict[str, Any]) -> VirtualCard:
    """A card of a city that protects EF06 by the PIN."""
    return VirtualCard.from_fields(fields | {"pin": {"digits": "314159", "guards_holder": True}})


def pin_of(digits: str, last_try_allowed: bool = False) -> Pin:
    return Pin(bytearray(digits.encode("ascii")), last_try_allowed)


def failure(bench: Bench, pin: Pin | None) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        bench.reader.read_card(pin)
    if pin is not None:
        assert not any(pin.digits), "wiped"
        assert "314159" not in "".join(traceback.format_exception(caught.value)) + repr(pin)
    return caught.value


def tries_of(error: DeviceError) -> int | None:
    assert isinstance(error, PinError)
    return error.tries_left


def test_a_guarded_card_is_read_with_its_pin(bench: Bench, guarded: VirtualCard) -> None:
    """It asks, with the tries left; with the PIN it is read, in three commands more; the PIN does not stay."""
    bench.insert(guarded)
    error = failure(bench, None)
    assert (error.code, tries_of(error)) == ("pin-needed", 3)
    pin = pin_of("314159")
    held = bench.reader.read_card(pin)
    assert (held.name, held.apdu_count) == ("张三", 13)
    assert pin.digits == bytearray(6)
    assert failure(bench, None).code == "pin-needed", "the next reading starts locked again"


def test_the_last_try_needs_an_explicit_yes(bench: Bench, guarded: VirtualCard) -> None:
    """Wrong, wrong, then nothing is sent until the holder says yes; a wrong last try locks the card."""
    bench.insert(guarded)
    assert tries_of(failure(bench, pin_of("000000"))) == 2
    assert tries_of(failure(bench, pin_of("000000"))) == 1
    error = failure(bench, pin_of("314159"))
    assert (error.code, tries_of(error)) == ("pin-last-try", 1)
    assert guarded.memory.get("pin_tries_left", 3) == 1, "nothing was tried"
    assert failure(bench, pin_of("000000", last_try_allowed=True)).code == "pin-locked"
    assert failure(bench, pin_of("314159", last_try_allowed=True)).code == "pin-locked"
    assert failure(bench, None).code == "pin-locked", "it is told before anybody types"


def test_the_last_try_can_save_the_card(bench: Bench, guarded: VirtualCard) -> None:
    """The right PIN at the last try: read, and three tries again."""
    guarded.memory.write(pin_tries_left=1)
    bench.insert(guarded)
    assert bench.reader.read_card(pin_of("314159", last_try_allowed=True)).name == "张三"
    report = bench.reader.inspect_card(pin_of("314159"))
    assert guarded.memory.get("pin_tries_left", 0) == 3
    assert report.card.name == "张三"


@pytest.mark.parametrize("digits", ["", "314", "3141592653589", "31415x", "３１４１５９"])
def test_what_is_no_pin_is_never_sent(bench: Bench, guarded: VirtualCard, digits: str) -> None:
    """A slip of the finger costs no try."""
    bench.insert(guarded)
    pin = Pin(bytearray(digits.encode()))
    assert failure(bench, pin).code == "pin-malformed"
    assert guarded.memory.get("pin_tries_left", 3) == 3


def test_a_pin_is_wiped_even_without_a_card(bench: Bench, guarded: VirtualCard) -> None:
    """No card, a foreign card, a card torn out while it is asked, a damaged answer: the digits are gone."""
    bench.remove()
    assert failure(bench, pin_of("314159")).code == "no-card"
    bench.insert(VirtualCard.foreign())
    assert failure(bench, pin_of("314159")).code == "foreign-card"
    bench.insert(guarded)
    guarded.script = Script([Step("status", ins=0x20, value="6F00")])
    assert failure(bench, pin_of("314159")).code == "card-damaged"
    guarded.script = Script([Step("pull-before", at=3)])
    assert failure(bench, pin_of("314159")).code == "card-removed"


VERIFY = 9
"""Of a guarded card's reading: SELECT, five records, the record that is refused, the tries left, then VERIFY."""


@pytest.mark.parametrize("when", ["pull-before", "pull-after", "mute"])
def test_a_try_without_an_answer_is_no_wrong_pin(bench: Bench, guarded: VirtualCard, when: str) -> None:
    """Torn out around VERIFY: it is said that a try may have counted, and the next look tells the tries left."""
    bench.insert(guarded)
    guarded.script = Script([Step(when, at=VERIFY, once=True)])
    pin = pin_of("000000")
    with pytest.raises(PinError) as caught:
        bench.impatient_reader.read_card(pin)
    assert (caught.value.code, caught.value.tries_left) == ("pin-unanswered", None)
    assert not any(pin.digits)
    bench.remove()
    bench.insert(guarded)
    error = failure(bench, None)
    assert (error.code, tries_of(error)) == ("pin-needed", 2 if when == "pull-after" else 3)


def test_torn_before_the_pin_is_sent_costs_no_try(bench: Bench, guarded: VirtualCard) -> None:
    """While the tries left are asked for: the card has gone, and that is all."""
    bench.insert(guarded)
    guarded.script = Script([Step("pull-after", at=VERIFY - 1, once=True)])
    assert failure(bench, pin_of("000000")).code == "card-removed"
    bench.remove()
    bench.insert(guarded)
    assert tries_of(failure(bench, None)) == 3


@pytest.mark.parametrize("digits", ["314159", "000000", "31415x"])
def test_no_pin_stays_in_memory(guarded: VirtualCard, digits: str) -> None:
    """Right, wrong, or no PIN at all: the very bytes that went to the card are zeros afterwards, and the digits too."""
    sent: list[bytes | bytearray] = []
    pin = pin_of(digits)

    def overheard(link: CardLink) -> None:
        def transmit(command: bytes | bytearray) -> bytes:
            sent.append(command)
            return link.transmit(command)

        with contextlib.suppress(PinError):
            verify_pin(Channel(transmit), pin)

    SimulatedReader(guarded).with_card(overheard)
    assert pin.digits == bytearray(6)
    carried = [command for command in sent if isinstance(command, bytearray)]
    assert carried == ([bytearray(8)] if digits.isdigit() else [])


@pytest.mark.parametrize("digits", ["3141", "31415", "3141592", "314159265358"])
def test_a_pin_has_four_to_twelve_digits(fields: dict[str, Any], digits: str) -> None:
    """Two digits a byte, the last one alone beside F (JR/T 0025: VERIFY takes two to six bytes)."""
    reader = SimulatedReader(VirtualCard.from_fields(fields | {"pin": {"digits": digits, "guards_holder": True}}))
    assert reader.read_card(pin_of(digits)).name == "张三"


def test_a_card_that_asks_for_none_is_sent_none(fields: dict[str, Any]) -> None:
    """A wrong PIN given with an unguarded card is never tried on it."""
    card = VirtualCard.from_fields(fields | {"pin": {"digits": "314159"}})
    pin = pin_of("000000")
    assert SimulatedReader(card).read_card(pin).apdu_count == 10
    assert (card.memory.get("pin_tries_left", 3), pin.digits) == (3, bytearray(6))


def test_a_card_of_another_length_says_so(guarded: VirtualCard) -> None:
    """6700 is no wrong PIN: the card has not looked at it."""
    guarded.script = Script([Step("status", at=VERIFY, value="6700")])
    with pytest.raises(PinError) as caught:
        SimulatedReader(guarded).read_card(pin_of("3141"))
    assert caught.value.code == "pin-malformed"


def test_an_inspection_shows_the_whole_card(bench: Bench, fields: dict[str, Any]) -> None:
    """Holder, PIN tries left, applications: seven commands more than the ten of a reading, and no try used up."""
    memory = CardMemory()
    memory.write(pin_tries_left=2)
    more = {"pin": {"digits": "314159"}, "applications": ["D15600000500", "D15600000503", "A000000333010101"]}
    bench.insert(VirtualCard.from_fields(fields | more, memory))
    report = bench.reader.inspect_card()
    assert (report.card.name, report.pin_tries_left, report.apdu_count) == ("张三", 2, 17)
    assert report.applications == ("social-security", "public", "medical", "bank")
    assert memory.get("pin_tries_left", 0) == 2


def test_a_locked_pin_and_a_card_without_one_are_told(bench: Bench, fields: dict[str, Any]) -> None:
    """0 tries is locked; None is a card that does not say."""
    card = VirtualCard.from_fields(fields | {"pin": {"digits": "314159"}})
    card.memory.write(pin_tries_left=0)
    bench.insert(card)
    assert bench.reader.inspect_card().pin_tries_left == 0
    bench.insert(VirtualCard.from_fields(fields))
    assert bench.reader.inspect_card().pin_tries_left is None


def test_a_blocked_application_is_said(bench: Bench, fields: dict[str, Any]) -> None:
    """6283: the card was reported lost, or locked for good."""
    bench.insert(VirtualCard.from_fields(fields | {"blocked": True}))
    assert failure(bench, None).code == "card-blocked"


def test_a_card_swapped_between_two_looks_is_noticed(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """The same ATR, the same name, another card; the first one back is itself again."""
    bench.insert(card)
    held = bench.reader.read_card()
    bench.reader.check_same_card(held)
    bench.insert(VirtualCard.from_fields(fields | {"identification_code": "110110D1560000051108160000020A0C"}))
    with pytest.raises(DeviceError) as caught:
        bench.reader.check_same_card(held)
    assert caught.value.code == "card-swapped"
    bench.remove()
    with pytest.raises(DeviceError) as caught:
        bench.reader.check_same_card(held)
    assert caught.value.code == "no-card"
    bench.insert(card)
    bench.reader.check_same_card(held)


def test_misbehaviour_can_be_written_into_the_cards_file(bench: Bench, fields: dict[str, Any]) -> None:
    """Steps by number and by kind of command; a damaged record and a wrong status word are seen by the reader."""
    for step, code in (
        ({"do": "status", "ins": "B2", "value": "6581"}, "card-damaged"),
        ({"do": "damage", "at": 3, "value": "0"}, "card-damaged"),
        ({"do": "pull-after", "at": 5}, "card-removed"),
        ({"do": "answer", "ins": "B2", "value": "0702313390"}, "card-damaged"),
    ):
        bench.insert(VirtualCard.from_fields(fields | {"misbehave": [step]}))
        assert failure(bench, None).code == code, step
    with pytest.raises(ValueError, match="misdeed"):
        VirtualCard.from_fields(fields | {"misbehave": [{"do": "explode"}]})


@pytest.mark.parametrize("length", [1, 34, 64])
def test_an_answer_to_reset_that_is_none_makes_the_card_mute(bench: Bench, card: VirtualCard, length: int) -> None:
    """Shorter or longer than any: a plain error."""
    card.atr = (card.atr * 4)[:length]
    bench.insert(card)
    assert failure(bench, None).code == "card-mute"


def test_no_answer_to_reset_at_all_is_a_mute_card(card: VirtualCard) -> None:
    """In the twin only: the virtual slot of the card service takes such a card for no card."""
    card.atr = b""
    with pytest.raises(DeviceError) as caught:
        SimulatedReader(card).read_card()
    assert caught.value.code == "card-mute"
