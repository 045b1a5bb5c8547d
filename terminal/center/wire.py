"""HTTP/1.1 for one request and one answer: the request leaves in one piece, the answer is read as it comes.

What stands in a head is http.client's to write, once: while path and headers stay, only the length changes. Answers are
httptools' to read, the parser that browsers' and servers' makers keep; here stand only the bounds of time and size.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import httptools

PIECE_BYTES_MAX = 65_536

HEAD_BYTES_MAX = 65_536
"""A head that is longer by a piece is no answer."""

Left = Callable[[], float]
"""Seconds that are left for the answer. A socket's own time-out starts anew with each byte, so that a center that drips
one a second would never run into it.
"""


class _Head(http.client.HTTPConnection):
    """Writes a head, and sends nothing."""

    written = b""

    def send(self, data: Any) -> None:
        self.written = data


@lru_cache(maxsize=16)
def _written_head(host: str, port: int, default_port: int, path: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The head of a POST without its length and the empty line at its end."""
    head = _Head(host, port)
    head.default_port = default_port
    head.putrequest("POST", path)
    for name, value in headers:
        head.putheader(name, value)
    head.endheaders()
    return head.written.removesuffix(b"\r\n")


def whole_request(to: http.client.HTTPConnection, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST, head and body, for the other end of a connection.

    Raises ValueError or http.client.HTTPException where path or headers hold what cannot stand there.
    """
    head = _written_head(to.host, to.port, to.default_port, path, tuple(headers.items()))
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


class Unanswered(Exception):
    """What came is no HTTP answer."""


class Closed(Unanswered):
    """The line ended before there was an answer's head."""


class Heard(NamedTuple):
    """An answer's body, and whether the connection may carry another request."""

    body: bytes
    stays: bool


class _Answer:
    """One answer, as its parser tells of it."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.pieces: list[bytes] = []
        self.body_bytes = 0
        self.has_head = self.is_whole = self.is_followed = self.is_last = False

    def on_message_begin(self) -> None:
        self.is_followed = self.is_whole

    def on_headers_complete(self) -> None:
        # An interim answer (1xx) only announces the answer.
        self.has_head = self.has_head or self.parser.get_status_code() >= http.HTTPStatus.OK

    def on_body(self, piece: bytes) -> None:
        if not self.is_whole:
            self.pieces.append(piece)
            self.body_bytes += len(piece)

    def on_message_complete(self) -> None:
        if not self.is_whole:
            self.is_whole = self.has_head
            self.is_last = not self.parser.should_keep_alive()

    def take(self, piece: bytes) -> None:
        """Read on. Raises Unanswered where this is no answer."""
        try:
            self.parser.feed_data(piece)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            # What follows a whole answer belongs to no request.
            self.is_followed = True
            if not self.is_whole:
                raise Unanswered(f"{type(error).__name__}: {error}") from None

    @property
    def stays(self) -> bool:
        return self.is_whole and not self.is_followed and not self.is_last


def read_answer(sock: socket.socket, left: Left, bytes_max: int) -> Heard:
    """The answer to one POST; of a body longer than `bytes_max` only more than that; where it was cut off, what came.

    Raises OSError (TimeoutError: not whole within what is left), Unanswered.
    """
    answer, come_bytes = _Answer(), 0
    while not answer.is_whole and answer.body_bytes <= bytes_max and (piece := _piece(sock, left)):
        answer.take(piece)
        come_bytes += len(piece)
        if not answer.has_head and come_bytes > HEAD_BYTES_MAX:
            raise Unanswered(f"its head is longer than {HEAD_BYTES_MAX} bytes")
    if not answer.has_head:
        raise Closed("the line was closed")
    return Heard(b"".join(answer.pieces), answer.stays and answer.body_bytes <= bytes_max)


def _piece(sock: socket.socket, left: Left) -> bytes:
    """What has come, waited for no longer than is left; b"" at the end."""
    seconds = left()
    if seconds <= 0:
        raise TimeoutError("the answer did not end in time")
    sock.settimeout(seconds)
    return sock.recv(PIECE_BYTES_MAX)
