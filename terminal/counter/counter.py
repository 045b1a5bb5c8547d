"""The front of the counter: one operator, one card at a time, one call after the other.

Synchronous and without HTTP; everything it leans on is handed in. What moves money is committed before it is told.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from random import Random

from msgspec import Struct

from hw.ports import CardReader
from terminal.center.desk import CenterDesk
from terminal.clock import Clock
from terminal.counter.day import DayReport, close_day
from terminal.counter.identify import IDENTIFICATION_LIFE_SECONDS, Identification, identify
from terminal.counter.lapsing import Lapsing
from terminal.counter.papers import Papers
from terminal.counter.quote import Quote, fill, split_of
from terminal.counter.settle import changed, commit, digest_of, record_of, worked_out_again
from terminal.counter.void import void
from terminal.errors import Missing, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import PrintJob, SettlementRecord
from terminal.limits import QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX
from terminal.receipt.blocks import Document
from terminal.settlement.bill import Bill, Provider
from terminal.settlement.law import Law

__all__ = ["Counter", "DayReport", "Identification", "Quote", "SignedIn"]


class SignedIn(Struct, frozen=True):
    """Who works here now, the business day of the next sale, and the center's own time."""

    operator: str
    operator_name: str
    business_day: dt.date
    center_time: dt.datetime


class Counter:
    """One counter. `identity` gives ids that nobody guesses; `providers` by id, the first is the default."""

    def __init__(
        self,
        journal: Journal,
        law: Law,
        center: CenterDesk,
        reader: CardReader,
        providers: Mapping[str, Provider],
        clock: Clock,
        identity: Callable[[], str],
        provider_names: Mapping[str, str] | None = None,
        training: bool = False,
    ) -> None:
        self._journal = journal
        self._law = law
        self._center = center
        self._reader = reader
        self._providers = dict(providers)
        self._clock = clock
        self._identity = identity
        self._papers = Papers(journal, dict(provider_names or {}), training)
        self._identifications: Lapsing[Identification] = Lapsing(clock, IDENTIFICATION_LIFE_SECONDS, QUOTES_OPEN_MAX)
        self._quotes: Lapsing[Quote] = Lapsing(clock, QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX)
        self._operator = ""

    @property
    def signed_in(self) -> str:
        """The operator who is signed in, or ""."""
        return self._operator

    def sign_in(self, operator: str, operator_name: str = "") -> SignedIn:
        """Sign in at the center (9001). Raises Unavailable or Refused; then nobody new is signed in."""
        signed = self._center.sign_in(operator)
        self._operator = operator
        return SignedIn(operator, operator_name, self.business_day(), signed.center_time)

    def sign_out(self) -> None:
        """Sign out (9002). A center that is away does not keep an operator here: its sign-in ends with the day."""
        operator, self._operator = self._operator, ""
        self._identifications.clear()
        self._quotes.clear()
        if operator:
            with contextlib.suppress(Unavailable):
                self._center.sign_out(operator)

    def business_day(self) -> dt.date:
        """The day that a sale counts in: today, or after day end the next day that is open."""
        day = self._clock.now().date()
        while self._journal.day_state(day) != "open":
            day += dt.timedelta(days=1)
        return day

    def identify_card(self) -> Identification:
        """Read the card in the reader and ask the center about its holder. Raises Refused, Unavailable."""
        self._require_operator()
        provider_id = next(iter(self._providers))
        seen = self._journal.entry_count()
        found = identify(self._reader, self._center, provider_id, self._clock, seen, self._identity())
        self._identifications.keep(found.id, found)
        return found

    def quote(self, identification_id: str, bill: Bill) -> Quote:
        """Split a bill for an identified person. Nothing is written. Raises Missing, Refused with the place."""
        self._require_operator()
        identification = self._identifications.get(identification_id)
        if identification is None:
            raise Missing("no-such-identification", "identify the patient again", "请重新识别患者", "identification")
        pending = self._journal.pending_of(identification.person.person_number, identification.journal_seen)
        filled = fill(bill, identification, self._providers, pending, self.business_day())
        settlement, split_hash = split_of(filled, self._law)
        expires_at = self._clock.now() + dt.timedelta(seconds=QUOTE_LIFE_SECONDS)
        found = Quote(self._identity(), split_hash, settlement, expires_at, identification, bill)
        self._quotes.keep(found.id, found)
        return found

    def settle(self, quote_id: str, quote_hash: str, consent: bool, till_reference: str, key: str) -> bytes:
        """Commit what was quoted; the answer is durable before it is returned. A quote settles once.

        The same key and request get the same bytes, also after a restart. Raises Missing `no-such-quote` (unknown,
        lapsed, settled already); Conflict `quote-changed`, `key-reused`, `day-closed`; Refused `consent-needed`.
        """
        request = digest_of("settle", quote_id, quote_hash, consent, till_reference)
        known = self._journal.stored_answer(key, request)
        if known is not None:
            return known
        operator = self._require_operator()
        quote = self._quotes.get(quote_id)
        if quote is None:
            raise Missing("no-such-quote", "the quote has lapsed or was settled; quote again", "预结算已失效", "quote")
        if quote.hash != quote_hash:
            raise changed()
        day = self.business_day()
        bill, split = worked_out_again(quote, self._law, self._journal, self._providers, consent, day)
        record = record_of(quote, bill, split, self._journal, self._law, operator, day, till_reference)
        answer = commit(self._journal, self._center, record, key, request)
        self._quotes.drop(quote_id)
        return answer

    def void(self, settlement_id: str, reason: str, key: str) -> bytes:
        """Take a whole settlement back, once; the same key and request get the same bytes.

        Raises Missing; Conflict `already-voided`, `void-of-a-void`, `key-reused`, `day-closed`.
        """
        request = digest_of("void", settlement_id, reason)
        known = self._journal.stored_answer(key, request)
        if known is not None:
            return known
        operator = self._require_operator()
        return void(self._journal, self._center, settlement_id, reason, key, request, operator, self.business_day())

    def close_day(self, day: dt.date) -> DayReport:
        """Day end for `day`, as far as it goes now; call again until it is sealed. Raises Refused, Conflict."""
        report = close_day(self._journal, self._center, day, self._require_operator(), Random(self._identity()))
        self._papers.keep(report)
        return report

    def receipt_document(self, settlement_id: str) -> Document:
        """The receipt of a settlement or a void. Raises Missing."""
        return self._papers.receipt(settlement_id)

    def document_of(self, job: PrintJob) -> Document:
        """What a print job puts on paper, marked as what it is. Raises Missing."""
        return self._papers.document_of(job)

    def reprint(self, settlement_id: str) -> PrintJob:
        """Queue a receipt once more; the paper says which reprint it is. Raises Missing."""
        record = self._journal.settlement(settlement_id)
        return self._journal.queue_print(record.kind, record.id, self._clock.now())

    def last(self, count: int) -> list[SettlementRecord]:
        """The newest settlements and voids, newest first."""
        return self._journal.last(count)

    def _require_operator(self) -> str:
        if not self._operator:
            raise Refused("not-signed-in", "no operator is signed in", "操作员尚未签到", "operator")
        return self._operator
