"""A virtual social-security card: the answers of a T=0 card operating system, from a readable text file.

It shares no constant with the code that reads cards, so that a wrong one shows. Its memory outlives the slot:
a card that is pulled out and comes back is the same object.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SELECTED_BY_NAME = 0x04
RECORD_BY_TAG = 0
RECORD_BY_NUMBER = 4

_SOCIAL_SECURITY_NAME = "sx1.sh.社会保障".encode("gbk")
_BANK_NAME = bytes.fromhex("A000000333010101")
_BANK_ATR = bytes.fromhex("3B6D000000318065860101020304050607")


class CardTorn(Exception):
    """The card left the slot instead of answering."""


class CardSilent(Exception):
    """The card stays in the slot and does not answer."""


class VirtualCard:
    """A card with one application and its record files.

    atr: answer to reset. files: short file identifier (5 is EF05) to its records, each tag, length, value.
    forms: the forms of READ RECORD that this card takes: whether by short file identifier, and which mode.
    tear_at_apdu, silent_at_apdu: misbehave at the n-th command after power-on (1 is the first); None never.
    """

    def __init__(self, atr: bytes, application_name: bytes, files: Mapping[int, list[bytes]]) -> None:
        self.atr = atr
        self.application_name = application_name
        self.files = {identifier: list(records) for identifier, records in files.items()}
        self.forms = {(short, mode) for short in (True, False) for mode in (RECORD_BY_TAG, RECORD_BY_NUMBER)}
        self.tear_at_apdu: int | None = None
        self.silent_at_apdu: int | None = None
        self.reset()

    @classmethod
    def load(cls, path: Path) -> VirtualCard:
        """The card described by a TOML file (see `from_fields`)."""
        return cls.from_fields(tomllib.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> VirtualCard:
        """A social-security card. Texts: card_number, identification_code (32 hex digits that begin with
        area_code), area_code, id_number, name, sex ("1" or "2"), version, atr (hex). Dates: birth_date,
        issued_on, expires_on. Raises KeyError for a missing field and ValueError for a wrong one."""
        files = {5: _issuer_records(fields), 6: _holder_records(fields)}
        return cls(bytes.fromhex(fields["atr"]), _SOCIAL_SECURITY_NAME, files)

    @classmethod
    def foreign(cls) -> VirtualCard:
        """A bank card: it answers, and knows nothing of social security."""
        return cls(_BANK_ATR, _BANK_NAME, {})

    def replace_record(self, file: int, tag: int, record: bytes | None) -> None:
        """Overwrite a record with raw bytes, or remove it: a damaged card."""
        position = next(place for place, held in enumerate(self.files[file]) if held[0] == tag)
        self.files[file][position : position + 1] = [] if record is None else [record]

    def reset(self) -> None:
        """Power-on or reset: memory stays, selection goes."""
        self.apdu_count = 0
        self._application_selected = False
        self._selected_file: int | None = None
        self._waiting = b""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command. Raises CardTorn or CardSilent where the script says so."""
        self.apdu_count += 1
        if self.apdu_count == self.tear_at_apdu:
            raise CardTorn
        if self.apdu_count == self.silent_at_apdu:
            raise CardSilent
        waiting, self._waiting = self._waiting, b""
        if len(command) < 4:
            return b"\x67\x00"
        if command[0] != 0x00:
            return b"\x6e\x00"
        match command[1]:
            case 0xA4:
                return self._select(command)
            case 0xB2:
                return self._read_record(command)
            case 0xC0:
                return self._get_response(command, waiting)
        return b"\x6d\x00"

    def _select(self, command: bytes) -> bytes:
        data = command[5:]
        if len(command) < 6 or len(data) != command[4]:
            return b"\x67\x00"
        if command[2] == SELECTED_BY_NAME:
            return self._enter_application() if data == self.application_name else b"\x6a\x82"
        if data == b"\x3f\x00":
            self._application_selected, self._selected_file = False, None
            return b"\x90\x00"
        if self._application_selected and data[0] == 0xEF and data[1] in self.files:
            self._selected_file = data[1]
            return b"\x90\x00"
        return b"\x6a\x82"

    def _enter_application(self) -> bytes:
        self._application_selected, self._selected_file = True, None
        name = b"\x84" + bytes((len(self.application_name),)) + self.application_name
        self._waiting = b"\x6f" + bytes((len(name),)) + name
        return b"\x61" + bytes((len(self._waiting),))

    def _get_response(self, command: bytes, waiting: bytes) -> bytes:
        if not waiting:
            return b"\x69\x85"
        if _expected_length(command) != len(waiting):
            self._waiting = waiting
            return b"\x6c" + bytes((len(waiting),))
        return waiting + b"\x90\x00"

    def _read_record(self, command: bytes) -> bytes:
        short_file, mode = command[3] >> 3, command[3] & 0x07
        if (short_file != 0, mode) not in self.forms:
            return b"\x6a\x86"
        file = short_file or self._selected_file
        if file is None:
            return b"\x69\x86"
        if not self._application_selected or file not in self.files:
            return b"\x6a\x82"
        record = _find_record(self.files[file], mode, command[2])
        if record is None:
            return b"\x6a\x83"
        if _expected_length(command) != len(record):
            return b"\x6c" + bytes((len(record),))
        return record + b"\x90\x00"


def _expected_length(command: bytes) -> int:
    return command[4] if len(command) > 4 else 0


def _find_record(records: list[bytes], mode: int, wanted: int) -> bytes | None:
    if mode == RECORD_BY_TAG:
        return next((record for record in records if record[0] == wanted), None)
    return records[wanted - 1] if 0 < wanted <= len(records) else None


def _issuer_records(fields: Mapping[str, Any]) -> list[bytes]:
    identification_code, area_code = fields["identification_code"], fields["area_code"]
    if not identification_code.startswith(area_code) or len(area_code) != 6:
        raise ValueError("identification_code must begin with the six digits of area_code")
    institution = f"91000002{area_code}1001000001"
    return [
        _record(0x01, 16, bytes.fromhex(identification_code)),
        _record(0x02, 1, b"3"),
        _record(0x03, 4, fields["version"].encode("ascii")),
        _record(0x04, 12, bytes.fromhex(institution)),
        _record(0x05, 4, _digits(fields["issued_on"])),
        _record(0x06, 4, _digits(fields["expires_on"])),
        _record(0x07, 9, fields["card_number"].encode("ascii")),
    ]


def _holder_records(fields: Mapping[str, Any]) -> list[bytes]:
    name, extension = _split_name(fields["name"])
    generation_1 = fields["version"].startswith("1")
    if generation_1 and extension:
        raise ValueError("a card of generation 1 has no name extension")
    extension_records = [] if generation_1 else [_record(0x4E, 20, extension, padding=b"\xff")]
    return [
        _record(0x08, 18, fields["id_number"].encode("ascii")),
        _record(0x09, 30, name),
        *extension_records,
        _record(0x0A, 1, fields["sex"].encode("ascii")),
        _record(0x0B, 1, b"\x01"),
        _record(0x0C, 3, bytes.fromhex(fields["id_number"][:6])),
        _record(0x0D, 4, _digits(fields["birth_date"])),
    ]


def _record(tag: int, length: int, value: bytes, padding: bytes = b"\x00") -> bytes:
    if len(value) > length:
        raise ValueError(f"record {tag:02X} takes {length} bytes, not {len(value)}")
    if value:
        padding = b"\x00"
    return bytes((tag, length)) + value.ljust(length, padding)


def _digits(day: dt.date) -> bytes:
    return bytes.fromhex(day.strftime("%Y%m%d"))


def _split_name(name: str) -> tuple[bytes, bytes]:
    """The whole characters that fit 30 bytes, and the rest."""
    count = len(name)
    while len(name[:count].encode("gb18030")) > 30:
        count -= 1
    return name[:count].encode("gb18030"), name[count:].encode("gb18030")
