"""What goes on behind the counter: uploads, downloads and prints, each on a thread of its own, in small steps.

Promise: a slow center or a slow printer never holds up the counter, since only their short looks into the journal
run on the counter's thread. While a day is closed no upload is in flight (`exclusive`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from terminal.api.log import LOGGER
from terminal.api.thread import CounterThread
from terminal.clock import Clock
from terminal.errors import TerminalError
from terminal.journal.journal import Journal

LOOK_AGAIN_SECONDS = 1.0
"""The longest that a pause which has run out, or a printer that is well again, waits to be noticed."""

Tick = Callable[[dt.datetime], bool]


class JournalFromAfar:
    """The journal for a thread that does not own it: each call is one call on the counter's thread."""

    def __init__(self, journal: Journal, thread: CounterThread) -> None:
        self._journal = journal
        self._thread = thread

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._journal, name)
        return lambda *arguments, **named: self._thread.run(lambda: method(*arguments, **named))


class Background:
    """The loops. Make it, run `work()` beside the server, call `stop()` when the server has ended.

    ticks: by name; each is called on a thread of its own, and reaches the journal by the counter's thread.
    """

    def __init__(self, ticks: Mapping[str, Tick], clock: Clock) -> None:
        self._ticks = dict(ticks)
        self._clock = clock
        self._in_flight = {name: asyncio.Lock() for name in ticks}
        self._work_came = {name: asyncio.Event() for name in ticks}
        self._stopping = False

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
        """Work until `stop`. Ends early only by an error that nobody foresaw, and raises it in a group."""
        async with asyncio.TaskGroup() as tasks:
            for name, tick in self._ticks.items():
                tasks.create_task(self._loop(name, tick))

    def stop(self) -> None:
        """Begin nothing new; what is in flight is finished."""
        self._stopping = True
        self.changed()

    async def _loop(self, name: str, tick: Tick) -> None:
        came = self._work_came[name]
        with ThreadPoolExecutor(1, thread_name_prefix=name) as own_thread:
            while not self._stopping:
                came.clear()
                async with self._in_flight[name]:
                    worked = await self._stepped(name, tick, own_thread)
                if not worked:
                    await _wait(came, LOOK_AGAIN_SECONDS)

    async def _stepped(self, name: str, tick: Tick, own_thread: ThreadPoolExecutor) -> bool:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(own_thread, tick, self._clock.now())
        except TerminalError as error:
            # A full disk, say: it is told, and tried again after the pause.
            LOGGER.warning("background-step-failed", extra={"route": name, "code": error.code})
            return False


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
