"""Who asks, and how often: a request below /v1 names its till by a bearer token (RFC 6750), or is refused with 401.

Promise: a token is compared by its digest in constant time and never leaves this module; a till that was added or
removed holds from its next request on, without a restart, and stands in the journal before it is acted on.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from terminal.api.doors import is_unix
from terminal.api.problem import refuse
from terminal.api.rates import Rates
from terminal.api.tills import digest_of_token, token_digests
from terminal.errors import Refused, TerminalError

TOKEN_CHARACTERS_MAX = 256
"""Longer than any token; a longer text is not hashed."""

METRICS_PATH = "/metrics"

TILL_IN_SCOPE = "terminal.till"
"""Where the ASGI scope keeps the name of the till that asks."""

Stamp = tuple[int, int, int] | None


class TillGate:
    """Which till a token belongs to. `journalled` makes the journal know the tills, and returns when it does."""

    def __init__(self, file: Path, journalled: Callable[[Mapping[str, str]], Awaitable[None]]) -> None:
        self._file = file
        self._journalled = journalled
        self._stamp: Stamp | str = "never read"
        self._tills: dict[str, str] = {}
        self._reading = asyncio.Lock()

    async def till_of(self, headers: Headers) -> str:
        """The name of the till that asks. Raises Refused `token-missing`, `token-unknown`."""
        token = _bearer(headers)
        await self._look_again()
        return self._known(digest_of_token(token))

    async def still_lets_in(self, name: str) -> bool:
        """Whether a till that was let in has not been removed since."""
        await self._look_again()
        return name in self._tills

    def _known(self, digest: str) -> str:
        # All are compared, so that the time tells nothing.
        found = [name for name, known in self._tills.items() if hmac.compare_digest(known, digest)]
        if not found:
            raise Refused(
                "token-unknown",
                "this token is no till's; make one with: terminal till add NAME",
                "令牌无效，请用 terminal till add 登记收银端",
                "Authorization",
            )
        return found[0]

    async def _look_again(self) -> None:
        if _stamp(self._file) == self._stamp:
            return
        async with self._reading:
            stamp = _stamp(self._file)
            if stamp != self._stamp:
                tills = token_digests(self._file)
                # Until the journal knows it, nobody is let in: this raises, and the next request tries again.
                await self._journalled(tills)
                self._tills, self._stamp = tills, stamp


class Admission:
    """ASGI middleware: a path below /v1 needs a till's token, and nobody asks more often than `rates` allows."""

    def __init__(self, app: ASGIApp, gate: TillGate, rates: Rates) -> None:
        self._app = app
        self._gate = gate
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await self._admit(scope)
            except TerminalError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> None:
        if not needs_token(scope["path"]):
            self._rates.take("")
            if scope["path"] == METRICS_PATH and not _of_this_machine(scope):
                raise Refused("local-only", "figures are told on this machine only", "指标仅限本机查询", "request")
            return
        try:
            till = await self._gate.till_of(Headers(scope=scope))
        except Refused:
            self._rates.take("")
            raise
        self._rates.take(till)
        scope[TILL_IN_SCOPE] = till


def needs_token(path: str) -> bool:
    """Whether a path holds what is a till's business. Probes, documents and pages hold nothing of a person."""
    return path == "/v1" or path.startswith("/v1/")


def till_of(request: Request) -> str:
    """The till that asks; a route below /v1 always has one, any other ""."""
    name: str = request.scope.get(TILL_IN_SCOPE, "")
    return name


def _of_this_machine(scope: Scope) -> bool:
    return is_unix(scope) or ip_address(scope["client"][0]).is_loopback


def _bearer(headers: Headers) -> str:
    given = headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise Refused(
            "token-missing",
            "this path needs one header Authorization: Bearer TOKEN; make a token with: terminal till add NAME",
            "此路径需要 Authorization: Bearer 令牌，请用 terminal till add 登记收银端",
            "Authorization",
        )
    return token


def _stamp(file: Path) -> Stamp:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
