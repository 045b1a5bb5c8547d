"""The ESC/POS receipt printer on a serial line (RS-232 or USB-CDC), through pyserial.

Promises: it asks the printer before and after each document and believes only a good answer; silence is an
error, never success; every trouble of the port becomes a DeviceError that says whether anything may be on
paper; a port that vanished is opened again at the next call. Printers that do not know `10 04` or `1D 72`
count as mute.
Source: printer.md 1.3, 1.5, 3.1.
"""

from __future__ import annotations

import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import serial

from hw.escpos import (
    PAPER_QUERY,
    PRINTER,
    STATUS_WORDS,
    ask_facts,
    decode_status,
    is_buffered_status,
    is_real_time_status,
    real_time_query,
    state_of,
)
from hw.ports import DeviceError, DeviceState, Health

CHUNK_BYTES_MAX = 512
"""One write: small enough that a time-out is noticed before the paper is far behind."""

NOISE_BYTES_MAX = 16
"""Bytes that may precede an answer (automatic status, XON) before the answer counts as missing."""

QUERY_TRIES = 2
"""No answer twice means switched off or unplugged (printer.md 1.3)."""

END_POLLS_MAX = 240
"""How often the end of printing is asked for while the printer says it is well: a minute at 0.5 s a reply."""

FlowControl = Literal["none", "rtscts", "xonxoff"]


class SerialPrinter:
    """hw.ports.ReceiptPrinter on a serial port. One document at a time, from any thread.

    port: path of the device. baudrate: read it off the printer's self-test slip.
    reply_timeout_seconds: how long one status answer may take.
    write_timeout_seconds: how long the printer may stay busy within one chunk of 512 bytes.
    flow_control: how the printer says "busy"; `rtscts` wants its DTR wired to our CTS (printer.md 1.5).
    """

    def __init__(
        self,
        port: str,
        baudrate: int = 115200,
        reply_timeout_seconds: float = 0.5,
        write_timeout_seconds: float = 5.0,
        flow_control: FlowControl = "rtscts",
    ) -> None:
        self._path = port
        self._baudrate = baudrate
        self._reply_timeout_seconds = reply_timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds
        self._flow_control = flow_control
        self._serial: Any = None
        self._lock = threading.Lock()

    def state(self) -> DeviceState:
        """From `10 04 n`. Good: `ready`, `paper-low`; fault: `paper-out`, `cover-open`, `offline`, `error`;
        unknown: `no-answer`, also when the port cannot be opened.
        """
        with self._lock:
            try:
                return self._status_of_present_port()
            except DeviceError as error:
                return DeviceState(Health.UNKNOWN, "no-answer", error.message)

    def print(self, data: bytes) -> None:
        """Send one document and return when the printer has proved that it processed all of it.

        Raises DeviceError. Its message says whether nothing was printed or the paper is in doubt.
        """
        with self._lock:
            with _adding("nothing was printed", "未打印"):
                _require_good(self._status_of_present_port())
            try:
                with _adding("the paper is in doubt: print again, marked as a reprint", "纸面存疑，请补打并注明"):
                    self._print_and_prove(data)
            except DeviceError:
                self._drop()
                raise

    def close(self) -> None:
        """Let go of the port; the next call opens it again."""
        with self._lock:
            self._drop()

    def _print_and_prove(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES_MAX):
            self._write(data[start : start + CHUNK_BYTES_MAX])
        self._await_end()
        _require_good(state_of(ask_facts(self._ask)))

    def _status_of_present_port(self) -> DeviceState:
        # A port that was unplugged and came back needs a new handle. Nothing is printed yet, so it is safe.
        had_handle = self._serial is not None
        try:
            return state_of(ask_facts(self._ask))
        except DeviceError:
            if not had_handle:
                raise
        return state_of(ask_facts(self._ask))

    def _ask(self, query: int) -> int | None:
        for _ in range(QUERY_TRIES):
            with self._port() as port:
                port.reset_input_buffer()
            self._write(real_time_query(query))
            for _ in range(NOISE_BYTES_MAX):
                byte = self._read_byte()
                if byte is None:
                    break
                if is_real_time_status(byte):
                    return byte
        return None

    def _await_end(self) -> None:
        """Wait until the printer answers the query that stands behind the document in its buffer."""
        self._write(PAPER_QUERY)
        misses = 0
        for _ in range(END_POLLS_MAX):
            byte = self._read_byte()
            if byte is None:
                if misses == QUERY_TRIES:
                    break
                misses += 1
                self._write(real_time_query(PRINTER))
            elif is_buffered_status(byte):
                return
            elif is_real_time_status(byte):
                misses = 0
                if decode_status(PRINTER, byte)["offline"]:
                    _require_good(state_of(ask_facts(self._ask)))
                    # It went offline and came back between two questions; our query may be lost with it.
                    self._write(PAPER_QUERY)
        raise _failure("no-answer")

    def _read_byte(self) -> int | None:
        with self._port() as port:
            data: bytes = port.read(1)
        return data[0] if data else None

    def _write(self, chunk: bytes) -> None:
        with self._port() as port:
            port.write(chunk)

    @contextmanager
    def _port(self) -> Iterator[Any]:
        """The open port. Whatever goes wrong on it closes it and becomes a DeviceError."""
        try:
            if self._serial is None:
                self._serial = self._open()
            yield self._serial
        except serial.SerialTimeoutException as error:
            self._drop()
            raise _failure("write-timeout") from error
        except (OSError, termios.error) as error:
            # serial.SerialException is an OSError; termios.error is not.
            self._drop()
            message, message_zh = STATUS_WORDS["no-answer"]
            reason = " ".join(str(error).split())[:120]
            raise DeviceError("no-answer", f"{message}: {reason}", f"{message_zh}：端口 {self._path} 不可用") from error

    def _open(self) -> Any:
        return serial.Serial(
            self._path,
            self._baudrate,
            timeout=self._reply_timeout_seconds,
            write_timeout=self._write_timeout_seconds,
            exclusive=True,
            rtscts=self._flow_control == "rtscts",
            xonxoff=self._flow_control == "xonxoff",
        )

    def _drop(self) -> None:
        port, self._serial = self._serial, None
        if port is None:
            return
        # What the kernel still holds of a torn document must not trickle out before the next one. On a port
        # that has vanished there is nothing to hold back, and nothing better to do about it.
        with suppress(OSError, termios.error):
            port.reset_output_buffer()
        with suppress(OSError, termios.error):
            port.close()


def _failure(code: str) -> DeviceError:
    return DeviceError(code, *STATUS_WORDS[code])


def _require_good(state: DeviceState) -> None:
    if state.health is not Health.GOOD:
        raise _failure(state.code)


@contextmanager
def _adding(doubt: str, doubt_zh: str) -> Iterator[None]:
    """Add to a DeviceError what it means for the paper."""
    try:
        yield
    except DeviceError as error:
        raise DeviceError(error.code, f"{error.message} ({doubt})", f"{error.message_zh}（{doubt_zh}）") from error
