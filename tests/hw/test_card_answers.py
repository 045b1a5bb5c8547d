"""The virtual card answers byte for byte as a T=0 social-security card, and the exchange copes with T=0."""

from __future__ import annotations

from typing import Any

import pytest

from hw.apdu import ROUNDS_MAX, Channel, Command
from hw.ports import DeviceError
from hw.simulated.social_card import VirtualCard
from hw.status_words import describe_status

SELECT_ENVIRONMENT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"

# File, record number, tag, record: worked out by hand from the tables of the card's standard.
RECORDS = [
    (5, 1, 0x01, "0110110110D1560000051108160000010A0B"),
    (5, 2, 0x02, "020133"),
    (5, 3, 0x03, "0304322E3030"),
    (5, 5, 0x05, "050420240115"),
    (5, 6, 0x06, "060420340115"),
    (5, 7, 0x07, "0709413132333435363738"),
    (6, 1, 0x08, "0812313130313031313939303033303730303131"),
    (6, 2, 0x09, "091ED5C5C8FD" + 26 * "00"),
    (6, 3, 0x4E, "4E14" + 20 * "FF"),
    (6, 4, 0x0A, "0A0131"),
    (6, 5, 0x0B, "0B0101"),
    (6, 6, 0x0C, "0C03110101"),
    (6, 7, 0x0D, "0D0419900307"),
]


def ask(card: VirtualCard, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


@pytest.mark.parametrize(("file", "number", "tag", "record"), RECORDS)
def test_each_record_is_found_in_all_four_ways(
    card: VirtualCard, file: int, number: int, tag: int, record: str
) -> None:
    """By tag or number, in a file named in the command or selected before: the same bytes."""
    ask(card, SELECT_ENVIRONMENT)
    length = len(record) // 2
    assert ask(card, f"00B2{tag:02X}{file << 3:02X}{length:02X}") == record + "9000"
    assert ask(card, f"00B2{number:02X}{file << 3 | 4:02X}{length:02X}") == record + "9000"
    assert ask(card, f"00A4000002EF{file:02X}") == "9000"
    assert ask(card, f"00B2{tag:02X}00{length:02X}") == record + "9000"
    assert ask(card, f"00B2{number:02X}04{length:02X}") == record + "9000"


def test_selecting_leaves_a_description_waiting(card: VirtualCard) -> None:
    """SELECT says 61xx; GET RESPONSE brings it once; a wrong length is corrected and loses nothing."""
    assert ask(card, SELECT_ENVIRONMENT) == "6113"
    assert ask(card, "00C0000000") == "6C13"
    assert ask(card, "00C0000013") == "6F11840F7378312E73682EC9E7BBE1B1A3D5CF9000"
    assert ask(card, "00C0000013") == "6985"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00B2072800", "6C0B"),  # length left open
        ("00B2990B00", "6A86"),  # neither by tag nor by number
        ("00B2082800", "6A83"),  # the other file's tag
        ("00B2083800", "6A82"),  # no such file
        ("00B2080000", "6986"),  # no file selected
        ("00A4000002EF99", "6A82"),
        ("00A4040006D15600000503", "6A82"),
        ("00A404000F7378", "6700"),
        ("0044000000", "6D00"),
        ("8050000000", "6E00"),
    ],
)
def test_what_the_card_refuses(card: VirtualCard, command: str, answer: str) -> None:
    """The status words of a refusal are those of the standard."""
    ask(card, SELECT_ENVIRONMENT)
    assert ask(card, command) == answer


def test_a_reset_forgets_the_selection_and_keeps_the_memory(card: VirtualCard) -> None:
    """After power-on nothing is selected; the records are the same."""
    ask(card, SELECT_ENVIRONMENT)
    card.reset()
    assert ask(card, "00B207280B") == "6A82"
    ask(card, SELECT_ENVIRONMENT)
    assert ask(card, "00B207280B") == "07094131323334353637389000"


def test_a_card_of_generation_1_has_no_name_extension(fields: dict[str, Any]) -> None:
    """Version 1.00: the sex is record 3 of EF06 and tag 4E is unknown."""
    card = VirtualCard.from_fields(fields | {"version": "1.00"})
    ask(card, SELECT_ENVIRONMENT)
    assert ask(card, "00B2033403") == "0A01319000"
    assert ask(card, "00B24E3016") == "6A83"


def test_a_whole_answer_is_put_together(card: VirtualCard) -> None:
    """Without knowing any length, an exchange ends with all bytes: resent after 6Cxx, fetched after 61xx."""
    channel = Channel(card.transmit)
    description = channel.exchange(Command(0x00, 0xA4, 0x04, 0x00, data=bytes.fromhex(SELECT_ENVIRONMENT[10:])))
    assert (description.data[:2].hex(), description.status) == ("6f11", 0x9000)
    record = channel.exchange(Command(0x00, 0xB2, 0x07, 0x28))
    assert (record.data[2:], record.status) == (b"A12345678", 0x9000)
    assert channel.apdu_count == 4


@pytest.mark.parametrize("answer", ["6108", "6C08"])
def test_a_card_that_never_comes_to_an_end_is_given_up(answer: str) -> None:
    """The rounds of one exchange are bounded."""
    channel = Channel(lambda command: bytes.fromhex(answer))
    with pytest.raises(DeviceError) as caught:
        channel.exchange(Command(0x00, 0xB2, 0x07, 0x28))
    assert caught.value.code == "card-damaged"
    assert channel.apdu_count == ROUNDS_MAX


@pytest.mark.parametrize(
    ("status", "english", "chinese"),
    [
        (0x9000, "done", "成功"),
        (0x6A82, "file not found", "未找到文件"),
        (0x63C2, "check failed, 2 tries left", "校验失败,剩余2次"),
        (0x63C1, "check failed, 1 try left", "校验失败,剩余1次"),
        (0x6C0B, "wrong length, 11 is right", "长度错误,应为11"),
        (0x6112, "done, 18 bytes wait", "成功,尚有18字节"),
        (0x9999, "unknown status", "未知状态"),
    ],
)
def test_a_status_word_has_plain_words(status: int, english: str, chinese: str) -> None:
    """Including those that carry a number."""
    assert describe_status(status) == (english, chinese)


@pytest.mark.parametrize(
    "wrong",
    [
        {"area_code": "370600"},
        {"name": "长" * 26},
        {"version": "1.00", "name": "长" * 16},
        {"card_number": "A1234567890"},
    ],
)
def test_a_card_that_cannot_exist_is_refused(fields: dict[str, Any], wrong: dict[str, Any]) -> None:
    """A value too long for its record, or an area that contradicts the identification code."""
    with pytest.raises(ValueError, match=r"record|extension|area_code"):
        VirtualCard.from_fields(fields | wrong)
