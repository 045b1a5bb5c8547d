"""A simulated shop: the shipped terminal on its ports, a center, a printer, cards, and virtual time.

Nothing here decides; who plays with it (`workload`, a state machine) says what happens. An end of the process at any
port call is played by taking up the journal from the bytes that were durable then.
"""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hw.simulated.reader import SimulatedReader
from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.center.left_visits import LeftVisits
from terminal.center.link import Link
from terminal.center.upload import Upload
from terminal.clock import BEIJING, SetClock
from terminal.counter.counter import Counter
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.printing import PrintQueue
from terminal.counter.recover import recover
from terminal.errors import TerminalError
from terminal.journal.beside import beside
from terminal.journal.journal import Journal
from terminal.journal.store import Store
from tests.reference.product import load_law
from tests.simulation.devices import TapePrinter
from tests.simulation.disk import Disk
from tests.simulation.interruptions import Interruptions
from tests.simulation.people import NAMED_PROVIDERS, NAMES, PROVIDERS
from tests.simulation.plan import Plan
from tests.simulation.power import Power, PowerCut, on_power
from tests.simulation.wallet import Wallet
from tests.simulation.window import Window
from tests.simulation.wire import Wire, WireLane

LAW = load_law(supplemented=True)
TERMINAL_ID = "T1"
OPERATOR = "007"
TICKS_MAX = 60
STARTS_MAX = 5
"""So often at most the power goes again while the terminal starts."""

START_CALLS_MAX = 6
"""A start makes about so many port calls."""


class Shop:
    """One terminal with everything round it. next_fault: see `Wire`. folder: in memory, and empty.

    before_end: called before the terminal's process ends in any way.
    """

    def __init__(self, folder: Path, plan: Plan, random: Random, next_fault: Callable[[str], str]) -> None:
        self.plan, self.random = plan, random
        self.journal_path, self.books_path = folder / "journal.db", folder / "center.db"
        self.journal_path.write_bytes(_new_journal())
        self.clock = SetClock(plan.opens_at)
        self.power = Power()
        self.disk = Disk(plan.disk)
        self.interruptions = Interruptions(plan.interrupted, self.power)
        self.books = Books(plan.persons, NAMED_PROVIDERS, self.books_path, plan.days_by)
        self.center = Center(self.books, LAW, self.clock, plan.profile)
        self.wire = Wire(self.center, self.clock, self.power, random, next_fault)
        # Where the center counts by its own days, a day that is sealed here may still be growing there.
        self.wire.refusals_go_astray = plan.days_by == "business-day"
        self.reader = SimulatedReader()
        self.printer = TapePrinter()
        self.window = Window(self.clock)
        self.wallet = Wallet(plan.purse, self.reader, self.power) if plan.purse else None
        self.before_end: Callable[[], None] = lambda: None
        self.starts = self.crashes = 0
        self.open()

    def open(self) -> None:
        """Start the terminal's process on its journal: as the daemon does it, with a desk at the center for each thread
        that speaks to it.
        """
        self.starts += 1
        self.journal_path.parent.mkdir(parents=True, exist_ok=True)
        self.journal = Journal.open(self.journal_path, TERMINAL_ID, self.clock)
        on_power(self.journal, self.power)
        self.disk.under(self.journal)
        desk = self._new_desk(self.disk.behind(self.wire, self.journal), self.wire)
        self._at_start = recover(self.journal, desk)
        reader, printer = _Powered(self.reader, self.power, "read_card"), _Powered(self.printer, self.power, "print")
        place = Place(
            journal=self.journal,
            law=LAW,
            center=desk,
            providers=PROVIDERS,
            identity=lambda: f"{self.random.getrandbits(64):016x}",
            mode=self.plan.mode,
            limits=self.plan.advances.limits,
        )
        purse_terminal = self.wallet.terminal if self.wallet else None
        equipment = Equipment(reader=reader, printer=printer, purse_terminal=purse_terminal)  # type: ignore[arg-type]
        self.counter = Counter(place, equipment, Papers(self.journal, NAMES, training=False))
        self.prints = PrintQueue(self.journal, printer, self.counter.papers.document_of)  # type: ignore[arg-type]
        line = self.interruptions.on(self.wire)
        self.upload = Upload(self.journal, self._new_desk(line, line), self.clock, Random(self.random.getrandbits(64)))
        # Pauses of their own: a world in which no visit is left open stays what it was.
        pauses = Random(f"left visits {self.starts}")
        self.left_visits = LeftVisits(self.journal, self._new_desk(self.wire, self.wire), pauses)

    def close(self) -> None:
        """The end of the simulation."""
        self.power.hold()
        self.before_end()
        self.journal.close()
        self.books.close()
        self.window.close()

    def restart(self) -> None:
        """End the process in good order and start it again; nobody is signed in."""
        self.before_end()
        self.journal.close()
        self.open()

    def crash(self) -> None:
        """The process has ended where it stood: the next one finds the bytes that were durable."""
        self.crashes += 1
        self.before_end()
        for start in itertools.count(1):
            self._take_up_durable_bytes()
            if start < STARTS_MAX and self.random.random() < self.plan.power:
                self.power.cut_after(self.random.randint(1, START_CALLS_MAX))
            try:
                self.open()
            except PowerCut:
                continue
            return

    def survives(self, action: Callable[[], Any]) -> bool:
        """Do it; where the power goes, start again. Whether it came to its own end."""
        try:
            action()
        except PowerCut:
            self.crash()
            return False
        return True

    def show(self) -> None:
        """Somebody looks at what the terminal shows."""
        self.window.show(self.journal, self.counter, self._at_start)

    def pack(self) -> None:
        """Somebody asks for help, in the middle of it all."""
        self.window.pack(self.journal)

    def sign_in(self) -> bool:
        """Whether an operator is at work, now or before."""
        if not self.counter.signed_in:
            try:
                self.counter.sign_in(OPERATOR, "收银员")
            except TerminalError:
                return False
        return True

    def work(self, ticks: int = 1) -> bool:
        """What the daemon does behind the counter: so many steps of uploads, of visits that are left open and of print.
        Whether anything was done.
        """
        worked = False
        for _ in range(ticks):
            self.wire.deliver()
            now = self.clock.now()
            self.counter.undo_interrupted()
            uploaded = self.upload.run(now)
            asked = self.left_visits.tick(now)
            printed = self.prints.tick(now)
            if not uploaded and not asked and not printed:
                break
            worked = True
        return worked

    def pass_time(self, seconds: int, looks: int = 4) -> None:
        """Time goes by; the terminal looks after its queues a few times meanwhile."""
        for _ in range(looks):
            self.clock.advance(seconds / looks)
            self.work(TICKS_MAX)

    def to_next_day(self) -> None:
        """The night passes; it is a bit after the hour at which the shop opens."""
        opens = dt.datetime.combine(
            self.clock.now().date() + dt.timedelta(days=1), dt.time(9), self.plan.opens_at.tzinfo
        )
        self.pass_time(int((opens - self.clock.now()).total_seconds()) + self.random.randrange(600))

    def _new_desk(self, link: Link, line: Link) -> CenterDesk:
        """line: on which several messages are in flight."""
        institution = Institution("370602", NAMES, TERMINAL_ID)
        stamp, profile = self.journal.next_message_stamp, self.plan.profile
        lanes = [WireLane(line) for _ in range(profile.in_flight_max)]
        return CenterDesk(link, institution, stamp, 1, self.clock, profile, visits=self.journal, lanes=lanes)

    def _take_up_durable_bytes(self) -> None:
        # While a reader stands beside it, SQLite lets go of the files as they are; the journal's own close, in good
        # order, would write what a process that has ended cannot write any more.
        with beside(self.journal_path) as connection:
            connection.execute("SELECT 1 FROM entries").fetchone()
            Store.close(self.journal)


@cache
def _new_journal() -> bytes:
    """What a terminal has before its first day: the tables of a journal, and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        Journal.open(path, TERMINAL_ID, SetClock(dt.datetime(2020, 1, 1, tzinfo=BEIJING))).close()
        return path.read_bytes()


class _Powered:
    """A device on the power line: the call `name` may be its terminal's last."""

    def __init__(self, device: Any, power: Power, name: str) -> None:
        self._device = device
        word = "card" if name == "read_card" else "printer"
        setattr(self, name, power.around(word, getattr(device, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)
