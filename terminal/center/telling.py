"""What a till tells the center beside settlements and voids: what is to be undone, and what moves no money.

Nothing here raises for what the center does: each call returns one of four outcomes, and silence is its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from terminal.center import fields, messages
from terminal.center.answers import Accepted, Hindrance, NotSent, Outcome
from terminal.center.details import CenterRow
from terminal.center.envelope import Answer
from terminal.center.nameless import nameless
from terminal.center.no_answer import TurnedAway
from terminal.center.outcome import heard, nothing_told, refused, reversal_refused, reversed_there, row_voided
from terminal.center.questions import Questions
from terminal.center.settle_messages import Input, row_void_input
from terminal.errors import Refused, Unavailable
from terminal.journal.records import SettlementRecord
from terminal.settlement.bill import Service


class Telling(Questions):
    """Tells, over the exchange of its questions. One thread at a time."""

    def new_message_id(self, provider_id: str) -> str:
        """A fresh message id of 30 characters, to be made durable before the message is sent."""
        return self._exchange.new_message_id(provider_id)

    def sender(self, record: SettlementRecord) -> str | NotSent:
        """In whose name what `record.operator` did goes up: their own, or, where the center signs them in no more, that
        of who is signed in here. The record keeps its operator. NotSent: nobody can be signed in for it now.
        """
        try:
            return self._exchange.sender(record.operator)
        except (Unavailable, Refused) as error:
            return not_signed_in(error)

    def money_number(self, transaction: str, service: Service) -> str:
        """The number under which a "settle" or a "void" of this service goes to this center."""
        return self.profile.numbers_of(service).money(transaction)

    def is_reversible(self, transaction: str, service: Service) -> bool:
        """Whether this center takes 2601 for a "settle" or a "void" of this service (its profile's reversible set)."""
        return self.profile.numbers_of(service).money(transaction) in self.profile.reversible

    def reverse(
        self,
        provider_id: str,
        operator: str,
        person_number: str,
        message_id: str,
        undone: str,
        before_send: Callable[[bytes], None],
        own_id: str = "",
    ) -> Outcome:
        """2601 of a message that the center has told of: undo what it has as `message_id` under the number `undone`
        (2102, 2207 …), by a message of its own (own_id, or a fresh one). Rejected: it will not, whatever the reason.
        """
        data = messages.reverse_input(person_number, message_id, undone)
        return self._told(fields.REVERSE, provider_id, operator, data, own_id, before_send, reversed_there)

    def undo(
        self,
        record: SettlementRecord,
        message_id: str,
        undone: str,
        before_send: Callable[[bytes], None],
    ) -> Outcome:
        """2601 of a message of `record` whose outcome is unknown; each time is a message of its own.

        Accepted: nothing of it stands there any more. Rejected: the center never booked it, and says so in the words
        of its profile. Any other refusal is Unknown, as silence is: ask again.
        """
        data = messages.reverse_input(record.person_number, message_id, undone)
        return self._told_about(record, fields.REVERSE, data, "", before_send, reversed_there, self._reversal_refused)

    def void_by_number(
        self,
        transaction: str,
        provider_id: str,
        operator: str,
        row: CenterRow,
        business_day: dt.date,
        before_send: Callable[[bytes], None],
        own_id: str,
    ) -> Outcome:
        """2103, 2208 or 2305 of a row that the center has told of and nothing stands behind here, under `own_id`.

        business_day: the one on which the center is to count it, as far as it minds.
        """
        data = row_void_input(row, business_day)
        return self._told(transaction, provider_id, operator, data, own_id, before_send, row_voided)

    def tell(
        self,
        infno: str,
        record: SettlementRecord,
        data: Input,
        message_id: str,
        before_send: Callable[[bytes], None],
    ) -> Outcome:
        """Tell something that belongs to a settlement and moves no money, under an id of its own."""
        return self._told_about(record, infno, data, message_id, before_send, nothing_told, refused)

    def delete_goods(self, record: SettlementRecord, data: Input) -> Outcome:
        """3507 of goods of `record` that may stand there or not; the outcomes are those of `reverse`."""
        return self._told_about(
            record, fields.GOODS_DELETED, data, "", lambda request: None, nothing_told, self._reversal_refused
        )

    def _reversal_refused(self, answer: Answer) -> Outcome:
        return reversal_refused(answer, self.profile.refusals)

    def _told_about(
        self,
        record: SettlementRecord,
        infno: str,
        data: Input,
        message_id: str,
        before_send: Callable[[bytes], None],
        read: Callable[[Answer], Accepted],
        read_refusal: Callable[[Answer], Outcome],
    ) -> Outcome:
        """`_told`, in the name of whoever sends for `record`."""
        operator = self.sender(record)
        if isinstance(operator, NotSent):
            return operator
        who, place = (record.provider_id, operator), record.insured_place
        return nameless(self._told(infno, *who, data, message_id, before_send, read, read_refusal, place), record)

    def _told(
        self,
        infno: str,
        provider_id: str,
        operator: str,
        data: Input,
        message_id: str,
        before_send: Callable[[bytes], None],
        read: Callable[[Answer], Accepted],
        read_refusal: Callable[[Answer], Outcome] = refused,
        insured_place: str = "",
    ) -> Outcome:
        """One message and what became of it. message_id "": a fresh one."""
        try:
            sign_number = self._exchange.sign_number(operator)
        except (Unavailable, Refused) as error:
            return not_signed_in(error)
        request = self._exchange.request(infno, provider_id, operator, data, sign_number, message_id, insured_place)
        body = self._exchange.encode(request)
        before_send(body)
        return heard(self._exchange, lambda: self._exchange.link.post(body), operator, read, read_refusal)


def hindrance_of(error: Unavailable) -> Hindrance:
    """What a question that a message needed first, and that came to nothing, means for the message."""
    if isinstance(error, TurnedAway):
        return "turned-away"
    return "line" if error.code == "center-unreachable" else "step"


def not_signed_in(error: Unavailable | Refused) -> NotSent:
    """What a sign-in that came to nothing means for the message that needed it."""
    hindrance: Hindrance = "operator" if isinstance(error, Refused) else hindrance_of(error)
    # Where 9001 is not answered, nothing else may be.
    return NotSent(f"sign-in: {error.message}", "turned-away" if hindrance == "step" else hindrance)
