"""The simulated printer at the end of a real line: a pseudo-terminal, or a port of the network.

Each is served by a thread of its own, at the pace and with the flow control that it is told.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import socket
import threading
import time
import tty
from pathlib import Path
from typing import Any, Literal, Self

from hw.simulated.printer_interpreter import Interpreter
from hw.simulated.printer_sensors import BUFFER_BYTES_MAX

CHUNK_BYTES = 64
"""Read at a time; small, so that a sensor can act in the middle of a document."""

TURN_SECONDS = 0.02
"""How soon a sensor that was set meanwhile takes effect."""

RESERVE_BYTES = 65_536
"""Room for what is on its way when XOFF goes out: a pseudo-terminal holds far more of it than a cable."""

XON, XOFF = b"\x11", b"\x13"

LineFlow = Literal["rtscts", "xonxoff", "ignored"]


class LinkedPrinter(Interpreter):
    """A printer at the other end of a line, whatever the line. Use it as a context manager.

    flow_control: `rtscts` reads nothing while its buffer is full; `xonxoff` says so with a byte; `ignored` reads on
    and loses what finds no room (`lost_bytes`). bytes_per_second: how fast it prints; 0 as fast as it can.
    xoffs: how often it had to say "busy".
    """

    def __init__(self, columns: int = 48, **options: Any) -> None:
        super().__init__(columns, **options)
        self.flow_control: LineFlow = "rtscts"
        self.bytes_per_second = 0
        self.lost_bytes = self.xoffs = 0
        self._held_off = False
        self._owed = 0.0
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.plug_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug_in(self) -> None:
        """Make the line and begin to serve it."""
        raise NotImplementedError

    def unplug(self) -> None:
        """Let the line vanish. Doing it twice is harmless."""
        raise NotImplementedError

    def wait_for_paper(self, count: int, timeout_seconds: float) -> bool:
        """Wait until `count` papers are cut; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.cut) >= count, timeout_seconds)

    def _begin(self, *arguments: Any) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, args=arguments, daemon=True)
        self._thread.start()

    def _end(self) -> bool:
        """Stop serving; False where nothing was served."""
        if self._thread is None:
            return False
        self._stopping.set()
        self._thread.join()
        self._thread = None
        return True

    def _serve(self, *arguments: Any) -> None:
        raise NotImplementedError

    def _talk(self, line: int) -> bool:
        """One turn on an open line; False when the other side has gone."""
        full = len(self._buffer) >= BUFFER_BYTES_MAX and self.flow_control == "rtscts"
        before = time.monotonic()
        readable, _, _ = select.select([line] if not (self.busy or full) else [], [], [], TURN_SECONDS)
        data = os.read(line, CHUNK_BYTES) if readable else b""
        if readable and not data:
            return False
        with self._changed:
            replies = self.feed(self._with_room(data), self._may_print(time.monotonic() - before))
            self._changed.notify_all()
        spoken = replies + self._flow()
        if spoken:
            os.write(line, spoken)
        return True

    def _with_room(self, data: bytes) -> bytes:
        if self.flow_control != "ignored":
            return data
        room = max(0, BUFFER_BYTES_MAX - len(self._buffer))
        self.lost_bytes += max(0, len(data) - room)
        return data[:room]

    def _may_print(self, seconds: float) -> int | None:
        if not self.bytes_per_second:
            return None
        self._owed += seconds * self.bytes_per_second
        whole = int(self._owed)
        self._owed -= whole
        return whole

    def _flow(self) -> bytes:
        if self.flow_control != "xonxoff":
            return b""
        assert len(self._buffer) < RESERVE_BYTES, "the host did not obey XOFF"
        if not self._held_off and len(self._buffer) > BUFFER_BYTES_MAX // 2:
            self._held_off, self.xoffs = True, self.xoffs + 1
            return XOFF
        if self._held_off and len(self._buffer) < BUFFER_BYTES_MAX // 4:
            self._held_off = False
            return XON
        return b""


class PtyPrinter(LinkedPrinter):
    """A printer at the other end of a pseudo-terminal.

    link: a path that shall lead to the port, so that the port has the same name after `unplug` and `plug_in`.
    """

    def __init__(self, columns: int = 48, link: Path | None = None, **options: Any) -> None:
        super().__init__(columns, **options)
        self._link = link
        self._master = self._slave = -1

    @property
    def port(self) -> str:
        """The path to open."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    def plug_in(self) -> None:
        """Make the port and begin to serve it."""
        self._master, self._slave = pty.openpty()
        # Raw on both sides: otherwise the line discipline echoes the answers back as text.
        tty.setraw(self._master)
        tty.setraw(self._slave)
        if self._link:
            self._link.symlink_to(os.ttyname(self._slave))
        self._begin(self._master)

    def unplug(self) -> None:
        """Let the port vanish, as a USB printer's does."""
        if self._end():
            os.close(self._master)
            os.close(self._slave)
            if self._link:
                self._link.unlink()

    def _serve(self, master: int) -> None:
        while not self._stopping.is_set():
            self._talk(master)


class TcpPrinter(LinkedPrinter):
    """A printer on the network, one connection at a time. `port`: where it listens; the same after a return."""

    def __init__(self, columns: int = 48, **options: Any) -> None:
        super().__init__(columns, **options)
        self.host, self.port = "127.0.0.1", 0

    def plug_in(self) -> None:
        """Listen, and serve who connects."""
        listening = socket.create_server((self.host, self.port))
        listening.settimeout(TURN_SECONDS)
        self.port = listening.getsockname()[1]
        self._begin(listening)

    def unplug(self) -> None:
        """Close connection and port, as a printer that is switched off."""
        self._end()

    def _serve(self, listening: socket.socket) -> None:
        with listening:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError, ConnectionError):
                    connection, _ = listening.accept()
                    with connection:
                        while not self._stopping.is_set() and self._talk(connection.fileno()):
                            pass
