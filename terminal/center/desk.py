"""The center's desk: a till's questions (`Questions`), what it tells (`Telling`), and its settlements and voids.

A call that may move money (`send`) never raises for what the center does: it returns one of four outcomes,
and silence is its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec

from terminal.center.amounts import amounts_of
from terminal.center.answers import TAKEN_BACK, Accepted, Institution, NotSent, Outcome, Rejected
from terminal.center.exchange import Exchange, SignIns
from terminal.center.lanes import Lanes, OneByOne
from terminal.center.link import Lane, Link
from terminal.center.machine import Machine
from terminal.center.nameless import nameless
from terminal.center.no_answer import reason_of, understood
from terminal.center.outcome import accepted, amounts_there, heard
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import Secrets
from terminal.center.settle_messages import settle_input, void_input
from terminal.center.telling import Telling, hindrance_of, not_signed_in
from terminal.center.visit_keeper import VisitKeeper, VisitMemory
from terminal.center.visits import VisitWalk
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import CenterSums, SettlementRecord


class CenterDesk(Telling):
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
        return nameless(self._sent(record, original, message_id, transaction, before_send, journal_head), record)

    def _sent(
        self,
        record: SettlementRecord,
        original: SettlementRecord | None,
        message_id: str,
        transaction: str,
        before_send: Callable[[bytes], None],
        journal_head: str,
    ) -> Outcome:
        try:
            sign_number = self._exchange.sign_number(record.operator)
        except (Unavailable, Refused) as error:
            return not_signed_in(error)
        try:
            visit_number = self._visits.ready(record) if transaction == "settle" else ""
        except Unavailable as error:
            return NotSent(error.message, hindrance_of(error))
        except Refused as error:
            return self._given_up(record, Rejected(b"", reason_of(error)))
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

    def give_up(self, record: SettlementRecord) -> None:
        """Nothing was settled and nothing will be: take the visit back, where one was registered for it."""
        self._visits.give_up(record)

    def take_visit_back(self, record: SettlementRecord) -> Outcome:
        """What is left open there of a visit that was given up. Accepted: nothing any more. Rejected: it stands there,
        with the center's words. NotSent: ask again; never Unknown, for asked twice it is taken back once.
        """
        operator = self.sender(record)
        if isinstance(operator, NotSent):
            return operator
        try:
            self._visits.take_back(msgspec.structs.replace(record, operator=operator))
        except Unavailable as error:
            return NotSent(error.message, hindrance_of(error))
        except Refused as error:
            return Rejected(b"", reason_of(error))
        return Accepted(b"", {})

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
