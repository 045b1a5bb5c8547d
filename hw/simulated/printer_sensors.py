"""What the simulated printer feels and says of itself: sensors, status bytes, and the faults of its line."""

from __future__ import annotations

from itertools import cycle
from typing import Literal

Sensor = Literal["paper_low", "paper_out", "cover_open", "cutter_error", "silent", "busy", "stalled"]

BUFFER_BYTES_MAX = 4096
"""The receive buffer; behind it the printer is busy and takes no more (printer.md 1.5)."""


class Sensors:
    """Attributes that may be set at any time.

    paper_low, paper_out, cover_open, cutter_error: as a real printer's. silent: answers nothing.
    busy: reads nothing (on a line). stalled: says that all is well and prints nothing more.
    nonsense: these bytes go out in place of its answers. drop_every: every so many bytes one is lost, 0 none.
    """

    def __init__(self) -> None:
        self.paper_low = self.paper_out = self.cover_open = self.cutter_error = False
        self.silent = self.busy = self.stalled = False
        self.drop_every = 0
        self.nonsense = b""
        self._failure: tuple[int, Sensor] | None = None
        self._arrived = 0

    def fail_after_lines(self, count: int, sensor: Sensor) -> None:
        """Let `sensor` become true once `count` more lines are printed."""
        self._failure = (count, sensor)

    def status_byte(self, query: int) -> int:
        """The answer to `10 04 query` as the sensors stand."""
        bits = {
            1: 0x08 * self.stopped,
            2: 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.cutter_error,
            3: 0x08 * self.cutter_error,
            4: 0x0C * self.paper_low | 0x60 * self.paper_out,
        }
        return 0x12 | bits[query]

    def automatic_status(self) -> bytes:
        """The four bytes of an automatic report (printer.md 1.4)."""
        first = 0x10 | 0x08 * self.stopped | 0x20 * self.cover_open
        return bytes((first, 0x08 * self.cutter_error, 0x03 * self.paper_low | 0x0C * self.paper_out, 0))

    @property
    def stopped(self) -> bool:
        """Whether it prints nothing until somebody helps."""
        return self.paper_out or self.cover_open or self.cutter_error

    def _count_line(self) -> None:
        if self._failure:
            count, sensor = self._failure
            self._failure = (count - 1, sensor) if count > 1 else None
            if count <= 1:
                setattr(self, sensor, True)

    def _not_lost(self, data: bytes) -> bytes:
        """What of these bytes the line does not swallow."""
        first, self._arrived = self._arrived + 1, self._arrived + len(data)
        if not self.drop_every:
            return data
        return bytes(byte for number, byte in enumerate(data, first) if number % self.drop_every)

    def _spoken(self, replies: bytes) -> bytes:
        """What goes out for these answers: they, nothing, or nonsense of the same length."""
        if self.silent:
            return b""
        if not self.nonsense:
            return replies
        return bytes(byte for byte, _ in zip(cycle(self.nonsense), replies, strict=False))
