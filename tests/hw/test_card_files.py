"""The sixteen made-up persons of `examples/cards`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hw.ports import Pin, PinError
from hw.simulated.reader import SimulatedReader
from hw.simulated.social_card import VirtualCard

FOLDER = Path(__file__).parents[2] / "examples" / "cards"
FILES = sorted(FOLDER.glob("person-*.toml"))
YANTAI_AREAS = {"370602", "370611", "370612", "370613"}


def fields_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def check_digit(id_number: str) -> str:
    """GB 11643 (ISO 7064, MOD 11-2), written as the sum it is."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(id_number[:17]))
    remainder = (12 - total % 11) % 11
    return "X" if remainder == 10 else str(remainder)


def test_the_check_digit_of_a_published_number() -> None:
    """The standard's own example, so that the check below checks."""
    assert check_digit("11010519491231002X") == "X"


def test_there_are_sixteen() -> None:
    """By the names that the bills use."""
    assert [path.name for path in FILES] == [f"person-{number:02d}.toml" for number in range(1, 17)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_card_file_is_a_readable_card(path: Path) -> None:
    """What the file says is what a reader reads, and the identity number is a possible one."""
    fields = fields_of(path)
    held = SimulatedReader(VirtualCard.load(path)).read_card()
    for field in ("area_code", "identification_code", "card_number", "version", "id_number", "name", "sex"):
        assert getattr(held, field) == fields[field], field
    assert (held.issued_on, held.expires_on) == (fields["issued_on"], fields["expires_on"])
    assert fields["birth_date"] < fields["issued_on"] < fields["expires_on"]
    assert held.id_number[:6] in YANTAI_AREAS
    assert held.id_number[6:14] == fields["birth_date"].strftime("%Y%m%d")
    assert (held.sex == "1") == (int(held.id_number[16]) % 2 == 1)
    assert held.id_number[17] == check_digit(held.id_number)
    assert held.card_number[0].isupper()
    assert len(held.card_number) == 9
    assert held.card_number[1:].isdecimal()


def test_the_guarded_card_is_read_with_its_pin() -> None:
    """`pin-01.toml`: what the file says is what a reader reads, and it is the center's person."""
    fields = fields_of(FOLDER / "pin-01.toml")
    reader = SimulatedReader(VirtualCard.load(FOLDER / "pin-01.toml"))
    with pytest.raises(PinError):
        reader.read_card()
    held = reader.read_card(Pin(bytearray(fields["pin"]["digits"], "ascii")))
    assert (held.name, held.id_number) == (fields["name"], fields["id_number"])
    assert held.id_number[17] == check_digit(held.id_number)
    persons = tomllib.loads((FOLDER.parent / "bureau" / "persons.toml").read_text(encoding="utf-8"))["person"]
    assert [one["name"] for one in persons if one["card_number"] == held.card_number] == [held.name]


@pytest.mark.parametrize("field", ["id_number", "card_number", "identification_code", "atr", "name"])
def test_no_two_persons_share(field: str) -> None:
    """A card of one is never taken for another's."""
    assert len({fields_of(path)[field] for path in FILES}) == len(FILES)


def test_the_persons_cover_the_ways_of_being_insured() -> None:
    """Retired, minors, and the names that are hard on a card."""
    persons = [fields_of(path) for path in FILES]
    births = [person["birth_date"].year for person in persons]
    assert sum(year < 1960 for year in births) >= 3
    assert {2012, 2016} <= set(births)
    assert any(len(person["name"].encode("gb18030")) > 30 for person in persons)
    assert any(len(letter.encode("gb18030")) == 4 for person in persons for letter in person["name"])
    assert any(person["version"].startswith("1") for person in persons)
