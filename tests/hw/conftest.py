"""Two benches for the card tests: the real PC/SC service with a virtual reader, and its in-process twin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from hw.apdu import CardSlot
from hw.pcsc import PcscReader
from hw.ports import CardReader
from hw.simulated.card_system import CardSystem
from hw.simulated.pcscd import SECOND_READER_NAME, VirtualPcscd
from hw.simulated.reader import SimulatedReader
from hw.simulated.social_card import VirtualCard

CARDS_FOLDER = Path(__file__).parents[2] / "examples" / "cards"


class Reader(CardReader, CardSlot, Protocol):
    """What every reader of a bench is."""


class Bench(Protocol):
    """Two readers, the patient's and the PSAM's, and hands to put cards in and pull them out. `remove` and
    `remove_psam` also follow a card torn out."""

    @property
    def reader(self) -> Reader: ...

    @property
    def impatient_reader(self) -> Reader: ...

    @property
    def psam_reader(self) -> Reader: ...

    def insert(self, card: CardSystem) -> None: ...

    def remove(self) -> None: ...

    def insert_psam(self, card: CardSystem) -> None: ...

    def remove_psam(self) -> None: ...


class PcscBench:
    def __init__(self, service: VirtualPcscd) -> None:
        self._service = service
        self.reader = PcscReader(service.reader_name)
        self.impatient_reader = PcscReader(service.reader_name, reply_timeout_seconds=1.0)
        self.psam_reader = PcscReader(SECOND_READER_NAME)
        self.insert = service.insert
        self.remove = service.remove

    def insert_psam(self, card: CardSystem) -> None:
        self._service.insert(card, SECOND_READER_NAME)

    def remove_psam(self) -> None:
        self._service.remove(SECOND_READER_NAME)


class TwinBench:
    def __init__(self) -> None:
        self.reader = self.impatient_reader = SimulatedReader()
        self.psam_reader = SimulatedReader()
        self.insert = self.reader.insert
        self.remove = self.reader.remove
        self.insert_psam = self.psam_reader.insert
        self.remove_psam = self.psam_reader.remove


@pytest.fixture(scope="module")
def service(card_service_alone: None) -> Iterator[VirtualPcscd]:
    """The card service with its virtual reader. Where it cannot run the tests fail; they are not skipped."""
    with VirtualPcscd() as running:
        yield running


@pytest.fixture(params=["pcsc", "twin"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    in_service = request.param == "pcsc"
    made: Bench = PcscBench(request.getfixturevalue("service")) if in_service else TwinBench()
    yield made
    made.remove()
    made.remove_psam()


@pytest.fixture
def fields() -> dict[str, Any]:
    """A made-up holder whose record bytes are known from the standard's tables (`test_card_answers`)."""
    return {
        "card_number": "A12345678",
        "identification_code": "110110D1560000051108160000010A0B",
        "area_code": "110110",
        "id_number": "110101199003070011",
        "name": "张三",
        "sex": "1",
        "birth_date": dt.date(1990, 3, 7),
        "issued_on": dt.date(2024, 1, 15),
        "expires_on": dt.date(2034, 1, 15),
        "version": "2.00",
        "atr": "3B6D000000815431008660110816000001",
    }


@pytest.fixture
def card(fields: dict[str, Any]) -> VirtualCard:
    return VirtualCard.from_fields(fields)
