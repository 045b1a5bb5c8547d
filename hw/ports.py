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
    `card-blocked`, `pin-needed`, `paper-out`, `cover-open`, `offline`, `no-answer`, `write-timeout`.
    message, message_zh: one line each, saying what to do; never personal data.
    """

    def __init__(self, code: str, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_zh = message_zh


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


class CardReader(Protocol):
    """A reader with at most one card in it."""

    def state(self) -> DeviceState:
        """`card-present` or `no-card` (good), `no-reader` (fault), or unknown. Never raises."""

    def read_card(self) -> SocialSecurityCard:
        """Read the card that is inserted now. Raises DeviceError."""


class ReceiptPrinter(Protocol):
    """A printer that takes ESC/POS bytes."""

    def state(self) -> DeviceState:
        """From the printer's real-time status. Never raises."""

    def print(self, data: bytes) -> None:
        """Send one whole document and return when the printer has taken it. Raises DeviceError.

        After an error the paper is in doubt: the document is printed again whole, marked as such.
        """


class CodeScanner(Protocol):
    """A serial QR scanner. Its codes are e-credential tokens and never reach a log."""

    def state(self) -> DeviceState:
        """Whether the port can be read. Never raises."""

    def next_code(self) -> str | None:
        """The next whole code that has arrived, or None. Raises DeviceError when the port is gone."""
