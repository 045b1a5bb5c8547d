"""`terminal card`: what is on the card in the reader. For the cashier who asks why a card does not work.

Promises: only reads; the identity number is masked unless asked for whole; the PIN is asked for only where the card
wants one, is never shown, kept or logged, and its last try is used only after an explicit yes.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import termios
from pathlib import Path

from hw.pcsc import PcscReader
from hw.ports import CardReader, CardReport, DeviceError, Pin, PinError
from hw.simulated.reader import CardFileReader, SimulatedReader
from terminal.config import load
from terminal.config_sections import ReaderSection
from terminal.receipt.head import mask_id

PIN_BYTES_MAX = 16
"""More than any PIN; what is typed beyond is not taken."""

_APPLICATIONS = {
    "social-security": "社保应用 social security",
    "public": "公共数据 public data",
    "employment": "就业 employment",
    "insurance": "社会保险1区 insurance zone 1",
    "medical": "社会保险2区(医保) insurance zone 2 (medical)",
    "talent": "人才 talent",
    "bank": "金融应用 bank",
}
_SEXES = {"1": "男 male", "2": "女 female"}


def show_card(reader: CardReader, today: dt.date, full: bool) -> int:
    """Print what is on the card. Returns 0 for a card that can be used today, else 1, with what to do."""
    try:
        report = _inspect(reader)
    except DeviceError as error:
        print(f"{error.message_zh}\n{error.message}", file=sys.stderr)
        return 1
    for label, text in _lines(report, full):
        print(f"{label}: {text}")
    warning = _warning(report, today)
    if warning:
        print(warning, file=sys.stderr)
    return 1 if warning else 0


def reader_of(config: Path | None, name: str, card: Path | None) -> CardReader:
    """The reader to look into: a card's file, a reader by name, the one of a configuration, or the first. Raises
    Refused for a wrong configuration."""
    if card is not None:
        return CardFileReader(card)
    section = load(config).reader if config is not None else ReaderSection()
    if section.kind == "simulated":
        return CardFileReader(Path(section.card))
    return SimulatedReader(connected=False) if section.kind == "none" else PcscReader(name or section.name or None)


def _inspect(reader: CardReader) -> CardReport:
    """The card; with its PIN where it wants one and somebody is there to type it. Raises DeviceError."""
    try:
        return reader.inspect_card()
    except DeviceError as error:
        if error.code != "pin-needed" or not sys.stdin.isatty():
            raise
    try:
        return reader.inspect_card(Pin(_typed_pin("密码 PIN: ")))
    except PinError as error:
        if error.code != "pin-last-try":
            raise
        print(f"{error.message_zh}\n{error.message}", file=sys.stderr)
        if input("最后一次, 仍要继续? 输入 yes. Use the last try? Type yes: ").strip() != "yes":
            raise
    return reader.inspect_card(Pin(_typed_pin("密码 PIN: "), last_try_allowed=True))


def _typed_pin(prompt: str) -> bytearray:
    """What is typed, without an echo, straight into memory that can be wiped."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    digits = bytearray()
    try:
        # Silence before the prompt: what is typed at once is neither shown nor lost.
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, quiet)
        print(prompt, end="", file=sys.stderr, flush=True)
        # Byte by byte: a single byte is an object that Python shares, so no copy of the whole is left behind.
        while (byte := os.read(descriptor, 1)) not in (b"", b"\n", b"\r"):
            if len(digits) < PIN_BYTES_MAX:
                digits += byte
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        print(file=sys.stderr)
    return digits


def _lines(report: CardReport, full: bool) -> list[tuple[str, str]]:
    card = report.card
    return [
        ("姓名 holder", card.name),
        ("性别 sex", _SEXES.get(card.sex, "未知 unknown")),
        ("社会保障号码 identity number", card.id_number if full else mask_id(card.id_number)),
        ("卡号 card number", card.card_number),
        ("卡识别码 identification code", card.identification_code if full else f"{card.identification_code[:6]}…"),
        ("发卡地区 area", card.area_code),
        ("规范版本 version", card.version),
        ("发卡日期 issued", _day(card.issued_on)),
        ("有效期至 valid until", _day(card.expires_on)),
        ("密码剩余次数 PIN tries left", _tries(report.pin_tries_left)),
        ("应用 applications", ", ".join(_APPLICATIONS[name] for name in report.applications)),
        ("命令数 commands", str(report.apdu_count)),
    ]


def _day(day: dt.date | None) -> str:
    return "未写入 not written" if day is None else day.isoformat()


def _tries(left: int | None) -> str:
    return "卡未告知 the card does not say" if left is None else str(left)


def _warning(report: CardReport, today: dt.date) -> str:
    expires_on = report.card.expires_on
    if expires_on is not None and expires_on < today:
        return (
            "此卡已过有效期, 不能结算: 请到发卡机构换卡.\n"
            "The card's validity has ended, it cannot settle: have it renewed where it was issued."
        )
    if report.pin_tries_left == 0:
        return (
            "此卡密码已锁定: 请到发卡机构解锁.\n"
            "The card's PIN is locked after too many wrong tries: have it unblocked where it was issued."
        )
    return ""
