"""An HTTP answer that is waited for as a whole: however small the pieces are in which it comes, and wherever it stops.

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


class PatientResponse(http.client.HTTPResponse):
    """Reads status, headers and body within the seconds left. Raises TimeoutError where they do not suffice."""

    def __init__(self, sock: socket.socket, left: Left, *options: Any, **named: Any) -> None:
        super().__init__(sock, *options, **named)
        self.fp = io.BufferedReader(_Reader(sock, self.fp, left))


class _Reader(io.RawIOBase):
    """The socket, read with what is left of the time. `opened` keeps the socket open until the answer is read."""

    def __init__(self, sock: socket.socket, opened: io.BufferedIOBase, left: Left) -> None:
        self._socket = sock
        self._opened = opened
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._left()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        self._socket.settimeout(left)
        return self._socket.recv_into(buffer)

    def close(self) -> None:
        self._opened.close()
        super().close()
