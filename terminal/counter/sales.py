"""Selling: quote, settle, and take a whole settlement back. What moves money is committed before it is told."""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.counter.authorise import OtherSums, authorise, refuse_open
from terminal.counter.identify import Identification
from terminal.counter.offline import limited
from terminal.counter.pin import Pin
from terminal.counter.printing import require_paper
from terminal.counter.quote import Quote, fill, split_of
from terminal.counter.sessions import Sessions
from terminal.counter.settle import Circumstances, changed, commit, digest_of, record_of, worked_out_again
from terminal.counter.void import void, void_of
from terminal.journal.records import SettlementRecord
from terminal.limits import QUOTE_LIFE_SECONDS
from terminal.settlement.bill import Bill


class Sales(Sessions):
    """The floor of the counter on which money moves."""

    def quote(self, identification_id: str, bill: Bill) -> Quote:
        """Split a bill; nothing is written. Raises Missing, Conflict `card-leased`, Refused with the place."""
        self.require_operator()
        return self._quote(self._purses.seen(self._reception.known(identification_id), bill.date), bill)

    def settle(
        self,
        quote_id: str,
        quote_hash: str,
        consent: bool,
        till_reference: str,
        key: str,
        electronic_receipt: bool = False,
        till: str = "",
        pin: Pin | None = None,
    ) -> bytes:
        """Commit what was quoted; the answer is durable before it is returned. A quote settles once.

        electronic_receipt: the patient takes it without paper, so that the printer need not be ready.
        till: who asks, for the journal. pin: for a purse that asks for it; no part of the request that the key means.

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
        refuse_open(self._journal, key, request)
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
            answer = self._purses.settle(quote.identification, record_on, plainly, key, request, pin)
        self._quotes.drop(quote_id)
        self._reception.served(quote.identification)
        return answer

    def void(self, settlement_id: str, reason: str, key: str, till: str = "") -> bytes:
        """Take a whole settlement back, once; the same key and request get the same bytes. till: who asks.

        Raises Missing; Conflict `already-voided`, `void-of-a-void`, `key-reused`, `day-closed`.
        """
        request = digest_of("void", settlement_id, reason)
        known = self._journal.stored_answer(key, request)
        if known is not None:
            return known
        refuse_open(self._journal, key, request)
        operator = self.require_operator()
        original = self._journal.settlement(settlement_id)
        sale = Circumstances(operator, self.business_day(), till=till, electronic=self._equipment.paperless)
        record = void_of(original, self._journal, reason, sale)
        # What the center has not taken in yet is taken back in the same order, behind it.
        if self._place.online and original.upload_state == "accepted" and original.state == "committed":
            return authorise(self._journal, self._center, record, original, key, request)
        return void(self._journal, self._center, record, key, request)

    def _quote(self, identification: Identification, bill: Bill, taken_back: str = "") -> Quote:
        filled = self._filled(identification, bill, taken_back)
        settlement, split_hash = split_of(filled, self._law)
        expires_at = self._clock.now() + dt.timedelta(seconds=QUOTE_LIFE_SECONDS)
        found = Quote(
            self._place.identity(), split_hash, settlement, expires_at, identification, bill, filled, taken_back
        )
        self._quotes.keep(found.id, found)
        return found

    def _quote_of(self, quote_id: str, quote_hash: str, taken_back: str = "") -> Quote:
        self.require_operator()
        quote = self.held_quote(quote_id)
        if (quote.hash, quote.taken_back) != (quote_hash, taken_back):
            raise changed()
        return quote

    def _sale(self, till_reference: str, till: str, electronic_receipt: bool) -> Circumstances:
        """Who sells here and now. Raises Refused `not-signed-in`, Unavailable `printer-not-ready`."""
        operator = self.require_operator()
        electronic = electronic_receipt or self._equipment.paperless
        if not electronic and self._equipment.printer is not None:
            require_paper(self._equipment.printer)
        return Circumstances(operator, self.business_day(), till_reference, till, electronic)

    def _record(self, quote: Quote, consent: bool, sale: Circumstances) -> SettlementRecord:
        self._refuse_unserved(quote.identification)
        filled = self._filled(quote.identification, quote.asked, quote.taken_back)
        bill, split = worked_out_again(quote, filled, self._law, consent)
        return record_of(quote, bill, split, self._journal, self._law, sale)

    def _commit(self, record: SettlementRecord, key: str, request: str) -> bytes:
        if self._place.online:
            try:
                return authorise(self._journal, self._center, record, None, key, request)
            except OtherSums:
                self._forget_person(record.person_number)
                raise
        return commit(self._journal, self._center, record, key, request)

    def _forget_person(self, person_number: str) -> None:
        """What was known of this person is old: the center is to be asked again, and the card is free for that."""
        for held in self._reception.of_person(person_number):
            self.release(held.id)

    def _filled(self, identification: Identification, asked: Bill, taken_back: str) -> Bill:
        """The bill with everything that is known now, within what may be advanced without the center."""
        counted = self._tally.of(identification, asked.date, taken_back)
        bill = fill(asked, identification, self._place.providers, counted, self.business_day())
        if not identification.offline:
            return bill
        now, limits, listed = self._clock.now(), self._place.limits, None
        if self._place.downloads is not None:
            limits, listed = self._place.downloads.in_force.limits(limits, now.date())
        pending = self._tally.pending(identification, taken_back)
        return limited(bill, identification, pending, self._law, limits, now, listed)
