"""A card reader without a card service: the same virtual cards, read in-process by the same code."""

from __future__ import annotations

from pathlib import Path

from hw.apdu import card_error
from hw.cards.social_security import read_social_security_card
from hw.ports import DeviceState, Health, SocialSecurityCard
from hw.simulated.social_card import CardSilent, CardTorn, VirtualCard

_ATR_FIRST_BYTES = (b"\x3b", b"\x3f")


class SimulatedReader:
    """A CardReader with at most one virtual card in it. `connected`: false plays an unplugged reader."""

    def __init__(self, card: VirtualCard | None = None, connected: bool = True) -> None:
        self.connected = connected
        self._card = card

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, in place of the one before."""
        self._card = card

    def remove(self) -> None:
        """Pull the card out; without one nothing happens."""
        self._card = None

    def state(self) -> DeviceState:
        if not self.connected:
            return DeviceState(Health.FAULT, "no-reader")
        return DeviceState(Health.GOOD, "no-card" if self._card is None else "card-present")

    def read_card(self) -> SocialSecurityCard:
        """Read the inserted card. Raises DeviceError as the real reader does."""
        if not self.connected:
            raise card_error("no-reader")
        if self._card is None:
            raise card_error("no-card")
        if self._card.atr[:1] not in _ATR_FIRST_BYTES:
            raise card_error("card-mute")
        self._card.reset()
        return read_social_security_card(self._transmit)

    def _transmit(self, command: bytes, /) -> bytes:
        if self._card is None:
            raise card_error("card-removed")
        try:
            return self._card.transmit(command)
        except CardTorn:
            self.remove()
            raise card_error("card-removed") from None
        except CardSilent:
            raise card_error("card-mute") from None


class CardFileReader:
    """A CardReader whose card is a file: the card is in the reader while the file is there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self) -> DeviceState:
        return DeviceState(Health.GOOD, "card-present" if self._path.is_file() else "no-card")

    def read_card(self) -> SocialSecurityCard:
        """Read the card that the file describes now. Raises DeviceError; a file that is no card is `card-damaged`."""
        try:
            card = VirtualCard.load(self._path)
        except FileNotFoundError:
            raise card_error("no-card") from None
        except (OSError, ValueError, KeyError):
            raise card_error("card-damaged") from None
        return SimulatedReader(card).read_card()
