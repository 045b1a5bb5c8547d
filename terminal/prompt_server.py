"""uvicorn's server, which hears at once that it shall end; uvicorn itself looks ten times a second.

Promise: `stop` ends the serving without delay, from any thread and from a signal's handler. Until then the loop wakes
once a second, for the date in its answers' heads.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import FrameType

import uvicorn

DATE_SECONDS = 1.0
"""How old the date of an answer may be."""


class PromptServer(uvicorn.Server):
    """Serves until it is told to stop; how it begins and ends is its subclasses' to say."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """See `uvicorn.Server`."""
        # The loop is known before the first look whether to end: who tells it earlier is seen, who later is heard.
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DATE_SECONDS):
                    await self._told.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """TERM or INT, where uvicorn takes them."""
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """End; from any thread, and more than once."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)
