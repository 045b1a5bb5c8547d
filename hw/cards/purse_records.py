"""What a purse answers, taken apart with every length checked (JR/T 0025; amounts in fen, big-endian)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hw.apdu import Response
from hw.card_errors import card_error
from hw.ports import DeviceError
from hw.purse_port import PurseLogEntry
from hw.status_words import describe_status

APPLICATION_DATA_BYTES = 30
"""File 0015: issuer 8, application type 1, version 1, serial 10, first day 4, last day 4, the issuer's own 2."""

LOG_RECORD_BYTES = 23
LOG_RECORDS_MAX = 10
_BLANK_DAYS = ("00000000", "ffffffff")

_ERROR_BY_STATUS = {
    0x6982: "pin-needed",
    0x6283: "purse-locked",
    0x6983: "pin-locked",
    0x6A81: "purse-locked",
    0x6A82: "no-purse",
    0x6D00: "no-purse",
    0x6E00: "no-purse",
    0x9303: "purse-locked",
    0x9401: "purse-insufficient",
    0x9402: "purse-locked",
}


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """File 0015 of the purse: who issued it, its number, and its validity as ISO dates ("" when blank)."""

    issuer: str
    serial: str
    valid_from: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class DebitOffer:
    """The card's answer to INITIALIZE FOR PURCHASE."""

    balance_fen: int
    counter: int
    overdraft_fen: int
    key: bytes
    random: bytes


def purse_error(response: Response, where: str) -> DeviceError:
    """The error for a refusal of the purse."""
    english, chinese = describe_status(response.status)
    code = _ERROR_BY_STATUS.get(response.status, "purse-refused")
    return card_error(code, f"{where}: {english} {response.status:04X}", f"{where}:{chinese} {response.status:04X}")


def answer_of(response: Response, length: int, where: str) -> bytes:
    """The data of a successful answer of exactly that length. Raises DeviceError."""
    if response.status != 0x9000:
        raise purse_error(response, where)
    if len(response.data) != length:
        raise card_error("purse-nonsense", f"{where}: {len(response.data)} bytes, not {length}")
    return response.data


def application_data(response: Response) -> ApplicationData:
    """File 0015. Raises DeviceError."""
    data = answer_of(response, APPLICATION_DATA_BYTES, "file 0015")
    return ApplicationData(data[:8].hex().upper(), data[10:20].hex().upper(), _day(data[20:24]), _day(data[24:28]))


def balance_of(response: Response) -> int:
    """Four bytes of fen. Raises DeviceError."""
    return int.from_bytes(answer_of(response, 4, "GET BALANCE"), "big")


def debit_offer(response: Response) -> DebitOffer:
    """The answer to 8050 for a purchase. Raises DeviceError."""
    data = answer_of(response, 15, "8050")
    balance, counter, overdraft = (int.from_bytes(part, "big") for part in (data[:4], data[4:6], data[6:9]))
    return DebitOffer(balance, counter, overdraft, data[9:11], data[11:])


def log_entry(data: bytes) -> PurseLogEntry:
    """One log record of 23 bytes. Raises DeviceError."""
    if len(data) != LOG_RECORD_BYTES:
        raise card_error("purse-nonsense", f"log record: {len(data)} bytes")
    return PurseLogEntry(
        counter=int.from_bytes(data[:2], "big"),
        overdraft_fen=int.from_bytes(data[2:5], "big"),
        amount_fen=int.from_bytes(data[5:9], "big"),
        transaction_type=data[9],
        terminal_number=data[10:16].hex().upper(),
        moment=data[16:23].hex(),
    )


def _day(data: bytes) -> str:
    digits = data.hex()
    if digits in _BLANK_DAYS:
        return ""
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        raise card_error("purse-nonsense", "file 0015: a date") from None
