"""The writes of a journal as anybody on the machine can see them: inotify on its write-ahead log."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

IN_MODIFY, IN_NONBLOCK = 0x2, 0o4000
_EVENT_BYTES = 16


class WriteWatch:
    """Calls `strike` at the n-th write from now to a file in a folder. A context manager."""

    def __init__(self, folder: Path, name: str) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(0)
        assert self._descriptor >= 0
        assert libc.inotify_add_watch(self._descriptor, str(folder).encode(), IN_MODIFY) >= 0
        self._name = name.encode()
        self._lock = threading.Lock()
        self._left = 0
        self._strike: Callable[[], None] = lambda: None

    def arm(self, count: int, strike: Callable[[], None]) -> None:
        """At the `count`-th write from now (from 1; 0: never)."""
        with self._lock:
            self._left, self._strike = count, strike

    def disarm(self) -> None:
        """Forget what was ordered."""
        self.arm(0, lambda: None)

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disarm()
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _watch(self) -> None:
        while True:
            try:
                data = os.read(self._descriptor, 4096)
            except OSError:
                return
            self._count(_names(data).count(self._name))

    def _count(self, writes: int) -> None:
        with self._lock:
            before, self._left = self._left, max(0, self._left - writes)
            strike = self._strike if before and not self._left else None
        if strike:
            strike()


def _names(data: bytes) -> list[bytes]:
    """The files that the events are about."""
    names, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 12 : at + _EVENT_BYTES], "little")
        names.append(data[at + _EVENT_BYTES : at + _EVENT_BYTES + length].rstrip(b"\0"))
        at += _EVENT_BYTES + length
    return names
