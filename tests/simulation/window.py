"""What a terminal shows to people who may see no person: refusals, log, figures, queues, news, the support bundle.

The shipped code renders each of them, the log even with the exception that the daemon would not have caught.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from terminal.api import metrics_routes, queue_routes
from terminal.api.log import LOGGER, JsonLines
from terminal.api.meter import Meter
from terminal.api.problem import problem_response
from terminal.api.sight import CenterSight
from terminal.clock import Clock
from terminal.config import Config
from terminal.config_sections import CenterSection, ProviderEntry, TerminalSection
from terminal.counter.counter import Counter
from terminal.counter.recover import Recovered
from terminal.errors import TerminalError
from terminal.journal.gauges import gauges_of
from terminal.journal.journal import Journal
from terminal.settlement.codec import encode
from terminal.support_bundle import bundle_of

T = TypeVar("T")

NO_USB = Path("/nowhere")
"""Nothing is plugged into a simulated terminal."""


class Window:
    """seen: every text that was shown, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self.seen: list[str] = []
        self._clock = clock
        self._lines = JsonLines()
        self._meter = Meter()
        self._news_heard = 0
        self._runner = asyncio.Runner()

    def refused(self, error: TerminalError) -> None:
        """A request is refused: as it is answered, as it is logged."""
        answer = problem_response(error)
        self._meter.note("settle", answer.status_code, 0.0)
        self.seen.append(bytes(answer.body).decode())
        trace = (type(error), error, error.__traceback__)
        extra = {"route": "settle", "status": answer.status_code, "code": error.code}
        record = LOGGER.makeRecord(LOGGER.name, logging.ERROR, "", 0, "request", (), trace, extra=extra)
        self.seen.append(self._lines.format(record))

    def show(self, journal: Journal, counter: Counter, at_start: Recovered) -> None:
        """Somebody asks for the figures, the queue, what is unfinished, and the news since the last time."""
        day = self._clock.now().date()
        terminal = SimpleNamespace(
            call=_at_once,
            journal=journal,
            counter=counter,
            at_start=at_start,
            clock=self._clock,
            meter=self._meter,
            center_sight=lambda: CenterSight(self._clock).last,
            gauges=lambda: gauges_of(journal.path, day),
            standing=dict,
        )
        call: Any = SimpleNamespace(terminal=terminal)
        self.seen += self._runner.run(_answered(call))
        newest = journal.entry_count()
        self.seen += [encode(news).decode() for news in journal.news_between(self._news_heard, newest)]
        self._news_heard = newest

    def pack(self, journal: Journal) -> None:
        """Somebody sends a support bundle to the engineer, with everything that was logged and shown."""
        config = Config(
            terminal=TerminalSection(id=journal.terminal_id, till_number=1, journal=str(journal.path)),
            center=CenterSection(url="http://127.0.0.1/", area_code="370600"),
            providers=[ProviderEntry(id="P37060200001", name="示例大药房")],
        )
        log = [text for text in self.seen if text.startswith("{")]
        self.seen += [file.decode() for file in bundle_of(config, "", "", log, self._clock, NO_USB).values()]

    def close(self) -> None:
        """Nobody looks any more."""
        self._runner.close()


async def _answered(call: Any) -> list[str]:
    routes = (metrics_routes.metrics, queue_routes.queue, queue_routes.unresolved)
    return [bytes((await route(call)).body).decode() for route in routes]


async def _at_once(work: Callable[[], T]) -> T:
    return work()
