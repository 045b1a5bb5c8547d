"""Commands and answers of a chip card (ISO 7816-4), and the way to a card.

Promises: an exchange ends after a bounded number of rounds, and no error holds data of the card's holder.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hw.card_errors import card_error
from hw.ports import DeviceState

ROUNDS_MAX = 8
"""Rounds of one exchange: the command itself, one resend (6Cxx), and the parts of a long answer (61xx)."""

ATR_BYTES_MIN, ATR_BYTES_MAX = 2, 33
"""An answer to reset outside these bounds is none (ISO 7816-3)."""

STATUS_OK = 0x9000
STATUS_APPLICATION_BLOCKED = 0x6283
STATUS_WRONG_LENGTH = 0x6700
STATUS_NOT_AUTHENTICATED = 0x6982
STATUS_BLOCKED = 0x6983
STATUS_FILE_MISSING = 0x6A82
STATUS_RECORD_MISSING = 0x6A83
_MORE_WAITING = 0x61
_WRONG_LENGTH = 0x6C

Octets: TypeAlias = bytes | bytearray
"""Bytes of a command; a bytearray where they are wiped after use."""


class Transmit(Protocol):
    """Carries one command to the card and brings its answer, data and two status bytes, back whole."""

    def __call__(self, command: Octets, /) -> bytes:
        """Raises DeviceError when no answer came."""


class CardLink(Protocol):
    """A conversation with the card that is in the slot now, freshly reset; it never moves to another card."""

    def transmit(self, command: Octets, /) -> bytes:
        """See `Transmit`."""


class CardSlot(Protocol):
    """A place for a chip card: a reader, or the slot of a PSAM."""

    def state(self) -> DeviceState:
        """`card-present` or `no-card` (good), `no-reader` (fault), or unknown. Never raises."""

    def connect(self) -> AbstractContextManager[CardLink]:
        """Reset the card and have it alone until the end of the context; one caller at a time. Raises DeviceError."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `data` goes in (at most 255 bytes); `expected_length` (Le, 0 to 255) asks for data out.

    In T=0 a command carries data one way only, so the two are never sent together.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected_length: int = 0

    def encode(self) -> bytes:
        """The bytes for the card: header, P3, data."""
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        if self.data:
            return header + bytes((len(self.data),)) + self.data
        return header + bytes((self.expected_length,))

    def __repr__(self) -> str:
        # The data may be keys' cousins (message codes, identities); the header says enough.
        return f"Command({self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: its data and its status word (0x9000 is success)."""

    data: bytes
    status: int

    @property
    def accepted(self) -> bool:
        """9000, or 61xx: done, and more bytes wait."""
        return self.status == STATUS_OK or self.status >> 8 == _MORE_WAITING

    def __repr__(self) -> str:
        # The data may be a person's name; a repr ends up in tracebacks.
        return f"Response({len(self.data)} bytes, status={self.status:04X})"


class Channel:
    """A conversation with one card. `apdu_count` counts every command that went out."""

    def __init__(self, transmit: Transmit) -> None:
        self._transmit = transmit
        self.apdu_count = 0

    def send(self, command: Command) -> Response:
        """One command, one answer, as they are. Raises DeviceError."""
        return self.send_octets(command.encode())

    def send_octets(self, command: Octets) -> Response:
        """One command already in bytes, which its owner may wipe afterwards. Raises DeviceError."""
        self.apdu_count += 1
        answer = self._transmit(command)
        if len(answer) < 2:
            raise card_error("card-removed")
        return Response(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def exchange(self, command: Command) -> Response:
        """A command with its whole answer: resent on 6Cxx, the rest fetched on 61xx. Raises DeviceError.

        A command that carries data is never sent twice: what it does, it might do twice.
        """
        data = b""
        for _ in range(ROUNDS_MAX):
            response = self.send(command)
            data += response.data
            kind, length = divmod(response.status, 0x100)
            if kind == _WRONG_LENGTH and not command.data:
                command = Command(command.cla, command.ins, command.p1, command.p2, expected_length=length)
            elif kind == _MORE_WAITING:
                command = Command(0x00, 0xC0, 0x00, 0x00, expected_length=length)
            else:
                return Response(data, response.status)
        raise card_error("card-damaged", f"INS {command.ins:02X}: no end after {ROUNDS_MAX} rounds")
