"""Reading a social-security card, through the real PC/SC service and through its in-process twin alike."""

from __future__ import annotations

import datetime as dt
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from hw.cards.social_security import read_social_security_card
from hw.ports import CardReader, DeviceError, Health
from hw.simulated.script import Script, Step
from hw.simulated.social_card import RECORD_BY_NUMBER, RECORD_BY_TAG, VirtualCard

if TYPE_CHECKING:
    from conftest import Bench

FORMS = [(short, mode) for short in (True, False) for mode in (RECORD_BY_TAG, RECORD_BY_NUMBER)]


def failure(reader: CardReader, fields: dict[str, Any]) -> DeviceError:
    """The error of a reading. However it is printed, it holds nothing of the holder."""
    with pytest.raises(DeviceError) as caught:
        reader.read_card()
    error = caught.value
    printed = "".join(traceback.format_exception(error)) + error.message_zh + repr(error)
    for field in ("card_number", "identification_code", "id_number", "name"):
        assert fields[field] not in printed
    return error


def test_a_reading_brings_every_field(bench: Bench, card: VirtualCard) -> None:
    """All fields of EF05 and EF06, in ten commands."""
    bench.insert(card)
    held = bench.reader.read_card()
    assert held.area_code == "110110"
    assert held.identification_code == "110110D1560000051108160000010A0B"
    assert held.card_number == "A12345678"
    assert held.version == "2.00"
    assert (held.issued_on, held.expires_on) == (dt.date(2024, 1, 15), dt.date(2034, 1, 15))
    assert (held.id_number, held.name, held.sex) == ("110101199003070011", "张三", "1")
    assert held.apdu_count == 10


def test_reading_again_brings_the_same(bench: Bench, card: VirtualCard) -> None:
    """Each reading starts afresh and leaves nothing behind."""
    bench.insert(card)
    assert bench.reader.read_card() == bench.reader.read_card()


def test_another_card_is_read_as_itself(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """The next patient's card is not taken for the one before."""
    bench.insert(card)
    bench.reader.read_card()
    bench.insert(VirtualCard.from_fields(fields | {"card_number": "B87654321", "name": "李四"}))
    held = bench.reader.read_card()
    assert (held.card_number, held.name) == ("B87654321", "李四")


def test_the_card_chooses_how_records_are_addressed(bench: Bench, card: VirtualCard) -> None:
    """A card that takes only one of the four forms of address is read all the same."""
    bench.insert(card)
    for form in FORMS:
        card.forms = {form}
        held = bench.reader.read_card()
        assert (held.card_number, held.name, held.sex) == ("A12345678", "张三", "1"), form


def test_a_card_of_generation_1_is_read(bench: Bench, fields: dict[str, Any]) -> None:
    """It has no name extension, so the sex has another record number."""
    card = VirtualCard.from_fields(fields | {"version": "1.00", "sex": "2"})
    card.forms = {(True, RECORD_BY_NUMBER)}
    bench.insert(card)
    held = bench.reader.read_card()
    assert (held.version, held.name, held.sex) == ("1.00", "张三", "2")


def test_rare_and_long_names_are_whole(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """Characters of four bytes, and names that go on in the extension."""
    bench.insert(card)
    for name in ("李𬭯", "迪丽热巴·阿布都热合曼·买合木提", "㛃" * 7 + "𬭯" * 5, "A" * 29 + "王五"):
        card.files = VirtualCard.from_fields(fields | {"name": name}).files
        assert bench.reader.read_card().name == name


def test_a_character_across_the_seam_is_whole(bench: Bench, card: VirtualCard) -> None:
    """An issuer that fills record 09 to the last byte cuts a character in two."""
    name = ("A" * 29 + "王五").encode("gbk")
    card.replace_record(6, 0x09, b"\x09\x1e" + name[:30])
    card.replace_record(6, 0x4E, b"\x4e\x14" + name[30:].ljust(20, b"\xff"))
    bench.insert(card)
    assert bench.reader.read_card().name == "A" * 29 + "王五"


def test_blank_dates_are_none(bench: Bench, card: VirtualCard) -> None:
    """A card without an expiry date is a card, not a fault."""
    card.replace_record(5, 0x06, bytes.fromhex("0604FFFFFFFF"))
    bench.insert(card)
    assert bench.reader.read_card().expires_on is None


def test_state_tells_whether_a_card_is_in(bench: Bench, card: VirtualCard) -> None:
    """Good either way: an empty reader is not a fault."""
    bench.remove()
    assert (bench.reader.state().health, bench.reader.state().code) == (Health.GOOD, "no-card")
    bench.insert(card)
    assert (bench.reader.state().health, bench.reader.state().code) == (Health.GOOD, "card-present")
    bench.remove()
    assert bench.reader.state().code == "no-card"


def test_without_a_card_nothing_is_read(bench: Bench, fields: dict[str, Any]) -> None:
    """The operator is told to insert one."""
    bench.remove()
    error = failure(bench.reader, fields)
    assert (error.code, "insert the card" in error.message) == ("no-card", True)


def test_a_foreign_card_is_refused(bench: Bench, fields: dict[str, Any]) -> None:
    """A bank card has no social-security environment."""
    bench.insert(VirtualCard.foreign())
    assert failure(bench.reader, fields).code == "foreign-card"


def test_a_card_without_a_valid_answer_to_reset_is_mute(
    bench: Bench, card: VirtualCard, fields: dict[str, Any]
) -> None:
    """Upside down or dirty: the contacts give nonsense."""
    card.atr = bytes.fromhex("00112233")
    bench.insert(card)
    assert failure(bench.reader, fields).code == "card-mute"


@pytest.mark.parametrize("apdu", [1, 6])
def test_a_silent_card_costs_one_time_out(bench: Bench, card: VirtualCard, fields: dict[str, Any], apdu: int) -> None:
    """Mute at any command; once it is out, the next card is read by the same reader."""
    card.script = Script([Step("mute", at=apdu)])
    bench.insert(card)
    assert failure(bench.impatient_reader, fields).code == "card-mute"
    bench.remove()
    card.script = Script()
    bench.insert(card)
    assert bench.impatient_reader.read_card().card_number == "A12345678"


def test_a_card_torn_out_at_any_command(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """No half reading comes back; another card put in after it is read whole, and as itself."""
    other_fields = fields | {"card_number": "B87654321", "name": "李四", "id_number": "110101199003070038"}
    other = VirtualCard.from_fields(other_fields)
    bench.insert(card)
    for apdu in range(1, bench.reader.read_card().apdu_count + 1):
        card.script = Script([Step("pull-before", at=apdu)])
        assert failure(bench.reader, fields).code == "card-removed", apdu
        bench.remove()
        assert bench.reader.state().code == "no-card"
        card.script = Script()
        card, other, fields, other_fields = other, card, other_fields, fields
        bench.insert(card)
        held = bench.reader.read_card()
        for field in ("card_number", "name", "id_number"):
            assert getattr(held, field) == fields[field], apdu


DAMAGES: list[tuple[int, int, str | None, str]] = [
    (5, 0x01, "0110FF0110D1560000051108160000010A0B", "card identification code"),
    (5, 0x03, "0304FFFFFFFF", "specification version"),
    (5, 0x05, "050420241315", "issue date"),
    (5, 0x06, "06042034011A", "expiry date"),
    (5, 0x07, "0709000000000000000000", "card number"),
    (5, 0x07, "070941B2333435363738", "card number"),  # one byte short
    (5, 0x07, "0708413132333435363738", "card number"),  # says eight bytes, has nine
    (6, 0x08, "0912313130313031313939303033303730303131", "social-security number"),  # another tag
    (6, 0x08, None, "social-security number"),
    (6, 0x09, "091E" + 30 * "20", "name"),
    (6, 0x0A, "0A", "sex"),
]


def test_a_damaged_record_is_named(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """The engineer learns which record; nobody learns what is in it."""
    bench.insert(card)
    for file, tag, record, place in DAMAGES:
        card.files = VirtualCard.from_fields(fields).files
        card.replace_record(file, tag, None if record is None else bytes.fromhex(record))
        # A record under another tag is found by its number only.
        renamed = record is not None and int(record[:2], 16) != tag
        card.forms = {(True, RECORD_BY_NUMBER)} if renamed else set(FORMS)
        error = failure(bench.reader, fields)
        assert error.code == "card-damaged", place
        assert place in error.message
        assert f"EF{file:02X}" in error.message_zh


def test_a_card_that_wants_a_pin_says_so(card: VirtualCard) -> None:
    """Some cities protect EF06: the answer is a wish for the PIN, not a fault. No other form is tried."""
    asked: list[bytes] = []

    def guarded(command: bytes) -> bytes:
        asked.append(command)
        return b"\x69\x82" if command[1] == 0xB2 and command[3] >> 3 == 6 else card.transmit(command)

    with pytest.raises(DeviceError) as caught:
        read_social_security_card(guarded)
    assert caught.value.code == "pin-needed"
    assert (len(asked), asked[-1]) == (8, b"\x00\x20\x00\x00\x00"), "VERIFY without data only asks for the tries left"


def test_a_card_never_prints_itself(bench: Bench, card: VirtualCard, fields: dict[str, Any]) -> None:
    """Not even by a stray repr of what was read."""
    bench.insert(card)
    printed = repr(bench.reader.read_card())
    for field in ("card_number", "identification_code", "id_number", "name"):
        assert fields[field] not in printed
