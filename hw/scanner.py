"""A QR scanner on a serial port or a virtual one over USB.

Promises: codes are read in a thread of their own, since only there a silence between two bytes can be told from a
busy till; a port that goes away is opened again when it is back; no code is ever part of a log, a repr or an error.
"""

from __future__ import annotations

import termios
import threading
import time
from collections import deque
from collections.abc import Callable

import serial

from hw.ports import DeviceError, DeviceState, Health, ScannedCode
from hw.scan_frames import ScanFrames

SILENCE_SECONDS = 0.2
"""A scanner sends one code without a pause."""

REOPEN_SECONDS = 0.5
"""Between two tries to open a port that is not there."""

CODES_WAITING_MAX = 8
"""Codes that nobody asked for; the oldest goes first."""

CHUNK_BYTES = 1024


class SerialScanner:
    """A CodeScanner. baudrate: 9600 where nothing else was set up. prefix, silence_ends: see `ScanFrames`.

    monotonic_seconds: for repeats. Ends with `close`.
    """

    def __init__(
        self,
        port: str,
        baudrate: int = 9600,
        prefix: str = "",
        silence_ends: bool = False,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._baudrate = baudrate
        self._monotonic_seconds = monotonic_seconds
        self._frames = ScanFrames(prefix, silence_ends)
        self._codes: deque[str] = deque(maxlen=CODES_WAITING_MAX)
        self._lock = threading.Lock()
        self._opened = threading.Event()
        self._stop = threading.Event()
        self._fault = "not opened yet"
        self._thread = threading.Thread(target=self._watch, name="scanner", daemon=True)
        self._thread.start()

    def state(self) -> DeviceState:
        """See `CodeScanner.state`."""
        if self._opened.is_set():
            return DeviceState(Health.GOOD, "ready")
        return DeviceState(Health.FAULT, "offline", self._fault)

    def next_code(self) -> ScannedCode | None:
        """See `CodeScanner.next_code`."""
        with self._lock:
            if self._codes:
                return ScannedCode(self._codes.popleft())
        if not self._opened.is_set():
            raise DeviceError(
                "offline",
                f"The scanner does not answer: check its cable at {self._port}. [{self._fault}]",
                f"扫码器未应答：请检查 {self._port} 的连线。",
            )
        return None

    def flush(self) -> None:
        """See `CodeScanner.flush`."""
        with self._lock:
            self._codes.clear()
            self._frames.skip()

    def wait_until_open(self, timeout_seconds: float) -> bool:
        """Whether the port is open now or becomes so in time."""
        return self._opened.wait(timeout_seconds)

    def close(self) -> None:
        """Let go of the port."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with serial.Serial(self._port, self._baudrate, timeout=SILENCE_SECONDS, exclusive=True) as port:
                    port.reset_input_buffer()
                    self._opened.set()
                    self._listen(port)
            except (serial.SerialException, OSError, ValueError, termios.error) as error:
                # The kind of the error only: its text may quote what was read.
                self._fault = type(error).__name__
            self._opened.clear()
            with self._lock:
                self._frames.reset()
            self._stop.wait(REOPEN_SECONDS)

    def _listen(self, port: serial.Serial) -> None:
        while not self._stop.is_set():
            data = port.read(1)
            if data:
                data += port.read(min(port.in_waiting, CHUNK_BYTES))
            now_seconds = self._monotonic_seconds()
            with self._lock:
                found = self._frames.feed(data, now_seconds) if data else self._frames.silence(now_seconds)
                self._codes.extend(found)
