"""A line to the center that goes wrong: it drops, delays, repeats, reorders and cuts, and counts what it carries.

It speaks just enough HTTP to know where a request and an answer end. Each request meets at most one fault, drawn by
seed while `faulty`; the faults that struck are counted in `met`.
"""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

FAULTS = ("drop", "cut-request", "delay", "duplicate", "reorder", "truncate", "cut-after-commit")
"""drop: nothing arrives. cut-request: the first half does. reorder: it arrives behind the next. truncate: half of the
answer comes back. cut-after-commit: the center has done it and nothing comes back."""

CHUNK_BYTES = 65_536
ANSWER_SECONDS_MAX = 20
DELAY_SECONDS_MAX = 0.3
SHARE = 0.15
"""Of the requests that meet a fault."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class FaultProxy:
    """Between a terminal and its center. A context manager; `port` is where the terminal knocks.

    reorders: whether a request may arrive behind the next one. strike: called in the thread that carries the bytes.
    """

    def __init__(self, center_port: Callable[[], int], seed: str, reorders: bool = True) -> None:
        self._center_port = center_port
        self._random = random.Random(f"proxy {seed}")
        self.reorders = reorders
        self.faulty = False
        self.met: Counter[str] = Counter()
        self.seconds_late = threading.Event()
        self._late: list[bytes] = []
        self._lock = threading.Lock()
        self._bytes_left, self._direction = 0, ""
        self._strike: Callable[[], None] = lambda: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def arm(self, direction: str, count_bytes: int, strike: Callable[[], None]) -> None:
        """Call `strike` when so many bytes have gone to the center ("request") or come back ("answer")."""
        with self._lock:
            self._direction, self._bytes_left, self._strike = direction, count_bytes, strike

    def disarm(self) -> None:
        """Forget what was ordered."""
        self.arm("", 0, lambda: None)

    def quiet(self) -> None:
        """No faults any more, and what is late arrives now."""
        self.faulty = False
        with self._lock:
            late, self._late = self._late, []
        for request in late:
            self._asked(request)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds_late.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := read_message(connection):
                if not self._carried(connection, request):
                    return

    def _carried(self, connection: socket.socket, request: bytes) -> bool:
        """One request; False where the connection is cut."""
        with self._lock:
            fault = self._drawn()
            late, self._late = self._late, []
        arrived = self._counted("request", request)
        if fault == "reorder" and len(arrived) == len(request):
            self._late = [request]
        if fault in ("drop", "reorder"):
            return False
        if fault == "cut-request" or len(arrived) < len(request):
            self._half_asked(arrived if len(arrived) < len(request) else request[: len(request) // 2])
            return False
        answer = self._asked(request)
        for one in [*late, *([request] if fault == "duplicate" else [])]:
            self._asked(one)
        if fault == "delay":
            self.seconds_late.wait(self._random.uniform(0, DELAY_SECONDS_MAX))
        if not answer or fault == "cut-after-commit":
            return False
        connection.sendall(answer[: len(answer) // 2] if fault == "truncate" else self._counted("answer", answer))
        return fault != "truncate"

    def _drawn(self) -> str:
        if not self.faulty or self._random.random() > SHARE:
            return ""
        fault = self._random.choice([one for one in FAULTS if self.reorders or one != "reorder"])
        self.met[fault] += 1
        return fault

    def _counted(self, direction: str, data: bytes) -> bytes:
        """What of the data passes until the strike; all of it where there is none."""
        with self._lock:
            if self._direction != direction or not self._bytes_left:
                return data
            passes = data[: self._bytes_left]
            self._bytes_left -= len(passes)
            strike = self._strike if not self._bytes_left else None
        if strike:
            strike()
        return passes

    def _asked(self, request: bytes) -> bytes:
        """The center's whole answer, or nothing."""
        try:
            with socket.create_connection(("127.0.0.1", self._center_port()), ANSWER_SECONDS_MAX) as center:
                center.sendall(request)
                return read_message(center)
        except OSError:
            return b""

    def _half_asked(self, request: bytes) -> None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._center_port()), ANSWER_SECONDS_MAX) as center,
        ):
            center.sendall(request)


def read_message(connection: socket.socket) -> bytes:
    """One whole HTTP message; nothing where the other side has gone. Raises OSError."""
    data = b""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= int(length.group(1) if length else 0):
            return data
        chunk = connection.recv(CHUNK_BYTES)
        if not chunk:
            return b""
        data += chunk
