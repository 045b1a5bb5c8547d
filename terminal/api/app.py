"""The API as one ASGI application: its routes, its guards, and what becomes of an error."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from terminal.api import counter_routes, ledger_routes, receipt_routes, settlement_routes
from terminal.api.access import AccessLog
from terminal.api.guard import LoopbackOnly
from terminal.api.problem import answer_bug, answer_http_error, answer_terminal_error
from terminal.api.served import Served, json_answer, served
from terminal.api.token import TokenRequired
from terminal.api.types import Liveness
from terminal.errors import TerminalError, Unavailable


async def livez(request: Request) -> Response:
    """GET /livez: the process runs. Touches nothing."""
    return json_answer(Liveness("live"))


async def readyz(request: Request) -> Response:
    """GET /readyz: requests are taken. Touches no device."""
    if not served(request).ready():
        raise Unavailable("not-ready", "the terminal starts or stops", "终端正在启动或停止", "terminal")
    return json_answer(Liveness("ready"))


async def health(request: Request) -> Response:
    """GET /v1/health: devices, queues, day, center as last known."""
    terminal = served(request)
    return json_answer(await terminal.health())


def make_app(terminal: Served) -> ASGIApp:
    """The application for one terminal, its guards around everything, also around the answer to a bug."""
    app = Starlette(
        routes=[
            Route("/livez", livez, methods=["GET"]),
            Route("/readyz", readyz, methods=["GET"]),
            Route("/v1/health", health, methods=["GET"]),
            *counter_routes.ROUTES,
            *settlement_routes.ROUTES,
            *ledger_routes.ROUTES,
            *receipt_routes.ROUTES,
        ],
        exception_handlers={
            TerminalError: answer_terminal_error,
            HTTPException: answer_http_error,
            Exception: answer_bug,
        },
    )
    app.router.redirect_slashes = False
    app.state.served = terminal
    return AccessLog(LoopbackOnly(TokenRequired(app, terminal.tills)), terminal.clock)
