"""The world of the demonstration: reference center, card reader with a virtual card, printer on a pty, the daemon."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from hw.simulated import pcscd
from hw.simulated.printer import PtyPrinter
from hw.simulated.social_card import VirtualCard
from terminal.api.tills import add_till, tills_file
from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.server import BureauServer
from terminal.clock import BEIJING, ShiftedClock
from terminal.demo.client import Till
from terminal.errors import Unavailable
from terminal.settlement.law import Law

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SERVICE_MORNING = dt.datetime(2021, 6, 30, 8, 30, tzinfo=BEIJING)
"""A day on which the decrees of the examples are in force."""

TERMINAL_ID = "T00000001"
COLUMNS = 48


class World:
    """Everything that runs. A context manager: what it started it stops, in the opposite order."""

    def __init__(self, folder: Path, simulated_reader: bool, api_port: int = 0) -> None:
        self.folder = folder
        self.supplements = sorted((EXAMPLES / "supplements").glob("yantai-*.toml"))
        self.law = Law.load(self.supplements)
        self.why_simulated = "asked for on the command line" if simulated_reader else pcscd.available()
        self._api_port = api_port
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        clock = ShiftedClock(SERVICE_MORNING)
        persons = load_persons(EXAMPLES / "bureau" / "persons.toml")
        providers = load_providers(EXAMPLES / "bureau" / "providers.toml")
        self.books = Books(persons, providers, self.folder / "bureau.db")
        self._stack.callback(self.books.close)
        self.bureau = self._stack.enter_context(BureauServer(self.books, self.law, clock))
        self._pcscd = self._stack.enter_context(pcscd.VirtualPcscd()) if self.why_simulated is None else None
        self.printer = self._stack.enter_context(PtyPrinter(COLUMNS))
        try:
            self._start_daemon()
        except BaseException:
            # A daemon that does not start must not leave the card service behind.
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def insert(self, card: Path) -> None:
        """Put a card into the reader; returns when the reader has seen it."""
        if self._pcscd is not None:
            self._pcscd.insert(VirtualCard.load(card))
        else:
            shutil.copyfile(card, self._card_file)

    def remove(self) -> None:
        """Take the card out; returns when the reader has seen it."""
        if self._pcscd is not None:
            self._pcscd.remove()
        else:
            self._card_file.unlink()

    def stop_daemon(self) -> int:
        """Ask the daemon to stop, as systemd would. Returns its exit status."""
        self._daemon.send_signal(signal.SIGTERM)
        return self._daemon.wait(timeout=30)

    def wait_for_daemon(self) -> int:
        """Wait until the daemon ends by itself (it was told to by the same Ctrl-C)."""
        return self._daemon.wait()

    @property
    def journal(self) -> Path:
        """The daemon's journal."""
        return self.folder / "journal.db"

    @property
    def _card_file(self) -> Path:
        return self.folder / "card.toml"

    def _start_daemon(self) -> None:
        config = self.folder / "terminal.toml"
        config.write_text(self._configuration(), encoding="utf-8")
        self.token = add_till(tills_file(self.journal), "demo", SERVICE_MORNING)
        log = self._stack.enter_context((self.folder / "daemon.log").open("wb"))
        command = [sys.executable, "-m", "terminal.cli", "run", "--config", str(config)]
        self._daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self._stack.callback(self._end_daemon)
        assert self._daemon.stdout is not None
        line = self._daemon.stdout.readline()
        if " ready: " not in line:
            why = (self.folder / "daemon.log").read_text(encoding="utf-8")
            raise Unavailable("daemon", f"the daemon did not start: {why}", f"终端未能启动：{why}", "demo")
        self.url = line.split(" ready: ")[1].strip()
        self.till = Till(int(self.url.rstrip("/").rsplit(":", 1)[1]), self.token)

    def _end_daemon(self) -> None:
        if self._daemon.poll() is None:
            self._daemon.terminate()
            self._daemon.wait(timeout=30)

    def _configuration(self) -> str:
        reader = (
            f'kind = "pcsc"\nname = "{self._pcscd.reader_name}"'
            if self._pcscd is not None
            else f'kind = "simulated"\ncard = "{self._card_file}"'
        )
        supplements = ", ".join(f'"{path}"' for path in self.supplements)
        providers = (EXAMPLES / "bureau" / "providers.toml").read_text(encoding="utf-8")
        return (
            f'[terminal]\nid = "{TERMINAL_ID}"\ntill_number = 1\njournal = "{self.journal}"\n'
            f"[api]\nport = {self._api_port}\n"
            f'[center]\nurl = "{self.bureau.url}"\narea_code = "370600"\n'
            f"[reader]\n{reader}\n"
            f'[printer]\nkind = "serial"\nport = "{self.printer.port}"\ncolumns = {COLUMNS}\nflow_control = "none"\n'
            f'[catalogue]\nfile = "{EXAMPLES / "catalogue" / "pharmacy.csv"}"\n'
            f"[policies]\nsupplements = [{supplements}]\n"
            f"[clock]\nstarts_at = {SERVICE_MORNING.isoformat()}\n" + providers.replace("[[provider]]", "[[providers]]")
        )
