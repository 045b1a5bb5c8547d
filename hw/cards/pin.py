"""The holder's PIN: how many tries are left, and one try (ISO 7816-4 VERIFY; 4 to 12 digits, two a byte).

Promises: asking uses up no try; a wrong PIN is never sent twice; the last try is never used without the holder's
explicit yes; a try that the card has not answered is told as such, since it may have counted; the digits and the
command that carried them are overwritten whatever happens, and no error holds them.
"""

from __future__ import annotations

from hw.apdu import (
    STATUS_BLOCKED,
    STATUS_NOT_AUTHENTICATED,
    STATUS_OK,
    STATUS_WRONG_LENGTH,
    Channel,
    Command,
    Response,
)
from hw.card_errors import card_error
from hw.ports import DeviceError, Pin, PinError
from hw.status_words import tries_in_words

PIN_DIGITS_MIN, PIN_DIGITS_MAX = 4, 12
"""VERIFY takes two to six bytes (JR/T 0025); six digits are usual."""

_TRIES = 0x63C0
_HEADER_BYTES = 5
_FILLER = 0xF
"""What a digit alone in the last byte stands beside."""


def tries_left(channel: Channel) -> int | None:
    """How many tries the card says are left, 0 when it is locked; None when it does not say. One command.

    VERIFY without data asks and does not try. Raises DeviceError.
    """
    return _tries_of(channel.send(Command(0x00, 0x20, 0x00, 0x00)))


def pin_needed(channel: Channel, where: str, where_zh: str = "") -> DeviceError:
    """The error of a card that asks for its PIN at this place: `pin-needed` with the tries left, or `pin-locked`.

    One command. Raises DeviceError.
    """
    left = tries_left(channel)
    return _pin_error("pin-locked" if left == 0 else "pin-needed", left, where, where_zh)


def verify_pin(channel: Channel, pin: Pin) -> None:
    """Try the PIN once. Two commands: the tries left are asked for first.

    Raises PinError: `pin-malformed`, `pin-last-try` (nothing was tried), `pin-wrong` with the tries that are left,
    `pin-locked` when none is, `pin-unanswered` (the card left or fell silent, and may have counted a try); DeviceError
    as the channel does before anything was tried. The PIN is wiped in any case.
    """
    command = bytearray()
    try:
        command = _packed(pin.digits)
        pin.wipe()
        left = tries_left(channel)
        if left == 0:
            raise _pin_error("pin-locked", 0)
        if left == 1 and not pin.last_try_allowed:
            raise _pin_error("pin-last-try", 1)
        pin.unanswered = True
        response = _answer_to(channel, command)
        pin.unanswered = False
        _judge(response)
    finally:
        pin.wipe()
        command[:] = bytes(len(command))


def pin_unanswered(error: DeviceError) -> PinError:
    """What an error means that came while the card checked its PIN: only the card can say whether a try has counted."""
    return _pin_error("pin-unanswered", None, error.code)


def _packed(digits: bytearray) -> bytearray:
    """VERIFY with these digits. Raises PinError."""
    if not PIN_DIGITS_MIN <= len(digits) <= PIN_DIGITS_MAX or not digits.isdigit():
        raise _pin_error("pin-malformed", None)
    octets = (len(digits) + 1) // 2
    command = bytearray((0x00, 0x20, 0x00, 0x00, octets)) + bytearray(octets)
    for place, digit in enumerate(digits):
        command[_HEADER_BYTES + place // 2] |= (digit - 0x30) << (0 if place % 2 else 4)
    if len(digits) % 2:
        command[-1] |= _FILLER
    return command


def _answer_to(channel: Channel, command: bytearray) -> Response:
    try:
        return channel.send_octets(command)
    except DeviceError as error:
        raise pin_unanswered(error) from None


def _judge(response: Response) -> None:
    if response.status == STATUS_OK:
        return
    if response.status == STATUS_WRONG_LENGTH:
        raise _pin_error("pin-malformed", None, "the card takes another length", "卡片要求其他长度")
    left = _tries_of(response)
    if left == 0:
        raise _pin_error("pin-locked", 0)
    if left is None and response.status != STATUS_NOT_AUTHENTICATED:
        raise card_error("card-damaged", f"VERIFY {response.status:04X}")
    raise _pin_error("pin-wrong", left)


def _tries_of(response: Response) -> int | None:
    if response.status & 0xFFF0 == _TRIES:
        return response.status & 0x0F
    return 0 if response.status == STATUS_BLOCKED else None


def _pin_error(code: str, left: int | None, where: str = "", where_zh: str = "") -> PinError:
    tries, tries_zh = ("", "") if left is None else tries_in_words(left)
    place = [part for part in (where, tries) if part]
    place_zh = [part for part in (where_zh or where, tries_zh) if part]
    error = card_error(code, "; ".join(place), ";".join(place_zh))
    return PinError(code, error.message, error.message_zh, left)
