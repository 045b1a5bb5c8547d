"""The API as one ASGI application: its operations, its guards, and what becomes of an error."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from terminal.api import (
    catalogue_routes,
    counter_routes,
    download_routes,
    event_routes,
    goods_routes,
    health_routes,
    ledger_routes,
    metrics_routes,
    page_routes,
    picture_routes,
    policy_routes,
    purse_routes,
    queue_routes,
    receipt_routes,
    refund_routes,
    settlement_routes,
)
from terminal.api.access import AccessLog
from terminal.api.contract import KEYS_RUNNING, AnyOperation, route_of
from terminal.api.docs_routes import documentation
from terminal.api.guard import OwnNames
from terminal.api.problem import answer_bug, answer_http_error, answer_terminal_error
from terminal.api.served import Served
from terminal.api.token import Admission
from terminal.errors import TerminalError

_SERVED: tuple[AnyOperation, ...] = (
    *health_routes.OPERATIONS,
    *counter_routes.OPERATIONS,
    *settlement_routes.OPERATIONS,
    *refund_routes.OPERATIONS,
    *receipt_routes.OPERATIONS,
    *queue_routes.OPERATIONS,
    *purse_routes.OPERATIONS,
    *ledger_routes.OPERATIONS,
    *catalogue_routes.OPERATIONS,
    *download_routes.OPERATIONS,
    *goods_routes.OPERATIONS,
    *picture_routes.OPERATIONS,
    *policy_routes.OPERATIONS,
    *event_routes.OPERATIONS,
    *metrics_routes.OPERATIONS,
)

OPERATIONS: tuple[AnyOperation, ...] = (*_SERVED, *documentation(_SERVED))
"""Everything that the API serves, its own description included."""


def make_app(terminal: Served) -> ASGIApp:
    """The application for one terminal, its guards around everything, also around the answer to a bug."""
    app = Starlette(
        routes=[*(route_of(operation) for operation in OPERATIONS), *page_routes.ROUTES],
        exception_handlers={
            TerminalError: answer_terminal_error,
            HTTPException: answer_http_error,
            Exception: answer_bug,
        },
    )
    app.router.redirect_slashes = False
    app.state.served = terminal
    setattr(app.state, KEYS_RUNNING, set())
    return AccessLog(
        OwnNames(Admission(app, terminal.tills, terminal.rates), terminal.names), terminal.clock, terminal.meter
    )
