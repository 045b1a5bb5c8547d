"""A pharmacy for the browser: the real terminal as a process, its reader, its printer and the center, all movable."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import socket
from pathlib import Path

from daemon.process import DAY, ROOT, TerminalProcess

from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.server import BureauServer
from terminal.clock import BEIJING, ShiftedClock
from terminal.settlement.law import Law

EXAMPLES = ROOT / "examples"

ENOUGH = "person-11.toml"
"""李𬭯: an employee with 860.15 in the account."""

SHORT = "person-12.toml"
"""迪丽热巴·阿布都热合曼·买合木提: an employee with 75.00 in the account, which one test spends."""

OTHER = "person-13.toml"
"""姜海涛: an employee with 200.00 in the account, which tests may spend."""

RETIRED = "person-05.toml"
"""曲德福: a retiree with 50.00 in the account, which no test spends."""

GUARDED = "pin-01.toml"
"""孙晓彤: an employee with 500.00 in the account, whose card asks for its PIN."""

PURSE = "purse-01.toml"
"""熊秋水: the account lies in the card's purse, 100.00."""

AMOXICILLIN, ATORVASTATIN, VITAMINS = "6901234500015", "6901234500022", "6901234500091"
"""Barcodes of examples/catalogue/pharmacy.csv: 29.20 of class A; 33.30 of class B; 20.00 outside the catalogue."""


def pharmacy_center() -> BureauServer:
    """The reference center with the example persons and providers; not up yet."""
    clock = ShiftedClock(dt.datetime.fromisoformat(f"{DAY}T10:00:00+08:00").astimezone(BEIJING))
    persons, providers = EXAMPLES / "bureau" / "persons.toml", EXAMPLES / "bureau" / "providers.toml"
    return BureauServer(Books(load_persons(persons), load_providers(providers)), Law.load(), clock)


_READER_EVENTS = re.compile(r'"event": "(card-inserted|card-removed)"')


class Shop(TerminalProcess):
    """A terminal at the example pharmacy with the example catalogue. No card is in the reader."""

    def __init__(self, folder: Path, center_url: str, printer_port: str) -> None:
        super().__init__(folder, center_url)
        text = self.config.read_text(encoding="utf-8")
        text = text.replace('kind = "simulated"\n[[providers]]', PRINTER.format(port=printer_port) + "[[providers]]")
        text = text.replace('id = "H37060100001"\nname = "示范医院"\ntier = 3', PROVIDER)
        # A browser keeps what it knows by address, so that a restart must not change the port.
        text = text.replace("port = 0", f"port = {_free_port()}")
        text = text.replace("[center]", '[catalogue]\nfile = "catalogue.csv"\n[center]')
        text += '[psam]\nkind = "simulated"\ncard = "psam.toml"\n'
        self.config.write_text(text, encoding="utf-8")
        shutil.copy(EXAMPLES / "cards" / "without-holder" / "psam-01.toml", folder / "psam.toml")
        shutil.copy(EXAMPLES / "catalogue" / "pharmacy.csv", folder / "catalogue.csv")
        self.take_card_out()
        self._settled_before = 0

    @property
    def link(self) -> str:
        """What `terminal till page` prints: the page's address with the till's token behind `#`."""
        return f"{self.url}#token={self.token}"

    def insert(self, card: str) -> None:
        """Put an example card into the reader."""
        # A file appears whole or not at all.
        shutil.copy(EXAMPLES / "cards" / card, self.folder / "card.new")
        (self.folder / "card.new").replace(self.folder / "card.toml")

    def take_card_out(self) -> None:
        """The reader is empty."""
        (self.folder / "card.toml").unlink(missing_ok=True)

    def saw(self, event: str) -> None:
        """Wait until the terminal, which looks once a second, has seen `card-inserted` or `card-removed` last."""
        self.until("/v1/health", lambda _: self._last_seen() == event)

    def _last_seen(self) -> str:
        return ["card-removed", *_READER_EVENTS.findall(self.log_text())][-1]

    def begin_anew(self) -> None:
        """Nobody is signed in, no card is read, nothing of before is on its way, and `settlements` counts from here."""
        self.until_quiet()
        self.client.delete("/v1/sessions")
        self.take_card_out()
        self._settled_before = self.journal_counts()["settlements"]

    def settlements(self) -> int:
        """How many settlements and voids the journal has since the test began."""
        return self.journal_counts()["settlements"] - self._settled_before


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


PRINTER = 'kind = "serial"\nport = "{port}"\nflow_control = "none"\ncolumns = 48\n'
PROVIDER = 'id = "P37060200001"\nname = "示例大药房"\nkind = "pharmacy"'
