"""The printer and the cards of a simulated shop."""

from __future__ import annotations

import datetime as dt

from hw.escpos import STATUS_WORDS, ask_facts, state_of
from hw.ports import DeviceError, DeviceState, Health
from hw.simulated.printer_sensors import Sensors
from hw.simulated.social_card import VirtualCard
from terminal.bureau.persons import Person

SENSORS = ("paper_out", "cover_open", "cutter_error", "silent")


class TapePrinter(Sensors):
    """hw.ports.ReceiptPrinter whose paper is the bytes that reached it, whole or torn off in the middle.

    tape: what stands on paper, oldest first. The shipped twin also draws every dot, which costs ten times as much as
    all the rest of a sale.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tape: list[bytes] = []

    def state(self) -> DeviceState:
        return state_of(ask_facts(lambda query: None if self.silent else self.status_byte(query)))

    def print(self, data: bytes) -> None:
        """Print one document. Raises DeviceError before it, or in the middle when a sensor says so."""
        self._require_good()
        at = 0
        while at < len(data) and not self.stopped and not self.silent:
            end = data.find(b"\n", at) + 1 or len(data)
            at = end
            self._count_line()
        self.tape.append(data[:at])
        self._require_good()

    def help(self) -> None:
        """Somebody loads paper, closes the cover and switches it on again."""
        self.paper_out = self.cover_open = self.cutter_error = self.silent = False
        self._failure = None

    def _require_good(self) -> None:
        state = self.state()
        if state.health is not Health.GOOD:
            raise DeviceError(state.code, *STATUS_WORDS[state.code])


def card_of(person: Person, **changes: object) -> VirtualCard:
    """The social-security card of a person."""
    fields = {
        "atr": "3B6D00000080318065B0830201F383009000",
        "area_code": person.card_identification[:6],
        "identification_code": person.card_identification,
        "card_number": person.card_number,
        "version": "2.00",
        "id_number": person.id_number,
        "name": person.name,
        "sex": "1",
        "birth_date": dt.date(1970, 1, 1),
        "issued_on": dt.date(2015, 1, 1),
        "expires_on": dt.date(2035, 1, 1),
    }
    return VirtualCard.from_fields(fields | changes)


def wrong(pin: str) -> str:
    """A PIN that is not this one."""
    return "".join(str(9 - int(digit)) for digit in pin)
