"""QR scanners that obey a script: one on a pty, for the real driver, and one in the process."""

from __future__ import annotations

import os
import pty
import tty
from collections import deque
from pathlib import Path
from types import TracebackType

from hw.ports import DeviceError, DeviceState, Health, ScannedCode


class PtyScanner:
    """A scanner on a pty. link: a stable name for its port, as udev would give it. A context manager."""

    def __init__(self, link: Path) -> None:
        self.port = str(link)
        self._link = link
        self._master = self._slave = -1

    def __enter__(self) -> PtyScanner:
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def plug_in(self) -> None:
        """Appear under the same name, on a new pty."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self._link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """Disappear; without a plug nothing happens."""
        if self._master < 0:
            return
        self._link.unlink()
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    def scan(self, code: str, end: bytes = b"\r\n") -> None:
        """Send one code, as a scanner does."""
        self.send(code.encode("ascii") + end)

    def send(self, data: bytes) -> None:
        """Send any bytes; returns when the driver has taken all but what fits the line's buffer."""
        while data:
            data = data[os.write(self._master, data) :]


class SimulatedScanner:
    """A CodeScanner in the process. `connected`: false plays an unplugged one."""

    def __init__(self, connected: bool = True) -> None:
        self.connected = connected
        self._codes: deque[str] = deque()

    def scan(self, code: str) -> None:
        """Somebody shows a code."""
        self._codes.append(code)

    def state(self) -> DeviceState:
        return DeviceState(Health.GOOD, "ready") if self.connected else DeviceState(Health.FAULT, "offline")

    def next_code(self) -> ScannedCode | None:
        """See `CodeScanner.next_code`."""
        if not self.connected:
            raise DeviceError("offline", "The scanner does not answer.", "扫码器未应答。")
        return ScannedCode(self._codes.popleft()) if self._codes else None

    def flush(self) -> None:
        """See `CodeScanner.flush`."""
        self._codes.clear()

    def close(self) -> None:
        """Nothing to let go of."""
