"""A receipt printer without hardware: in the process, on a pseudo-terminal, or on the network.

The same interpreter stands behind all three (`printer_interpreter.py`); it checks what it is sent and shows the
paper as cells and as pixels.
"""

from __future__ import annotations

import threading

from hw.escpos import DRAWER_PULSE, STATUS_WORDS, ask_facts, state_of
from hw.ports import DeviceError, DeviceState, Health
from hw.simulated.printer_interpreter import Interpreter
from hw.simulated.printer_links import LinkedPrinter, PtyPrinter, TcpPrinter

__all__ = ["Interpreter", "LinkedPrinter", "PtyPrinter", "SimulatedPrinter", "TcpPrinter"]


class SimulatedPrinter(Interpreter):
    """hw.ports.ReceiptPrinter inside the process, from any thread. documents: the bytes of each printed whole."""

    def __init__(self, columns: int = 48) -> None:
        super().__init__(columns)
        self.documents: list[bytes] = []
        self._one_at_a_time = threading.Lock()

    def state(self) -> DeviceState:
        """From the sensors, by way of the same status bytes as a real printer's."""
        return state_of(ask_facts(lambda query: None if self.silent else self.status_byte(query)))

    def print(self, data: bytes) -> None:
        """Print one document. Raises DeviceError before it, or in the middle when a sensor says so."""
        with self._one_at_a_time:
            self._require_good()
            self.feed(data)
            self._require_good()
            self.documents.append(data)

    def kick_drawer(self) -> None:
        """Open the drawer. Raises DeviceError."""
        with self._one_at_a_time:
            self._require_good()
            self.feed(DRAWER_PULSE)

    def _require_good(self) -> None:
        state = self.state()
        if state.health is not Health.GOOD:
            raise DeviceError(state.code, *STATUS_WORDS[state.code])
