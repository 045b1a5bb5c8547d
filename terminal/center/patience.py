"""An answer's bytes as they come, waited for as a whole: however small the pieces, and wherever they stop.

A socket's own time-out starts anew with each byte, so that a center that drips one a second would never run into it.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any

Left = Callable[[], float]
"""Seconds that are left for the answer."""

PIECE_BYTES_MAX = 65_536


def piece(sock: socket.socket, left: Left) -> bytes:
    """What has come, waited for no longer than is left; b"" at the end. Raises TimeoutError, OSError."""
    seconds = left()
    if seconds <= 0:
        raise TimeoutError("the answer did not end in time")
    sock.settimeout(seconds)
    return sock.recv(PIECE_BYTES_MAX)


class PatientResponse(http.client.HTTPResponse):
    """The answer to a POST whose first bytes, `begun`, were taken from the socket already."""

    def __init__(self, sock: socket.socket, left: Left, begun: bytes) -> None:
        super().__init__(sock, method="POST")
        self.fp = io.BufferedReader(_Reader(sock, self.fp, left, begun))


class _Reader(io.RawIOBase):
    """What has begun, and the socket behind it. `opened` keeps the socket open until the answer is read."""

    def __init__(self, sock: socket.socket, opened: io.BufferedIOBase, left: Left, begun: bytes) -> None:
        self._socket = sock
        self._opened = opened
        self._left = left
        self._begun = begun

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        found = self._begun[:size] or piece(self._socket, self._left)
        buffer[: len(found)] = found[:size]
        self._begun = self._begun[size:] or found[size:]
        return min(size, len(found))

    def close(self) -> None:
        self._opened.close()
        super().close()
