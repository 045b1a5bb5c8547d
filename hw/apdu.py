"""Commands and answers of a chip card (ISO 7816-4), and the errors a card can cause.

Promises: an exchange ends after a bounded number of rounds, and no error holds data of the card's holder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hw.ports import DeviceError

ROUNDS_MAX = 8
"""Rounds of one exchange: the command itself, one resend (6Cxx), and the parts of a long answer (61xx)."""

STATUS_OK = 0x9000
STATUS_APPLICATION_BLOCKED = 0x6283
STATUS_NOT_AUTHENTICATED = 0x6982
STATUS_BLOCKED = 0x6983
STATUS_FILE_MISSING = 0x6A82
STATUS_RECORD_MISSING = 0x6A83
_MORE_WAITING = 0x61
_WRONG_LENGTH = 0x6C


class Transmit(Protocol):
    """Carries one command to the card and brings its answer, data and two status bytes, back whole."""

    def __call__(self, command: bytes, /) -> bytes:
        """Raises DeviceError when no answer came."""


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
        self.apdu_count += 1
        answer = self._transmit(command.encode())
        if len(answer) < 2:
            raise card_error("card-removed")
        return Response(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def exchange(self, command: Command) -> Response:
        """A command with its whole answer: resent on 6Cxx, the rest fetched on 61xx. Raises DeviceError."""
        data = b""
        for _ in range(ROUNDS_MAX):
            response = self.send(command)
            data += response.data
            kind, length = divmod(response.status, 0x100)
            if kind == _WRONG_LENGTH:
                command = Command(command.cla, command.ins, command.p1, command.p2, expected_length=length)
            elif kind == _MORE_WAITING:
                command = Command(0x00, 0xC0, 0x00, 0x00, expected_length=length)
            else:
                return Response(data, response.status)
        raise card_error("card-damaged", f"INS {command.ins:02X}: no end after {ROUNDS_MAX} rounds")


_STATUS_WORDS = {
    0x9000: ("done", "成功"),
    0x6281: ("data may be damaged", "数据可能损坏"),
    0x6282: ("end of file reached", "已到文件末尾"),
    0x6283: ("application blocked", "应用已锁定"),
    0x6284: ("unexpected file description", "文件描述格式不符"),
    0x6581: ("memory failure", "存储器故障"),
    0x6700: ("wrong length", "长度错误"),
    0x6900: ("cannot be processed", "命令不能处理"),
    0x6901: ("not accepted in this state", "当前状态不接受命令"),
    0x6982: ("not authenticated", "未通过认证"),
    0x6983: ("authentication blocked", "认证已锁定"),
    0x6984: ("challenge or data invalid", "随机数或数据无效"),
    0x6985: ("conditions not met", "使用条件不满足"),
    0x6986: ("no file selected", "未选择文件"),
    0x6987: ("message code missing", "缺少报文鉴别码"),
    0x6988: ("message code wrong", "报文鉴别码错误"),
    0x6A80: ("data wrong", "数据错误"),
    0x6A81: ("function not supported", "功能不支持"),
    0x6A82: ("file not found", "未找到文件"),
    0x6A83: ("record not found", "未找到记录"),
    0x6A84: ("no space left", "空间不足"),
    0x6A86: ("parameters P1 P2 wrong", "参数P1P2错误"),
    0x6A88: ("reference data not found", "未找到引用数据"),
    0x6B00: ("parameter wrong", "参数错误"),
    0x6D00: ("command unknown", "命令不支持"),
    0x6E00: ("command class unknown", "命令类别不支持"),
}

_STATUS_WORDS_BY_FIRST_BYTE = {
    0x61: ("done, {} bytes wait", "成功,尚有{}字节"),
    0x6C: ("wrong length, {} is right", "长度错误,应为{}"),
}


def describe_status(status: int) -> tuple[str, str]:
    """A status word (card.md 1.7) in plain words, English and Chinese."""
    if status in _STATUS_WORDS:
        return _STATUS_WORDS[status]
    first, second = divmod(status, 0x100)
    if status & 0xFFF0 == 0x63C0:
        tries = status & 0x0F
        return f"check failed, {tries} tries left", f"校验失败,剩余{tries}次"
    english, chinese = _STATUS_WORDS_BY_FIRST_BYTE.get(first, ("unknown status", "未知状态"))
    return english.format(second), chinese.format(second)


_CARD_ERRORS = {
    "no-reader": (
        "No card reader answers: check its cable and the card service.",
        "读卡器未应答:请检查连线和读卡服务。",
    ),
    "no-card": ("There is no card in the reader: insert the card.", "读卡器中无卡:请插入社保卡。"),
    "foreign-card": (
        "This is not a social-security card: insert the social-security card.",
        "不是社会保障卡:请插入社保卡。",
    ),
    "card-mute": (
        "The card does not answer: take it out, wipe the chip, insert it chip first.",
        "卡片无应答:请取出卡片,擦净芯片,芯片朝内重新插入。",
    ),
    "card-removed": (
        "The card left the reader while it was read: insert it again and leave it in.",
        "读卡过程中卡片被取出:请重新插入,读完前勿拔卡。",
    ),
    "card-damaged": (
        "The card's data cannot be read: try once more, else have the card replaced.",
        "卡内数据无法读取:请重试,仍不成功请换卡。",
    ),
    "card-blocked": (
        "The card is blocked: have it unblocked where it was issued.",
        "卡片已锁定:请到发卡机构解锁。",
    ),
    "pin-needed": ("The card asks for its PIN before it is read.", "此卡须先验证密码才能读取。"),
    "no-answer": (
        "The card reader is busy or failed: close other programs that use it, or plug it in again.",
        "读卡器忙或故障:请关闭占用读卡器的程序,或重新插接读卡器。",
    ),
}


def card_error(code: str, where: str = "", where_zh: str = "") -> DeviceError:
    """The error of that code (see `DeviceError`), with the place that an engineer looks for."""
    english, chinese = _CARD_ERRORS[code]
    if where:
        english, chinese = f"{english} [{where}]", f"{chinese}[{where_zh or where}]"
    return DeviceError(code, english, chinese)
