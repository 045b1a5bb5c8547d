"""What the routes are given: the counter, the journal and the one thread that may touch them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from terminal.api.events import EventHub
from terminal.api.health_types import CenterAnswer, FailingStep, HealthAnswer
from terminal.api.meter import Meter
from terminal.api.rates import Rates
from terminal.api.thread import CounterThread
from terminal.api.token import TillGate
from terminal.center.answers import Inquiry
from terminal.clock import Clock
from terminal.counter.catalogue import Found
from terminal.counter.counter import Counter
from terminal.counter.day import Compared
from terminal.counter.difference import Difference
from terminal.counter.downloads import Downloads
from terminal.counter.recover import Recovered
from terminal.counter.scan import ScanDesk
from terminal.journal.gauges import Gauges
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.journal.stock import Goods, StockMove
from terminal.receipt.doctor import DoctorReport
from terminal.settlement.codec import encode

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """One terminal behind the API.

    ready: whether requests are taken. exclusive: no upload is in flight within it. ask_center, take_back: the part of
    day end and of a repair that waits for the center; within `exclusive`, and not on the counter's thread.
    changed: called where there may be work for what goes on behind the counter.
    receipt_columns: width of a receipt as text. clock: the process's.
    wake_uploads: the center is tried again whatever the pause; within `exclusive`, and not on the counter's thread.
    at_start: what the start found half done.
    diagnose: looks at everything; it takes its time, off the counter's thread.
    kick_drawer: opens the cash drawer; raises Unavailable `drawer-not-opened`. fonts: own ones for pictures.
    tills: who may ask. rates: how often. arrival_seconds_max: how long a request's body may take. names: what the
    terminal is called beyond loopback. scanning: the scanner, where there is one. events: who listens.
    standing: how each step behind the counter fails, None where it works.
    meter: what is counted. gauges: the journal from beside it; raises sqlite3.Error. center_sight: as it was last seen.
    counties: names of divisions, by their codes. download: fetches what is published in an operator's name, beside the
    counter, and gives the titles of what was taken.
    On the counter's thread – find_articles: in the catalogue of today. downloads: what the bureau publishes. at_center:
    how a settlement stands there. keep_goods: what was handed out with one. resume: what is put aside goes again,
    by its message's id.
    """

    counter: Counter
    journal: Journal
    thread: CounterThread
    health: Callable[[], Awaitable[HealthAnswer]]
    ready: Callable[[], bool]
    changed: Callable[[], None]
    exclusive: Callable[[], AbstractAsyncContextManager[None]]
    ask_center: Callable[[dt.date, str], Compared]
    take_back: Callable[[dt.date, Difference, str], None]
    receipt_columns: int
    clock: Clock
    tills: TillGate
    rates: Rates
    arrival_seconds_max: int
    wake_uploads: Callable[[], None]
    at_start: Recovered
    diagnose: Callable[[], DoctorReport]
    kick_drawer: Callable[[], None]
    scanning: ScanDesk
    events: EventHub
    meter: Meter
    gauges: Callable[[], Gauges]
    center_sight: Callable[[], CenterAnswer]
    standing: Callable[[], Mapping[str, FailingStep | None]]
    find_articles: Callable[[str], Found]
    counties: Mapping[str, str]
    downloads: Downloads
    download: Callable[[str], Awaitable[list[str]]]
    at_center: Callable[[SettlementRecord], Inquiry]
    keep_goods: Callable[[str, list[Goods]], list[StockMove]]
    resume: Callable[[str], None]
    fonts: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    async def with_center(self, slow: Callable[[], S], work: Callable[[S], T]) -> T:
        """`slow` on a thread of its own, with no upload in flight; then `work` of its result on the counter's thread.

        Cancelling the wait stops neither.
        """

        async def both() -> T:
            async with self.exclusive():
                try:
                    heard = await asyncio.to_thread(slow)
                finally:
                    self.changed()
                return await self.call(lambda: work(heard))

        return await asyncio.shield(both())

    async def call(self, work: Callable[[], T]) -> T:
        """Run `work` on the counter's thread. What it wrote may be work for the uploads or the printer."""
        before = self.journal.writes
        try:
            return await self.thread.call(work)
        finally:
            if self.journal.writes != before:
                self.changed()


def served(request: Request) -> Served:
    """The terminal that this request is for."""
    found: Served = request.app.state.served
    return found


def json_answer(value: object, status: int = 200) -> Response:
    """A value as JSON; bytes are JSON already and go out as they are."""
    body = value if isinstance(value, bytes) else encode(value)
    return Response(body, status, media_type="application/json")
