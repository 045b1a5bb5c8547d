"""The HTTP server behind its doors: quiet, told to stop by signals, says once that it listens."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from terminal.api.connection import HEAD_BYTES_MAX, BoundedConnection
from terminal.api.doors import Door
from terminal.api.log import LOGGER
from terminal.prompt_server import PromptServer

STOP_SECONDS_MAX = 12
"""A request that lasts longer after TERM is given up; what it began in the journal is finished."""

END_SECONDS_MAX = 25
"""A process that has not ended by then, since a device or a disk holds it, tells where it hangs and ends as by a power
cut, for which the journal is made."""

HANDSHAKE_SECONDS_MAX = 5
"""A TLS handshake that lasts longer is cut."""


class Server(PromptServer):
    """uvicorn, quiet and bounded, which says once that it listens."""

    def __init__(
        self,
        app: ASGIApp,
        terminal_id: str,
        doors: Sequence[Door],
        arrival_seconds_max: int,
        stopping: Callable[[], None],
    ) -> None:
        """stopping: ends the streams, which would not end by themselves."""
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedConnection,
                h11_max_incomplete_event_size=HEAD_BYTES_MAX,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS_MAX,
            )
        )
        self._terminal_id = terminal_id
        self._doors = doors
        self._stopping = stopping
        self._arrival_seconds_max = arrival_seconds_max

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen at every door, then say so: in the log, and in words on standard output."""
        loop = asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(
                self._connection,
                sock=door.listening,
                ssl=door.tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS_MAX if door.tls else None,
            )
            for door in self._doors
        ]
        self.started = True
        for door in self._doors:
            LOGGER.info("ready", extra={"terminal": self._terminal_id, "host": door.host, "port": door.port})
        print(f"terminal {self._terminal_id} ready: {self._doors[0].url}", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """TERM or INT: from here on the end is bounded, also where the loop itself hangs."""
        faulthandler.dump_traceback_later(END_SECONDS_MAX, exit=True)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, end the streams, and wait for the requests that are begun."""
        self._stopping()
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        return BoundedConnection(self.config, self.server_state, self._arrival_seconds_max)


@contextlib.contextmanager
def told_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    """TERM and INT call `stop` within it."""
    # uvicorn puts its own handlers over these while it serves, and afterwards raises the signal once more.
    told = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: stop()) for number in told}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
