"""The short way of a usual request: from the HTTP parser to the reception and back, past the application's frame.

The frame costs a message several times what the books cost. Whatever is not usual – another method, a form without
length, a fault that stands ready – goes the frame's way.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from terminal.bureau.reception import Given, Reception, Reply
from terminal.limits import BILL_BYTES_MAX

REQUEST_BYTES_MAX = 2 * BILL_BYTES_MAX

PIECE_BYTES_MAX = 65_536
HEAD_BYTES_MAX = 65_536
"""A head that is longer by a piece is refused."""


class Together:
    """What came in one turn of the loop is carried out as one. For connections of one loop.

    room: where a piece lies from its arrival until its connection has taken it, which is at once.
    """

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.room = memoryview(bytearray(PIECE_BYTES_MAX))
        self._waiting: list[tuple[Given, ShortWay]] = []

    def add(self, given: Given, connection: ShortWay) -> None:
        """Carry it out when all that has arrived by now is read; the reply goes to the connection."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._carry_out)
        self._waiting.append((given, connection))

    def _carry_out(self) -> None:
        waiting, self._waiting = self._waiting, []
        replies: list[Reply] = []
        try:
            replies = self.reception.replies([given for given, _ in waiting])
        finally:
            for (_, connection), reply in zip_longest(waiting, replies):
                connection.reply(reply)


class ShortWay(HttpToolsProtocol, asyncio.BufferedProtocol):
    """One connection. What a request that goes the short way has brought is its `Given` as far as it came."""

    def __init__(self, together: Together, **given: Any) -> None:
        super().__init__(**given)
        self._together = together
        self._is_in_head = True
        self._head_bytes = 0
        self._short: dict[str, str] | None = None
        self._body = bytearray()
        self._awaited = 0

    def get_buffer(self, sizehint: int) -> memoryview:
        """See `asyncio.BufferedProtocol`. Without it each piece takes a fresh 256 KiB: half of what the way costs."""
        return self._together.room

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        self.data_received(bytes(self._together.room[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """See `httptools`."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """See `httptools`."""
        self._is_in_head = False
        self._short = self._headers() if self._is_usual() else None
        if self._short is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See `httptools`."""
        if self._short is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """See `httptools`."""
        if self._short is None:
            super().on_message_complete()
            return
        given = Given(self.url.decode("ascii"), self._short, bytes(self._body))
        self._short, self._body = None, bytearray()
        self._awaited += 1
        self._together.add(given, self)

    def reply(self, reply: Reply | None) -> None:
        """Send the answer in one piece; None where the center broke over the request: nobody is answered."""
        self._awaited -= 1
        if reply is None:
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.write(self._written(reply))
            if not self._awaited:
                self._unset_keepalive_if_required()
                handler = self.timeout_keep_alive_handler
                self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, handler)

    def _is_usual(self) -> bool:
        """Whether it is a plain POST on a connection that waits for nothing of the frame's."""
        return (
            self.parser.get_method() == b"POST"
            and self.url.startswith(b"/")
            and not set(b"?#%").intersection(self.url)
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.expect_100_continue
            and (self.cycle is None or self.cycle.response_complete)
            and self._together.reception.is_calm
        )

    def _headers(self) -> dict[str, str] | None:
        """By name; None where one stands twice, or does not tell a length that may be."""
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in self.headers}
        length = headers.get("content-length", "")
        is_short = length.isdecimal() and int(length) <= REQUEST_BYTES_MAX and len(headers) == len(self.headers)
        return headers if is_short else None

    def _written(self, reply: Reply) -> bytes:
        lines = [
            b"HTTP/1.1 %d %s" % (reply.status, HTTPStatus(reply.status).phrase.encode()),
            *(b"%s: %s" % pair for pair in self.server_state.default_headers),
            b"content-length: %d" % len(reply.body),
            b"content-type: " + reply.kind.encode(),
            b"\r\n",
        ]
        return b"\r\n".join(lines) + reply.body
