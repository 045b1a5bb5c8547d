"""The purse's codes and the virtual cards' answers, byte for byte against worked examples of JR/T 0025."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from purse_parts import PSAM, PURSE, given_random, purse_card

from hw.simulated.card_files import load_card
from hw.simulated.card_system import CardSystem
from hw.simulated.keys import (
    derive_key,
    encrypt_block,
    load_session_key,
    message_code,
    purchase_session_key,
)
from hw.simulated.memory import CardMemory
from hw.simulated.psam import VirtualPsam
from hw.simulated.social_card import VirtualCard

CARDS_FOLDER = Path(__file__).parents[2] / "examples" / "cards"
PUBLISHED_KEY = bytes.fromhex("11223344556677888877665544332211")
PUBLISHED_WHO = bytes.fromhex("001122334455")


def ask(card: CardSystem, command: str) -> str:
    return card.transmit(bytes.fromhex(command.replace(" ", ""))).hex().upper()


def test_a_published_purchase_is_computed_alike() -> None:
    """Session key, MAC1 and MAC2 of an engineers' published example."""
    key = purchase_session_key(PUBLISHED_KEY, bytes.fromhex("11223344"), bytes(2), bytes.fromhex("00000001"))
    assert key.hex().upper() == "003238ABC57659DD"
    amount, moment = bytes.fromhex("00001000"), bytes.fromhex("20120229135100")
    assert message_code(key, amount + b"\x06" + PUBLISHED_WHO + moment).hex().upper() == "F15CAB75"
    assert message_code(key, amount).hex().upper() == "56988A13"


def test_a_published_load_is_computed_alike() -> None:
    """Session key, MAC1 and MAC2 of the published load."""
    key = load_session_key(PUBLISHED_KEY, bytes.fromhex("11223344"), bytes(2))
    assert key.hex().upper() == "9B1D924E05595603"
    amount, moment = bytes.fromhex("00001000"), bytes.fromhex("20111221214822")
    assert message_code(key, bytes(4) + amount + b"\x01" + PUBLISHED_WHO).hex().upper() == "2988AE5A"
    assert message_code(key, amount + b"\x01" + PUBLISHED_WHO + moment).hex().upper() == "3A845BF0"


def test_keys_are_derived_by_factor() -> None:
    """A card's key from the master, and the process key of an authentication."""
    master, factor = bytes.fromhex("404142434445464748494A4B4C4D4E4F"), bytes.fromhex("8660110816000001")
    assert derive_key(master, factor).hex().upper() == "66FC30B86AFB3F9C87D65234C661E165"
    key, random = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("A1B2C3D4E5F60718")
    process_key = encrypt_block(key, random)
    assert process_key.hex().upper() == "FD7AF640961CDB8B"
    assert encrypt_block(process_key, bytes.fromhex("1122334455667788")).hex().upper() == "C6D2475BEBD83EE4"


def test_the_worked_chain_of_purchase_proof_and_load(fields: dict[str, Any]) -> None:
    """100.00 in the purse: 36.80 spent, proved after a tear, 50.00 loaded; each command and answer to the byte."""
    whole = fields | {"pin": {"digits": "314159"}, "purse": PURSE}
    card = VirtualCard.from_fields(whole, CardMemory(), given_random("A1B2C3D4", "5A5B5C5D"))
    module = VirtualPsam.from_fields(PSAM)
    ask(card, "00A4040006D15600000503")
    ask(module, "00A4040006D15600000590")
    assert ask(card, "805001020B 01 00000E60 130000000001 0F") == "0000271000120000000100A1B2C3D49000"
    start = "807000001C A1B2C3D4 0012 00000E60 06 20240115 103000 01 00 8660110816000001 08"
    assert ask(module, start) == "00000A070D4F54209000"
    assert ask(card, "805401000F 00000A07 20240115103000 0D4F5420 08") == "9E6BE3A78B285D709000"
    assert ask(module, "8072000004 8B285D70") == "9000"
    assert ask(card, "805C000204") == "000018B09000"
    assert ask(card, "00B201C417") == "001300000000000E6006130000000001202401151030009000"
    assert ask(card, "805A000602 0013 08") == "8B285D709E6BE3A79000"
    assert ask(card, "805A000602 0012 08") == "9406"
    assert ask(card, "805000020B 01 00001388 130000000001 10") == "6982"
    assert ask(card, "0020000003314159") == "9000"
    answer = "000018B00003 0100 5A5B5C5D EB8B2535 9000".replace(" ", "")
    assert ask(card, "805000020B 01 00001388 130000000001 10") == answer
    assert ask(card, "805200000B 20240115103000 64769F13 04") == "EB1B222A9000"
    assert ask(card, "805C000204") == "00002C389000"


def test_the_card_does_nothing_out_of_turn(fields: dict[str, Any]) -> None:
    """The start must directly precede the debit; a wrong code, key or amount changes nothing."""
    card = purse_card(fields)
    ask(card, "00A4040006D15600000503")
    debit = "805401000F 00000A07 20240115103000 0D4F5420 08"
    assert ask(card, debit) == "6901"
    ask(card, "805001020B 01 00000E60 130000000001 0F")
    ask(card, "805C000204")
    assert ask(card, debit) == "6901"
    ask(card, "805001020B 01 00000E60 130000000001 0F")
    assert ask(card, "805401000F 00000A07 20240115103000 0D4F5421 08") == "9302"
    assert ask(card, debit) == "6901"
    assert ask(card, "805001020B 02 00000E60 130000000001 0F") == "9403"
    assert ask(card, "805001020B 01 00002711 130000000001 0F") == "9401"
    assert ask(card, "805C000204") == "000027109000"
    assert ask(card, "00B201C417") == "6A83"


def test_a_psam_locks_after_three_wrong_codes() -> None:
    """And stays locked after power-on."""
    module = VirtualPsam.from_fields(PSAM)
    start = "807000001C A1B2C3D4 0012 00000E60 06 20240115 103000 01 00 8660110816000001 08"
    for _ in range(3):
        ask(module, "00A4040006D15600000590")
        assert ask(module, start).endswith("9000")
        assert ask(module, "8072000004 00000000") == "9302"
    module.reset()
    ask(module, "00A4040006D15600000590")
    assert ask(module, start) == "9303"


def test_a_terminal_number_is_never_given_twice() -> None:
    """Each start takes the next one, also when nothing came of the one before; the number comes from file 0016."""
    module = VirtualPsam.from_fields(PSAM)
    assert ask(module, "00B0960006") == "1300000000019000"
    ask(module, "00A4040006D15600000590")
    start = "807000001C A1B2C3D4 0012 00000E60 06 20240115 103000 01 00 8660110816000001 08"
    assert [ask(module, start)[:8] for _ in range(3)] == ["00000A07", "00000A08", "00000A09"]


def test_a_card_keeps_its_state_on_disk(tmp_path: Path) -> None:
    """Another object from the same files is the same card: balance, counter, log, and PIN tries."""
    state = tmp_path / "card.state.json"
    card = load_card(CARDS_FOLDER / "purse-01.toml", state)
    assert ask(card, "0020000003111111") == "63C2"
    again = load_card(CARDS_FOLDER / "purse-01.toml", state)
    assert ask(again, "0020000000") == "63C2"
    assert ask(again, "0020000003314159") == "9000"
    assert ask(load_card(CARDS_FOLDER / "purse-01.toml", state), "0020000000") == "63C3"


@pytest.mark.parametrize("wrong", ["111111", "000000"])
def test_a_card_locks_after_its_tries(fields: dict[str, Any], wrong: str) -> None:
    """Three wrong PINs: 63C2, 63C1, 6983; then even the right one is refused."""
    card = purse_card(fields)
    assert [ask(card, f"0020000003{wrong}") for _ in range(3)] == ["63C2", "63C1", "6983"]
    assert ask(card, "0020000003314159") == "6983"


def test_the_example_cards_belong_together() -> None:
    """The purse's keys are those that the PSAM derives from its master and the purse's serial."""
    purse = tomllib.loads((CARDS_FOLDER / "purse-01.toml").read_text(encoding="utf-8"))["purse"]
    module = tomllib.loads((CARDS_FOLDER / "without-holder" / "psam-01.toml").read_text(encoding="utf-8"))
    derived = derive_key(bytes.fromhex(module["purchase_master_key"]), bytes.fromhex(purse["serial"])[-8:])
    assert derived.hex().upper() == purse["purchase_key"]
    assert isinstance(load_card(CARDS_FOLDER / "without-holder" / "foreign-01.toml"), CardSystem)
