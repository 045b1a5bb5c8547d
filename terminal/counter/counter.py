"""The front of the counter: one operator, one card at a time, one call after the other.

Synchronous and without HTTP; everything it leans on is handed in. What moves money is committed before it is told.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Literal

import msgspec
from msgspec import Struct

from hw.ports import CardReader, ReceiptPrinter
from hw.purse_port import PurseTerminal
from terminal.center.desk import CenterDesk
from terminal.clock import Clock
from terminal.counter.authorise import authorise
from terminal.counter.day import DayReport, close_day
from terminal.counter.downloads import Downloaded, Downloads
from terminal.counter.identify import Identification
from terminal.counter.inquiry import Standing, inquire
from terminal.counter.lapsing import Lapsing
from terminal.counter.match import Difference, TillRow
from terminal.counter.offline import OfflineLimits, limited
from terminal.counter.papers import Papers
from terminal.counter.printing import require_paper
from terminal.counter.purse import PurseLimits, Purses
from terminal.counter.purse_cases import PurseCase
from terminal.counter.quote import Quote, fill, pending_for, split_of
from terminal.counter.reception import Reception
from terminal.counter.refund import RefundAsked, RefundLine, Refunds, Returned, check_refundable, returned, what_stays
from terminal.counter.repair import LastRun, found_in, repair
from terminal.counter.settle import Circumstances, changed, commit, digest_of, record_of, worked_out_again
from terminal.counter.void import void, void_of
from terminal.errors import Conflict, Missing, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.purse_records import Decision
from terminal.journal.records import SettlementRecord
from terminal.limits import CODE_LIFE_SECONDS, QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX
from terminal.receipt.forms import Forms
from terminal.settlement.bill import Bill, Provider
from terminal.settlement.codec import decode
from terminal.settlement.law import Law
from terminal.settlement.shelf import Shelf

__all__ = ["Counter", "DayReport", "Identification", "Quote", "SignedIn"]


class SignedIn(Struct, frozen=True):
    """Who works here now, the business day of the next sale, and the center's own time."""

    operator: str
    operator_name: str
    business_day: dt.date
    center_time: dt.datetime


class Counter:
    """One counter. `identity` gives ids that nobody guesses; `providers` by id, the first is the default.

    mode: `local`, the terminal's own split counts at once; `online`, the center decides. limits: without the center.
    printer: asked before each sale whether it can print; None asks nobody. paperless: there is no printer, and every
    receipt is electronic. forms, columns: the layouts and the width of the papers. downloads: of what is published.
    purse_terminal: for accounts that lie on the card; None: there is no PSAM, and such an account cannot be used.
    removals, code_life_seconds: see `Reception`.
    """

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
        mode: Literal["local", "online"] = "local",
        limits: OfflineLimits | None = None,
        printer: ReceiptPrinter | None = None,
        paperless: bool = False,
        forms: Forms | None = None,
        columns: int = 48,
        counties: Mapping[str, str] | None = None,
        downloads: Downloads | None = None,
        purse_terminal: PurseTerminal | None = None,
        purse_limits: PurseLimits | None = None,
        removals: Callable[[], int] = lambda: 0,
        code_life_seconds: int = CODE_LIFE_SECONDS,
    ) -> None:
        self._downloads = downloads
        self._mode = mode
        self._limits = limits or OfflineLimits()
        self._journal = journal
        self._law = law
        self._center = center
        self._providers = dict(providers)
        self._clock = clock
        self._identity = identity
        self.papers = Papers(journal, dict(provider_names or {}), training, forms, columns, counties)
        self._printer = printer
        self._paperless = paperless
        self._purses = Purses(journal, law, center, purse_terminal, purse_limits, mode == "online")
        self._reception = Reception(
            journal,
            law,
            center,
            reader,
            next(iter(self._providers)),
            self._completed,
            mode == "online",
            removals,
            code_life_seconds,
        )
        self._quotes: Lapsing[Quote] = Lapsing(clock, QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX)
        self._refunds = Refunds(journal, center, mode)
        self._operator = ""

    @property
    def shelf(self) -> Shelf:
        """The law as it stands now, to be read."""
        return self._law.shelf

    @property
    def signed_in(self) -> str:
        """The operator who is signed in, or ""."""
        return self._operator

    def sign_in(self, operator: str, operator_name: str = "") -> SignedIn:
        """Sign in at the center (9001). Raises Unavailable or Refused; then nobody new is signed in."""
        signed = self._center.sign_in(operator)
        self._operator = operator
        if self._downloads is not None:
            self._downloads.after_sign_in(self._center, signed.published)
        return SignedIn(operator, operator_name, self.business_day(), signed.center_time)

    def download(self) -> Downloaded:
        """Take down everything that the bureau publishes and that is new. Raises Refused where nobody is signed in."""
        self.require_operator()
        if self._downloads is None:
            return Downloaded([], [], [])
        return self._downloads.fetch(self._center)

    def sign_out(self) -> None:
        """Sign out (9002). A center that is away, or says no, keeps no operator here: its sign-in ends with the day."""
        operator, self._operator = self._operator, ""
        self._reception.clear()
        self._quotes.clear()
        if operator:
            with contextlib.suppress(Unavailable, Refused):
                self._center.sign_out(operator)

    def business_day(self) -> dt.date:
        """The day that a sale counts in: today, or after day end the next day that is open."""
        return self._journal.first_open_day(self._clock.now().date())

    def identify_card(self) -> Identification:
        """Read the card and ask the center about its holder. Raises Conflict `card-leased`, Refused, Unavailable."""
        self.require_operator()
        return self._reception.by_card(self._identity())

    def identify_code(self, code: str) -> Identification:
        """Ask the center whose e-credential this code is. Raises Refused, Unavailable; no error holds the code."""
        self.require_operator()
        return self._reception.by_code(code, self._identity())

    def identify_id_number(self, typed: str) -> Identification:
        """Ask the center about an identity number, where the law knows that way. Raises Refused, Unavailable."""
        self.require_operator()
        return self._reception.by_id_number(typed, self._identity())

    def release(self, identification_id: str) -> None:
        """Forget an identification and its quotes, and free its card; one that is not held is no error."""
        self._reception.release(identification_id)
        self._quotes.drop_where(lambda quote: quote.identification.id == identification_id)

    def inquire(self, identification_id: str) -> Standing:
        """Balance and year of an identified person. Raises Missing `no-such-identification`."""
        self.require_operator()
        identification = self._reception.known(identification_id)
        return inquire(identification, pending_for(self._journal, identification), self._clock.now().date())

    def quote(self, identification_id: str, bill: Bill) -> Quote:
        """Split a bill; nothing is written. Raises Missing, Conflict `card-leased`, Refused with the place."""
        self.require_operator()
        return self._quote(self._purses.seen(self._reception.known(identification_id), bill.date), bill)

    def quote_refund(self, identification_id: str, number: str, lines: Sequence[RefundLine]) -> tuple[Quote, Returned]:
        """What would stay of a settlement, split as if it had not been, and what each payer would get back.

        Raises Missing; Conflict `already-voided`, `void-of-a-void`; Refused with the place, `another-person`,
        `paid-by-card`, `nothing-stays`.
        """
        self.require_operator()
        identification = self._reception.known(identification_id)
        original = self._journal.settlement(number)
        check_refundable(original, identification)
        found = self._quote(identification, what_stays(original, lines), number)
        return found, returned(self._journal.counted_sums(original), found.settlement)

    def _quote(self, identification: Identification, bill: Bill, taken_back: str = "") -> Quote:
        pending = pending_for(self._journal, identification, taken_back)
        filled = fill(bill, identification, self._providers, pending, self.business_day())
        filled = self._within_limits(filled, identification, pending)
        settlement, split_hash = split_of(filled, self._law)
        expires_at = self._clock.now() + dt.timedelta(seconds=QUOTE_LIFE_SECONDS)
        found = Quote(self._identity(), split_hash, settlement, expires_at, identification, bill, filled, taken_back)
        self._quotes.keep(found.id, found)
        return found

    def held_quote(self, quote_id: str) -> Quote:
        """A quote of this session that has not lapsed. Raises Missing `no-such-quote`."""
        quote = self._quotes.get(quote_id)
        if quote is None:
            raise Missing("no-such-quote", "the quote has lapsed or was settled; quote again", "预结算已失效", "quote")
        return quote

    def settle(
        self,
        quote_id: str,
        quote_hash: str,
        consent: bool,
        till_reference: str,
        key: str,
        electronic_receipt: bool = False,
        till: str = "",
    ) -> bytes:
        """Commit what was quoted; the answer is durable before it is returned. A quote settles once.

        electronic_receipt: the patient takes it without paper, so that the printer need not be ready.
        till: who asks, for the journal.

        The same key and request get the same bytes, also after a restart. Raises Missing `no-such-quote` (unknown,
        lapsed, settled already); Conflict `quote-changed`, `key-reused`, `day-closed`, `card-leased`, `card-swapped`;
        Refused `consent-needed`; Unavailable `printer-not-ready`, `card-removed` …, and nothing was begun. With the
        account on the card also as `Purses.settle`.
        """
        option = ("electronic-receipt",) if electronic_receipt else ()
        request = digest_of("settle", quote_id, quote_hash, consent, till_reference, *option)
        known = self._journal.stored_answer(key, request) or self._purses.answer_begun(key, request)
        if known is not None:
            return known
        quote = self._quote_of(quote_id, quote_hash)
        sale = self._sale(till_reference, till, electronic_receipt)

        def record_on(identification: Identification) -> SettlementRecord:
            return self._record(msgspec.structs.replace(quote, identification=identification), consent, sale)

        def plainly(record: SettlementRecord) -> bytes:
            return self._commit(record, key, request)

        if quote.identification.purse is None:
            self._reception.require_present(quote.identification)
            answer = plainly(record_on(quote.identification))
        else:
            self._reception.renew(quote.identification)
            answer = self._purses.settle(quote.identification, record_on, plainly, key, request)
        self._quotes.drop(quote_id)
        self._reception.served(quote.identification)
        return answer

    def _quote_of(self, quote_id: str, quote_hash: str, taken_back: str = "") -> Quote:
        self.require_operator()
        quote = self.held_quote(quote_id)
        if (quote.hash, quote.taken_back) != (quote_hash, taken_back):
            raise changed()
        return quote

    def _sale(self, till_reference: str, till: str, electronic_receipt: bool) -> Circumstances:
        """Who sells here and now. Raises Refused `not-signed-in`, Unavailable `printer-not-ready`."""
        operator = self.require_operator()
        electronic = electronic_receipt or self._paperless
        if not electronic and self._printer is not None:
            require_paper(self._printer)
        return Circumstances(operator, self.business_day(), till_reference, till, electronic)

    def _record(self, quote: Quote, consent: bool, sale: Circumstances) -> SettlementRecord:
        bill, split = worked_out_again(
            quote, self._law, self._journal, self._providers, consent, sale.business_day, self._within_limits
        )
        return record_of(quote, bill, split, self._journal, self._law, sale)

    def _commit(self, record: SettlementRecord, key: str, request: str) -> bytes:
        if self._mode == "online":
            return authorise(self._journal, self._center, record, None, key, request)
        return commit(self._journal, self._center, record, key, request)

    def void(self, settlement_id: str, reason: str, key: str, till: str = "") -> bytes:
        """Take a whole settlement back, once; the same key and request get the same bytes. till: who asks.

        Raises Missing; Conflict `already-voided`, `void-of-a-void`, `key-reused`, `day-closed`.
        """
        request = digest_of("void", settlement_id, reason)
        known = self._journal.stored_answer(key, request)
        if known is not None:
            return known
        operator = self.require_operator()
        original = self._journal.settlement(settlement_id)
        sale = Circumstances(operator, self.business_day(), till=till, electronic=self._paperless)
        record = void_of(original, self._journal, reason, sale)
        # What the center has not taken in yet is taken back in the same order, behind it.
        if self._mode == "online" and original.upload_state == "accepted" and original.state == "committed":
            return authorise(self._journal, self._center, record, original, key, request)
        return void(self._journal, self._center, record, key, request)

    def refund(self, asked: RefundAsked, key: str, till: str = "") -> bytes:
        """Take a settlement back and settle what stays of it as it was quoted, in one step; else as `settle`.

        The same key and request get the same bytes. Raises as `settle`, `void` and `Refunds.carry_out` do.
        """
        request = digest_of("refund", asked)
        known = self._refunds.stored(key, request)
        if known is not None:
            return known
        quote = self._quote_of(asked.quote_id, asked.quote_hash, asked.settlement_id)
        sale = self._sale(asked.till_reference, till, asked.electronic_receipt)
        self._reception.require_present(quote.identification)
        original = self._journal.settlement(asked.settlement_id)
        void_record = void_of(original, self._journal, asked.reason, sale)
        answer = self._refunds.carry_out(void_record, self._record(quote, asked.consent, sale), key, request)
        self._quotes.drop(quote.id)
        self._reception.served(quote.identification)
        return answer

    def open_purse_debits(self) -> list[PurseCase]:
        """Debits of which nobody knows whether the card has paid, oldest first."""
        return self._purses.cases.listed()

    def ask_purse(self) -> list[PurseCase]:
        """Ask the card in the reader what became of its open debit; returns what is open then. Moves no money."""
        self._purses.cases.ask_card()
        return self.open_purse_debits()

    def decide_purse(self, settlement_id: str, decision: Decision, reason: str) -> SettlementRecord:
        """Close an open debit by the operator's word, journalled with the reason; its card is asked first, and has the
        better word. Raises Missing, Conflict `debit-closed`."""
        operator = self.require_operator()
        self._purses.cases.decide(settlement_id, decision, operator, reason)
        return self._journal.settlement(settlement_id)

    def close_day(self, day: dt.date, till_rows: Sequence[TillRow] | None = None) -> DayReport:
        """Day end for `day`, as far as it goes now; call again until it is sealed. Raises Refused, Conflict.

        till_rows: what the till says of itself, for the three-way match.
        """
        operator, random = self.require_operator(), Random(self._identity())
        report = close_day(self._journal, self._center, day, operator, random, till_rows)
        self.papers.keep(report)
        return report

    def repair(self, day: dt.date, difference_id: str) -> Difference:
        """Carry out what the last run of a day's end proposes for one difference; run day end again afterwards.

        Raises Missing (no such run or difference), Refused, Unavailable, Conflict `day-closed`.
        """
        operator = self.require_operator()
        runs = self._journal.runs(day)
        if self._journal.day_state(day) == "sealed":
            raise Conflict("day-closed", f"the business day {day} is sealed", f"营业日 {day} 已关账", "day")
        differences = decode(runs[-1], LastRun).differences if runs else []
        difference = found_in(differences, difference_id)
        repair(self._journal, self._center, day, difference, operator, self.business_day())
        return difference

    def forgotten_days(self) -> list[dt.date]:
        """Days before today on which something was sold and that are not sealed, oldest first."""
        return self._journal.unclosed_days(self._clock.now().date())

    def note_drawer(self, reason: str, outcome: str) -> None:
        """Journal that the cash drawer is to be opened (`asked`) and what came of it. Raises Refused."""
        self._journal.note_drawer(self.require_operator(), reason, outcome, self._clock.now())

    def last(self, count: int) -> list[SettlementRecord]:
        """The newest settlements and voids, newest first."""
        return self._journal.last(count)

    def _completed(self, found: Identification) -> Identification:
        if self._downloads is not None:
            self._downloads.in_force.refuse_listed(found, self._clock.now().date())
        return self._purses.seen(found, self.business_day())

    def _within_limits(self, bill: Bill, identification: Identification, pending: Sequence[SettlementRecord]) -> Bill:
        now = self._clock.now()
        limits, listed = self._limits, None
        if self._downloads is not None:
            limits, listed = self._downloads.in_force.limits(limits, now.date())
        return limited(bill, identification, pending, self._law, limits, now, listed)

    def require_operator(self) -> str:
        """Who is signed in. Raises Refused `not-signed-in`."""
        if not self._operator:
            raise Refused("not-signed-in", "no operator is signed in", "操作员尚未签到", "operator")
        return self._operator
