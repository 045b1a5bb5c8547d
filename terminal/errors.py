"""The errors of the house: each says what happened, where, whether money moved, and what to do.

A message is one line, in English and in Chinese, and never holds a PIN, a full identity number or a full card
number. `code` is part of the public contract (problem+json of the local API).
"""

from __future__ import annotations

from typing import Literal

MoneyMoved = Literal["no", "yes", "unknown"]
Retry = Literal["never", "same-key", "after"]


class TerminalError(Exception):
    """Base of all errors that the terminal raises on purpose.

    code: stable word for programs, `kebab-case`.
    message, message_zh: one line each for people.
    at: the place in the input (`items[2].amount`) or the part of the terminal (`center`, `printer`); may be "".
    money_moved: whether money moved before this error; `unknown` means in doubt.
    retry: what the caller may do: `never` the same again, `same-key` at once, `after` the cause is gone.
    tries_left: of a card's PIN, where the error is about one and the card says; else None.
    """

    money_moved: MoneyMoved = "no"
    retry: Retry = "never"
    tries_left: int | None = None

    def __init__(self, code: str, message: str, message_zh: str, at: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_zh = message_zh
        self.at = at

    def __str__(self) -> str:
        return f"{self.at}: {self.message}" if self.at else self.message


class Refused(TerminalError):
    """The input, the law or a rule of the terminal says no; nothing was changed."""


class Missing(Refused):
    """What was asked for does not exist (HTTP 404)."""


class Conflict(Refused):
    """It contradicts what already stands: key reused, already voided, day closed (HTTP 409 or 422)."""


class Unavailable(TerminalError):
    """A device or the center cannot serve now; nothing was changed; try again when the cause is gone."""

    retry: Retry = "after"


class InDoubt(TerminalError):
    """Something outside was asked and did not answer: neither success nor failure."""

    money_moved: MoneyMoved = "unknown"
    retry: Retry = "same-key"


class Broken(TerminalError):
    """A promise of our own is broken (identity, hash chain, pragma): stop and call the engineer."""

    money_moved: MoneyMoved = "unknown"
