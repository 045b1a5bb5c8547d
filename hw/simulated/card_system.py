"""The operating system of a virtual T=0 card: applications, files, PIN, and the ways in which it can misbehave.

It shares no constant with the code that reads cards, so that a wrong one shows. Its memory outlives the slot: a card
that is pulled out and comes back is the same object, or the same state file.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from hw.simulated.memory import CardMemory
from hw.simulated.script import CardSilent, CardTorn, Script, Step

SELECTED_BY_NAME = 0x04
RECORD_BY_TAG = 0
RECORD_BY_NUMBER = 4

Answer = tuple[bytes, int]
"""Data and status word, before T=0 cuts them into 61xx and 6Cxx."""

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """A command, taken apart. expected: Le, None where the command has none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    expected: int | None


class Functions(Protocol):
    """The commands of an application's own class."""

    def answer(self, request: Request, verified: bool) -> Answer:
        """verified: the PIN was right since power-on."""

    def forget(self) -> None:
        """Power-on, reset or another application: what was begun is cancelled."""


@dataclass
class Application:
    """One application. files: short file identifier to records (each tag, length, value); binaries: to bytes.

    guarded: files that ask for the PIN. functions: its own commands. blocked: selecting it gives 6283.
    """

    name: bytes
    files: dict[int, list[bytes]] = field(default_factory=dict)
    binaries: dict[int, bytes] = field(default_factory=dict)
    guarded: frozenset[int] = frozenset()
    functions: Functions | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class PinOnCard:
    """digits: 4 to 12. tries_max: wrong ones in a row until the card locks."""

    digits: str
    tries_max: int = 3


class CardSystem:
    """A card. forms: the forms of READ RECORD it takes: whether by short file identifier, and which mode.

    main: what lies in the main file, selected after power-on. random_bytes: its random numbers.
    """

    def __init__(
        self,
        atr: bytes,
        applications: list[Application],
        pin: PinOnCard | None = None,
        memory: CardMemory | None = None,
        main: Application | None = None,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        self.atr = atr
        self.applications = applications
        self.pin = pin
        self.memory = memory or CardMemory()
        self.script = Script()
        self.forms = {(short, mode) for short in (True, False) for mode in (RECORD_BY_TAG, RECORD_BY_NUMBER)}
        self._main = main or Application(b"")
        self._random_bytes = random_bytes
        self.reset()

    def reset(self) -> None:
        """Power-on or reset: memory stays, selection, PIN and whatever was begun go."""
        self.apdu_count = 0
        self._verified = False
        self._waiting = b""
        self._enter(self._main)

    def transmit(self, command: bytes | bytearray) -> bytes:
        """Answer one command. Raises CardTorn or CardSilent where the script says so."""
        self.apdu_count += 1
        step = self.script.step(self.apdu_count, command[1] if len(command) > 1 else -1)
        if step is None:
            return self._packed(command, *self._answer(bytes(command)))
        return self._misbehave(step, command)

    def _misbehave(self, step: Step, command: bytes | bytearray) -> bytes:
        if step.do == "pull-before":
            raise CardTorn
        if step.do == "mute":
            raise CardSilent
        if step.do in ("status", "answer"):
            return bytes.fromhex(step.value)
        data, status = self._answer(bytes(command))
        match step.do:
            case "pull-after":
                raise CardTorn
            case "status-after":
                return bytes.fromhex(step.value)
            case "more" if data:
                self._waiting = data
                return b"\x61" + bytes((len(data),))
            case "wrong-length" if data:
                self._waiting = data if command[1] == 0xC0 else b""
                return b"\x6c" + bytes((len(data),))
            case "slow":
                threading.Event().wait(int(step.value) / 1000)
            case "damage" if data:
                place = int(step.value or -1) % len(data)
                data = data[:place] + bytes((data[place] ^ 0xFF,)) + data[place + 1 :]
            case "wrong-mac":
                data = data[:-4] + bytes(byte ^ 0xFF for byte in data[-4:])
        return self._packed(command, data, status)

    def _packed(self, command: bytes | bytearray, data: bytes, status: int) -> bytes:
        """T=0: data that nobody made room for waits for GET RESPONSE; a wrong length is corrected."""
        sw = status.to_bytes(2, "big")
        if not data:
            return sw
        request = _request(bytes(command))
        if request is None or request.expected is None:
            self._waiting = data
            return b"\x61" + bytes((len(data),))
        if request.expected != len(data):
            if request.ins == 0xC0:
                self._waiting = data
            return b"\x6c" + bytes((len(data),))
        return data + sw

    def _answer(self, command: bytes) -> Answer:
        waiting, self._waiting = self._waiting, b""
        request = _request(command)
        if request is None:
            return b"", 0x6700
        if request.cla != 0x00:
            functions = self._selected.functions
            return functions.answer(request, self._verified) if functions is not None else (b"", 0x6E00)
        match request.ins:
            case 0xA4:
                return self._select(request)
            case 0xB2:
                return self._read_record(request)
            case 0xB0:
                return self._read_binary(request)
            case 0x20:
                return self._verify(request)
            case 0x84:
                return self._random_bytes(request.expected or 8), 0x9000
            case 0xC0:
                return (waiting, 0x9000) if waiting else (b"", 0x6985)
        return b"", 0x6D00

    def _enter(self, application: Application) -> None:
        self._selected = application
        self._selected_file: int | None = None
        if application.functions is not None:
            application.functions.forget()

    def _select(self, request: Request) -> Answer:
        data = request.data
        if not data:
            return b"", 0x6700
        if request.p1 == SELECTED_BY_NAME:
            found = next((one for one in self.applications if one.name == data), None)
            if found is None:
                return b"", 0x6A82
            if found.blocked:
                return b"", 0x6283
            self._enter(found)
            name = b"\x84" + bytes((len(found.name),)) + found.name
            return b"\x6f" + bytes((len(name),)) + name, 0x9000
        if data == b"\x3f\x00":
            self._enter(self._main)
            return b"", 0x9000
        if len(data) == 2 and data[0] == 0xEF and data[1] in self._selected.files:
            self._selected_file = data[1]
            return b"", 0x9000
        return b"", 0x6A82

    def _read_record(self, request: Request) -> Answer:
        short_file, mode = request.p2 >> 3, request.p2 & 0x07
        if (short_file != 0, mode) not in self.forms:
            return b"", 0x6A86
        file = short_file or self._selected_file
        if file is None:
            return b"", 0x6986
        if file not in self._selected.files:
            return b"", 0x6A82
        if file in self._selected.guarded and not self._verified:
            return b"", 0x6982
        record = _find_record(self._selected.files[file], mode, request.p1)
        return (b"", 0x6A83) if record is None else (record, 0x9000)

    def _read_binary(self, request: Request) -> Answer:
        if not request.p1 & 0x80:
            return b"", 0x6986
        content = self._selected.binaries.get(request.p1 & 0x1F)
        if content is None:
            return b"", 0x6A82
        rest = content[request.p2 :]
        return rest[: request.expected or len(rest)], 0x9000 if rest else 0x6B00

    def _verify(self, request: Request) -> Answer:
        if self.pin is None:
            return b"", 0x6A88
        left = int(self.memory.get("pin_tries_left", self.pin.tries_max))
        if left == 0:
            return b"", 0x6983
        if not request.data:
            return b"", 0x9000 if self._verified else 0x63C0 | left
        # Two digits a byte, a last one alone beside F.
        if request.data == bytes.fromhex(self.pin.digits + "F" * (len(self.pin.digits) % 2)):
            self.memory.write(pin_tries_left=self.pin.tries_max)
            self._verified = True
            return b"", 0x9000
        self._verified = False
        self.memory.write(pin_tries_left=left - 1)
        return b"", 0x63C0 | (left - 1) if left > 1 else 0x6983


def _request(command: bytes) -> Request | None:
    """The command taken apart; None where its length contradicts itself."""
    if len(command) < 4:
        return None
    (cla, ins, p1, p2), rest = command[:4], command[4:]
    if len(rest) <= 1:
        # One byte is Le, or nothing: READ with an open length, VERIFY that only asks.
        return Request(cla, ins, p1, p2, b"", rest[0] if rest else 0)
    data, behind = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
    if rest[0] == 0 or len(data) != rest[0] or len(behind) > 1:
        return None
    return Request(cla, ins, p1, p2, data, behind[0] if behind else None)


def _find_record(records: list[bytes], mode: int, wanted: int) -> bytes | None:
    if mode == RECORD_BY_TAG:
        return next((record for record in records if record[:1] == bytes((wanted,))), None)
    return records[wanted - 1] if 0 < wanted <= len(records) else None
