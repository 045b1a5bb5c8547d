"""The counter's one thread: what touches the journal, the counter or a device runs on it, in order.

Promise: no two calls at once, so that neither SQLite nor a device ever sees two hands; a queue that is too
long is answered "busy" at once instead of growing; on `close` what was taken in is finished first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from terminal.errors import Unavailable

T = TypeVar("T")

WAITING_CALLS_MAX = 64
"""A counter serves one customer; more than this is a till that runs wild."""


class CounterThread:
    """A thread and its queue. `run` blocks and is for start and end, `call` is for the API and the ticks."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="counter")
        self._waiting = 0

    def run(self, work: Callable[[], T]) -> T:
        """Run `work` on the thread and wait for it. Raises what `work` raises."""
        return self._executor.submit(work).result()

    async def call(self, work: Callable[[], T]) -> T:
        """Run `work` on the thread, in turn. Raises Unavailable `busy`, or what `work` raises.

        Cancelling the wait does not stop the work: what is begun is finished.
        """
        if self._waiting >= WAITING_CALLS_MAX:
            raise Unavailable("busy", "the terminal has too much to do; ask again", "终端繁忙，请稍后重试", "terminal")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        future.add_done_callback(self._one_less)
        return await asyncio.shield(future)

    def close(self) -> None:
        """Finish what was taken in and end the thread. Afterwards nothing more is taken."""
        self._executor.shutdown(wait=True)

    def _one_less(self, _: object) -> None:
        self._waiting -= 1
