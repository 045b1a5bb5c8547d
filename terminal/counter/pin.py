"""A PIN as a request gives it: out of its text at once, into memory that the card's driver overwrites.

Promise: nothing here or above keeps it, compares it or writes it down; it is in no digest, key, journal or answer. What
cannot be overwritten are Python's own texts: the piece of the request that held it and its decoded text are let go of
as soon as it is decoded, and their memory is used again by whatever comes next.
"""

from __future__ import annotations

from hw.ports import DeviceError, Pin, PinError
from terminal.errors import Refused, TerminalError

__all__ = ["PIN_PATTERN", "REFUSED_PINS", "Pin", "pin_of", "pin_to_try", "with_tries"]

PIN_PATTERN = "^[0-9]{4,12}$"

REFUSED_PINS = frozenset({"pin-needed", "pin-wrong", "pin-last-try", "pin-malformed", "pin-locked", "pin-unanswered"})
"""Device codes that no waiting mends."""


def pin_of(typed: object) -> Pin:
    """The PIN that a request's text is, to be used once. Raises TypeError, ValueError; no error holds it."""
    if not isinstance(typed, str):
        raise TypeError("a PIN is a text of 4 to 12 digits in quotes")
    if not (4 <= len(typed) <= 12 and typed.isascii() and typed.isdigit()):
        raise ValueError("a PIN has 4 to 12 digits")
    return Pin(bytearray(typed, "ascii"))


def pin_to_try(pin: Pin | None, last_try: bool) -> Pin | None:
    """The PIN of a request, with the holder's word on the last try. Raises Refused: a word without a PIN."""
    if pin is not None:
        pin.last_try_allowed = last_try
    elif last_try:
        raise Refused("bad-input", "only with a pin", "仅用于提交 pin 时", "last_try")
    return pin


def with_tries(error: TerminalError, said: DeviceError) -> TerminalError:
    """The same error, where the card asks for its PIN or did not take it: with the tries left. Only `pin-needed` may be
    asked again as it was: a PIN that is sent again by itself uses up the tries."""
    if isinstance(said, PinError):
        error.tries_left = said.tries_left
        error.at = "pin"
        error.retry = "after" if said.code == "pin-needed" else "never"
    return error
