"""The short way of a usual request (`request_head`): from the socket to the reception and back, past the HTTP library.

A message costs the library several times what it costs the books. Whatever is not usual – another method, a form
without length, a fault that stands ready – goes the library's way, and so does all that follows on its connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from terminal.bureau.reception import Given, Reception, Reply
from terminal.bureau.request_head import HEAD_BYTES_MAX, Head, read_head
from terminal.limits import BILL_BYTES_MAX

REQUEST_BYTES_MAX = 2 * BILL_BYTES_MAX
_BEGINNING = b"POST /"
_HEAD_END = b"\r\n\r\n"


class Together:
    """What came in one turn of the loop is carried out as one. For connections of one loop."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
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


class ShortWay(H11Protocol):
    """One connection."""

    def __init__(self, together: Together, **given: Any) -> None:
        super().__init__(**given)
        self._together = together
        self._came = bytearray()
        self._head: Head | None = None
        self._is_short = True
        self._is_awaited = False

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if not self._is_short:
            super().data_received(data)
            return
        self._unset_keepalive_if_required()
        self._came += data
        if not self._is_awaited:
            self._look()

    def reply(self, reply: Reply | None) -> None:
        """Send the answer in one piece; None where the center broke over the request: nobody is answered."""
        self._is_awaited = False
        if reply is None:
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.write(self._written(reply))
            if self._came:
                self._look()
            else:
                handler = self.timeout_keep_alive_handler
                self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, handler)

    def _look(self) -> None:
        """Hand over what has come, once it is whole."""
        if self._head is None and not self._read_head():
            return
        head = self._head
        if head is not None and len(self._came) >= head.body_bytes:
            given = Given(head.path, head.headers, bytes(self._came[: head.body_bytes]))
            del self._came[: head.body_bytes]
            self._head, self._is_awaited = None, True
            self._together.add(given, self)

    def _read_head(self) -> bool:
        """Whether a usual head has come, which is then cut off."""
        end = self._came.find(_HEAD_END, 0, HEAD_BYTES_MAX) + len(_HEAD_END)
        if end < len(_HEAD_END):
            begins_well = self._came.startswith(_BEGINNING) or _BEGINNING.startswith(self._came)
            if not begins_well or len(self._came) > HEAD_BYTES_MAX:
                self._go_the_long_way()
            return False
        head = read_head(bytes(self._came[:end]))
        if head is None or head.body_bytes > REQUEST_BYTES_MAX or not self._together.reception.is_calm:
            self._go_the_long_way()
            return False
        self._head = head
        del self._came[:end]
        return True

    def _go_the_long_way(self) -> None:
        self._is_short = False
        super().data_received(bytes(self._came))

    def _written(self, reply: Reply) -> bytes:
        lines = [
            b"HTTP/1.1 %d %s" % (reply.status, HTTPStatus(reply.status).phrase.encode()),
            *(b"%s: %s" % pair for pair in self.server_state.default_headers),
            b"content-length: %d" % len(reply.body),
            b"content-type: " + reply.kind.encode(),
            b"\r\n",
        ]
        return b"\r\n".join(lines) + reply.body
