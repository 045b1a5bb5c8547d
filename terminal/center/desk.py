"""The center's desk: the questions of a till (`Questions`), and what it sends that may move money.

A call that may move money (`send`) never raises for what the center does: it returns one of four outcomes,
and silence is its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec

from terminal.center import fields, messages
from terminal.center.amounts import amounts_of
from terminal.center.answers import TAKEN_BACK, Accepted, Hindrance, Institution, NotSent, Outcome, Rejected
from terminal.center.details import CenterRow
from terminal.center.envelope import Answer
from terminal.center.exchange import Exchange, SignIns
from terminal.center.lanes import Lanes, OneByOne
from terminal.center.link import Lane, Link
from terminal.center.machine import Machine
from terminal.center.no_answer import TurnedAway, understood
from terminal.center.outcome import (
    accepted,
    amounts_there,
    heard,
    nothing_told,
    refused,
    reversal_refused,
    reversed_there,
    row_voided,
)
from terminal.center.profile import REFERENCE, Profile
from terminal.center.questions import Questions
from terminal.center.seal import Secrets
from terminal.center.settle_messages import Input, row_void_input, settle_input, void_input
from terminal.center.visits import VisitKeeper, VisitMemory, VisitWalk
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import CenterSums, SettlementRecord
from terminal.settlement.bill import Service


class CenterDesk(Questions):
    """The way to one center for one institution and one till (0 … 99). One thread at a time.

    stamp: gives a second and a counter (0 … 99) that never repeat, also across restarts; the journal has one.
    visits: remembers how far a visit has come, and where people are insured; the journal does. sign_ins: shared by the
    desks of one till. lanes: for settlements that go up together, connections of their own; without them `link` takes
    one at a time. machine: the one that signs in, asked for at each sign-in.
    """

    def __init__(
        self,
        link: Link,
        institution: Institution,
        stamp: Callable[[], tuple[dt.datetime, int]],
        till_number: int,
        clock: Clock,
        profile: Profile = REFERENCE,
        secrets: Secrets | None = None,
        visits: VisitKeeper | None = None,
        sign_ins: SignIns | None = None,
        lanes: Sequence[Lane] = (),
        machine: Callable[[], Machine] = Machine,
    ) -> None:
        keeper = visits or VisitMemory()
        place_of = keeper.insured_place
        known = (institution, stamp, till_number, clock, profile, secrets, sign_ins, place_of, machine)
        super().__init__(Exchange(link, *known))
        self.lanes = Lanes(self._exchange, lanes or [OneByOne(link)])
        self._visits = VisitWalk(self._exchange, keeper)

    def new_message_id(self, provider_id: str) -> str:
        """A fresh message id of 30 characters, to be made durable before the message is sent."""
        return self._exchange.new_message_id(provider_id)

    def pre_settle(self, record: SettlementRecord) -> tuple[CenterSums, tuple[str, ...]]:
        """2101, 2206, 2303: the center's sums of what would be settled, and where they are not ours. Books nothing.

        Raises Unavailable (not reached; not understood, also where its amounts do not add up) or Refused.
        """
        data = settle_input(record, amounts_of(record.settlement), self.profile, self._visits.ready(record))
        infno = self.profile.numbers_of(record.bill.service).pre_settle
        answer = self._exchange.ask_about(record, infno, data)
        return understood(lambda found: amounts_there(found, record), answer)

    def send(
        self,
        record: SettlementRecord,
        original: SettlementRecord | None,
        message_id: str,
        transaction: str,
        before_send: Callable[[bytes], None],
        journal_head: str = "",
    ) -> Outcome:
        """Settle ("settle"), or take `original` back ("void"), under `message_id`; the same id is the same message.

        A visit is registered and its lines are uploaded first; none of that moves money. `before_send` gets the whole
        money message before a byte of it leaves, so that it can be made durable; it is not called where the sign-in or
        a step before fails (NotSent, Rejected). A void that is refused because the center has its settlement as taken
        back already is accepted, without a number: day end finds that. journal_head: the journal's newest hash, where
        the record has no entry yet. Raises Refused where the record does not fit the center's form.
        """
        try:
            sign_number = self._exchange.sign_number(record.operator)
        except (Unavailable, Refused) as error:
            return _not_signed_in(error)
        try:
            visit_number = self._visits.ready(record) if transaction == "settle" else ""
        except Unavailable as error:
            return NotSent(error.message, hindrance_of(error))
        except Refused as error:
            return self._given_up(record, Rejected(b"", error.message))
        infno = self.profile.numbers_of(record.bill.service).money(transaction)
        own = amounts_of(record.settlement)
        if original is not None:
            data = void_input(record, original, journal_head)
        else:
            data = settle_input(record, own, self.profile, visit_number, journal_head)
        request = self._exchange.request_about(record, infno, data, sign_number, message_id)
        body = self._exchange.encode(request)
        before_send(body)
        outcome = heard(
            self._exchange,
            lambda: self._exchange.link.post(body),
            record.operator,
            lambda found: accepted(found, record, own, original, message_id),
        )
        if isinstance(outcome, Rejected) and original is None:
            return self._given_up(record, outcome)
        if isinstance(outcome, Rejected) and original is not None:
            outcome = self._taken_back_before(original, record.operator) or outcome
        if isinstance(outcome, Accepted) and original is not None:
            taken_back = msgspec.structs.replace(original, operator=record.operator)
            self._visits.give_up(taken_back, original.center_references.get("mdtrt_id", ""))
        return outcome

    def sender(self, record: SettlementRecord) -> str | NotSent:
        """In whose name what `record.operator` did goes up: their own, or, where the center signs them in no more, that
        of who is signed in here. The record keeps its operator. NotSent: nobody can be signed in for it now.
        """
        try:
            return self._exchange.sender(record.operator)
        except (Unavailable, Refused) as error:
            return _not_signed_in(error)

    def give_up(self, record: SettlementRecord) -> None:
        """Nothing was settled and nothing will be: take the visit back, where one was registered for it."""
        self._visits.give_up(record)

    def _given_up(self, record: SettlementRecord, outcome: Rejected) -> Rejected | NotSent:
        """What a refusal comes to; its visit is taken back. On a visit that is doubted it may be about what came late,
        which cannot reach the next visit: so it is sent again on that one, whose refusal is believed.
        """
        doubted = self._visits.is_doubted(record)
        self._visits.give_up(record)
        return NotSent(outcome.reason, "step") if doubted else outcome

    def _taken_back_before(self, original: SettlementRecord, operator: str) -> Accepted | None:
        """What a refused void comes to where an earlier message of ours has done it already: one that came late, behind
        its own reversal, which had found nothing to undo. None where it has not, or nobody can tell.
        """
        if "setl_id" not in original.center_references:
            return None
        try:
            inquiry = self._inquiry(original, operator)
        except (Unavailable, Refused):
            return None
        if not inquiry.taken_back:
            return None
        return Accepted(b"", {"found": TAKEN_BACK}, inquiry.differences, inquiry.sums)

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
        return self._told(infno, *who, data, message_id, before_send, read, read_refusal, place)

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
            return _not_signed_in(error)
        request = self._exchange.request(infno, provider_id, operator, data, sign_number, message_id, insured_place)
        body = self._exchange.encode(request)
        before_send(body)
        return heard(self._exchange, lambda: self._exchange.link.post(body), operator, read, read_refusal)

    def money_number(self, transaction: str, service: Service) -> str:
        """The number under which a "settle" or a "void" of this service goes to this center."""
        return self.profile.numbers_of(service).money(transaction)


def hindrance_of(error: Unavailable) -> Hindrance:
    """What a question that a message needed first, and that came to nothing, means for the message."""
    if isinstance(error, TurnedAway):
        return "turned-away"
    return "line" if error.code == "center-unreachable" else "step"


def _not_signed_in(error: Unavailable | Refused) -> NotSent:
    hindrance: Hindrance = "operator" if isinstance(error, Refused) else hindrance_of(error)
    # Where 9001 is not answered, nothing else may be.
    return NotSent(f"sign-in: {error.message}", "turned-away" if hindrance == "step" else hindrance)
