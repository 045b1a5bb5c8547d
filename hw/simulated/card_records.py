"""The records of a social-security card's files EF05 and EF06, from readable fields (LD/T 32)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any


def issuer_records(fields: Mapping[str, Any]) -> list[bytes]:
    """EF05. Raises KeyError for a missing field and ValueError for a wrong one."""
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


def holder_records(fields: Mapping[str, Any]) -> list[bytes]:
    """EF06. Raises KeyError, ValueError."""
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
