"""What is raised where an exchange comes to nothing: not reached, not let through, not understood, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from terminal.center.envelope import Answer, GatewayRefused, Unreadable
from terminal.errors import Refused, Unavailable

A = TypeVar("A")
T = TypeVar("T")


class TurnedAway(Unavailable):
    """The gateway let one message not through; others it may let."""


def taken(answer: Answer) -> Answer:
    """The answer of success. Raises Refused with the center's reason."""
    if not answer.accepted:
        raise Refused(
            "center-refused", f"the center refuses: {answer.words}", f"医保中心拒绝：{answer.words}", "center"
        )
    return answer


def decoded(decode: Callable[[bytes], Answer], body: bytes) -> Answer:
    """The answer that `decode` finds in these bytes. Raises Unavailable where it is none, or the gateway's."""
    try:
        return decode(body)
    except GatewayRefused as error:
        raise turned_away(error) from None
    except Unreadable as error:
        raise not_understood(error) from None


def unreachable(error: Exception) -> Unavailable:
    """Surely nothing was sent."""
    message = f"the center cannot be reached ({error})"
    return Unavailable("center-unreachable", message, "无法连接医保中心", "center")


def turned_away(error: Exception) -> TurnedAway:
    """The gateway let it not through: the center never had it."""
    message = f"the center's gateway does not let it through ({error})"
    return TurnedAway("center-unreachable", message, "医保中心网关拒绝", "center")


def understood(read: Callable[[A], T], answer: A) -> T:
    """What `read` makes of the answer. Raises Unavailable where it lacks what it must have."""
    try:
        return read(answer)
    except Unreadable as error:
        raise not_understood(error) from None


def not_understood(error: Exception) -> Unavailable:
    """The center gave nothing that can be used: what became of the message nobody knows."""
    message = f"the center gave no usable answer ({error})"
    return Unavailable("center-silent", message, "医保中心没有给出有效应答", "center")
