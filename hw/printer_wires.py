"""The ways that bytes go to a receipt printer and answers come back: serial, network, USB.

Promise: whatever a library calls its troubles, a wire raises `WireBusy` when the printer takes nothing for too long
and OSError for everything else; a read ends after its time and says None.
Source: printer.md 1.5, 2 and 3.1.
"""

from __future__ import annotations

import contextlib
import socket
import termios
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, Protocol

import serial
from escpos.exceptions import Error as EscposError

FlowControl = Literal["none", "rtscts", "xonxoff"]

NETWORK_PORT = 9100
"""Where printers listen for raw bytes."""

USB_IN_ENDPOINT, USB_OUT_ENDPOINT = 0x82, 0x01
"""What most printers have; others say it in `lsusb -v`."""

MILLISECONDS = 1000


class WireBusy(Exception):
    """The printer took nothing for as long as it may. How much of the last write it took is not known."""


class Wire(Protocol):
    """One way to a printer. Opened and closed as often as needed; not for two threads at once."""

    def open(self) -> None:
        """Take hold of the printer. Raises OSError."""

    def close(self) -> None:
        """Let go, and let nothing that was not sent trickle out later. Never raises."""

    def write(self, data: bytes) -> None:
        """Send all bytes. Raises WireBusy, OSError."""

    def read_byte(self) -> int | None:
        """The next byte of an answer, or None when the time for one is over. Raises OSError."""

    def forget_input(self) -> None:
        """Throw away what has arrived and was not read. Raises OSError."""


class SerialWire:
    """RS-232 or USB-CDC through pyserial, exclusively ours."""

    def __init__(
        self,
        path: str,
        baudrate: int,
        reply_timeout_seconds: float,
        write_timeout_seconds: float,
        flow_control: FlowControl,
    ) -> None:
        self._settings = {
            "baudrate": baudrate,
            "timeout": reply_timeout_seconds,
            "write_timeout": write_timeout_seconds,
            "exclusive": True,
            "rtscts": flow_control == "rtscts",
            "xonxoff": flow_control == "xonxoff",
        }
        self._path = path
        self._port: Any = None

    def open(self) -> None:
        """See `Wire.open`."""
        with _as_os_error():
            self._port = serial.Serial(self._path, **self._settings)

    def close(self) -> None:
        """See `Wire.close`."""
        port, self._port = self._port, None
        if port is None:
            return
        # What the kernel still holds of a torn document must not trickle out before the next one. On a port
        # that has vanished there is nothing to hold back, and nothing better to do about it.
        with contextlib.suppress(OSError, termios.error):
            port.reset_output_buffer()
        with contextlib.suppress(OSError, termios.error):
            port.close()

    def write(self, data: bytes) -> None:
        """See `Wire.write`."""
        with _as_os_error():
            self._port.write(data)

    def read_byte(self) -> int | None:
        """See `Wire.read_byte`."""
        with _as_os_error():
            data: bytes = self._port.read(1)
        return data[0] if data else None

    def forget_input(self) -> None:
        """See `Wire.forget_input`."""
        with _as_os_error():
            self._port.reset_input_buffer()


class NetworkWire:
    """A printer on the network (raw port 9100), through python-escpos."""

    def __init__(self, host: str, port: int, reply_timeout_seconds: float, write_timeout_seconds: float) -> None:
        from escpos.printer import Network

        self._reply_timeout_seconds = reply_timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds
        self._device: Any = Network(host, port, timeout=write_timeout_seconds)
        self._read: deque[int] = deque()

    def open(self) -> None:
        """See `Wire.open`."""
        self._read.clear()
        with _as_os_error():
            self._device.open()

    def close(self) -> None:
        """See `Wire.close`."""
        with contextlib.suppress(OSError):
            self._device.close()

    def write(self, data: bytes) -> None:
        """See `Wire.write`."""
        self._device.device.settimeout(self._write_timeout_seconds)
        with _as_os_error():
            self._device._raw(data)

    def read_byte(self) -> int | None:
        """See `Wire.read_byte`."""
        if not self._read:
            self._device.device.settimeout(self._reply_timeout_seconds)
            try:
                data: bytes = self._device._read()
            except TimeoutError:
                return None
            if not data:
                raise OSError("the printer closed the connection")
            self._read.extend(data)
        return self._read.popleft()

    def forget_input(self) -> None:
        """See `Wire.forget_input`."""
        self._read.clear()
        connection: socket.socket = self._device.device
        connection.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while connection.recv(4096):
                pass
            raise OSError("the printer closed the connection")


class UsbWire:
    """A printer of the USB printer class without a serial port, through python-escpos and pyusb.

    usb_arguments: more for `usb.core.find`, such as `backend`.
    """

    def __init__(
        self,
        vendor: int,
        product: int,
        reply_timeout_seconds: float,
        write_timeout_seconds: float,
        in_endpoint: int = USB_IN_ENDPOINT,
        out_endpoint: int = USB_OUT_ENDPOINT,
        usb_arguments: dict[str, Any] | None = None,
    ) -> None:
        from escpos.printer import Usb

        self._reply_milliseconds = int(reply_timeout_seconds * MILLISECONDS)
        self._device: Any = Usb(
            vendor,
            product,
            dict(usb_arguments or {}),
            timeout=int(write_timeout_seconds * MILLISECONDS),
            in_ep=in_endpoint,
            out_ep=out_endpoint,
        )
        self._read: deque[int] = deque()

    def open(self) -> None:
        """See `Wire.open`."""
        self._read.clear()
        with _as_os_error():
            self._device.open()
            self._device.device.default_timeout = self._reply_milliseconds

    def close(self) -> None:
        """See `Wire.close`."""
        with contextlib.suppress(OSError):
            self._device.close()

    def write(self, data: bytes) -> None:
        """See `Wire.write`."""
        with _as_os_error():
            self._device._raw(data)

    def read_byte(self) -> int | None:
        """See `Wire.read_byte`."""
        if not self._read:
            try:
                self._read.extend(self._device._read())
            except TimeoutError:
                return None
            except OSError as error:
                if _is_usb_timeout(error):
                    return None
                raise
        return self._read.popleft() if self._read else None

    def forget_input(self) -> None:
        """See `Wire.forget_input`."""
        self._read.clear()


def _is_usb_timeout(error: BaseException) -> bool:
    # pyusb need not be installed where the printer is serial, so that its classes are known by name only.
    return type(error).__name__ == "USBTimeoutError"


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Errors of pyserial, termios, python-escpos and pyusb as the two that a wire may raise."""
    try:
        yield
    except (serial.SerialTimeoutException, TimeoutError) as error:
        raise WireBusy(str(error)) from error
    except (termios.error, EscposError, RuntimeError) as error:
        # serial.SerialException and usb.core.USBError are OSErrors; these are not.
        raise OSError(" ".join(str(error).split())) from error
    except OSError as error:
        if _is_usb_timeout(error):
            raise WireBusy(str(error)) from error
        raise
