"""The wire to the center: one POST, one answer, and the difference between "nothing was sent" and "silence".

HTTP/1.1 with keep-alive over http.client, https where the address says so. Not for several threads at once.
"""

from __future__ import annotations

import http.client
import select
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from terminal.clock import Clock
from terminal.errors import Refused
from terminal.limits import CENTER_REPLY_BYTES_MAX, CENTER_REPLY_TIMEOUT_SECONDS

READ_CHUNK_BYTES = 65_536


class Unreachable(Exception):
    """No connection: surely not a byte of the request has left."""


class Silence(Exception):
    """The request may have arrived, and no whole answer came: the outcome is unknown."""


class Link(Protocol):
    """A way to the center."""

    def post(self, body: bytes) -> bytes:
        """Send one request and return the body of the answer. Raises Unreachable or Silence."""


class HttpLink:
    """A kept-alive connection to the one address of the center (`http://host:port/path`).

    reply_timeout_seconds bounds the connection, each wait for the socket, and the answer's body as a whole.
    """

    def __init__(self, url: str, clock: Clock, reply_timeout_seconds: float = CENTER_REPLY_TIMEOUT_SECONDS) -> None:
        parts, port = _address(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", port, timeout=reply_timeout_seconds)
        self._path = parts.path or "/"
        self._timeout_seconds = reply_timeout_seconds
        self._clock = clock

    def post(self, body: bytes) -> bytes:
        """Send `body` as UTF-8 JSON. Raises Unreachable (surely not sent) or Silence (outcome unknown)."""
        self._connect()
        try:
            self._connection.request(
                "POST",
                self._path,
                body,
                {"Content-Type": "application/json;charset=utf-8", "Accept": "application/json"},
            )
            return self._read(self._connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Silence(f"no answer: {_named(error)}") from None

    def close(self) -> None:
        """Drop the connection; the next `post` opens a new one."""
        self._connection.close()

    def _connect(self) -> None:
        if self._connection.sock is not None and self._stale():
            self._connection.close()
        if self._connection.sock is None:
            try:
                self._connection.connect()
            except (OSError, UnicodeError) as error:
                self._connection.close()
                raise Unreachable(f"no connection: {_named(error)}") from None

    def _stale(self) -> bool:
        # Between two requests nothing may arrive: what can be read now is the other side's good-bye.
        readable, _, _ = select.select([self._connection.sock], [], [], 0)
        return bool(readable)

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        deadline = self._clock.monotonic_seconds() + self._timeout_seconds
        body = b""
        while chunk := response.read1(READ_CHUNK_BYTES):
            body += chunk
            if len(body) > CENTER_REPLY_BYTES_MAX:
                self.close()
                raise Silence(f"the answer is longer than {CENTER_REPLY_BYTES_MAX} bytes")
            if self._clock.monotonic_seconds() > deadline:
                self.close()
                raise Silence("the answer did not end in time")
        response.close()
        return body


def _address(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts, parts.port
    except ValueError:
        pass
    message = "the center's address is http:// or https://, host, port and path"
    raise Refused("bad-input", message, "中心地址应为 http(s)://主机:端口/路径", "center.url")


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {' '.join(str(error).split())[:100]}".strip()
