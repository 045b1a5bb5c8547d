"""The center's desk: everything the terminal asks the municipal center, one call a transaction.

A call that may move money (`send`) never raises for what the center does: it returns one of four outcomes,
and silence is its own. Questions (`identify`, `totals`) raise Unavailable or Refused and change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from terminal.center import fields, messages, publications
from terminal.center.amounts import amounts_of
from terminal.center.answers import (
    TAKEN_BACK,
    Accepted,
    Credential,
    Inquiry,
    Institution,
    InsuredPerson,
    NotSent,
    Outcome,
    Rejected,
    RowThere,
    SignIn,
    TotalsAnswer,
    Unknown,
)
from terminal.center.details import CenterRow, OwnRow, packed, read_center_rows, unpacked
from terminal.center.entitlement import entitlement_input, with_entitlement
from terminal.center.envelope import Answer
from terminal.center.exchange import Exchange, SignIns, understood
from terminal.center.lanes import Lanes, OneByOne
from terminal.center.link import Lane, Link
from terminal.center.outcome import accepted, amounts_there, heard, nothing_told, reversed_there, row_voided
from terminal.center.profile import REFERENCE, Profile
from terminal.center.publications import Offer
from terminal.center.seal import Secrets
from terminal.center.settle_messages import Input, row_void_input, settle_input, void_input
from terminal.center.visits import VisitKeeper, VisitMemory, VisitWalk
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import CenterSums, GroupTotals, SettlementRecord
from terminal.settlement.bill import Service

__all__ = [
    "Accepted",
    "CenterDesk",
    "Credential",
    "Inquiry",
    "Institution",
    "InsuredPerson",
    "NotSent",
    "Outcome",
    "Rejected",
    "SignIn",
    "TotalsAnswer",
    "Unknown",
]


class CenterDesk:
    """The way to one center for one institution and one till (0 … 99). One thread at a time.

    stamp: gives a second and a counter (0 … 99) that never repeat, also across restarts; the journal has one.
    visits: remembers how far a visit has come; the journal does. sign_ins: shared by the desks of one till. lanes: for
    settlements that go up together, connections of their own; without them `link` takes one at a time.
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
    ) -> None:
        self._exchange = Exchange(link, institution, stamp, till_number, clock, profile, secrets, sign_ins)
        self.lanes = Lanes(self._exchange, lanes or [OneByOne(link)])
        self._visits = VisitWalk(self._exchange, visits or VisitMemory())
        self.profile = profile
        self._operator = ""

    @property
    def operator(self) -> str:
        """Who signed in last and has not signed out; "" for nobody."""
        return self._operator

    def works_for(self, operator: str) -> None:
        """Ask from here on in the name of an operator who signed in at another desk of this till."""
        self._operator = operator

    @property
    def provider_ids(self) -> list[str]:
        """The institutions that this till settles for."""
        return list(self._exchange.institution.provider_names)

    def is_of_another_till(self, message_id: str) -> bool:
        """Whether another till of one of our institutions has sent what the center knows by this id."""
        return self._exchange.is_of_another_till(message_id)

    def new_message_id(self, provider_id: str) -> str:
        """A fresh message id of 30 characters, to be made durable before the message is sent."""
        return self._exchange.new_message_id(provider_id)

    def sign_in(self, operator: str) -> SignIn:
        """9001. Raises Unavailable (center not reached or not understood) or Refused (the center says no)."""
        signed = self._exchange.sign_in(operator)
        self._operator = operator
        return signed

    def sign_out(self, operator: str) -> None:
        """9002, where `operator` is signed in today; else nothing. Raises Unavailable or Refused."""
        self._exchange.sign_out(operator)
        if self._operator == operator:
            self._operator = ""

    def identify(self, provider_id: str, credential: Credential) -> InsuredPerson:
        """1101: who this is and what the center knows of them; 2001 after it, where the profile asks for it.

        Raises Unavailable (not reached, not understood) or Refused (not known there, nobody signed in here).
        """
        data, operator = messages.person_input(credential), self._signed_operator()
        person = understood(messages.read_person, self._exchange.ask(fields.PERSON, provider_id, operator, data))
        if not self.profile.entitlement_check:
            return person
        data = entitlement_input(person, self.profile.entitlement_check, provider_id, self._exchange.now())
        answer = self._exchange.ask(fields.ENTITLEMENT, provider_id, operator, data)
        return understood(lambda found: with_entitlement(person, found), answer)

    def accumulators(self, provider_id: str, person_number: str) -> dict[str, int]:
        """5206: the year's accumulators by the center's own codes, in hundredths. Raises Unavailable or Refused."""
        data = {"data": {"psn_no": person_number, "cum_ym": ""}}
        answer = self._exchange.ask(fields.ACCUMULATORS, provider_id, self._signed_operator(), data)
        return understood(messages.read_accumulators, answer)

    def pre_settle(self, record: SettlementRecord) -> tuple[CenterSums, tuple[str, ...]]:
        """2101, 2206, 2303: the center's sums of what would be settled, and where they are not ours. Books nothing.

        Raises Unavailable (not reached; not understood, also where its amounts do not add up) or Refused.
        """
        data = settle_input(record, amounts_of(record.settlement), self.profile, self._visits.ready(record))
        infno = self.profile.numbers_of(record.bill.service).pre_settle
        answer = self._exchange.ask(infno, record.provider_id, record.operator, data)
        return understood(lambda found: amounts_there(found, record), answer)

    def totals(self, business_day: dt.date, group: GroupTotals) -> TotalsAnswer:
        """3201: whether the center has the same totals for this group of this day.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in
        here).
        """
        data = messages.totals_input(business_day, group, self._exchange.institution.clearing_agency, self.profile)
        answer = self._exchange.ask(fields.TOTALS, group.provider_id, self._signed_operator(), data)
        balanced, text = understood(lambda found: messages.read_totals(found, self.profile), answer)
        return TotalsAnswer(balanced, text, answer.body)

    def details(
        self, business_day: dt.date, sums: GroupTotals, rows: Sequence[OwnRow], last_day: dt.date | None = None
    ) -> list[CenterRow]:
        """9101, 3202, 9102: our rows of one provider and clearing class up, the center's down.

        last_day: of several days, which start with business_day. Raises Unavailable (not reached, not understood) or
        Refused (the center says no, nobody signed in here).
        """
        operator, provider_id = self._signed_operator(), sums.provider_id
        days = (business_day, last_day or business_day)
        stem = f"{provider_id}{business_day:%Y%m%d}{fields.CLEARING_CLASSES[sums.clearing_class]}"
        sent = self._exchange.upload(provider_id, operator, f"{stem}.zip", packed(rows, f"{stem}.txt"))
        agency = self._exchange.institution.clearing_agency
        asked = messages.details_input(days, sums, agency, understood(messages.read_upload, sent), self.profile)
        answer = self._exchange.ask(fields.DETAILS, provider_id, operator, asked)
        number, name = understood(messages.read_details, answer)
        return understood(read_center_rows, self.download(number, name, provider_id))

    def download(self, number: str, name: str, provider_id: str) -> bytes:
        """9102: a file's bytes. Raises Unavailable, Refused."""
        data = messages.download_input(number, name, provider_id)
        return self._exchange.ask_file(fields.DOWNLOAD_FILE, provider_id, self._signed_operator(), data)

    def published_files(self) -> list[Offer]:
        """1901: every file that this center publishes. Raises Unavailable or Refused."""
        provider_id, area_code = self._exchange.first_provider, self._exchange.institution.area_code
        data = publications.list_input(area_code)
        answer = self._exchange.ask(fields.DICTIONARY, provider_id, self._signed_operator(), data)
        return understood(publications.read_list, answer)

    def next_catalogue(self, catalogue: str, version: int) -> Offer | None:
        """1301 …: the version after `version` of a catalogue, or None. Raises Unavailable or Refused."""
        data = publications.catalogue_input(version)
        answer = self._exchange.ask(catalogue, self._exchange.first_provider, self._signed_operator(), data)
        return understood(publications.read_catalogue, answer)

    def published_file(self, offer: Offer) -> bytes:
        """9102: the bytes of a published file, out of their ZIP. Raises Unavailable or Refused."""
        operator, data = (
            self._signed_operator(),
            messages.download_input(offer.file_number, offer.file_name, publications.FILES_OF_THE_CENTER),
        )
        provider_id = self._exchange.first_provider
        return understood(unpacked, self._exchange.ask_file(fields.DOWNLOAD_FILE, provider_id, operator, data))

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
            return NotSent(f"sign-in: {error.message}")
        try:
            visit_number = self._visits.ready(record) if transaction == "settle" else ""
        except Unavailable as error:
            return NotSent(error.message, waits_alone=error.code != "center-unreachable")
        except Refused as error:
            return self._given_up(record, Rejected(b"", error.message))
        infno = self.profile.numbers_of(record.bill.service).money(transaction)
        own = amounts_of(record.settlement)
        if original is not None:
            data = void_input(record, original, journal_head)
        else:
            data = settle_input(record, own, self.profile, visit_number, journal_head)
        request = self._exchange.request(infno, record.provider_id, record.operator, data, sign_number, message_id)
        body = self._exchange.encode(request)
        before_send(body)
        outcome = self._outcome(body, record.operator, lambda found: accepted(found, record, own, original, message_id))
        if isinstance(outcome, Rejected) and original is None:
            return self._given_up(record, outcome)
        if isinstance(outcome, Rejected) and original is not None:
            outcome = self._taken_back_before(original, record.operator) or outcome
        if isinstance(outcome, Accepted) and original is not None:
            self._visits.give_up(original, original.center_references.get("mdtrt_id", ""))
        return outcome

    def give_up(self, record: SettlementRecord) -> None:
        """Nothing was settled and nothing will be: take the visit back, where one was registered for it."""
        self._visits.give_up(record)

    def _given_up(self, record: SettlementRecord, outcome: Rejected) -> Rejected | NotSent:
        """What a refusal comes to; its visit is taken back. On a visit that is doubted it may be about what came late,
        which cannot reach the next visit: so it is sent again on that one, whose refusal is believed.
        """
        doubted = self._visits.is_doubted(record)
        self._visits.give_up(record)
        return NotSent(outcome.reason, waits_alone=True) if doubted else outcome

    def _inquiry(self, record: SettlementRecord, operator: str) -> Inquiry:
        answer = self._exchange.ask(fields.QUERY, record.provider_id, operator, messages.query_input(record))
        sums, found = understood(lambda given: amounts_there(given, record), answer)
        return Inquiry(understood(messages.read_taken_back, answer), sums, found)

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

    def is_taken_back(self, record: SettlementRecord) -> bool:
        """5203: whether the center has the settlement `record` as taken back.

        Raises Unavailable (not reached, not understood) or Refused (the center says no).
        """
        data = messages.query_input(record)
        answer = self._exchange.ask(fields.QUERY, record.provider_id, record.operator, data)
        return understood(messages.read_taken_back, answer)

    def row_there(self, provider_id: str, person_number: str, center_number: str, visit_number: str) -> RowThere:
        """5203: how a row stands that the center told of in its details, whoever sent it.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in here).
        """
        data = messages.row_input(person_number, center_number, visit_number)
        answer = self._exchange.ask(fields.QUERY, provider_id, self._signed_operator(), data)
        return understood(messages.read_row, answer)

    def inquire(self, record: SettlementRecord) -> Inquiry:
        """5203: the settlement as it stands at the center, beside ours.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, or has given no number for it).
        """
        if "setl_id" not in record.center_references:
            message = "the center has given no number for this settlement yet"
            raise Refused("not-at-center", message, "中心尚无该结算编号", "settlement_id")
        return self._inquiry(record, self._signed_operator())

    def reverse(
        self,
        provider_id: str,
        operator: str,
        person_number: str,
        message_id: str,
        undone: str,
        before_send: Callable[[bytes], None] = lambda request: None,
    ) -> Outcome:
        """2601: undo what went out as `message_id` under the number `undone` (2102, 2207 …), whose outcome is unknown.

        May be asked again until the answer is definite; each time is a message of its own. Rejected: the center
        never booked it, or it was voided.
        """
        data = messages.reverse_input(person_number, message_id, undone)
        return self._told(fields.REVERSE, provider_id, operator, data, "", before_send, reversed_there)

    def void_by_number(
        self, transaction: str, provider_id: str, operator: str, row: CenterRow, business_day: dt.date
    ) -> Outcome:
        """2103, 2208 or 2305 of a row that the center has told of and nothing stands behind here.

        business_day: the one on which the center is to count it, as far as it minds.
        """
        data = row_void_input(row, business_day)
        return self._told(transaction, provider_id, operator, data, "", lambda request: None, row_voided)

    def tell(
        self,
        infno: str,
        record: SettlementRecord,
        data: Input,
        message_id: str,
        before_send: Callable[[bytes], None],
    ) -> Outcome:
        """Tell something that belongs to a settlement and moves no money, under an id of its own."""
        return self._told(infno, record.provider_id, record.operator, data, message_id, before_send, nothing_told)

    def _told(
        self,
        infno: str,
        provider_id: str,
        operator: str,
        data: Input,
        message_id: str,
        before_send: Callable[[bytes], None],
        read: Callable[[Answer], Accepted],
    ) -> Outcome:
        """One message and what became of it. message_id "": a fresh one."""
        try:
            sign_number = self._exchange.sign_number(operator)
        except (Unavailable, Refused) as error:
            return NotSent(f"sign-in: {error.message}")
        request = self._exchange.request(infno, provider_id, operator, data, sign_number, message_id)
        body = self._exchange.encode(request)
        before_send(body)
        return self._outcome(body, operator, read)

    @property
    def first_provider(self) -> str:
        """The institution that signs in."""
        return self._exchange.first_provider

    def money_number(self, transaction: str, service: Service) -> str:
        """The number under which a "settle" or a "void" of this service goes to this center."""
        return self.profile.numbers_of(service).money(transaction)

    def _outcome(self, body: bytes, operator: str, read: Callable[[Answer], Accepted]) -> Outcome:
        return heard(self._exchange, lambda: self._exchange.link.post(body), operator, read)

    def _signed_operator(self) -> str:
        if not self._operator:
            message = "no operator is signed in at the center"
            raise Refused("not-signed-in", message, "操作员尚未签到", "center")
        return self._operator
