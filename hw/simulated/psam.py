"""A virtual PSAM: the terminal's number, the purse's master key, and the two commands of a debit."""

from __future__ import annotations

import hmac
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.simulated.card_system import Answer, Application, CardSystem, RandomBytes, Request
from hw.simulated.keys import derive_key, message_code, purchase_session_key
from hw.simulated.memory import CardMemory
from hw.simulated.script import Script, Step

TRIES_MAX = 3


class VirtualPsam(CardSystem):
    """A PSAM card. Its functions keep the terminal counter and the tries left in the card's memory."""

    @classmethod
    def load(cls, path: Path, state_file: Path | None = None, random_bytes: RandomBytes = os.urandom) -> VirtualPsam:
        """The PSAM described by a TOML file (see `from_fields`). state_file: where it keeps its memory."""
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls.from_fields(fields, CardMemory(state_file), random_bytes)

    @classmethod
    def from_fields(
        cls, fields: Mapping[str, Any], memory: CardMemory | None = None, random_bytes: RandomBytes = os.urandom
    ) -> VirtualPsam:
        """Texts: atr, terminal_number (12 hex digits), serial (20), application (its name), purchase_master_key (32).
        Integer, where given: terminal_counter, the number of the next debit. misbehave as on any card. Raises
        KeyError, ValueError."""
        memory = memory or CardMemory()
        number, serial = bytes.fromhex(fields["terminal_number"]), bytes.fromhex(fields["serial"])
        if (len(number), len(serial)) != (6, 10):
            raise ValueError("terminal_number has 12 hex digits, serial 20")
        main = Application(b"", binaries={0x15: serial + bytes.fromhex("01010000"), 0x16: number})
        functions = PsamFunctions(
            bytes.fromhex(fields["purchase_master_key"]), number, memory, fields.get("terminal_counter", 1)
        )
        purse = Application(bytes.fromhex(fields["application"]), binaries={0x17: b"\x01"}, functions=functions)
        card = cls(bytes.fromhex(fields["atr"]), [purse], None, memory, main, random_bytes)
        card.script = Script(Step.from_fields(step) for step in fields.get("misbehave", []))
        return card


class PsamFunctions:
    """Commands 70 and 72 of class 80."""

    def __init__(self, master_key: bytes, terminal_number: bytes, memory: CardMemory, first_counter: int) -> None:
        self._master_key = master_key
        self._terminal_number = terminal_number
        self._memory = memory
        self._first_counter = first_counter
        self._expected_mac2: bytes | None = None

    @property
    def terminal_counter(self) -> int:
        """The number that the next debit gets."""
        return int(self._memory.get("terminal_counter", self._first_counter))

    @property
    def tries_left(self) -> int:
        """Wrong codes in a row until it locks."""
        return int(self._memory.get("code_tries_left", TRIES_MAX))

    def forget(self) -> None:
        """See `Functions.forget`."""
        self._expected_mac2 = None

    def answer(self, request: Request, verified: bool) -> Answer:
        """See `Functions.answer`."""
        if request.cla != 0x80:
            return b"", 0x6E00
        if request.ins not in (0x70, 0x72):
            return b"", 0x6D00
        if self.tries_left == 0:
            return b"", 0x9303
        return self._start(request.data) if request.ins == 0x70 else self._check(request.data)

    def _start(self, data: bytes) -> Answer:
        self._expected_mac2 = None
        if len(data) not in (28, 36):
            return b"", 0x6700
        random, counter, amount, kind, moment = data[:4], data[4:6], data[6:10], data[10:11], data[11:18]
        number = self.terminal_counter
        self._memory.write(terminal_counter=number + 1)
        terminal_counter = number.to_bytes(4, "big")
        session_key = purchase_session_key(self._card_key(data[20:]), random, counter, terminal_counter)
        mac1 = message_code(session_key, amount + kind + self._terminal_number + moment)
        self._expected_mac2 = message_code(session_key, amount)
        return terminal_counter + mac1, 0x9000

    def _check(self, mac2: bytes) -> Answer:
        expected, self._expected_mac2 = self._expected_mac2, None
        if expected is None:
            return b"", 0x6901
        if not hmac.compare_digest(expected, mac2):
            self._memory.write(code_tries_left=self.tries_left - 1)
            return b"", 0x9302
        self._memory.write(code_tries_left=TRIES_MAX)
        return b"", 0x9000

    def _card_key(self, factors: bytes) -> bytes:
        """The card's key: derived by the issuer first where it is given, then by the card's serial."""
        key = self._master_key
        for start in range(len(factors) - 8, -1, -8):
            key = derive_key(key, factors[start : start + 8])
        return key
