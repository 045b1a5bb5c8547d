"""What is refused before a route sees it: foreign hosts, foreign pages, wrong types, bodies without end.

A browser on the same machine may be made to call loopback by any web page. A page that has rebound its own
name to 127.0.0.1 betrays itself by the Host header; a page that posts from elsewhere by Origin; a plain form
by its content type.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from terminal.api.doors import is_unix
from terminal.api.problem import refuse
from terminal.api.served import served
from terminal.counter.pin import Pin, pin_of
from terminal.errors import Refused, Unavailable
from terminal.limits import KEY_CHARACTERS_MAX
from terminal.money import shown
from terminal.settlement.codec import convert, decode_given, decode_hook
from terminal.settlement.given_text import refuse_controls

T = TypeVar("T")

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

REQUEST_BYTES_MAX = 65_536
"""A request's body, where it is not a bill."""

EVENT_DIGITS_MAX = 15
"""An event's id, which is the number of an entry."""

_ANSWER_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""Answers hold personal data: no cache keeps them, no browser guesses at them."""


class OwnNames:
    """ASGI middleware: Host must be a name of this terminal, Origin absent or this API itself.

    names: what it is called beyond loopback, lower case, an IPv6 address in brackets. Over the Unix socket, which no
    browser reaches, Host may be anything, and there is no Origin.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = LOOPBACK_NAMES | names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in _ANSWER_HEADERS if one[0] not in said)]
            await send(message)

        refused = self._foreign(scope)
        if refused:
            await refuse(refused, scope, receive, send_uncached)
        else:
            await self._app(scope, receive, send_uncached)

    def _foreign(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", "").lower(), headers.get("origin")
        name, _, port = host.rpartition(":") if not host.endswith("]") and ":" in host else (host, "", "")
        if not is_unix(scope) and (name not in self._names or not (port == "" or port.isdecimal())):
            return Refused("foreign-host", "the Host is no name of this terminal", "Host 不是本终端的名称", "Host")
        if origin is not None and (is_unix(scope) or origin.lower() != f"{scope['scheme']}://{host}"):
            return Refused("foreign-origin", "pages of other origins are not served", "拒绝其他来源的网页", "Origin")
        return None


async def read_json(request: Request, wanted: type[T], bytes_max: int = REQUEST_BYTES_MAX) -> T:
    """The body, decoded strictly. Raises Refused: too long, not JSON, bad input."""
    content_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if content_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Refused(
            "wrong-content-type",
            "the body is application/json",
            "请求体须为 application/json",
            "Content-Type",
        )
    body = await _read_bounded(request, bytes_max)
    try:
        return decode_given(body, wanted, "the body", _decode_hook)
    finally:
        # It may have held a PIN.
        body[:] = bytes(len(body))


def _decode_hook(wanted: type, given: Any) -> Any:
    return pin_of(given) if wanted is Pin else decode_hook(wanted, given)


def has_body(request: Request) -> bool:
    """Whether a request brings a body."""
    return request.headers.get("content-length", "0") not in ("", "0") or "transfer-encoding" in request.headers


def read_query(request: Request, wanted: type[T] | None) -> T | None:
    """The query, decoded strictly; None where the route takes none. Raises Refused with the key's name."""
    values: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key in values:
            raise Refused("bad-input", f"{shown(key)} is given twice", f"参数 {shown(key)} 重复", key[:60])
        values[key] = value
    refuse_controls(values)
    if wanted is not None:
        return convert(values, wanted, strict=False)
    for key in values:
        raise Refused("bad-input", "this path takes no such query key", "该路径不支持此参数", key[:60])
    return None


def idempotency_key(request: Request) -> str:
    """The request's `Idempotency-Key`. Raises Refused where there is none, several, or a bad one."""
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        raise Refused(
            "key-missing",
            "this request needs an Idempotency-Key: one for every intent, the same for its repeats",
            "此请求需要 Idempotency-Key",
            "Idempotency-Key",
        )
    key = keys[0]
    visible = all("!" <= character <= "~" for character in key)
    if len(keys) > 1 or not key or len(key) > KEY_CHARACTERS_MAX or not visible:
        raise Refused(
            "bad-input",
            f"an Idempotency-Key is 1 to {KEY_CHARACTERS_MAX} visible ASCII characters, given once",
            f"Idempotency-Key 为 1 至 {KEY_CHARACTERS_MAX} 个可见 ASCII 字符",
            "Idempotency-Key",
        )
    return key


def last_event_id(request: Request) -> int | None:
    """The number of the event that a listener heard last; None where it names none. Raises Refused."""
    given = request.headers.get("last-event-id", "")
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= EVENT_DIGITS_MAX):
        raise Refused("bad-input", "it is the id of an event", "应为事件的编号", "Last-Event-ID")
    return int(given)


async def _read_bounded(request: Request, bytes_max: int) -> bytearray:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise _too_long(bytes_max)
    body = bytearray()
    try:
        async with asyncio.timeout(served(request).arrival_seconds_max):
            async for chunk in request.stream():
                body += chunk
                if len(body) > bytes_max:
                    raise _too_long(bytes_max)
    except TimeoutError:
        raise Unavailable("too-slow", "the body did not arrive in time", "请求体接收超时", "body") from None
    except ClientDisconnect:
        raise Refused("body-cut", "the connection ended within the body", "请求体不完整", "body") from None
    return body


def _too_long(bytes_max: int) -> Refused:
    return Refused("too-long", f"the body is at most {bytes_max} bytes", f"请求体不得超过 {bytes_max} 字节", "body")
