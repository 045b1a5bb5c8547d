"""A whole counter for tests: real law, journal and receipts, the reference center over HTTP, a simulated card and
printer; only time is the test's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from pathlib import Path
from random import Random
from typing import Any, Literal

import msgspec

from hw.purse_port import PurseTerminal
from hw.simulated.printer import SimulatedPrinter
from hw.simulated.reader import SimulatedReader
from hw.simulated.social_card import VirtualCard
from terminal.bureau.books import Books
from terminal.bureau.persons import NamedProvider, Person
from terminal.bureau.published import PublishedFolder
from terminal.bureau.server import BureauServer
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.center.left_visits import LeftVisits
from terminal.center.link import HttpLink, Link
from terminal.center.profile import REFERENCE, Profile
from terminal.center.upload import Upload
from terminal.clock import BEIJING, SetClock
from terminal.counter.counter import Counter, Identification, Quote
from terminal.counter.downloads import Downloads
from terminal.counter.fetching import Fetching, NotFetched
from terminal.counter.in_force import InForce
from terminal.counter.offline import OfflineLimits
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.printing import PrintQueue
from terminal.counter.purse import PurseLimits
from terminal.counter.recover import recover
from terminal.journal.journal import Journal
from terminal.settlement.bill import Account, Bill, Patient, Provider
from terminal.settlement.codec import convert
from terminal.settlement.law import Law
from terminal.settlement.published import load_shelf_with

LAW = Law.load()
MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
DAY = MORNING.date()
HOSPITAL, PHARMACY = "H37060200003", "P37060200001"
NAMES = {HOSPITAL: "示例三级医院", PHARMACY: "示例大药房"}
PROVIDERS = {
    HOSPITAL: Provider(id=HOSPITAL, tier=3),
    PHARMACY: Provider(id=PHARMACY, tier=1, kind="pharmacy"),
}
ID_NUMBER, NAME, CARD_NUMBER = "370602197001010001", "张一", "A00000001"


def person(number: int = 1, balance: str = "1500.00", **changes: Any) -> Person:
    """An insured employee of Yantai; the number tells them apart."""
    known = Person(
        person_number=f"3706020000000{number}",
        card_number=f"A0000000{number}",
        id_number=f"37060219700101000{number}",
        name=f"张{'〇一二三四五六七八九'[number]}",
        policy="yantai-employee",
        insured_place="370602",
        patient=Patient(
            category="employee", age=51, id=f"37060219700101000{number}", name=f"张{'〇一二三四五六七八九'[number]}"
        ),
        account=convert({"balance": balance}, Account),
    )
    return msgspec.structs.replace(known, **changes)


def card(number: int = 1, **changes: Any) -> VirtualCard:
    """The social-security card of `person(number)`."""
    fields: dict[str, Any] = {
        "atr": "3B6D00000080318065B0830201F383009000",
        "area_code": "370600",
        "identification_code": f"3706000000000000000000000000000{number}",
        "card_number": f"A0000000{number}",
        "version": "2.00",
        "id_number": f"37060219700101000{number}",
        "name": f"张{'〇一二三四五六七八九'[number]}",
        "sex": "1",
        "birth_date": dt.date(1970, 1, 1),
        "issued_on": dt.date(2015, 1, 1),
        "expires_on": dt.date(2025, 1, 1),
    }
    return VirtualCard.from_fields(fields | changes)


def bill(service: str, *items: dict[str, Any], **parts: Any) -> Bill:
    """A bill of the day as a till sends it: items of the public contract, drug of class A unless said."""
    lines = [{"kind": "drug", "class": "A", **item} for item in items]
    return convert({"date": DAY.isoformat(), "service": service, "items": lines, **parts}, Bill)


def purchase(*amounts: str, **parts: Any) -> Bill:
    """Class A drugs from the pharmacy: all of it is the account's as far as it reaches (article 18)."""
    return bill("pharmacy", *({"amount": amount} for amount in amounts), provider={"id": PHARMACY}, **parts)


STAY = bill("inpatient", {"amount": "10000.00"})
"""Tier 3: line 800 (article 12); 4200.00 x 80% + 5000.00 x 85% (article 11) = 7610.00 of the pool."""


class Shop:
    """One terminal, its center and its devices. `reopen` plays a restart of the terminal's process."""

    def __init__(
        self,
        folder: Path,
        *persons: Person,
        mode: Literal["local", "online"] = "local",
        profile: Profile = REFERENCE,
        limits: OfflineLimits | None = None,
        days_by: Literal["business-day", "center-time"] = "business-day",
        bureau_key: bytes | None = None,
        center_profile: Profile = REFERENCE,
    ) -> None:
        self.bureau_key = bureau_key
        self.published = folder / "published"
        self.published.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.mode, self.profile, self.limits = mode, profile, limits
        self.clock = SetClock(MORNING)
        providers = {key: NamedProvider(NAMES[key], facts) for key, facts in PROVIDERS.items()}
        self.books = Books(persons or (person(1), person(2)), providers, days_by=days_by)
        published = PublishedFolder(self.published)
        self.center = BureauServer(self.books, Law(LAW.shelf), self.clock, published=published, profile=center_profile)
        self.reader = SimulatedReader(card(1))
        self.printer = SimulatedPrinter(48)
        self.purse_terminal: PurseTerminal | None = None
        self.purse_limits: PurseLimits | None = None
        self._ids = itertools.count(1)
        self._keys = itertools.count(1)
        self._basket = ""
        self.removals = 0

    def __enter__(self) -> Shop:
        self.center.up()
        self.open()
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()
        self.link.close()
        self.center.down()
        self.books.close()

    def open(self) -> None:
        """Start the terminal on its journal."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal.open(self.folder / "journal.db", "T1", self.clock)
        self.link = self.new_link()
        self.desk = self.new_desk()
        self.recovered = recover(self.journal, self.desk)
        self.law = Law(LAW.shelf)
        self.downloads = Downloads(self.journal, self.law, InForce(self.journal), load_shelf_with, self.bureau_key)
        place = Place(
            journal=self.journal,
            law=self.law,
            center=self.desk,
            providers=PROVIDERS,
            identity=lambda: f"id-{next(self._ids)}",
            mode=self.mode,
            limits=self.limits or OfflineLimits(),
            downloads=self.downloads,
        )
        equipment = Equipment(
            reader=self.reader,
            removals=lambda: self.removals,
            printer=self.printer,
            purse_terminal=self.purse_terminal,
            purse_limits=self.purse_limits or PurseLimits(),
        )
        self.fetching = Fetching(self.downloads, self.new_desk(), lambda work: work())
        self.counter = Counter(place, equipment, Papers(self.journal, NAMES, training=False))
        self.prints = PrintQueue(self.journal, self.printer, self.counter.papers.document_of, 48)
        self.upload = Upload(self.journal, self.desk, self.clock, Random(1))
        self.left_visits = LeftVisits(self.journal, self.desk, Random(1))

    def new_desk(self) -> CenterDesk:
        """A desk at the center, on the one link."""
        institution, stamp = Institution("370602", NAMES, "T1"), self.journal.next_message_stamp
        return CenterDesk(self.link, institution, stamp, 1, self.clock, self.profile, visits=self.journal)

    def download(self) -> list[str]:
        """Fetch what is published, whether or not a sign-in has told of it; what was taken."""
        return self.fetching.fetch("007")

    def sign_in(self) -> str:
        """Sign in, and fetch what it has told of, as the daemon does beside the counter; who is signed in."""
        self.counter.sign_in("007", "收银员")
        with contextlib.suppress(NotFetched):
            self.fetching.tick(self.clock.now())
        return self.counter.signed_in

    def new_link(self) -> Link:
        """The wire to the center."""
        return HttpLink(self.center.url, self.clock, 5)

    def reopen(self) -> None:
        """End the terminal's process and start it again; nobody is signed in."""
        self.journal.close()
        self.link.close()
        self.open()

    def crash(self) -> None:
        """As `reopen`, but without a clean close: the new process finds the files as a power cut leaves them."""
        copy = self.folder / f"after-crash-{next(self._ids)}"
        copy.mkdir(parents=True)
        for file in self.folder.glob("journal.db*"):
            (copy / file.name).write_bytes(file.read_bytes())
        self.journal.close()
        self.link.close()
        self.folder = copy
        self.open()

    def key(self) -> str:
        """A fresh idempotency key."""
        return f"key-{next(self._keys)}"

    def identify(self) -> Identification:
        """Let go of the basket before, and read the card for the next one."""
        self.counter.release(self._basket)
        found = self.counter.identify_card()
        self._basket = found.id
        return found

    def quote(self, asked: Bill, known: Identification | None = None) -> Quote:
        """Identify, unless known, and quote."""
        return self.counter.quote((known or self.identify()).id, asked)

    def settle(self, asked: Bill, known: Identification | None = None, **changes: Any) -> dict[str, Any]:
        """Identify, quote and settle; the answer, decoded. `changes`: consent, till_reference, key, till."""
        quote = self.quote(asked, known)
        words = {"consent": False, "till_reference": "", "key": self.key(), **changes}
        electronic = bool(words.get("electronic_receipt"))
        answer = self.counter.settle(
            *(quote.id, quote.hash, words["consent"], words["till_reference"], words["key"], electronic),
            *(words.get("till", ""),),
        )
        return dict(msgspec.json.decode(answer))

    def void(self, settlement_id: str) -> dict[str, Any]:
        """Take a settlement back; the answer, decoded."""
        return dict(msgspec.json.decode(self.counter.void(settlement_id, "退货", self.key())))

    def upload_all(self) -> None:
        """Take everything that waits to the center."""
        while self.upload.tick(self.clock.now()):
            pass

    def print_all(self) -> list[str]:
        """Print everything that waits; the papers, each as one text."""
        while self.prints.tick(self.clock.now()):
            pass
        return ["\n".join(paper) for paper in self.printer.papers]

    def state(self) -> tuple[object, ...]:
        """All that is durable and could have changed."""
        return (self.journal.head(), self.journal.counts(), len(self.journal.print_queue()))
