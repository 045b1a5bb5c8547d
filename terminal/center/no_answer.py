"""What is raised where an exchange comes to nothing: not reached, not let through, not understood, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from terminal.center.envelope import Answer, GatewayRefused, Unreadable
from terminal.center.link import NoAnswer, Silence, Unreachable
from terminal.errors import Refused, Unavailable

_NO_ANSWER_ZH = "医保中心没有给出有效应答"

A = TypeVar("A")
T = TypeVar("T")


class TurnedAway(Unavailable):
    """The gateway let one message not through; others it may let."""


class CenterRefused(Refused):
    """The center's own no. words: its reason alone, for whoever says by himself that it is the center's."""

    def __init__(self, words: str) -> None:
        super().__init__("center-refused", f"the center refuses: {words}", f"医保中心拒绝：{words}", "center")
        self.words = words


def taken(answer: Answer) -> Answer:
    """The answer of success. Raises CenterRefused."""
    if not answer.accepted:
        raise CenterRefused(answer.words)
    return answer


def reason_of(error: Refused) -> str:
    """Why something was refused: in the center's own words, where it was the center."""
    return error.words if isinstance(error, CenterRefused) else error.message


def decoded(decode: Callable[[bytes], Answer], body: bytes) -> Answer:
    """The answer that `decode` finds in these bytes. Raises Unavailable where it is none, or the gateway's."""
    try:
        return decode(body)
    except GatewayRefused as error:
        raise _turned_away(error) from None
    except Unreadable as error:
        raise not_understood(error) from None


def unreachable(error: Unreachable) -> Unavailable:
    """Surely nothing was sent."""
    message = f"the center cannot be reached ({error})"
    return Unavailable("center-unreachable", message, _with_reason("无法连接医保中心", error), "center")


def silent(error: Silence) -> Unavailable:
    """No answer came: what became of the message nobody knows."""
    message = f"the center gave no usable answer ({error})"
    return Unavailable("center-silent", message, _with_reason(_NO_ANSWER_ZH, error), "center")


def _with_reason(what_zh: str, error: NoAnswer) -> str:
    return f"{what_zh}（{error.reason_zh}）" if error.reason_zh else what_zh


def _turned_away(error: Exception) -> TurnedAway:
    message = f"the center's gateway does not let it through ({error})"
    return TurnedAway("center-unreachable", message, "医保中心网关拒绝", "center")


def understood(read: Callable[[A], T], answer: A) -> T:
    """What `read` makes of the answer. Raises Unavailable where it lacks what it must have."""
    try:
        return read(answer)
    except Unreadable as error:
        raise not_understood(error) from None


def not_understood(error: Unreadable) -> Unavailable:
    """The center gave nothing that can be used: what became of the message nobody knows."""
    message = f"the center gave no usable answer ({error})"
    return Unavailable("center-silent", message, _NO_ANSWER_ZH, "center")
