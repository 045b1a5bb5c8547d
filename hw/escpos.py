"""The status bytes of an ESC/POS printer, read as facts of three values: yes, no, and not known.

A byte is believed only when its fixed bits are right (`0xx1xx10`), so that a stray XOFF, an automatic status
report or line noise never passes for "all well". Sources: printer.md 1.3 and 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hw.ports import DeviceState, Health

PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER = 1, 2, 3, 4
"""The four questions of `10 04 n`."""

PAPER_QUERY = b"\x1d\x72\x01"
"""`1D 72 1` waits its turn in the buffer: its answer proves that everything before it was processed."""

DRAWER_PULSE = b"\x1b\x70\x00\x32\x32"
"""`1B 70 0`: 100 ms on pin 2, where drawers are wired."""

_REAL_TIME_MASK, _REAL_TIME_BITS = 0b1001_0011, 0b0001_0010
_BUFFERED_MASK, _BUFFERED_BITS = 0b1001_0000, 0b0000_0000

Facts = Mapping[str, bool | None]
"""What is known of the printer, by the words of `STATUS_BITS`; None and an absent word mean not known."""


@dataclass(frozen=True, slots=True)
class StatusBit:
    """One fact: true when any bit of `mask` stands in the answer to `10 04 query`."""

    query: int
    mask: int
    word: str


STATUS_BITS = (
    StatusBit(PRINTER, 0x08, "offline"),
    StatusBit(OFFLINE_CAUSE, 0x04, "cover-open"),
    StatusBit(OFFLINE_CAUSE, 0x20, "stopped-for-paper"),
    StatusBit(OFFLINE_CAUSE, 0x40, "error"),
    StatusBit(ERROR_CAUSE, 0x08, "cutter-error"),
    StatusBit(ERROR_CAUSE, 0x20, "unrecoverable-error"),
    StatusBit(ERROR_CAUSE, 0x40, "recoverable-error"),
    StatusBit(PAPER, 0x0C, "paper-low"),
    StatusBit(PAPER, 0x60, "paper-out"),
)

_FAULTS = (
    ("cover-open", "cover-open", ""),
    ("stopped-for-paper", "paper-out", ""),
    ("paper-out", "paper-out", ""),
    ("cutter-error", "error", "the cutter is jammed"),
    ("unrecoverable-error", "error", "unrecoverable error: switch the printer off and on"),
    ("recoverable-error", "error", "head too hot or voltage wrong: it recovers by itself"),
    ("error", "error", "the printer reports an error without its cause"),
    ("offline", "offline", ""),
)
"""Facts that stop printing, the most telling first: the fact, the state's code, the engineer's detail."""

STATUS_WORDS = {
    "ready": ("the printer is ready", "打印机就绪"),
    "paper-low": ("paper is nearly at its end; have a new roll at hand", "纸将尽，请备好新纸卷"),
    "paper-out": ("the printer is out of paper; load a new roll", "打印机缺纸，请装纸"),
    "cover-open": ("the printer's cover is open; close it", "打印机盖未合上，请合盖"),
    "offline": (
        "the printer is offline; press FEED or switch it off and on",
        "打印机脱机，请按走纸键或重新开机",
    ),
    "error": (
        "the printer reports an error; clear the paper path or call the engineer",
        "打印机故障，请清理纸道或联系工程师",
    ),
    "no-answer": ("the printer does not answer; check power and cable", "打印机无应答，请检查电源和连线"),
    "write-timeout": (
        "the printer takes no more data; check paper, cover and cable",
        "打印机不再接收数据，请检查纸、盖和连线",
    ),
}
"""Every code of a printer, for people: English, Chinese."""


def is_real_time_status(byte: int) -> bool:
    """Whether `byte` can be an answer to `10 04 n`."""
    return byte & _REAL_TIME_MASK == _REAL_TIME_BITS


def is_buffered_status(byte: int) -> bool:
    """Whether `byte` can be an answer to `1D 72 n`."""
    return byte & _BUFFERED_MASK == _BUFFERED_BITS


def real_time_query(query: int) -> bytes:
    """The bytes of `10 04 n`, n from 1 to 4."""
    return bytes((0x10, 0x04, query))


def decode_status(query: int, byte: int | None) -> dict[str, bool | None]:
    """The facts in the answer to `10 04 query`; all None without an answer or with wrong fixed bits."""
    bits = [bit for bit in STATUS_BITS if bit.query == query]
    if byte is None or not is_real_time_status(byte):
        return {bit.word: None for bit in bits}
    return {bit.word: bool(byte & bit.mask) for bit in bits}


def ask_facts(ask: Callable[[int], int | None]) -> Facts:
    """Ask in the order of printer.md 1.3: 1; if offline 2; if error 3; then 4. Of a mute printer only 1.

    ask: sends `10 04 n` and returns the status byte, or None when none came.
    """
    facts = decode_status(PRINTER, ask(PRINTER))
    if facts["offline"] is None:
        return facts
    if facts["offline"]:
        facts |= decode_status(OFFLINE_CAUSE, ask(OFFLINE_CAUSE))
    if facts.get("error"):
        facts |= decode_status(ERROR_CAUSE, ask(ERROR_CAUSE))
    return facts | decode_status(PAPER, ask(PAPER))


def state_of(facts: Facts) -> DeviceState:
    """One state out of the facts. What is not known is never read as "ready"."""
    for word, code, detail in _FAULTS:
        if facts.get(word):
            return DeviceState(Health.FAULT, code, detail or STATUS_WORDS[code][0])
    if facts.get("offline") is None or facts.get("paper-out") is None:
        return DeviceState(Health.UNKNOWN, "no-answer", STATUS_WORDS["no-answer"][0])
    code = "paper-low" if facts.get("paper-low") else "ready"
    return DeviceState(Health.GOOD, code, STATUS_WORDS[code][0])
