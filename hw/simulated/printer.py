"""A receipt printer without hardware: an ESC/POS interpreter, on a pty or in the process.

It keeps what a real printer would put on paper and records as a fault what a real one prints as rubbish: an
unpaired lead byte, four-byte GB18030, bytes from 80 on while Chinese mode is off, text beyond the columns, an
unknown command. Chinese mode is off at power-on, so that a document which forgets `1C 26` is caught.
Source: printer.md 1 and 3.1.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Literal

from hw.escpos import STATUS_WORDS, ask_facts, state_of
from hw.ports import DeviceError, DeviceState, Health

BUFFER_BYTES_MAX = 4096
"""The receive buffer; behind it the printer is busy and takes no more (printer.md 1.5)."""

CHUNK_BYTES = 64
"""Read at a time; small, so that a sensor can act in the middle of a document."""

Sensor = Literal["paper_low", "paper_out", "cover_open", "cutter_error", "silent", "busy", "stalled"]
_Reading = Generator[None, int, int]
_Machine = Generator[None, int, None]


class Interpreter:
    """What one printer does with bytes. Sensors are attributes and may be set at any time.

    columns: cells of one line in font A (32 or 48). lines: the paper not cut yet, without trailing blanks.
    papers: cut papers. qr_codes: the data of every QR printed. faults: what would have come out as rubbish.
    drawer_pulses: how often the drawer was opened. silent: answers nothing. busy: reads nothing (on a pty).
    stalled: says that all is well and prints nothing more, as a slow or hung mechanism does.
    """

    def __init__(self, columns: int = 48) -> None:
        self.columns = columns
        self.paper_low = self.paper_out = self.cover_open = self.cutter_error = False
        self.silent = self.busy = self.stalled = False
        self.lines: list[str] = []
        self.papers: list[list[str]] = []
        self.qr_codes: list[bytes] = []
        self.faults: list[str] = []
        self.drawer_pulses = 0
        self._failure: tuple[int, Sensor] | None = None
        self._held = b""
        self._buffer: deque[int] = deque()
        self._replies = bytearray()
        self._stored_qr = b""
        self._text, self._cells = "", 0
        self._chinese, self._width, self._alignment = False, 1, 0
        self._machine = self._interpret()
        next(self._machine)

    def fail_after_lines(self, count: int, sensor: Sensor) -> None:
        """Let `sensor` become true once `count` more lines are printed."""
        self._failure = (count, sensor)

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they arrive and return the answers; real-time commands do not wait for the buffer."""
        for byte in data:
            self._arrive(byte)
        while self._buffer and not (self._stopped or self.stalled):
            self._machine.send(self._buffer.popleft())
        replies = b"" if self.silent else bytes(self._replies)
        self._replies.clear()
        return replies

    def status_byte(self, query: int) -> int:
        """The answer to `10 04 query` as the sensors stand."""
        bits = {
            1: 0x08 * self._stopped,
            2: 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.cutter_error,
            3: 0x08 * self.cutter_error,
            4: 0x0C * self.paper_low | 0x60 * self.paper_out,
        }
        return 0x12 | bits[query]

    @property
    def _stopped(self) -> bool:
        return self.paper_out or self.cover_open or self.cutter_error

    def _arrive(self, byte: int) -> None:
        held, self._held = self._held, b""
        if held == b"\x10\x04":
            if byte in (1, 2, 3, 4):
                self._replies.append(self.status_byte(byte))
            else:
                self.faults.append(f"unknown command 10 04 {byte:02x}")
        elif held + bytes((byte,)) in (b"\x10", b"\x10\x04"):
            self._held = held + bytes((byte,))
        else:
            self._buffer.extend(held)
            self._buffer.append(byte)

    def _interpret(self) -> _Machine:
        while True:
            byte = yield
            if byte == 0x0A:
                self._end_line()
            elif byte in (0x1B, 0x1C, 0x1D):
                yield from self._command(byte)
            elif 0x20 <= byte < 0x7F:
                self._put(chr(byte), 1)
            elif byte >= 0x80:
                yield from self._pair(byte)
            elif byte != 0x0D:
                self.faults.append(f"unknown command {byte:02x}")

    def _pair(self, lead: int) -> _Machine:
        if not self._chinese:
            self.faults.append(f"byte {lead:02x} while Chinese mode is off")
            return
        trail = yield
        if 0x30 <= trail <= 0x39:
            self.faults.append(f"four-byte character {lead:02x} {trail:02x} …")
            yield
            yield
            return
        try:
            self._put(bytes((lead, trail)).decode("gb18030"), 2)
        except UnicodeDecodeError:
            self.faults.append(f"unpaired lead byte {lead:02x} before {trail:02x}")

    def _command(self, prefix: int) -> _Machine:
        code = yield
        name = bytes((prefix, code))
        if name == b"\x1dV":
            yield from self._cut()
        elif name == b"\x1d(":
            yield from self._function()
        elif name in _COMMANDS:
            count, action = _COMMANDS[name]
            arguments = []
            for _ in range(count):
                arguments.append((yield))
            action(self, *arguments)
        else:
            self.faults.append(f"unknown command {name.hex(' ')}")

    def _cut(self) -> _Machine:
        mode = yield
        if mode in (0x41, 0x42):
            yield
        elif mode not in (0x00, 0x01, 0x30, 0x31):
            self.faults.append(f"unknown cut {mode:02x}")
            return
        if self._text:
            self._end_line()
        self.papers.append(self.lines)
        self.lines = []

    def _function(self) -> _Machine:
        kind = yield
        low = yield
        high = yield
        data = bytearray()
        for _ in range(low + 256 * high):
            data.append((yield))
        if kind != 0x6B or not data.startswith(b"1"):
            self.faults.append(f"unknown command 1d 28 {kind:02x}")
        elif data.startswith(b"1P0"):
            self._stored_qr = bytes(data[3:])
        elif data.startswith(b"1Q") and self._stored_qr:
            self.qr_codes.append(self._stored_qr)
        elif not data.startswith((b"1A", b"1C", b"1E")):
            self.faults.append(f"unknown QR function {data[1:2].hex()}")

    def _put(self, character: str, cells: int) -> None:
        self._text += character
        self._cells += cells * self._width
        if self._cells - cells * self._width <= self.columns < self._cells:
            self.faults.append(f"text beyond {self.columns} columns")

    def _end_line(self) -> None:
        room = max(0, self.columns - self._cells)
        indent = (0, room // 2, room)[self._alignment]
        self.lines.append((" " * indent + self._text).rstrip(" "))
        self._text, self._cells = "", 0
        if self._failure:
            count, sensor = self._failure
            self._failure = (count - 1, sensor) if count > 1 else None
            if count <= 1:
                setattr(self, sensor, True)

    def _initialise(self) -> None:
        self._text, self._cells = "", 0
        self._chinese, self._width, self._alignment = False, 1, 0

    def _at_line_start(self, what: str) -> None:
        if self._text:
            self.faults.append(f"{what} within a line")

    def _align(self, alignment: int) -> None:
        self._at_line_start("alignment")
        if alignment % 0x30 > 2:
            self.faults.append(f"unknown alignment {alignment:02x}")
        self._alignment = min(alignment % 0x30, 2)

    def _set_chinese(self, on: bool) -> None:
        self._at_line_start("Chinese mode")
        self._chinese = on

    def _size(self, size: int) -> None:
        self._width = (size >> 4 & 7) + 1

    def _feed_lines(self, count: int) -> None:
        for _ in range(count):
            self._end_line()

    def _open_drawer(self, *_times: int) -> None:
        self.drawer_pulses += 1

    def _answer_paper(self, query: int) -> None:
        self._replies.append(0x03 * self.paper_low if query % 0x30 == 1 else 0x00)

    def _answer_identity(self, query: int) -> None:
        self._replies.extend(b"\x20" if query in (1, 2, 3) else b"_SIMULATED\x00")

    def _ignore(self, *_arguments: int) -> None:
        """Bold, double strike and line spacing change no cell."""


_COMMANDS: dict[bytes, tuple[int, Callable[..., None]]] = {
    b"\x1b@": (0, Interpreter._initialise),
    b"\x1ba": (1, Interpreter._align),
    b"\x1bE": (1, Interpreter._ignore),
    b"\x1bG": (1, Interpreter._ignore),
    b"\x1b2": (0, Interpreter._ignore),
    b"\x1b3": (1, Interpreter._ignore),
    b"\x1bd": (1, Interpreter._feed_lines),
    b"\x1bp": (3, Interpreter._open_drawer),
    b"\x1c&": (0, lambda self: self._set_chinese(True)),
    b"\x1c.": (0, lambda self: self._set_chinese(False)),
    b"\x1d!": (1, Interpreter._size),
    b"\x1dr": (1, Interpreter._answer_paper),
    b"\x1dI": (1, Interpreter._answer_identity),
}
"""Commands of a fixed length: how many argument bytes follow, and what the printer does."""


class SimulatedPrinter(Interpreter):
    """hw.ports.ReceiptPrinter inside the process. documents: the bytes of each document printed whole."""

    def __init__(self, columns: int = 48) -> None:
        super().__init__(columns)
        self.documents: list[bytes] = []

    def state(self) -> DeviceState:
        """From the sensors, by way of the same status bytes as a real printer's."""
        return state_of(ask_facts(lambda query: None if self.silent else self.status_byte(query)))

    def print(self, data: bytes) -> None:
        """Print one document. Raises DeviceError before it, or in the middle when a sensor says so."""
        self._require_good()
        self.feed(data)
        self._require_good()
        self.documents.append(data)

    def _require_good(self) -> None:
        state = self.state()
        if state.health is not Health.GOOD:
            raise DeviceError(state.code, *STATUS_WORDS[state.code])


class PtyPrinter(Interpreter):
    """A printer at the other end of a pseudo-terminal, served by a thread. Use it as a context manager.

    link: a path that shall lead to the port, so that the port has the same name after `unplug` and `plug_in`.
    """

    def __init__(self, columns: int = 48, link: Path | None = None) -> None:
        super().__init__(columns)
        self._link = link
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._master = self._slave = -1

    @property
    def port(self) -> str:
        """The path to open."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    def __enter__(self) -> PtyPrinter:
        self.plug_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug_in(self) -> None:
        """Make the port and begin to serve it."""
        self._master, self._slave = pty.openpty()
        # Raw on both sides: otherwise the line discipline echoes the answers back as text.
        tty.setraw(self._master)
        tty.setraw(self._slave)
        if self._link:
            self._link.symlink_to(os.ttyname(self._slave))
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, args=(self._master,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Let the port vanish, as a USB printer's does. Doing it twice is harmless."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join()
        self._thread = None
        os.close(self._master)
        os.close(self._slave)
        if self._link:
            self._link.unlink()

    def wait_for_paper(self, count: int, timeout_seconds: float) -> bool:
        """Wait until `count` papers are cut; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.papers) >= count, timeout_seconds)

    def _serve(self, master: int) -> None:
        while not self._stopping.is_set():
            open_for_data = not self.busy and len(self._buffer) < BUFFER_BYTES_MAX
            # The time-out lets sensors that were set meanwhile take effect.
            readable, _, _ = select.select([master] if open_for_data else [], [], [], 0.02)
            data = os.read(master, CHUNK_BYTES) if readable else b""
            with self._changed:
                replies = self.feed(data)
                self._changed.notify_all()
            if replies:
                os.write(master, replies)
