"""What goes on behind the counter: uploads, goods, downloads and prints, each on a thread of its own, in small steps.

Promise: a slow center or a slow printer never holds up the counter, since only their short looks into the journal
run on the counter's thread. Day end works so too; meanwhile no upload is in flight (`exclusive`).

This is the daemon's outermost loop, and so the one place that catches every exception: a defect that one message, one
file or one document brings out must not take the counter away from the next customer, nor be met again at each start.
The step is logged with the error's type and place, told in `standing`, and tried again after a pause that grows.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from terminal.api.health_types import FailingStep
from terminal.api.log import LOGGER
from terminal.api.thread import CounterThread
from terminal.center.pauses import Pauses
from terminal.clock import Clock
from terminal.counter.fetching import NotFetched
from terminal.errors import TerminalError
from terminal.journal.journal import Journal

LOOK_AGAIN_SECONDS = 1.0
"""The longest that a pause which has run out, or a printer that is well again, waits to be noticed."""

Tick = Callable[[dt.datetime], bool]


class JournalFromAfar:
    """The journal for a thread that does not own it: each call is one call on the counter's thread.

    Others come between any two calls; what must not be torn apart is the counter's own to do.
    """

    def __init__(self, journal: Journal, thread: CounterThread) -> None:
        self.clock = journal.clock
        self._journal = journal
        self._thread = thread

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._journal, name)
        return lambda *arguments, **named: self._thread.run(lambda: method(*arguments, **named))


class Background:
    """The loops. Make it, run `work()` beside the server, call `stop()` when the server has ended.

    ticks: by name; each is called on a thread of its own, and reaches the journal by the counter's thread. pauses:
    after failures that nobody foresaw.
    """

    def __init__(self, ticks: Mapping[str, Tick], clock: Clock, pauses: Pauses) -> None:
        self._ticks = dict(ticks)
        self._clock = clock
        self._pauses = pauses
        self._standing: dict[str, FailingStep | None] = dict.fromkeys(ticks)
        self._in_flight = {name: asyncio.Lock() for name in ticks}
        self._work_came = {name: asyncio.Event() for name in ticks}
        self._stopping = asyncio.Event()

    @property
    def standing(self) -> Mapping[str, FailingStep | None]:
        """Each step, by name: how it fails, or None where it works. To be read from any thread."""
        return self._standing

    def changed(self) -> None:
        """There may be work: look at once. From the event loop only."""
        for event in self._work_came.values():
            event.set()

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[None]:
        """Wait until no step of this name is in flight, and let none begin meanwhile."""
        async with self._in_flight[name]:
            yield

    async def work(self) -> None:
        """Work until `stop`, whatever the steps raise."""
        async with asyncio.TaskGroup() as tasks:
            for name, tick in self._ticks.items():
                tasks.create_task(self._loop(name, tick))

    def stop(self) -> None:
        """Begin nothing new; what is in flight is finished."""
        self._stopping.set()
        self.changed()

    async def _loop(self, name: str, tick: Tick) -> None:
        came = self._work_came[name]
        with ThreadPoolExecutor(1, thread_name_prefix=name) as own_thread:
            while not self._stopping.is_set():
                came.clear()
                async with self._in_flight[name]:
                    worked = await self._stepped(name, tick, own_thread)
                failing = self._standing[name]
                if failing is not None and failing.next_try_at is not None:
                    # No news hurries this: what nobody foresaw is as likely at the next sale.
                    await _wait(self._stopping, (failing.next_try_at - self._clock.now()).total_seconds())
                elif not worked:
                    await _wait(came, LOOK_AGAIN_SECONDS)

    async def _stepped(self, name: str, tick: Tick, own_thread: ThreadPoolExecutor) -> bool:
        loop = asyncio.get_running_loop()
        try:
            worked = await loop.run_in_executor(own_thread, tick, self._clock.now())
        except TerminalError as error:
            # A full disk, say: it is told, and tried again.
            LOGGER.warning("background-step-failed", extra={"route": name, "code": error.code})
            self._failed(name, error.code, at_once=not isinstance(error, NotFetched))
            return False
        except (Exception, asyncio.CancelledError) as error:
            if _is_given_up():
                raise
            LOGGER.error("background-step-failed", extra={"route": name}, exc_info=error)
            self._failed(name, type(error).__name__, at_once=False)
            return False
        self._standing[name] = None
        return worked

    def _failed(self, name: str, error: str, at_once: bool) -> None:
        """at_once: it is tried at the next look, without a pause that grows."""
        before, now = self._standing[name], self._clock.now()
        times = before.times + 1 if before else 1
        next_try_at = None if at_once else now + self._pauses.after(times)
        self._standing[name] = FailingStep(name, error, times, before.since if before else now, next_try_at)


def _is_given_up() -> bool:
    """Whether the loop itself is to end, and not only what its step has waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
