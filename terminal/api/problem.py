"""Errors as problem+json (RFC 9457): one shape for everything that is not a success.

Promise: every error of the house, of HTTP and of a bug leaves here with the same keys, says whether money
moved and what may be done, and never holds personal data (terminal/errors.py).
"""

from __future__ import annotations

import http

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from terminal.errors import (
    Broken,
    Conflict,
    InDoubt,
    Missing,
    MoneyMoved,
    Refused,
    Retry,
    TerminalError,
    Unavailable,
)

PROBLEM_TYPE_PREFIX = "urn:settlement-terminal:problem:"
"""RFC 9457 section 3.1.1: `type` names the kind of problem; nothing is fetched from it."""

MEDIA_TYPE = "application/problem+json"

CODE_IN_SCOPE = "terminal.problem_code"
"""Where the ASGI scope keeps the code of the problem that was answered, for the access log."""

_STATUS_OF_CODE = {
    "token-missing": 401,
    "token-unknown": 401,
    "not-json": 400,
    "key-missing": 400,
    "foreign-host": 421,
    "foreign-origin": 403,
    "local-only": 403,
    "no-such-route": 404,
    "wrong-method": 405,
    "too-long": 413,
    "not-http": 400,
    "body-cut": 400,
    "too-slow": 408,
    "head-too-long": 431,
    "too-many-requests": 429,
    "too-many-connections": 429,
    "wrong-content-type": 415,
    "key-reused": 422,
    "not-signed-in": 409,
}
"""Codes whose status is not that of their class."""

_HEADERS_OF_STATUS = {
    401: {"www-authenticate": 'Bearer realm="terminal"'},
    429: {"retry-after": "1"},
    503: {"retry-after": "5"},
}
"""What HTTP wants to be said besides (RFC 9110 sections 10.2.3, 11.6.1)."""

_STATUS_OF_CLASS: tuple[tuple[type[TerminalError], int], ...] = (
    (Missing, 404),
    (Conflict, 409),
    (Refused, 422),
    (Unavailable, 503),
    (InDoubt, 504),
    (Broken, 500),
)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 with the terminal's own members.

    code: stable word for programs. at: place in the input or part of the terminal, may be "".
    money_moved: `no`, `yes`, `unknown`.
    retry: `never`, `same-key` (at once, under the same `Idempotency-Key`), `after` (the cause is gone).
    tries_left: only where the card asks for its PIN, or has not taken it, and says how many tries are left.
    """

    type: str
    title: str
    status: int
    detail: str
    detail_zh: str
    code: str
    at: str
    money_moved: MoneyMoved
    retry: Retry
    tries_left: int | None = None


def status_of(code: str, kind: type[TerminalError]) -> int:
    """The HTTP status of an error: by its code where that has its own, else by its class."""
    if code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[code]
    return next((status for one, status in _STATUS_OF_CLASS if issubclass(kind, one)), 500)


def problem_of(error: TerminalError) -> Problem:
    """An error of the house as a problem."""
    status = status_of(error.code, type(error))
    return Problem(
        type=PROBLEM_TYPE_PREFIX + error.code,
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=error.message,
        detail_zh=error.message_zh,
        code=error.code,
        at=error.at,
        money_moved=error.money_moved,
        retry=error.retry,
        tries_left=error.tries_left,
    )


def problem_response(error: TerminalError) -> Response:
    """An error of the house as an answer."""
    problem = problem_of(error)
    headers = _HEADERS_OF_STATUS.get(problem.status)
    return Response(msgspec.json.encode(problem), problem.status, headers, MEDIA_TYPE)


async def refuse(error: TerminalError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with an error before any route has seen it."""
    scope[CODE_IN_SCOPE] = error.code
    await problem_response(error)(scope, receive, send)


async def answer_terminal_error(request: Request, error: Exception) -> Response:
    """Exception handler for `TerminalError`."""
    assert isinstance(error, TerminalError)
    request.scope[CODE_IN_SCOPE] = error.code
    return problem_response(error)


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Exception handler for what the router itself refuses: unknown route, wrong method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        refused = Refused("wrong-method", "this path does not take that method", "该路径不支持此方法", request.method)
    else:
        refused = Missing("no-such-route", "there is no such path", "路径不存在")
    request.scope[CODE_IN_SCOPE] = refused.code
    response = problem_response(refused)
    response.headers.update(error.headers or {})
    return response


async def answer_bug(request: Request, error: Exception) -> Response:
    """Exception handler for everything that nobody foresaw: in doubt, and nothing of it is shown."""
    broken = Broken(
        "internal",
        "the terminal failed in a way nobody foresaw; look the settlement up before you repeat it",
        "终端内部错误；重复操作前请先查询该结算",
    )
    request.scope[CODE_IN_SCOPE] = broken.code
    return problem_response(broken)
