"""The HTTP server on its loopback socket: quiet, told to stop by signals, says once that it listens."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from terminal.api.log import LOGGER
from terminal.errors import Unavailable

STOP_SECONDS_MAX = 30
"""A request that lasts longer after TERM is given up; what it began in the journal is finished."""


def listen_on(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Unavailable `port-in-use`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unavailable(
            "port-in-use",
            f"cannot listen on {host} port {port}: {error.strerror}",
            f"无法监听 {host} 端口 {port}",
            "api.port",
        ) from None


class Server(uvicorn.Server):
    """uvicorn, quiet, which says once that it listens."""

    def __init__(self, app: ASGIApp, terminal_id: str) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS_MAX,
            )
        )
        self._terminal_id = terminal_id

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so: in the log, and in words on standard output."""
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        LOGGER.info("ready", extra={"terminal": self._terminal_id, "host": host, "port": port})
        shown = f"[{host}]" if ":" in host else host
        print(f"terminal {self._terminal_id} ready: http://{shown}:{port}/", flush=True)

    def stop(self) -> None:
        """End after the requests that are begun."""
        self.should_exit = True


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
