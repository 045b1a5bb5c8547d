"""The till at the counter: asks for settlements and voids, repeats what was not answered, keeps what it was told.

It is the simulated outside: whatever it is told goes to the auditor as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from hw.ports import Pin
from terminal.counter.counter import Quote
from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Refused, TerminalError
from terminal.settlement.bill import Bill
from tests.simulation.shop import Shop

QUOTE_ANEW = ("no-such-quote", "quote-changed", "center-silent", "center-refused", "day-closed", "not-debited")
"""Refusals after which the key does not stand, or the terminal would have answered it: a new quote may use it."""


class Ear(Protocol):
    """Who hears what the till is told."""

    def told(self, key: str, request: tuple[Any, ...], answer: bytes) -> None:
        """A request was answered."""

    def refused(self, key: str, request: tuple[Any, ...], error: TerminalError, before: int, after: int) -> None:
        """A request was refused, with so many entries in the journal before and after it. key: "" where it has none."""


@dataclass(slots=True)
class Sale:
    """One sale of the till. pin: what the holder types at the pad, "" for nothing. answer: what it was told of it, once
    it was; walked_away: nobody will ask again.
    """

    key: str
    reference: str
    holder: int
    bill: Bill
    electronic: bool = False
    pin: str = ""
    consent: bool = False
    quoted: tuple[str, str] | None = None
    answer: dict[str, Any] | None = None
    walked_away: bool = False
    voided: bool = False

    @property
    def number(self) -> str:
        """The settlement's number; only of a sale that was told."""
        assert self.answer is not None
        return str(self.answer["id"])


@dataclass(slots=True)
class VoidAsked:
    """One void that the till wants, until it is told of it."""

    key: str
    sale: Sale
    reason: str
    done: bool = False


@dataclass(slots=True)
class RefundWanted:
    """One refund by line that the till wants, until it is told of it. stays: the bill without what is given back."""

    key: str
    sale: Sale
    stays: Bill
    asked: RefundAsked
    done: bool = False


class _Both(msgspec.Struct, frozen=True):
    void: msgspec.Raw
    settlement: msgspec.Raw


@dataclass(slots=True)
class Till:
    """One till at one shop."""

    shop: Shop
    ear: Ear
    sales: list[Sale] = field(default_factory=list)
    voids: list[VoidAsked] = field(default_factory=list)
    refunds: list[RefundWanted] = field(default_factory=list)
    keys: int = 0
    identified: str = ""

    def new_key(self) -> str:
        """A fresh idempotency key."""
        self.keys += 1
        return f"key-{self.keys}"

    def new_sale(self, holder: int, bill: Bill, electronic: bool = False) -> Sale:
        """A sale that is about to be asked for."""
        key = self.new_key()
        sale = Sale(key, f"ref-{key}", holder, bill, electronic)
        self.sales.append(sale)
        return sale

    def standing(self) -> list[Sale]:
        """Sales that the till was told of and has not taken back."""
        return [sale for sale in self.sales if sale.answer is not None and not sale.voided]

    def identify_and_quote(self, sale: Sale) -> Quote | None:
        """Ask who is there, and what it would come to; None where it is refused."""
        return self._quote(sale, self._identify)

    def quote_another(self, sale: Sale) -> Quote | None:
        """Ask what one more bill would come to, of whoever was identified last; None where it is refused."""
        return self._quote(sale, lambda sale: self.identified)

    def _identify(self, sale: Sale) -> str:
        # The card is leased to one basket: whoever was served before is done with.
        self.shop.counter.release(self.identified)
        self.identified = self.shop.counter.identify_card(Pin(bytearray(sale.pin, "ascii")) if sale.pin else None).id
        return self.identified

    def _quote(self, sale: Sale, identification_of: Callable[[Sale], str]) -> Quote | None:
        entries = self.shop.journal.entry_count()
        try:
            quote = self.shop.counter.quote(identification_of(sale), sale.bill)
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused("", ("quote", sale.reference), error, entries, self.shop.journal.entry_count())
            if isinstance(error, Refused) and not error.code.startswith("pin-"):
                sale.walked_away = True
            return None
        sale.quoted = (quote.id, quote.hash)
        sale.consent = sale.consent or quote.settlement.out_of_catalogue > 0
        return quote

    def settle(self, sale: Sale) -> bool:
        """Ask for the settlement under the sale's key. Whether the till knows now that it is paid."""
        if sale.quoted is None:
            return False
        request = (*sale.quoted, sale.consent, sale.reference, sale.electronic)
        entries = self.shop.journal.entry_count()
        try:
            answer = self.shop.counter.settle(
                sale.quoted[0], sale.quoted[1], sale.consent, sale.reference, sale.key, sale.electronic
            )
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused(sale.key, ("settle", *request), error, entries, self.shop.journal.entry_count())
            if error.code in QUOTE_ANEW:
                sale.quoted = None
            return False
        self.ear.told(sale.key, ("settle", *request), answer)
        sale.answer = msgspec.json.decode(answer)
        return True

    def void(self, asked: VoidAsked) -> bool:
        """Ask for the void under its key. Whether the till knows now that it is taken back."""
        entries = self.shop.journal.entry_count()
        request = ("void", asked.sale.number, asked.reason)
        try:
            answer = self.shop.counter.void(asked.sale.number, asked.reason, asked.key)
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused(asked.key, request, error, entries, self.shop.journal.entry_count())
            if error.code == "already-voided":
                # A repair at day end has taken it back before.
                asked.done = asked.sale.voided = True
            return False
        self.ear.told(asked.key, request, answer)
        asked.done = asked.sale.voided = True
        return True

    def quote_refund(self, sale: Sale, lines: list[RefundLine]) -> RefundWanted | None:
        """Ask what would stay of a sale without some items; None where it is refused."""
        entries = self.shop.journal.entry_count()
        try:
            quote, _ = self.shop.counter.quote_refund(self._identify(sale), sale.number, lines)
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused("", ("quote", sale.reference), error, entries, self.shop.journal.entry_count())
            return None
        key, gone = self.new_key(), {line.item for line in lines}
        kept = [item for number, item in enumerate(sale.bill.items) if number not in gone]
        consent = quote.settlement.out_of_catalogue > 0
        asked = RefundAsked(sale.number, "部分退货", quote.id, quote.hash, consent, f"ref-{key}")
        wanted = RefundWanted(key, sale, msgspec.structs.replace(sale.bill, items=kept), asked)
        self.refunds.append(wanted)
        return wanted

    def refund(self, wanted: RefundWanted) -> bool:
        """Ask for the refund under its key. Whether the till knows now that it is done."""
        entries = self.shop.journal.entry_count()
        try:
            answer = self.shop.counter.refund(wanted.asked, wanted.key)
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused(wanted.key, self._said(wanted), error, entries, self.shop.journal.entry_count())
            # Where nothing was begun under this key, nothing ever will be: its quote is gone, or is not what it was.
            wanted.done = isinstance(error, Refused) and self.shop.journal.refund_under(wanted.key) is None
            return False
        self._refunded(wanted, answer)
        return True

    def go_on_with_refund(self, original: str) -> bool:
        """The operator goes on with what somebody has begun. Whether it is done now."""
        wanted = next(one for one in self.refunds if one.asked.settlement_id == original and not one.done)
        entries = self.shop.journal.entry_count()
        try:
            answer = self.shop.counter.go_on_with_refund(original)
        except TerminalError as error:
            self.shop.window.refused(error)
            self.ear.refused("", self._said(wanted), error, entries, self.shop.journal.entry_count())
            return False
        self._refunded(wanted, answer)
        return True

    def _refunded(self, wanted: RefundWanted, answer: bytes) -> None:
        both = msgspec.json.decode(answer, type=_Both)
        self.ear.told(wanted.key, self._said(wanted), bytes(both.settlement))
        self.ear.told(f"{wanted.key} takes back", self._said(wanted), bytes(both.void))
        wanted.done = wanted.sale.voided = True
        told = msgspec.json.decode(bytes(both.settlement))
        reference = wanted.asked.till_reference
        self.sales.append(Sale(wanted.key, reference, wanted.sale.holder, wanted.stays, answer=told))

    def _said(self, wanted: RefundWanted) -> tuple[Any, ...]:
        return ("refund", wanted.asked)
