"""A small town for tests: the reference center on loopback, a desk that speaks to it, and bills of the decree."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from terminal.bureau.books import Books
from terminal.bureau.persons import NamedProvider, Person, load_persons, load_providers
from terminal.bureau.server import BureauServer
from terminal.center.answers import Credential, Institution, Outcome
from terminal.center.desk import CenterDesk
from terminal.center.exchange import SignIns
from terminal.center.link import HttpLink, Link
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import Secrets
from terminal.center.tls import Tls
from terminal.clock import BEIJING, SetClock
from terminal.journal.records import SettlementRecord
from terminal.settlement.bill import Bill, Item, Provider
from terminal.settlement.codec import convert
from terminal.settlement.law import Law

DATA = Path(__file__).parent.parent / "bureau" / "data"
LAW = Law.load()
MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
DAY = MORNING.date()
OPERATOR = "0001"
AREA = "370602"

CLEARING = {"inpatient": "inpatient", "pharmacy": "pharmacy"}


def provider_of(provider_id: str) -> Provider:
    """The provider as the terminal's configuration has it."""
    return load_providers(DATA / "providers.toml")[provider_id].facts


def items(*lines: dict[str, Any]) -> list[Item]:
    """Items from the keys of the public contract; kind `drug` and class A unless said."""
    return convert([{"kind": "drug", "class": "A", **line} for line in lines], list[Item])


class Stamp:
    """Seconds and counters that never repeat, as the journal gives them."""

    def __init__(self, start: dt.datetime) -> None:
        self._next = 0
        self._start = start

    def __call__(self) -> tuple[dt.datetime, int]:
        self._next += 1
        return self._start + dt.timedelta(seconds=self._next // 100), self._next % 100


class Town:
    """The center's server and books, one clock, and one terminal's desk."""

    def __init__(
        self, providers: dict[str, NamedProvider] | None = None, secrets: Secrets | None = None, **server: Any
    ) -> None:
        self.profile: Profile = server.get("profile", REFERENCE)
        self.secrets = secrets
        self.clock = SetClock(MORNING)
        self.persons = load_persons(DATA / "persons.toml")
        self.providers = providers or load_providers(DATA / "providers.toml")
        self.books = Books(self.persons, self.providers)
        self.server = BureauServer(self.books, LAW, self.clock, **server)
        self.stamp: Callable[[], tuple[dt.datetime, int]] = Stamp(MORNING)
        self.tls: Tls | None = None
        self.sign_ins: SignIns = {}
        self._nonces = itertools.count()
        self._links: list[HttpLink] = []

    def open(self) -> CenterDesk:
        """Take the center up and give a desk to it, with an operator signed in."""
        self.server.up()
        self.desk = self.new_desk(self.new_link())
        self.desk.sign_in(OPERATOR)
        return self.desk

    def close(self) -> None:
        for link in self._links:
            link.close()
        self.server.down()
        self.books.close()

    def new_link(self, reply_timeout_seconds: float = 10) -> HttpLink:
        nonce = lambda: f"nonce{next(self._nonces)}"  # noqa: E731
        link = HttpLink(self.server.url, self.clock, reply_timeout_seconds, self.profile, self.secrets, self.tls, nonce)
        self._links.append(link)
        return link

    def new_desk(self, link: Link) -> CenterDesk:
        names = {provider_id: provider.name for provider_id, provider in self.providers.items()}
        return CenterDesk(
            link,
            Institution(AREA, names, "T1"),
            self.stamp,
            1,
            self.clock,
            self.profile,
            self.secrets,
            sign_ins=self.sign_ins,
        )

    def bill(self, card: str, service: str, provider_id: str, lines: list[Item], **parts: Any) -> Bill:
        """A bill filled in as the counter does: the person from the center, the provider from configuration."""
        person = self.desk.identify(provider_id, card_of(card))
        return Bill(
            date=self.clock.now().date(),
            service=service,  # type: ignore[arg-type]
            items=lines,
            policy=person.policy,
            provider=provider_of(provider_id),
            patient=person.patient,
            entitlement=person.entitlement,
            account=person.account,
            year=person.year,
            consent=True,
            **parts,
        )

    def record(self, bill: Bill, number: int = 1, law: Law = LAW) -> SettlementRecord:
        """What the counter would commit for `bill`."""
        person = next(person for person in self.persons if person.id_number == bill.patient.id)
        return SettlementRecord(
            id=f"T1{DAY:%Y%m%d}{number:06d}",
            kind="settlement",
            business_day=DAY,
            at=self.clock.now(),
            operator=OPERATOR,
            provider_id=bill.provider.id,
            scheme="resident" if bill.policy.endswith("resident") else "employee",
            clearing_class=CLEARING.get(bill.service, "outpatient"),  # type: ignore[arg-type]
            person_number=person.person_number,
            bill=bill,
            settlement=law.settle(bill),
        )

    def stay(self, number: int = 1) -> SettlementRecord:
        """E1: an admission to a third-level hospital of 8250.00, of which the pool pays 5740.00."""
        return self.record(self.bill("A00000001", "inpatient", "H37060200003", STAY), number)

    def purchase(self, number: int = 1) -> SettlementRecord:
        """E6: a purchase at the pharmacy of 111.70, of which the account pays 75.00."""
        return self.record(self.bill("A00000006", "pharmacy", "P37060200001", PURCHASE), number)

    def send(self, record: SettlementRecord, message_id: str = "", desk: CenterDesk | None = None) -> Outcome:
        """Send a settlement, under a fresh message id unless one is given."""
        desk = desk or self.desk
        message_id = message_id or desk.new_message_id(record.provider_id)
        return desk.send(record, None, message_id, "settle", lambda request: None)

    def send_void(self, original: SettlementRecord, references: dict[str, str]) -> Outcome:
        """Take `original` back, which the center knows by `references`."""
        void, known = void_of(original, references)
        message_id = self.desk.new_message_id(void.provider_id)
        return self.desk.send(void, known, message_id, "void", lambda request: None)

    def person(self, card: str) -> Person:
        """The center's own view of a person."""
        person = self.books.find("card_number", card)
        assert person is not None
        return person


def void_of(original: SettlementRecord, references: dict[str, str]) -> tuple[SettlementRecord, SettlementRecord]:
    """The void's record, and the original as the journal hands it out once the center has taken it in."""
    known = msgspec.structs.replace(original, center_references=references, upload_state="accepted")
    void = msgspec.structs.replace(original, id=original.id + "V", kind="void", voids=original.id)
    return void, known


def nothing_kept(request: bytes) -> None:
    """What a desk without a journal does before a message leaves."""


def card_of(number: str) -> Credential:
    """A card of the sample file; only the first one has an identification code on file."""
    identification = "37060200000000000000000000000001" if number == "A00000001" else ""
    return Credential("card", number, identification)


STAY = items(
    {"code": "XJ01", "amount": "6000.00"},
    {
        "code": "XJ02",
        "class": "B",
        "amount": "2100.00",
        "unit_price": "105.00",
        "quantity": "20",
        "price_limit": "100.00",
        "self_pay_rate": "0.10",
    },
    {"code": "XJ03", "class": "C", "amount": "150.00"},
)
PURCHASE = items(
    {"code": "XJ04", "name": "阿莫西林胶囊", "amount": "58.40"},
    {"code": "XJ05", "class": "B", "amount": "33.30", "self_pay_rate": "0.10"},
    {"code": "QT01", "kind": "other", "class": "C", "amount": "20.00"},
)
E7_ITEMS = items({"kind": "service", "amount": "5000.00"})
