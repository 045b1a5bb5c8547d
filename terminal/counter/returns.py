"""Giving a part back: the quote of what stays, and the refund as it was quoted."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.counter.place import Equipment, Place
from terminal.counter.quote import Quote
from terminal.counter.refund import RefundAsked, RefundLine, Returned, check_refundable, returned, what_stays
from terminal.counter.refunding import Refunds
from terminal.counter.sales import Sales
from terminal.counter.settle import digest_of
from terminal.journal.refunds import BegunRefund


class Returns(Sales):
    """The floor of the counter that gives parts of a settlement back."""

    def __init__(self, place: Place, equipment: Equipment) -> None:
        super().__init__(place, equipment)
        self._refunds = Refunds(place)

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

        The same key and request get the same bytes, and go on where the center was not heard out, also after a restart.
        Raises as `settle`, `void` and `Refunds.carry_out` do.
        """
        request = digest_of("refund", asked)
        known = self._refunds.stored(key, request)
        if known is not None:
            return known
        begun = self._journal.refund_under(key)
        if begun is not None:
            return self._go_on(begun)
        quote = self._quote_of(asked.quote_id, asked.quote_hash, asked.settlement_id)
        sale = self._sale(asked.till_reference, till, asked.electronic_receipt)
        self._reception.require_present(quote.identification)
        stays = self._record(quote, asked.consent, sale)
        answer = self._refunds.carry_out(asked.settlement_id, asked.reason, stays, sale, key, request)
        self._quotes.drop(quote.id)
        self._reception.served(quote.identification)
        return answer

    def open_refunds(self) -> list[BegunRefund]:
        """Refunds that the center was asked for and that are neither done nor given up, oldest first."""
        return self._journal.open_refunds()

    def go_on_with_refund(self, settlement_id: str) -> bytes:
        """Finish the refund of a settlement, begun by whatever till; one that is done gives its answer again.

        Raises Missing `no-such-refund`, else as `refund` does.
        """
        return self._go_on(self._journal.refund_of(settlement_id))

    def give_up_refund(self, settlement_id: str, reason: str) -> None:
        """Leave a refund where it stands, by the operator's word: what was taken back stays so, and nothing is settled
        of what stays. Raises Missing `no-such-refund`, Conflict `refund-done`.
        """
        self._journal.give_up_refund(settlement_id, reason, self._clock.now(), self.require_operator())

    def _go_on(self, begun: BegunRefund) -> bytes:
        stays = begun.stays
        return self._refunds.go_on(begun, self._sale(stays.till_reference, stays.till, stays.electronic))
