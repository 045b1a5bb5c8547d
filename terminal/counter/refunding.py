"""Carrying a refund out: the settlement is taken back whole, and what stays is settled anew, in one step.

In the mode `local` both are one durable transaction. Online the center is asked for one after the other, and the whole
refund is durable before the first is sent: where the second cannot be had, the first stands, the till is told so, and
the same key, or the operator, goes on from there – from what was agreed with the patient and written down, also after
a restart. Where nothing was taken back, nothing is left of it.
"""

from __future__ import annotations

import contextlib

import msgspec

from terminal.counter.authorise import authorise, refuse_open
from terminal.counter.place import Place
from terminal.counter.settle import Circumstances, answer_of, digest_of
from terminal.counter.void import void_of
from terminal.errors import Conflict, Refused, TerminalError, Unavailable
from terminal.journal.commit import Committal
from terminal.journal.records import SettlementRecord
from terminal.journal.refunds import BegunRefund


class Refunds:
    """The refunds of one counter. One answer of two: each is stored under a key of its own, the till's and one made
    of it."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._journal = place.journal

    def stored(self, key: str, request: str) -> bytes | None:
        """What this request was answered before, or None where it is not done. Raises Conflict `key-reused`, InDoubt
        `settlement-in-doubt`."""
        void_key = _key_of_void(key)
        for asked in (void_key, key):
            refuse_open(self._journal, asked, request)
        stays = self._journal.stored_answer(key, request)
        void = self._journal.stored_answer(void_key, request)
        return None if stays is None or void is None else b'{"void":' + void + b',"settlement":' + stays + b"}"

    def carry_out(
        self, original_id: str, reason: str, stays: SettlementRecord, sale: Circumstances, key: str, request: str
    ) -> bytes:
        """Take a settlement back and settle what stays. Raises as `void` and `settle` do: nothing happened then.

        Online also Conflict `not-accepted`, and `refund-half-done`: it is taken back, what stays is not settled yet.
        """
        original, void_key = self._journal.settlement(original_id), _key_of_void(key)
        if not self._place.online:
            void = void_of(original, self._journal, reason, sale)
            stays = msgspec.structs.replace(stays, stays_after=void.id)
            self._journal.commit_refund(self._committal(void, void_key), self._committal(stays, key), request)
            return self._answer(key, request)
        if original.upload_state != "accepted":
            raise Conflict("not-accepted", "this settlement is still on its way", "该结算仍在上传")
        refund = BegunRefund(
            original=original_id, reason=reason, stays=stays, key=key, void_key=void_key, request_digest=request
        )
        self._journal.begin_refund(refund, self._journal.clock.now())
        try:
            self._take_back(refund, sale)
        except TerminalError as error:
            # Where that cannot be written it stays begun, and what is told is what became of the void.
            with contextlib.suppress(Unavailable):
                self._journal.give_up_refund(original_id, error.message, self._journal.clock.now())
            raise
        return self._settle(refund, stays)

    def go_on(self, refund: BegunRefund, sale: Circumstances) -> bytes:
        """Finish a refund from what was written down of it; one that is done gives its answer.

        What stays is settled as it was agreed; the center's own sums decide, as always online. Raises as `carry_out`
        does: a definite no to the void ends the refund, anything else leaves it where it stands.
        """
        if refund.done:
            return self._answer(refund.key, refund.request_digest)
        if not refund.void:
            try:
                self._take_back(refund, sale)
            except Refused as error:
                self._journal.give_up_refund(refund.original, error.message, self._journal.clock.now())
                raise
        stays = msgspec.structs.replace(
            refund.stays,
            id=self._journal.next_settlement_number(sale.business_day),
            business_day=sale.business_day,
            at=self._journal.clock.now(),
            operator=sale.operator,
        )
        return self._settle(refund, stays)

    def _take_back(self, refund: BegunRefund, sale: Circumstances) -> None:
        original = self._journal.settlement(refund.original)
        void = void_of(original, self._journal, refund.reason, sale)
        authorise(self._journal, self._place.center, void, original, refund.void_key, refund.request_digest)

    def _settle(self, refund: BegunRefund, stays: SettlementRecord) -> bytes:
        taken_back = self._journal.refund_of(refund.original).void
        stays = msgspec.structs.replace(stays, stays_after=taken_back)
        try:
            authorise(self._journal, self._place.center, stays, None, refund.key, refund.request_digest)
        except TerminalError as error:
            raise _half_done(refund.original, error) from error
        return self._answer(refund.key, refund.request_digest)

    def _answer(self, key: str, request: str) -> bytes:
        answer = self.stored(key, request)
        assert answer is not None, "both commits store their answers"
        return answer

    def _committal(self, record: SettlementRecord, key: str) -> Committal:
        return Committal(record, self._place.center.new_message_id(record.provider_id), key, answer_of(record))


def _key_of_void(key: str) -> str:
    # No till can send a key with a space in it.
    return f"refund {digest_of(key)}"


def _half_done(original_id: str, error: TerminalError) -> Conflict:
    half = Conflict(
        "refund-half-done",
        f"{original_id} is taken back, what stays is not settled ({error.message}); repeat under the same key",
        f"{original_id} 已撤销，保留部分尚未结算（{error.message_zh}）；请以同一键重试",
        error.at,
    )
    half.money_moved, half.retry = "yes", "same-key"
    return half
