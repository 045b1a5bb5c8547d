"""The ESC/POS receipt printer, on whichever wire: serial by default, network and USB.

Promises: it asks the printer before and after each document and believes only a good answer; silence is an
error, never success; every trouble of the wire becomes a DeviceError that says whether anything may be on
paper; a printer that vanished is opened again at the next call; whoever asks how it is never waits for a document.
Printers that do not know `10 04` or `1D 72` count as mute.
Source: printer.md 1.3, 1.5, 3.1.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hw.escpos import (
    DRAWER_PULSE,
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
from hw.printer_wires import NETWORK_PORT, FlowControl, NetworkWire, SerialWire, UsbWire, Wire, WireBusy

__all__ = ["FlowControl", "SerialPrinter", "WirePrinter", "network_printer", "usb_printer"]

CHUNK_BYTES_MAX = 512
"""One write: small enough that a time-out is noticed before the paper is far behind."""

NOISE_BYTES_MAX = 16
"""Bytes that may precede an answer (automatic status, XON) before the answer counts as missing."""

QUERY_TRIES = 2
"""No answer twice means switched off or unplugged (printer.md 1.3)."""

END_POLLS_MAX = 240
"""How often the end of printing is asked for while the printer says it is well: a minute at 0.5 s a reply."""

LOOK_SECONDS = 0.05
"""How often a question that waits for its turn looks whether a document has begun before it."""

REPLY_TIMEOUT_SECONDS = 0.5
WRITE_TIMEOUT_SECONDS = 5.0


class WirePrinter:
    """hw.ports.ReceiptPrinter, and the cash drawer behind it, on a wire. From any thread."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._is_open = False
        self._lock = threading.Lock()
        self._printing = False
        self._last = DeviceState(Health.UNKNOWN, "no-answer", "not asked yet")

    def state(self) -> DeviceState:
        """From `10 04 n`. Good: `ready`, `paper-low`; fault: `paper-out`, `cover-open`, `offline`, `error`;
        unknown: `no-answer`, also when the printer cannot be reached.

        While a document is being printed: at once, what the printer said before it.
        """
        while not self._lock.acquire(timeout=LOOK_SECONDS):
            if self._printing:
                return self._last
        try:
            self._last = self._status_of_present_wire()
        except DeviceError as error:
            self._last = DeviceState(Health.UNKNOWN, "no-answer", error.message)
        finally:
            self._lock.release()
        return self._last

    def print(self, data: bytes) -> None:
        """Send one document and return when the printer has proved that it processed all of it.

        Raises DeviceError. Its message says whether nothing was printed or the paper is in doubt.
        """
        with self._lock:
            self._require_ready("nothing was printed", "未打印")
            self._printing = True
            try:
                with _adding("the paper is in doubt: print again, marked as a reprint", "纸面存疑，请补打并注明"):
                    self._print_and_prove(data)
            except DeviceError:
                self._drop()
                raise
            finally:
                self._printing = False

    def kick_drawer(self) -> None:
        """Open the cash drawer. Raises DeviceError; then it may be opened with its key.

        A printer that is not well would keep the command and open the drawer when nobody expects it.
        """
        with self._lock:
            self._require_ready("the drawer was not opened; use its key", "钱箱未打开，请用钥匙")
            self._write(DRAWER_PULSE)

    def close(self) -> None:
        """Let go of the printer; the next call opens it again."""
        with self._lock:
            self._drop()

    def _require_ready(self, doubt: str, doubt_zh: str) -> None:
        with _adding(doubt, doubt_zh):
            self._last = self._status_of_present_wire()
            _require_good(self._last)

    def _print_and_prove(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES_MAX):
            self._write(data[start : start + CHUNK_BYTES_MAX])
        self._await_end()
        _require_good(state_of(ask_facts(self._ask)))

    def _status_of_present_wire(self) -> DeviceState:
        # A printer that was unplugged and came back needs a new handle. Nothing is printed yet, so it is safe.
        was_open = self._is_open
        try:
            return state_of(ask_facts(self._ask))
        except DeviceError:
            if not was_open:
                raise
        return state_of(ask_facts(self._ask))

    def _ask(self, query: int) -> int | None:
        for _ in range(QUERY_TRIES):
            with self._opened() as wire:
                wire.forget_input()
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
        with self._opened() as wire:
            return wire.read_byte()

    def _write(self, chunk: bytes) -> None:
        with self._opened() as wire:
            wire.write(chunk)

    @contextmanager
    def _opened(self) -> Iterator[Wire]:
        """The open wire. Whatever goes wrong on it closes it and becomes a DeviceError."""
        try:
            if not self._is_open:
                self._wire.open()
                self._is_open = True
            yield self._wire
        except WireBusy as error:
            self._drop()
            raise _failure("write-timeout") from error
        except OSError as error:
            self._drop()
            message, message_zh = STATUS_WORDS["no-answer"]
            reason = " ".join(str(error).split())[:120]
            raise DeviceError("no-answer", f"{message}: {reason}", message_zh) from error

    def _drop(self) -> None:
        self._is_open = False
        self._wire.close()


class SerialPrinter(WirePrinter):
    """A printer on a serial port.

    port: path of the device. baudrate: read it off the printer's self-test slip.
    reply_timeout_seconds: how long one status answer may take.
    write_timeout_seconds: how long the printer may stay busy within one chunk of 512 bytes.
    flow_control: how the printer says "busy"; `rtscts` wants its DTR wired to our CTS (printer.md 1.5).
    """

    def __init__(
        self,
        port: str,
        baudrate: int = 115200,
        reply_timeout_seconds: float = REPLY_TIMEOUT_SECONDS,
        write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
        flow_control: FlowControl = "rtscts",
    ) -> None:
        super().__init__(SerialWire(port, baudrate, reply_timeout_seconds, write_timeout_seconds, flow_control))


def network_printer(
    host: str,
    port: int = NETWORK_PORT,
    reply_timeout_seconds: float = REPLY_TIMEOUT_SECONDS,
    write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
) -> WirePrinter:
    """A printer that listens on the network. Nothing is opened yet."""
    return WirePrinter(NetworkWire(host, port, reply_timeout_seconds, write_timeout_seconds))


def usb_printer(
    vendor: int,
    product: int,
    reply_timeout_seconds: float = REPLY_TIMEOUT_SECONDS,
    write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
) -> WirePrinter:
    """A printer on USB by its vendor and product number (`lsusb`). Nothing is opened yet."""
    return WirePrinter(UsbWire(vendor, product, reply_timeout_seconds, write_timeout_seconds))


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
