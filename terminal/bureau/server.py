"""The reference center as a server in a thread of this process: for tests and demonstration, and for
`terminal bureau`.

It can be taken down and up again on the same port with its books as they were, demands what a province's profile
demands, and fails on order (`faults`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from functools import partial
from types import TracebackType
from typing import Any, Self, cast

import uvicorn
from msgspec import Struct
from starlette.requests import Request

from terminal.bureau.app import make_app
from terminal.bureau.asked import CenterLaw, PublishedFiles
from terminal.bureau.books import Books
from terminal.bureau.faults import FaultPlan, Faults
from terminal.bureau.gate import CenterKeys
from terminal.bureau.reception import PATH, Reception
from terminal.bureau.short_way import ShortWay, Together
from terminal.center.profile import REFERENCE, Profile
from terminal.clock import Clock
from terminal.first_use import learn_types
from terminal.prompt_server import PromptServer

STOP_SECONDS_MAX = 10
"""A server that does not stop in this time is a bug."""


class _Server(PromptServer):
    """Tells when it listens, and ends as a center that is switched off: whoever is being served is dropped."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._drop_all()
        # Cancelled, since nobody hears them any more, and a line that is just being taken would outlive the loop.
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._drop_all()
        # An aborted line is closed in the next turn.
        await asyncio.sleep(0)

    def _drop_all(self) -> None:
        for connection in list(self.server_state.connections):
            cast("ShortWay", connection).transport.abort()


class ServerTls(Struct, frozen=True):
    """PEM files: who vouches for the terminals, and the center's certificate with its key. Without a client's
    certificate from that authority nobody is let in.
    """

    authority: str
    certificate: str
    key: str


def listening_socket(host: str, port: int) -> socket.socket:
    """A listener whose connections answer at once. Raises OSError where the port is taken.

    asyncio switches Nagle's algorithm off only for sockets that say they are TCP. Without that the body of each
    answer waits 40 milliseconds for the other side to acknowledge the head.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class BureauServer:
    """Serves `books` by `law` at `clock`. Port 0 lets the machine choose one, which is then kept.

    Use as a context manager, or `up()` and `down()`; `url` is the whole address of the one service.
    """

    def __init__(
        self,
        books: Books,
        law: CenterLaw,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        published: PublishedFiles | None = None,
        profile: Profile = REFERENCE,
        keys: CenterKeys | None = None,
        tls: ServerTls | None = None,
        plan: FaultPlan | None = None,
    ) -> None:
        self.books = books
        self.faults = Faults(plan)
        self._reception = Reception(books, law, clock, self.faults, published, profile, keys)
        self._tls = tls
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address that a terminal's configuration names."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self._port}{PATH}"

    @property
    def port(self) -> int:
        """The port it listens on, or will listen on again; 0 before the first `up()` that chooses one."""
        return self._port

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def up(self) -> None:
        """Listen, and return when connections are taken.

        Raises OSError where the port is taken. Twice is once.
        """
        if self._thread is not None:
            return
        learn_types()
        listener = listening_socket(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                make_app(self._reception, self._cut),
                log_config=None,
                access_log=False,
                lifespan="off",
                proxy_headers=False,
                **self._options(),
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="bureau", daemon=True)
        self._thread.start()
        if not self._server.listening.wait(STOP_SECONDS_MAX):
            raise TimeoutError("the reference center did not start")

    def down(self) -> None:
        """Stop listening and drop every connection; the books stay. Twice is once."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        server.stop()
        thread.join(STOP_SECONDS_MAX)
        if thread.is_alive():
            raise TimeoutError("the reference center did not stop")
        self._server = self._thread = None

    def _options(self) -> dict[str, Any]:
        short_way = {"http": partial(ShortWay, Together(self._reception))}
        if self._tls is None:
            return short_way
        return short_way | {
            "ssl_certfile": self._tls.certificate,
            "ssl_keyfile": self._tls.key,
            "ssl_ca_certs": self._tls.authority,
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
        }

    def _cut(self, request: Request) -> None:
        if self._server is None or request.client is None:
            return
        for connection in list(self._server.server_state.connections):
            if getattr(connection, "client", None) == tuple(request.client):
                connection.transport.abort()
