"""The purse of a virtual card: its commands (JR/T 0025, class 80), keys, counters, log and proofs.

Promise: a debit or a load is one change of the card's memory: balance, counter, log and proof together or not at all.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hw.simulated.card_system import Answer, Application, RandomBytes, Request
from hw.simulated.keys import load_session_key, message_code, purchase_session_key, transaction_code
from hw.simulated.memory import CardMemory

LOG_RECORDS = 10
_LOG_FILE = 0x18
_MEDICAL_APPLICATION = "D15600000503"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A transaction after 8050: what 8054 or 8052 will finish."""

    is_load: bool
    amount: bytes
    terminal_number: bytes
    random: bytes


def purse_application(fields: Mapping[str, Any], memory: CardMemory, random_bytes: RandomBytes) -> Application:
    """The application of a purse. Texts: issuer (16 hex digits), serial (20), valid_from and valid_until
    (YYYYMMDD), purchase_key, load_key, tac_key (32 hex digits each). Integers: balance_fen, and where given counter,
    load_counter, kind (1 or 2, default 2), key_index (default 1). Raises KeyError, ValueError.
    """
    data = bytes.fromhex(
        fields["issuer"] + "0101" + fields["serial"] + fields["valid_from"] + fields["valid_until"] + "0000"
    )
    if len(data) != 30:
        raise ValueError("issuer has 16 hex digits, serial 20, the dates 8 each")
    functions = PurseFunctions(fields, memory, random_bytes)
    application = Application(bytes.fromhex(fields.get("application", _MEDICAL_APPLICATION)), binaries={0x15: data})
    application.files[_LOG_FILE] = functions.log
    application.functions = functions
    return application


class PurseFunctions:
    """Commands 50, 52, 54, 5A, 5C of class 80, and the balance of class B0 (experimental dialect)."""

    def __init__(self, fields: Mapping[str, Any], memory: CardMemory, random_bytes: RandomBytes) -> None:
        self._purchase_key, self._load_key, self._tac_key = (
            bytes.fromhex(fields[name]) for name in ("purchase_key", "load_key", "tac_key")
        )
        self._key_index: int = fields.get("key_index", 1)
        self._kind: int = fields.get("kind", 2)
        self._at_first = fields
        self._memory = memory
        self._random_bytes = random_bytes
        self._begun: _Begun | None = None
        self.log: list[bytes] = [bytes.fromhex(record) for record in memory.get("log", [])]
        self.grows = False
        """Play a purse whose balance grows by a debit."""

    @property
    def balance_fen(self) -> int:
        """What the purse holds."""
        return int(self._memory.get("balance_fen", self._at_first["balance_fen"]))

    @property
    def counter(self) -> int:
        """Debits so far."""
        return int(self._memory.get("counter", self._at_first.get("counter", 0)))

    @property
    def load_counter(self) -> int:
        """Loads so far."""
        return int(self._memory.get("load_counter", self._at_first.get("load_counter", 0)))

    def forget(self) -> None:
        """See `Functions.forget`."""
        self._begun = None

    def answer(self, request: Request, verified: bool) -> Answer:
        """See `Functions.answer`."""
        begun, self._begun = self._begun, None
        if request.cla == 0xB0:
            asks_balance = (request.ins, request.p2) == (0x26, 1)
            return (self._balance() if verified else (b"", 0x6982)) if asks_balance else (b"", 0x6D00)
        if request.cla != 0x80:
            return b"", 0x6E00
        match request.ins, request.p1:
            case 0x5C, 0x00:
                return self._balance() if request.p2 == self._kind else (b"", 0x6A86)
            case 0x50, 0x00 | 0x01:
                return self._begin(request, verified)
            case 0x54, 0x01:
                return self._finish(request, begun, is_load=False)
            case 0x52, 0x00:
                return self._finish(request, begun, is_load=True)
            case 0x5A, 0x00:
                return self._prove(request)
            case ((0x50 | 0x54 | 0x52 | 0x5A | 0x5C), _):
                return b"", 0x6A86
        return b"", 0x6D00

    def _balance(self) -> Answer:
        return _amount(self.balance_fen), 0x9000

    def _begin(self, request: Request, verified: bool) -> Answer:
        is_load = request.p1 == 0x00
        if len(request.data) != 11 or request.p2 != self._kind:
            return b"", 0x6700 if len(request.data) != 11 else 0x6A86
        if (is_load or self._kind == 1) and not verified:
            return b"", 0x6982
        if request.data[0] != self._key_index:
            return b"", 0x9403
        amount, terminal_number = request.data[1:5], request.data[5:]
        counter = self.load_counter if is_load else self.counter
        if counter >= 0xFFFF:
            return b"", 0x9402
        if not is_load and int.from_bytes(amount, "big") > self.balance_fen:
            return b"", 0x9401
        begun = self._begun = _Begun(is_load, amount, terminal_number, self._random_bytes(4))
        offer = _amount(self.balance_fen) + counter.to_bytes(2, "big")
        key = bytes((1, 0))
        if not is_load:
            return offer + bytes(3) + key + begun.random, 0x9000
        message = _amount(self.balance_fen) + amount + bytes((self._kind,)) + terminal_number
        return offer + key + begun.random + message_code(self._session_key(begun, b""), message), 0x9000

    def _finish(self, request: Request, begun: _Begun | None, is_load: bool) -> Answer:
        """8054 is terminal counter, moment, MAC1; 8052 is moment, MAC2."""
        length = 11 if is_load else 15
        if len(request.data) != length:
            return b"", 0x6700
        if begun is None or begun.is_load != is_load:
            return b"", 0x6901
        terminal_counter, moment, code = request.data[:-11], request.data[-11:-4], request.data[-4:]
        session_key = self._session_key(begun, terminal_counter)
        kind = bytes((self._kind if is_load else self._kind + 4,))
        signed = begun.amount + kind + begun.terminal_number + moment
        if not hmac.compare_digest(code, message_code(session_key, signed)):
            return b"", 0x9302
        if is_load:
            return self._load(begun, kind, moment), 0x9000
        return self._debit(begun, kind, moment, terminal_counter, message_code(session_key, begun.amount)), 0x9000

    def _debit(self, begun: _Begun, kind: bytes, moment: bytes, terminal_counter: bytes, mac2: bytes) -> bytes:
        signed = begun.amount + kind + begun.terminal_number + terminal_counter + moment
        tac = transaction_code(self._tac_key, signed)
        amount_fen = int.from_bytes(begun.amount, "big")
        balance_fen = self.balance_fen + (amount_fen if self.grows else -amount_fen)
        counter = self.counter + 1
        self._commit(
            _log_record(counter, begun, kind, moment),
            balance_fen=balance_fen,
            counter=counter,
            proof=[kind.hex(), counter, (mac2 + tac).hex()],
        )
        return tac + mac2

    def _load(self, begun: _Begun, kind: bytes, moment: bytes) -> bytes:
        balance_fen = self.balance_fen + int.from_bytes(begun.amount, "big")
        before = self.load_counter.to_bytes(2, "big")
        signed = _amount(balance_fen) + before + begun.amount + kind + begun.terminal_number + moment
        counter = self.load_counter + 1
        self._commit(_log_record(counter, begun, kind, moment), balance_fen=balance_fen, load_counter=counter)
        return transaction_code(self._tac_key, signed)

    def _commit(self, record: bytes, **values: Any) -> None:
        log = [record, *self.log][:LOG_RECORDS]
        self._memory.write(**values, log=[one.hex() for one in log])
        self.log[:] = log

    def _prove(self, request: Request) -> Answer:
        kind, counter, codes = self._memory.get("proof", ["", -1, ""])
        wanted = bytes((request.p2,)).hex(), int.from_bytes(request.data, "big")
        if len(request.data) != 2:
            return b"", 0x6700
        return (bytes.fromhex(codes), 0x9000) if wanted == (kind, counter) else (b"", 0x9406)

    def _session_key(self, begun: _Begun, terminal_counter: bytes) -> bytes:
        if begun.is_load:
            return load_session_key(self._load_key, begun.random, self.load_counter.to_bytes(2, "big"))
        return purchase_session_key(self._purchase_key, begun.random, self.counter.to_bytes(2, "big"), terminal_counter)


def _amount(amount_fen: int) -> bytes:
    return amount_fen.to_bytes(4, "big")


def _log_record(counter: int, begun: _Begun, kind: bytes, moment: bytes) -> bytes:
    return counter.to_bytes(2, "big") + bytes(3) + begun.amount + kind + begun.terminal_number + moment
