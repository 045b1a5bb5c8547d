"""The interfaces that the terminal speaks to its devices, their value types, states and errors.

A device has three states, not two: good, fault, and unknown (it did not answer, or answered nonsense).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Health(Enum):
    """Whether a device can be used. `UNKNOWN` is never read as either of the others."""

    GOOD = "good"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What a device says of itself.

    code: stable word: `ready`, `no-reader`, `no-card`, `card-present`, `paper-low`, `paper-out`, `cover-open`,
    `offline`, `error`, `no-answer`.
    detail: one line for the engineer, without personal data.
    """

    health: Health
    code: str
    detail: str = ""


class DeviceError(Exception):
    """A device did not do what it was asked.

    code: stable word: `no-reader`, `no-card`, `foreign-card`, `card-mute`, `card-removed`, `card-damaged`,
    `card-blocked`, `card-swapped`, `pin-needed`, `pin-wrong`, `pin-last-try`, `pin-malformed`, `pin-locked`,
    `pin-unanswered`, `no-purse`,
    `purse-insufficient`, `purse-locked`, `purse-refused`, `purse-nonsense`, `no-psam`, `psam-foreign`, `psam-locked`,
    `paper-out`, `cover-open`, `offline`, `no-answer`, `write-timeout`.
    message, message_zh: one line each, saying what to do; never personal data.
    """

    def __init__(self, code: str, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_zh = message_zh


class PinError(DeviceError):
    """A PIN is asked for, was not accepted, or not even sent. tries_left: what the card says is left; None where it
    does not say."""

    def __init__(self, code: str, message: str, message_zh: str, tries_left: int | None) -> None:
        super().__init__(code, message, message_zh)
        self.tries_left = tries_left


class Pin:
    """A PIN on its way from the pad to the card: used once, then wiped.

    digits: ASCII digits; the driver overwrites them with zeros when it is done, whatever came of it; where no driver
    was reached, they are overwritten when nobody holds the PIN any more.
    last_try_allowed: the holder has said yes to using the last try before the card locks.
    unanswered: it has been sent, and the card has not answered: whether a try has counted is not known.
    """

    __slots__ = ("digits", "last_try_allowed", "unanswered")

    def __init__(self, digits: bytearray, last_try_allowed: bool = False) -> None:
        self.digits = digits
        self.last_try_allowed = last_try_allowed
        self.unanswered = False

    def wipe(self) -> None:
        """Overwrite the digits in place; any number of times."""
        self.digits[:] = bytes(len(self.digits))

    def __del__(self) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return "Pin()"


@dataclass(frozen=True, slots=True)
class SocialSecurityCard:
    """What was read from a social-security card (EF05 and EF06).

    area_code: six digits of the issuing area. identification_code: 32 hex digits (卡识别码).
    id_number: 社会保障号码, as a rule the citizen's number. sex: "1", "2" or "0" for unknown.
    apdu_count: how many commands the reading took.
    """

    area_code: str
    identification_code: str
    card_number: str
    version: str
    issued_on: dt.date | None
    expires_on: dt.date | None
    id_number: str
    name: str
    sex: str
    apdu_count: int

    def __repr__(self) -> str:
        # A card must never reach a log whole, not even through a stray repr.
        return f"SocialSecurityCard(area_code={self.area_code!r}, card_number=…{self.card_number[-3:]})"


@dataclass(frozen=True, slots=True)
class CardReport:
    """A card looked at whole, for people. pin_tries_left: None where the card does not say; 0 is locked.

    applications: stable words of those found: `social-security`, `public`, `employment`, `insurance`, `medical`,
    `talent`, `bank`. apdu_count: how many commands it took, the reading of the card included.
    """

    card: SocialSecurityCard
    pin_tries_left: int | None
    applications: tuple[str, ...]
    apdu_count: int


class CardReader(Protocol):
    """A reader with at most one card in it."""

    def state(self) -> DeviceState:
        """`card-present` or `no-card` (good), `no-reader` (fault), or unknown. Never raises."""

    def read_card(self, pin: Pin | None = None) -> SocialSecurityCard:
        """Read the card that is inserted now: ten commands, nine on a card of generation 1.

        pin: sent only where the card asks for one, which takes three commands more; wiped in any case.
        Raises DeviceError: PinError where it asks for its PIN (one command more), or does not take it.
        """

    def inspect_card(self, pin: Pin | None = None) -> CardReport:
        """Read the card, and what else is on it, for people. No PIN try is used up by asking. Raises DeviceError."""

    def check_same_card(self, card: SocialSecurityCard) -> None:
        """Return when the card that is inserted now is that card: two commands. Raises DeviceError: `card-swapped`,
        `no-card`, `foreign-card`, `card-removed` …"""


class EventKind(Enum):
    """What a reader's watcher has seen."""

    READER_ARRIVED = "reader-arrived"
    READER_GONE = "reader-gone"
    CARD_INSERTED = "card-inserted"
    CARD_REMOVED = "card-removed"
    SERVICE_LOST = "service-lost"
    SERVICE_BACK = "service-back"


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """One change at the readers. reader: its name as PC/SC gives it; "" for the service itself."""

    kind: EventKind
    reader: str = ""


class ReceiptPrinter(Protocol):
    """A printer that takes ESC/POS bytes."""

    def state(self) -> DeviceState:
        """From the printer's real-time status. Never raises."""

    def print(self, data: bytes) -> None:
        """Send one whole document and return when the printer has taken it. Raises DeviceError.

        After an error the paper is in doubt: the document is printed again whole, marked as such.
        """


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """One code as it was scanned: an e-credential token, opaque. Only `text` holds it; it is never printed."""

    text: str

    def __repr__(self) -> str:
        return f"ScannedCode({len(self.text)} characters)"

    __str__ = __repr__


class CodeScanner(Protocol):
    """A serial QR scanner. Its codes are e-credential tokens and never reach a log."""

    def state(self) -> DeviceState:
        """`ready` (good) or `offline` (fault). Never raises."""

    def next_code(self) -> ScannedCode | None:
        """The next whole code that has arrived, or None; the same one shown again within two seconds is no other.
        Raises DeviceError `offline` when the port is gone; it comes back by itself."""

    def flush(self) -> None:
        """Forget what has arrived so far: before a patient is asked to show a code."""

    def close(self) -> None:
        """Let go of the port."""
