"""A shop whose power can be cut at any call of the journal, the center, the card reader or the printer.

The center answers in the same process, without a wire, and the paper keeps its bytes undrawn, so that hundreds of ends
take seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from counter_parts import DAY, STAY, Shop, purchase

from terminal.bureau.center import Center
from terminal.center.profile import Profile
from terminal.errors import Missing, TerminalError
from terminal.journal.journal import Journal
from terminal.settlement.bill import Bill
from tests.simulation.devices import TapePrinter
from tests.simulation.power import Power, on_power


class DirectLink:
    """The center in the same process; cut before it hears, or after it has booked."""

    def __init__(self, center: Center, power: Power) -> None:
        self._center, self._power = center, power

    def post(self, body: bytes, infno: str = "") -> bytes:
        self._power.point("center, before")
        answer = self._center.answer(body)
        self._power.point("center, after")
        return answer

    def close(self) -> None:
        """Nothing to close."""


class PoweredShop(Shop):
    """The shop on a power line."""

    def __init__(self, folder: Path, power: Power, **how: Any) -> None:
        self.power = power
        super().__init__(folder, **how)
        self.printer = TapePrinter()  # type: ignore[assignment]
        self.keys_told: dict[str, bytes] = {}

    def __enter__(self) -> PoweredShop:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.power.cut_at = 0
        self.journal.close()
        self.books.close()

    def new_link(self) -> Any:
        return DirectLink(Center(self.books, self.counter_law, self.clock), self.power)

    @property
    def counter_law(self) -> Any:
        from counter_parts import LAW

        return LAW

    def open(self) -> None:
        super().open()
        power = self.power
        on_power(self.journal, power)
        printing, reading = type(self.printer).print, type(self.reader).read_card

        def printed(data: bytes) -> None:
            power.point("printer, before")
            printing(self.printer, data)
            power.point("printer, after")

        def read(*arguments: Any) -> Any:
            power.point("card, before")
            return reading(self.reader, *arguments)

        self.printer.print = printed  # type: ignore[method-assign]
        self.reader.read_card = read  # type: ignore[method-assign]

    def print_all(self) -> list[str]:
        """Print everything that waits; nobody reads it here."""
        while self.prints.tick(self.clock.now()):
            pass
        return []

    def crash(self) -> None:
        """The next start finds the files as they are; what happens at start may be cut as well."""
        folder = self.folder / "after"
        folder.mkdir(parents=True)
        for file in self.folder.glob("journal.db*"):
            (folder / file.name).write_bytes(file.read_bytes())
        self.power.cut_at = 0
        self.journal.close()
        self.folder = folder
        self.open()


def as_a_till(shop: PoweredShop, key: str, asked: Bill) -> bytes:
    """Settle as a till does: the same key and body again after an end, and a new quote where the old one is gone."""
    held = shop.keys_told
    if key not in held:
        shop.keys_told[key] = msgspec.json.encode(_quoted(shop, asked))
    for _ in range(4):
        quote_id, quote_hash = msgspec.json.decode(held[key])
        try:
            return shop.counter.settle(quote_id, quote_hash, False, key, key)
        except Missing:
            held[key] = msgspec.json.encode(_quoted(shop, asked))
    raise AssertionError("the quote lapses at once")


def _quoted(shop: PoweredShop, asked: Bill) -> tuple[str, str]:
    while True:
        try:
            quote = shop.quote(asked)
            return quote.id, quote.hash
        except TerminalError as error:
            if error.code != "person-in-doubt":
                raise
            shop.clock.advance(60)
            shop.upload_all()


def day(shop: PoweredShop) -> None:
    """A day: a stay, a purchase that is taken back, a purchase; printed, uploaded, closed. May be begun anew."""
    shop.counter.sign_in("007")
    as_a_till(shop, "stay", STAY)
    shop.upload_all()
    shop.print_all()
    number = msgspec.json.decode(as_a_till(shop, "goods", purchase("20.00")))["id"]
    taken_back(shop, number)
    as_a_till(shop, "more", purchase("30.00"))
    sealed(shop)


def sealed(shop: PoweredShop) -> None:
    """Print what waits, and close the day until it is sealed, its report printed too."""
    shop.print_all()
    for _ in range(5):
        if shop.journal.day_state(DAY) == "sealed":
            break
        shop.counter.close_day(DAY)
        shop.clock.advance(60)
    shop.print_all()


def taken_back(shop: PoweredShop, number: str) -> None:
    """Void as a till does, again under the same key after an end."""
    while True:
        try:
            shop.counter.void(number, "退货", "back")
            return
        except TerminalError as error:
            if error.code != "person-in-doubt":
                raise
            shop.clock.advance(60)
            shop.upload_all()


def books_of(shop: PoweredShop) -> dict[str, Any]:
    """What both sides have in the end, without numbers and times that an end may shift."""
    person = shop.books.person("37060200000001")
    assert person is not None
    standing = [
        (one.sign, int(one.settlement.total), int(one.settlement.fund_total), int(one.settlement.account), state)
        for one, state in shop.books.settlements()
        if state != "reversed"
    ]
    papers = {(job, shop.journal.settlement(job).kind) for job in _printed(shop.journal)}
    return {
        "center": sorted(standing),
        "balance": int(person.account.balance),
        "year": person.year,
        "terminal": shop.journal.group_totals(DAY),
        "uploads": {
            name: count for name, count in shop.journal.counts().items() if name not in ("accepted", "refused")
        },
        "day": shop.journal.day_state(DAY),
        "papers": sorted(kind for _, kind in papers),
        "prints_waiting": len(shop.journal.print_queue()),
        "audit": shop.journal.verify(),
        "open": [one.record.id for one in shop.journal.open_intents()],
    }


def _printed(journal: Journal) -> list[str]:
    connection = journal._connection
    rows = connection.execute(
        "SELECT subject FROM print_jobs WHERE state = 'printed' AND document <> 'day' AND copy = 0"
    )
    return [row[0] for row in rows]


UNSAFE = Profile(name="test", repeats="unsafe")
RECOGNISED = Profile(name="test", repeats="recognised")
