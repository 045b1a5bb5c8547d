"""Waiting for a code at the counter's scanner: armed, bounded, cancelled; never more than one at a time.

Plain and driven: whoever waits calls `look` again and again. Promise: a code that was scanned before the wait began,
or after it ended, is never taken for the patient's.
"""

from __future__ import annotations

from hw.ports import CodeScanner, DeviceError
from terminal.clock import Clock
from terminal.errors import Conflict, Unavailable


class CodeWait:
    """One wait. `cancelled`: somebody ended it."""

    def __init__(self, lapses_at: float) -> None:
        self.lapses_at = lapses_at
        self.cancelled = False


class ScanDesk:
    """The scanner of one counter; None where there is none. Not for several threads at once."""

    def __init__(self, scanner: CodeScanner | None, clock: Clock) -> None:
        self._scanner = scanner
        self._clock = clock
        self._wait: CodeWait | None = None

    def begin(self, wait_seconds: int) -> CodeWait:
        """Forget what was scanned so far, and wait from now on.

        Raises Unavailable `no-scanner`; Conflict `scan-waiting`: another wait has not ended.
        """
        if self._wait is not None:
            raise Conflict("scan-waiting", "a code is waited for already; cancel that first", "正在等待扫码", "scanner")
        self._known_scanner().flush()
        self._wait = CodeWait(self._clock.monotonic_seconds() + wait_seconds)
        return self._wait

    def look(self, wait: CodeWait) -> str | None:
        """The code, as soon as there is one.

        Raises Conflict `scan-cancelled`; Unavailable `no-code` (nothing came in time), `scanner-offline` (it is gone).
        """
        if wait.cancelled:
            raise Conflict("scan-cancelled", "the scan was cancelled; nothing happened", "扫码已取消", "scanner")
        try:
            found = self._known_scanner().next_code()
        except DeviceError as error:
            raise Unavailable("scanner-offline", error.message, error.message_zh, "scanner") from None
        if found is not None:
            return found.text
        if self._clock.monotonic_seconds() >= wait.lapses_at:
            raise Unavailable("no-code", "no code was shown in time; scan again", "未在规定时间内扫到码", "scanner")
        return None

    def end(self) -> None:
        """The wait is over, whatever came of it."""
        self._wait = None

    def cancel(self) -> None:
        """End the wait that goes on, if any, with `scan-cancelled`."""
        if self._wait is not None:
            self._wait.cancelled = True

    def _known_scanner(self) -> CodeScanner:
        if self._scanner is None:
            message = "this terminal has no scanner; read the code with the till's own, or take the card"
            raise Unavailable("no-scanner", message, "本终端未配置扫码器，请使用收银机扫码或社保卡", "scanner")
        return self._scanner
