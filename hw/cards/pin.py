"""The holder's PIN: how many tries are left, and one try (ISO 7816-4 VERIFY; six digits in three BCD bytes).

Promises: asking uses up no try; a wrong PIN is never sent twice; the last try is never used without the holder's
explicit yes; the digits and the command that carried them are overwritten whatever happens, and no error holds them.
"""

from __future__ import annotations

from hw.apdu import STATUS_BLOCKED, STATUS_NOT_AUTHENTICATED, STATUS_OK, Channel, Command, Response
from hw.card_errors import card_error
from hw.ports import Pin, PinError

PIN_DIGITS = 6
_TRIES = 0x63C0


def tries_left(channel: Channel) -> int | None:
    """How many tries the card says are left, 0 when it is locked; None when it does not say. One command.

    VERIFY without data asks and does not try. Raises DeviceError.
    """
    return _tries_of(channel.send(Command(0x00, 0x20, 0x00, 0x00)))


def verify_pin(channel: Channel, pin: Pin) -> None:
    """Try the PIN once. Two commands: the tries left are asked for first.

    Raises PinError: `pin-malformed`, `pin-last-try` (nothing was tried), `pin-wrong` with the tries that are left;
    DeviceError `card-blocked` when none is left, or what the channel raises. The PIN is wiped in any case.
    """
    command = bytearray((0x00, 0x20, 0x00, 0x00, 3, 0, 0, 0))
    try:
        _pack(pin.digits, command)
        pin.wipe()
        left = tries_left(channel)
        if left == 0:
            raise card_error("card-blocked")
        if left == 1 and not pin.last_try_allowed:
            raise _pin_error("pin-last-try", 1)
        _judge(channel.send_octets(command))
    finally:
        pin.wipe()
        command[:] = bytes(len(command))


def _pack(digits: bytearray, command: bytearray) -> None:
    if len(digits) != PIN_DIGITS or not digits.isdigit():
        raise _pin_error("pin-malformed", None)
    for place in range(PIN_DIGITS // 2):
        command[5 + place] = (digits[2 * place] - 0x30) << 4 | (digits[2 * place + 1] - 0x30)


def _judge(response: Response) -> None:
    if response.status == STATUS_OK:
        return
    left = _tries_of(response)
    if left == 0:
        raise card_error("card-blocked")
    if left is None and response.status != STATUS_NOT_AUTHENTICATED:
        raise card_error("card-damaged", f"VERIFY {response.status:04X}")
    raise _pin_error("pin-wrong", left)


def _tries_of(response: Response) -> int | None:
    if response.status & 0xFFF0 == _TRIES:
        return response.status & 0x0F
    return 0 if response.status == STATUS_BLOCKED else None


def _pin_error(code: str, left: int | None) -> PinError:
    tries = ("", "") if left is None else (f"{left} tries left", f"剩余{left}次")
    error = card_error(code, *tries)
    return PinError(code, error.message, error.message_zh, left)
