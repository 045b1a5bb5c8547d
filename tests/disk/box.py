"""One terminal on the faulty disk, its center on a good one, and the day that they live through together.

Every step has its key, and the till remembers what it asked under it, so that the same day lived again asks for the
same things: what was told before a cut must be told again to the byte.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random

from hw.simulated.reader import SimulatedReader
from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.bureau.persons import NamedProvider
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.center.upload import Upload
from terminal.clock import SetClock
from terminal.counter.counter import Counter
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.printing import PrintQueue
from terminal.counter.recover import recover
from terminal.errors import Missing
from terminal.journal.journal import Journal
from terminal.journal.replay import replay
from terminal.settlement.bill import Bill
from tests.counter.counter_parts import DAY, LAW, MORNING, NAMES, PROVIDERS, STAY, card, person, purchase
from tests.simulation.devices import TapePrinter

Tell = Callable[[str, bytes], None]
"""Somebody hears of something, by its key, for good: nothing may take it back any more."""

NEXT_MORNING_SECONDS = 86_400
TICKS_MAX = 40
IDLE_SECONDS = 30
"""A pause after a failed message is over within a few of these, also where the clock starts again in the morning."""


class Direct:
    """The way to a center in the same process (`terminal.center.link.Link`)."""

    def __init__(self, center: Center) -> None:
        self._center = center

    def post(self, body: bytes) -> bytes:
        """The center's answer."""
        return self._center.answer(body)

    def close(self) -> None:
        """Nothing to close."""


class TillMemory:
    """What a till remembers on its own disk of what it asked: by key, the quote and its hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def get(self, key: str) -> list[str]:
        """The quote's id and hash, or nothing."""
        file = self._folder / key
        return file.read_text(encoding="ascii").split() if file.exists() else []

    def keep(self, key: str, quote_id: str, quote_hash: str) -> None:
        """Write it down."""
        (self._folder / key).write_text(f"{quote_id} {quote_hash}", encoding="ascii")

    def forget(self, key: str) -> None:
        """The terminal knows nothing of it: the key is free for the next quote."""
        (self._folder / key).unlink()


class Box:
    """The terminal's process: `folder` holds its journal and the center's books."""

    def __init__(self, folder: Path, ballast_bytes: int = 0) -> None:
        self.folder = folder
        self._ballast_bytes = ballast_bytes
        self.clock = SetClock(MORNING)
        providers = {key: NamedProvider(NAMES[key], facts) for key, facts in PROVIDERS.items()}
        self.books = Books([person(1), person(2)], providers, folder / "center.db")
        self._link = Direct(Center(self.books, LAW, self.clock))
        self._ids = itertools.count(1)
        self._till = TillMemory(folder / "till")
        self.open()

    def open(self) -> None:
        """Start on the journal as it lies there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal.open(self.folder / "journal.db", "T1", self.clock, self._ballast_bytes)
        institution, stamp = Institution("370602", NAMES, "T1"), self.journal.next_message_stamp
        desk = CenterDesk(self._link, institution, stamp, 1, self.clock, visits=self.journal)
        recover(self.journal, desk)
        reader, printer = SimulatedReader(card(1)), TapePrinter()
        place = Place(journal=self.journal, law=LAW, center=desk, providers=PROVIDERS, identity=self._new_id)
        equipment = Equipment(reader=reader, printer=printer)
        self.counter = Counter(place, equipment, Papers(self.journal, NAMES, training=False))
        self.prints = PrintQueue(self.journal, printer, self.counter.papers.document_of, 48)
        self.upload = Upload(self.journal, desk, self.clock, Random(1))
        self.counter.sign_in("007", "收银员")

    def restart(self) -> None:
        """End the process in good order and start it again."""
        self.journal.close()
        self.open()

    def steps(self, tell: Tell) -> list[Callable[[], None]]:
        """The day: two sales, a void, uploads and papers, day end, the next day's first sale, the evening's close."""
        return [
            lambda: self.settle(1, STAY, tell),
            lambda: self.settle(2, purchase("120.00"), tell),
            lambda: self.void_first(3, tell),
            self.work,
            lambda: self.close_day(tell),
            lambda: self.clock.advance(NEXT_MORNING_SECONDS) if self.clock.now().date() == DAY else None,
            lambda: self.settle(4, purchase("30.00"), tell),
            self.work,
        ]

    def _new_id(self) -> str:
        return f"id-{next(self._ids)}"

    def settle(self, step: int, asked: Bill, tell: Tell) -> None:
        """A sale under the key of its step."""
        key = f"key-{step}"
        remembered = self._till.get(key)
        try:
            if remembered:
                tell(key, self._sell(key, *remembered))
                return
        except Missing:
            self._till.forget(key)
        known = self.counter.identify_card()
        try:
            quote = self.counter.quote(known.id, asked)
            # A till writes down what it asks under which key before it asks.
            self._till.keep(key, quote.id, quote.hash)
            tell(key, self._sell(key, quote.id, quote.hash))
        finally:
            self.counter.release(known.id)

    def _sell(self, key: str, quote_id: str, quote_hash: str) -> bytes:
        return self.counter.settle(quote_id, quote_hash, False, "", key)

    def void_first(self, step: int, tell: Tell) -> None:
        """Take the first sale back."""
        original = self.journal.last(50)[-1]
        tell(f"key-{step}", self.counter.void(original.id, "退货", f"key-{step}"))

    def work(self) -> None:
        """What waits goes to the center and on paper."""
        for tick in (self.upload.tick, self.prints.tick):
            for _ in range(TICKS_MAX):
                if not tick(self.clock.now()):
                    self.clock.advance(IDLE_SECONDS)

    def close_day(self, tell: Tell) -> None:
        """The end of the day."""
        if self.journal.day_state(DAY) != "sealed":
            assert self.counter.close_day(DAY).state == "sealed"
        tell("sealed", self.journal.day_report(DAY) or b"")

    def wrong(self, told: dict[str, bytes]) -> list[str]:
        """Live the day again without faults, and say what contradicts what was told; empty is good."""
        again: dict[str, bytes] = {}
        found = [f"before: {line}" for line in self.journal.verify()]
        for step in self.steps(again.__setitem__):
            step()
        found += [f"{key} was told and is not as it was told" for key in told if again[key] != told[key]]
        found += [f"after: {line}" for line in self.journal.verify()]
        found += [f"replay: {one.problem}" for one in replay(self.journal._connection) if one.problem]
        booked = self.books.settlements()
        if sorted(state for _, state in booked) != ["booked", "booked", "booked", "voided"]:
            found.append(f"the center has {[state for _, state in booked]}")
        if self.journal.counts().get("accepted") != 4 or self.journal.print_queue():
            found.append(f"not everything went out: {self.journal.counts()}")
        return found
