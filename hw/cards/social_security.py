"""Reading the social-security card (LD/T 32): environment SSSE, files EF05 (issuer) and EF06 (holder).

Promises: only reads; every record is checked against its tag and length before its value is used; an error
names the record and never its contents.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from hw.apdu import (
    STATUS_APPLICATION_BLOCKED,
    STATUS_BLOCKED,
    STATUS_NOT_AUTHENTICATED,
    STATUS_RECORD_MISSING,
    Channel,
    Command,
    Response,
    Transmit,
)
from hw.card_errors import card_error
from hw.cards.pin import pin_needed, verify_pin
from hw.ports import DeviceError, Pin, SocialSecurityCard
from hw.status_words import describe_status

ENVIRONMENT_NAMES = (
    bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF"),
    bytes.fromhex("7378322E73682EC9E7BBE1B1A3D5CF"),
)
"""`sx1.sh.社会保障` and, on cards with the SSF33 algorithm, `sx2.sh.社会保障` (LD/T 32)."""

_BLANK = b"\x00\x20\xff"


class Addressing(Enum):
    """How a record is asked for; which of the four a card takes is the card's choice."""

    TAG_IN_SHORT_FILE = "tag, short file identifier"
    TAG_IN_SELECTED_FILE = "tag, selected file"
    NUMBER_IN_SHORT_FILE = "number, short file identifier"
    NUMBER_IN_SELECTED_FILE = "number, selected file"


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of a file (LD/T 32). `number`: its place in the file on cards of generation 2."""

    file: int
    tag: int
    number: int
    length: int
    label: str
    label_zh: str

    @property
    def place(self) -> str:
        return f"EF{self.file:02X} record {self.tag:02X}, {self.label}"

    @property
    def place_zh(self) -> str:
        return f"EF{self.file:02X} 记录{self.tag:02X} {self.label_zh}"


_VERSION = _Record(5, 0x03, 3, 4, "specification version", "规范版本")
_IDENTIFICATION_CODE = _Record(5, 0x01, 1, 16, "card identification code", "卡识别码")
_ISSUED_ON = _Record(5, 0x05, 5, 4, "issue date", "发卡日期")
_EXPIRES_ON = _Record(5, 0x06, 6, 4, "expiry date", "卡有效期")
_CARD_NUMBER = _Record(5, 0x07, 7, 9, "card number", "卡号")
_ID_NUMBER = _Record(6, 0x08, 1, 18, "social-security number", "社会保障号码")
_NAME = _Record(6, 0x09, 2, 30, "name", "姓名")
_NAME_EXTENSION = _Record(6, 0x4E, 3, 20, "name extension", "姓名扩展")
_SEX = _Record(6, 0x0A, 4, 1, "sex", "性别")
_SEX_GENERATION_1 = _Record(6, 0x0A, 3, 1, "sex", "性别")


def read_social_security_card(transmit: Transmit, pin: Pin | None = None) -> SocialSecurityCard:
    """Read the card behind `transmit`; pin: verified where the card asks for it, and wiped in any case.

    Raises DeviceError: `foreign-card`, `card-damaged`, `card-blocked`, `card-removed`, whatever `transmit` raises;
    PinError: `pin-needed`, `pin-locked`, and as `verify_pin`.
    """
    try:
        return _read(Channel(transmit), pin)
    finally:
        if pin is not None:
            pin.wipe()


def _read(channel: Channel, pin: Pin | None) -> SocialSecurityCard:
    _select_environment(channel)
    reader = _RecordReader(channel, pin)
    version = _text(_VERSION, reader.read(_VERSION))
    generation_1 = version.startswith("1")
    identification_code = reader.read(_IDENTIFICATION_CODE).hex().upper()
    issued_on = _date(_ISSUED_ON, reader.read(_ISSUED_ON))
    expires_on = _date(_EXPIRES_ON, reader.read(_EXPIRES_ON))
    card_number = _text(_CARD_NUMBER, reader.read(_CARD_NUMBER))
    id_number = _text(_ID_NUMBER, reader.read(_ID_NUMBER))
    name = reader.read(_NAME)
    extension = b"" if generation_1 else reader.read_if_present(_NAME_EXTENSION)
    sex = reader.read(_SEX_GENERATION_1 if generation_1 else _SEX)
    return SocialSecurityCard(
        area_code=_area_code(identification_code),
        identification_code=identification_code,
        card_number=card_number,
        version=version,
        issued_on=issued_on,
        expires_on=expires_on,
        id_number=id_number,
        name=_name(name, extension),
        sex={b"1": "1", b"2": "2"}.get(sex, "0"),
        apdu_count=channel.apdu_count,
    )


def read_identification_code(channel: Channel) -> str:
    """Only whose card it is: 卡识别码, 32 hex digits. Two commands on a card read by tag. Raises DeviceError."""
    _select_environment(channel)
    return _RecordReader(channel).read(_IDENTIFICATION_CODE).hex().upper()


def _select_environment(channel: Channel) -> None:
    # What SELECT leaves waiting (61xx) describes the application and is not needed: it is not fetched.
    for name in ENVIRONMENT_NAMES:
        response = channel.send(Command(0x00, 0xA4, 0x04, 0x00, data=name))
        if response.accepted:
            return
        if response.status == STATUS_APPLICATION_BLOCKED:
            raise card_error("card-blocked")
    raise card_error("foreign-card", f"SELECT {response.status:04X}")


class _RecordReader:
    """Reads records; the first one settles which form of address the card takes. pin: for a card that asks for one."""

    def __init__(self, channel: Channel, pin: Pin | None = None) -> None:
        self._channel = channel
        self._pin = pin
        self._addressing: Addressing | None = None
        self._selected_file = 0

    def read(self, record: _Record) -> bytes:
        """The record's value, its tag and length checked. Raises DeviceError."""
        return _value(record, self._ask(record))

    def read_if_present(self, record: _Record) -> bytes:
        """As `read`, but a record that the card does not have is empty. Raises DeviceError."""
        response = self._ask(record)
        return b"" if response.status == STATUS_RECORD_MISSING else _value(record, response)

    def _ask(self, record: _Record) -> Response:
        response = self._ask_once(record)
        if response.status != STATUS_NOT_AUTHENTICATED:
            return response
        pin, self._pin = self._pin, None
        if pin is None:
            raise pin_needed(self._channel, record.place, record.place_zh)
        verify_pin(self._channel, pin)
        return self._ask_once(record)

    def _ask_once(self, record: _Record) -> Response:
        if self._addressing is not None:
            return self._ask_in_form(record, self._addressing)
        for form in Addressing:
            response = self._ask_in_form(record, form)
            if response.accepted:
                self._addressing = form
                return response
            if _is_refusal(response):
                break
        return response

    def _ask_in_form(self, record: _Record, form: Addressing) -> Response:
        in_short_file = form in (Addressing.TAG_IN_SHORT_FILE, Addressing.NUMBER_IN_SHORT_FILE)
        by_tag = form in (Addressing.TAG_IN_SHORT_FILE, Addressing.TAG_IN_SELECTED_FILE)
        if not in_short_file and self._selected_file != record.file:
            selected = self._channel.send(Command(0x00, 0xA4, 0x00, 0x00, data=bytes((0xEF, record.file))))
            if not selected.accepted:
                return selected
            self._selected_file = record.file
        p1 = record.tag if by_tag else record.number
        p2 = (record.file << 3 if in_short_file else 0) | (0 if by_tag else 4)
        return self._channel.exchange(Command(0x00, 0xB2, p1, p2, expected_length=2 + record.length))


def _is_refusal(response: Response) -> bool:
    """Whether the card refuses the reading itself, not the form in which it was asked."""
    return response.status in (STATUS_APPLICATION_BLOCKED, STATUS_NOT_AUTHENTICATED, STATUS_BLOCKED)


def _value(record: _Record, response: Response) -> bytes:
    if response.status == STATUS_BLOCKED:
        raise card_error("pin-locked", record.place, record.place_zh)
    if response.status == STATUS_APPLICATION_BLOCKED:
        raise card_error("card-blocked", record.place, record.place_zh)
    if not response.accepted:
        english, chinese = describe_status(response.status)
        status = f"{response.status:04X}"
        raise card_error("card-damaged", f"{record.place}: {english} {status}", f"{record.place_zh}:{chinese} {status}")
    if response.data[:2] != bytes((record.tag, record.length)) or len(response.data) != 2 + record.length:
        raise _damaged(record)
    return response.data[2:]


def _damaged(record: _Record) -> DeviceError:
    return card_error("card-damaged", record.place, record.place_zh)


def _text(record: _Record, value: bytes) -> str:
    """Letters, digits and points, without padding."""
    stripped = value.rstrip(_BLANK)
    if not stripped.replace(b".", b"").isalnum():
        raise _damaged(record)
    return stripped.decode("ascii")


def _date(record: _Record, value: bytes) -> dt.date | None:
    """Eight digits YYYYMMDD, two a byte; blank is None."""
    if not value.strip(_BLANK):
        return None
    digits = value.hex()
    if not digits.isdecimal():
        raise _damaged(record)
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _damaged(record) from None


def _area_code(identification_code: str) -> str:
    if not identification_code[:6].isdecimal():
        raise _damaged(_IDENTIFICATION_CODE)
    return identification_code[:6]


def _name(name: bytes, extension: bytes) -> str:
    # The parts are joined before decoding: a character of several bytes may lie across the seam. No byte
    # of a GB18030 character is 00, 20 or FF, so padding cannot be taken for part of one.
    joined = name.rstrip(_BLANK) + extension.rstrip(_BLANK)
    if not joined:
        raise _damaged(_NAME)
    return joined.decode("gb18030", errors="replace")
