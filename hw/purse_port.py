"""The interface that the terminal speaks to an electronic purse and its PSAM, and what passes over it.

Promises: whatever must be durable before money moves is whole in a `DebitIntent`, made before the card is told; the
outcome of a debit has three values, and "unknown" is cleared up only by the same card (`PurseSession.ask_proof`).
All values are texts and integers, so that a journal can keep them as they are; money is in fen.
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hw.ports import DeviceState, Pin, SocialSecurityCard


@dataclass(frozen=True, slots=True)
class PurseCard:
    """A purse, and the card that it lies on. Equal in all fields means the same purse.

    identification_code: 卡识别码 of the social-security card, 32 hex digits. issuer: 16 hex digits. serial: the
    application's serial number, 20 hex digits. valid_from, valid_until: ISO dates, "" when blank. dialect: which
    commands it takes (`hw.cards.purse`). kind: 1 deposit (ED), 2 purse (EP).
    """

    identification_code: str
    issuer: str
    serial: str
    valid_from: str
    valid_until: str
    dialect: str
    kind: int

    def __repr__(self) -> str:
        return f"PurseCard(serial=…{self.serial[-4:]}, dialect={self.dialect!r})"


@dataclass(frozen=True, slots=True)
class DebitIntent:
    """Everything of a debit that must be durable BEFORE the card is told, and all that its TAC is made over.

    amount_fen, balance_before_fen: 0 to 2^32-1. overdraft_fen: what the card lets the balance go below zero.
    counter: the card's debit counter before this debit; the debit makes it counter + 1, once. terminal_number:
    12 hex digits; terminal_counter: the PSAM's number of this debit, never used twice. transaction_type: 5 or 6.
    moment: fourteen digits YYYYMMDDhhmmss, local time, as the card logs them. card_random, mac1: 8 hex digits.
    """

    card: PurseCard
    amount_fen: int
    balance_before_fen: int
    overdraft_fen: int
    counter: int
    key_version: int
    algorithm: int
    card_random: str
    terminal_number: str
    terminal_counter: int
    transaction_type: int
    moment: str
    mac1: str


class DebitState(Enum):
    """Whether the money has left the purse. `UNKNOWN` is never read as either of the others."""

    DONE = "done"
    NOT_DONE = "not-done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DebitProof:
    """What the card gave for the money. tac: 8 hex digits for the bureau, "" where the card has no proof any more.

    mac2_verified: the PSAM has checked the card's answer at the counter. Where it has not (the proof was asked for
    after a tear), only the bureau's check of the TAC shows that the card is genuine.
    """

    tac: str
    mac2: str
    mac2_verified: bool


@dataclass(frozen=True, slots=True)
class DebitOutcome:
    """How a debit ended. proof: with `DONE` only. balance_after_fen: with `DONE`, what the purse holds after it.

    reason: stable word: `debited`, `refused`, `not-debited`, `no-answer`, `psam-no-answer`, `mac2-wrong`,
    `contradiction`, `used-elsewhere`. detail: one line for the engineer, without personal data.
    """

    state: DebitState
    reason: str
    detail: str = ""
    proof: DebitProof | None = None
    balance_after_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PurseLogEntry:
    """One transaction in the card's own log. counter: after it. transaction_type: 2 load, 5 or 6 purchase, …"""

    counter: int
    overdraft_fen: int
    amount_fen: int
    transaction_type: int
    terminal_number: str
    moment: str


class PurseSession(Protocol):
    """One purse, freshly reset and held alone, until the end of the context."""

    @property
    def card(self) -> PurseCard:
        """Which purse it is."""

    @property
    def apdu_count(self) -> int:
        """Commands sent so far, to card and PSAM together."""

    def require_debit(self) -> None:
        """Raises DeviceError `no-purse`: nobody has published how a purse of this dialect is debited."""

    def balance_fen(self) -> int:
        """What the purse holds. Raises DeviceError."""

    def log(self) -> tuple[PurseLogEntry, ...]:
        """The card's own log, newest first, at most ten. Raises DeviceError."""

    def verify_pin(self, pin: Pin) -> None:
        """Unlock what asks for a PIN (deposit ED, load); wiped in any case. Raises PinError, DeviceError."""

    def prepare_debit(self, amount_fen: int, moment: dt.datetime) -> DebitIntent:
        """Ask card and PSAM for everything; no money moves. moment: the local time that the card logs.

        Make the intent durable, then call `debit` in the same session. Raises DeviceError: `purse-insufficient`,
        `purse-locked`, `purse-refused`, `purse-nonsense`, `pin-needed`, `no-psam`, `psam-foreign`, `psam-locked`,
        `card-removed` …: nothing was debited, nothing need be kept. Raises ValueError for an amount below 1 fen.
        """

    def debit(self, intent: DebitIntent) -> DebitOutcome:
        """Tell the card; once for each intent, and only the one this session prepared last (else ValueError).

        Never raises DeviceError: whatever happens to card, PSAM or reader is in the outcome.
        """

    def ask_proof(self, intent: DebitIntent) -> DebitOutcome:
        """Ask the same card, in a later session, what became of the debit. Changes nothing; needs no PSAM.

        `UNKNOWN` here means that card and intent cannot be brought together (`contradiction`, `used-elsewhere`): a
        case for people. Raises DeviceError: `card-swapped` when it is another purse, `card-removed` when it leaves
        again: ask again when it is back.
        """


class PurseTerminal(Protocol):
    """A reader for the patient's purse, and a PSAM in its slot."""

    def state(self) -> DeviceState:
        """Of the PSAM: `card-present` (good), `no-card` or `no-reader` (fault), or unknown. Never raises."""

    def terminal_number(self) -> str:
        """The PSAM's terminal number, 12 hex digits. Raises DeviceError: `no-psam`, `psam-foreign`."""

    def session(self, expected: SocialSecurityCard | PurseCard | None = None) -> AbstractContextManager[PurseSession]:
        """Reset the card and find its purse: four commands. expected: the card that was identified, or the purse of
        an intent. Raises DeviceError: `card-swapped` when it is another, `no-purse`, `foreign-card`, `no-card` …"""
