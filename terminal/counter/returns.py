"""Giving a part back: the quote of what stays, and the refund as it was quoted."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.counter.place import Equipment, Place
from terminal.counter.quote import Quote
from terminal.counter.refund import RefundAsked, RefundLine, Refunds, Returned, check_refundable, returned, what_stays
from terminal.counter.sales import Sales
from terminal.counter.settle import digest_of
from terminal.counter.void import void_of


class Returns(Sales):
    """The floor of the counter that gives parts of a settlement back."""

    def __init__(self, place: Place, equipment: Equipment) -> None:
        super().__init__(place, equipment)
        self._refunds = Refunds(place.journal, place.center, place.mode)

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
