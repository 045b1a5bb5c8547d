"""What the routes are given: the counter, the journal and the one thread that may touch them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from terminal.api.thread import CounterThread
from terminal.api.token import TillGate
from terminal.api.types import HealthAnswer
from terminal.clock import Clock
from terminal.counter.counter import Counter
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.settlement.codec import encode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """One terminal behind the API.

    ready: whether requests are taken. exclusive: no upload is in flight within it.
    changed: called after every call, since it may have left work for the uploads or the printer.
    receipt_columns: width of a receipt as text. clock: the process's.
    kick_drawer: opens the cash drawer; raises Unavailable `drawer-not-opened`. fonts: own ones for pictures.
    tills: who may ask.
    """

    counter: Counter
    journal: Journal
    thread: CounterThread
    health: Callable[[], Awaitable[HealthAnswer]]
    ready: Callable[[], bool]
    changed: Callable[[], None]
    exclusive: Callable[[], AbstractAsyncContextManager[None]]
    receipt_columns: int
    clock: Clock
    tills: TillGate
    kick_drawer: Callable[[], None]
    fonts: tuple[str, ...] = ()

    async def call(self, work: Callable[[], T]) -> T:
        """Run `work` on the counter's thread."""
        try:
            return await self.thread.call(work)
        finally:
            self.changed()


def served(request: Request) -> Served:
    """The terminal that this request is for."""
    found: Served = request.app.state.served
    return found


def json_answer(value: object, status: int = 200) -> Response:
    """A value as JSON; bytes are JSON already and go out as they are."""
    body = value if isinstance(value, bytes) else encode(value)
    return Response(body, status, media_type="application/json")


def only_query_key(request: Request, name: str, characters_max: int) -> str:
    """The value of the one query key that a path takes. Raises Refused: another, none, two."""
    items = request.query_params.multi_items()
    for key, _ in items:
        if key != name:
            raise Refused("bad-input", f"the only key here is {name}", f"此处仅支持参数 {name}", "query")
    if len(items) != 1 or not 0 < len(items[0][1]) <= characters_max:
        raise Refused("bad-input", f"give {name} once, 1 to {characters_max} characters", f"请给出一个 {name}", name)
    return items[0][1]


def month_of(request: Request) -> dt.date:
    """The first day of the month that the path names. Raises Refused unless it is written YYYY-MM."""
    text = request.path_params["month"]
    try:
        if len(text) == len("2021-06"):
            return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        pass
    raise Refused("bad-input", "a month is written YYYY-MM", "月份格式为 YYYY-MM", "month")
