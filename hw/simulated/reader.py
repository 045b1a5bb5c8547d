"""A card reader without a card service: the same virtual cards, read in-process by the same code."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from hw.apdu import ATR_BYTES_MAX, ATR_BYTES_MIN, CardLink, Octets
from hw.card_errors import card_error
from hw.ports import DeviceState, Health
from hw.simulated.card_files import load_card
from hw.simulated.card_system import CardSystem
from hw.simulated.script import CardSilent, CardTorn
from hw.slot_reader import SlotReader

_ATR_FIRST_BYTES = (b"\x3b", b"\x3f")

Result = TypeVar("Result")


class SimulatedReader(SlotReader):
    """A CardReader and CardSlot with at most one virtual card. `connected`: false plays an unplugged reader."""

    def __init__(self, card: CardSystem | None = None, connected: bool = True) -> None:
        self.connected = connected
        self._card = card

    def insert(self, card: CardSystem) -> None:
        """Put a card in, in place of the one before."""
        self._card = card

    def remove(self) -> None:
        """Pull the card out; without one nothing happens."""
        self._card = None

    def state(self) -> DeviceState:
        if not self.connected:
            return DeviceState(Health.FAULT, "no-reader")
        return DeviceState(Health.GOOD, "no-card" if self._card is None else "card-present")

    @contextmanager
    def connect(self) -> Iterator[CardLink]:
        """See `CardSlot.connect`."""
        if not self.connected:
            raise card_error("no-reader")
        if self._card is None:
            raise card_error("no-card")
        atr = self._card.atr
        if atr[:1] not in _ATR_FIRST_BYTES or not ATR_BYTES_MIN <= len(atr) <= ATR_BYTES_MAX:
            raise card_error("card-mute")
        self._card.reset()
        yield _Link(self, self._card)

    def with_card(self, job: Callable[[CardLink], Result]) -> Result:
        """See `SlotReader.with_card`."""
        with self.connect() as link:
            return job(link)

    def transmit_to(self, card: CardSystem, command: Octets) -> bytes:
        """One command to that card, if it is still the one that is in. Raises DeviceError."""
        if not self.connected or self._card is not card:
            raise card_error("card-removed")
        try:
            return card.transmit(command)
        except CardTorn:
            self.remove()
            raise card_error("card-removed") from None
        except CardSilent:
            raise card_error("card-mute") from None


class _Link:
    """A CardLink to one virtual card."""

    def __init__(self, reader: SimulatedReader, card: CardSystem) -> None:
        self._reader = reader
        self._card = card

    def transmit(self, command: Octets, /) -> bytes:
        """See `hw.apdu.Transmit`."""
        return self._reader.transmit_to(self._card, command)


class CardFileReader(SlotReader):
    """A CardReader and CardSlot whose card is a file: the card is in the reader while the file is there.

    What the card remembers lies beside it, in `<name>.state.json`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self) -> DeviceState:
        return DeviceState(Health.GOOD, "card-present" if self._path.is_file() else "no-card")

    @contextmanager
    def connect(self) -> Iterator[CardLink]:
        """See `CardSlot.connect`. A file that is no card is `card-damaged`."""
        try:
            card = load_card(self._path, self._path.with_suffix(".state.json"))
        except FileNotFoundError:
            raise card_error("no-card") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError):
            raise card_error("card-damaged") from None
        with SimulatedReader(card).connect() as link:
            yield _WhileThere(link, self._path)

    def with_card(self, job: Callable[[CardLink], Result]) -> Result:
        """See `SlotReader.with_card`."""
        with self.connect() as link:
            return job(link)


class _WhileThere:
    """A CardLink that ends when the card's file is taken away."""

    def __init__(self, link: CardLink, path: Path) -> None:
        self._link = link
        self._path = path

    def transmit(self, command: Octets, /) -> bytes:
        """See `hw.apdu.Transmit`."""
        if not self._path.exists():
            raise card_error("card-removed")
        return self._link.transmit(command)
