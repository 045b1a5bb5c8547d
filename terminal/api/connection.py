"""One connection of a client, bounded: how many there are, how long a request may take to arrive, how long its head is.

Promise: a client that sends a byte a second is cut; one that opens connections without end pushes out its own idle
ones and those of nobody who is being answered; what is refused here is problem+json like every other refusal.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from terminal.api.problem import problem_response
from terminal.errors import Refused, TerminalError, Unavailable

CONNECTIONS_MAX = 128
"""Open at once; a counter has a till or two, each with a handful."""

HEAD_BYTES_MAX = 16_384
"""The request line and the headers together."""

LINGER_SECONDS = 1
"""How long a refused connection is kept so that its client can read why, or a body's reader has to say so itself."""

READING_SECONDS_MAX = 30
"""How long a client may leave an answer lying that it has asked for."""


class BoundedConnection(H11Protocol):
    """uvicorn's protocol with bounds of ours around it.

    arrival_seconds_max: from a request's first byte to its last, and from a connection's opening to its first byte.
    """

    def __init__(self, config: uvicorn.Config, state: ServerState, arrival_seconds_max: int) -> None:
        super().__init__(config, state, {})
        self._arrival_seconds_max = arrival_seconds_max
        self._arrival: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._refused = False
        self._heard = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection in; at the bound, in the place of the one that has been idle longest."""
        idle = self._idlest() if len(self.connections) >= CONNECTIONS_MAX else None
        full = len(self.connections) >= CONNECTIONS_MAX and idle is None
        if idle is not None:
            idle.cut()
        super().connection_made(transport)
        if full:
            self._refuse(_too_many())
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._forget()
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request; of a refused connection they are dropped."""
        if self._refused:
            return
        self._heard = True
        super().data_received(data)
        if self._arriving():
            self._expect()
        else:
            self._forget()

    def shutdown(self) -> None:
        """The server ends: a request that is not whole by now is not waited for."""
        if self._arriving():
            self.cut()
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """The client leaves what it is sent lying."""
        super().pause_writing()
        self._unread = self.loop.call_later(READING_SECONDS_MAX, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._read_again()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What arrived is not HTTP, or its head has no end."""
        too_long = len(self.conn.trailing_data[0]) > HEAD_BYTES_MAX
        self._refuse(_head_too_long() if too_long else _not_http())

    def cut(self) -> None:
        """End a connection on which nothing is being answered."""
        # Out of the set at once: the transport tells of its end only later.
        self.connections.discard(self)
        self.transport.abort()

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered here."""
        return self.cycle is None or self.cycle.response_complete

    def _idlest(self) -> BoundedConnection | None:
        # Whoever has never asked anything goes first, and of those who was expected longest.
        idle = [one for one in cast("set[BoundedConnection]", self.connections) if one.idle]
        return min(
            idle, key=lambda one: (one.cycle is not None, one._arrival.when() if one._arrival else 0), default=None
        )

    def _arriving(self) -> bool:
        """Whether a request has begun to arrive and is not whole."""
        theirs = self.conn.their_state
        return theirs is h11.SEND_BODY or (theirs is h11.IDLE and bool(self.conn.trailing_data[0]))

    def _expect(self) -> None:
        if self._arrival is None:
            seconds = self._arrival_seconds_max + LINGER_SECONDS
            self._arrival = self.loop.call_later(seconds, self._too_slow)

    def _forget(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _too_slow(self) -> None:
        if self._heard and self.idle and self.conn.our_state is h11.IDLE:
            self._refuse(_slow())
        else:
            self.transport.close()

    def _refuse(self, error: TerminalError) -> None:
        self._refused = True
        self._unset_keepalive_if_required()
        if not self.idle:
            # Whoever waits for this request's body is told that it will not come.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        answer = problem_response(error)
        headers = [*answer.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=answer.status_code, headers=headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(cast("bytes", self.conn.send(cast("Any", event))))
        self._linger()

    def _linger(self) -> None:
        # Closed at once, with bytes of the client unread, the answer would be lost to a reset.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _too_many() -> TerminalError:
    return Unavailable("too-many-connections", "too many connections are open", "连接过多，请稍后重试", "connection")


def _slow() -> TerminalError:
    return Unavailable("too-slow", "the request did not arrive in time", "请求接收超时", "request")


def _not_http() -> TerminalError:
    return Refused("not-http", "what arrived is not an HTTP/1.1 request", "不是有效的 HTTP 请求", "request")


def _head_too_long() -> TerminalError:
    return Refused(
        "head-too-long",
        f"the request line and the headers are at most {HEAD_BYTES_MAX} bytes",
        f"请求头不得超过 {HEAD_BYTES_MAX} 字节",
        "request",
    )
