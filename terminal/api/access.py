"""The access log: one line a request, with the handler's name in place of the path, the problem's code and the till.

Neither paths, queries, bodies nor headers are written: a path may hold a settlement number, a body a person.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from terminal.api.log import LOGGER
from terminal.api.meter import Meter
from terminal.api.problem import CODE_IN_SCOPE
from terminal.api.token import TILL_IN_SCOPE
from terminal.clock import Clock

QUIET = frozenset({"livez", "readyz", "metrics"})
"""Asked every few seconds by a supervisor; logged only when they fail."""

FLOOD_STATUS = 429
"""Whoever asks too often is told so, and does not fill the disk with it."""


class AccessLog:
    """ASGI middleware, outermost; it also counts. The clock is the process's, for durations only."""

    def __init__(self, app: ASGIApp, clock: Clock, meter: Meter) -> None:
        self._app = app
        self._meter = meter
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock.monotonic_seconds()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        finally:
            self._write(scope, status, self._clock.monotonic_seconds() - began)

    def _write(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("endpoint"), "__name__", "")
        self._meter.note(route, status, seconds)
        if (route in QUIET and status == 200) or status == FLOOD_STATUS:
            return
        fields = {
            "method": scope["method"] if route else "",
            "route": route,
            "status": status,
            "code": scope.get(CODE_IN_SCOPE, ""),
            "till": scope.get(TILL_IN_SCOPE, ""),
            "milliseconds": int(seconds * 1000),
        }
        LOGGER.info("request", extra=fields)
