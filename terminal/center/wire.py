"""HTTP/1.1 for one request and one answer: the request leaves in one piece, the answer reads as http.client reads it.

What stands in a head is http.client's to write, once: while path and headers stay, only the length changes. An answer
of the plain form, as nearly every one is (200, one length, nothing else about how its body comes), is read as it
stands; any other is http.client's from its first byte.
"""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from terminal.center.patience import Left, PatientResponse, piece

HEAD_BYTES_MAX = 16_384
"""A plain head is shorter."""

LENGTH_DIGITS_MAX = 12
"""A plain length is shorter; `int` itself refuses thousands of digits."""

_END = b"\r\n\r\n"
_HEAD = re.compile(rb"HTTP/1\.1 200 [^\r\n]*(?:\r\n[!#-'*+.0-9A-Z^-z|~-]+:[^\r\n]*)*")
_TELLING = re.compile(rb"\r\n(content-length|transfer-encoding|connection):([^\r]*)", re.IGNORECASE)


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


class Heard(NamedTuple):
    """An answer's body, and whether the connection may carry another request."""

    body: bytes
    stays: bool


def read_answer(sock: socket.socket, left: Left, bytes_max: int) -> Heard:
    """The answer to one POST, of the body no more than `bytes_max` and a piece; where it was cut off, what has come.

    Raises OSError (TimeoutError: not whole within what is left), http.client.HTTPException.
    """
    begun = b""
    while (end := begun.find(_END)) < 0 and len(begun) < HEAD_BYTES_MAX:
        come = piece(sock, left)
        if not come:
            break
        begun += come
    length = None if end < 0 else plain_length(begun[:end])
    if length is None:
        return _by_library(PatientResponse(sock, left, begun), bytes_max)
    pieces = [begun[end + len(_END) :]]
    missing = min(length, bytes_max + 1) - len(pieces[0])
    while missing > 0 and (come := piece(sock, left)):
        pieces.append(come)
        missing -= len(come)
    # What follows an answer belongs to no request: nothing more is read from there.
    return Heard(b"".join(pieces)[:length], missing == 0 and length <= bytes_max)


def plain_length(head: bytes) -> int | None:
    """The length of the body behind a plain head (without its empty line); None for any other head."""
    if not _HEAD.fullmatch(head):
        return None
    found = _TELLING.findall(head)
    told = {name.lower(): value.strip(b" \t").lower() for name, value in found}
    length = told.get(b"content-length", b"")
    once = len(told) == len(found) and b"transfer-encoding" not in told
    stays = told.get(b"connection", b"keep-alive") == b"keep-alive"
    return int(length) if once and stays and length.isdigit() and len(length) <= LENGTH_DIGITS_MAX else None


def _by_library(response: PatientResponse, bytes_max: int) -> Heard:
    response.begin()
    body = b""
    while len(body) <= bytes_max and (come := response.read1()):
        body += come
    stays = not response.will_close and (response.chunked or response.length == 0)
    response.close()
    return Heard(body, stays)
