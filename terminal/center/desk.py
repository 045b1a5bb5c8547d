"""The center's desk: everything the terminal asks the municipal center, one call a transaction.

A call that may move money (`send`) never raises for what the center does: it returns one of four outcomes,
and silence is its own. Questions (`identify`, `totals`) raise Unavailable or Refused and change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from terminal.center import fields, messages, publications
from terminal.center.amounts import amounts_of, broken_identities, differences, negated, read_amounts, sums_of
from terminal.center.answers import (
    Accepted,
    Credential,
    FundEntitlement,
    Institution,
    InsuredPerson,
    NotSent,
    Outcome,
    Rejected,
    SignIn,
    TotalsAnswer,
    Unknown,
)
from terminal.center.details import CenterRow, OwnRow, packed, read_center_rows, unpacked
from terminal.center.envelope import (
    Answer,
    GatewayRefused,
    Unreadable,
    fen_of,
    kept,
    node,
)
from terminal.center.exchange import Exchange, sign_in_invalid, understood
from terminal.center.link import Link, Silence, Unreachable
from terminal.center.profile import REFERENCE, Profile
from terminal.center.publications import Offer
from terminal.center.seal import Secrets
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import CenterSums, GroupTotals, Scheme, SettlementRecord
from terminal.money import format_fen
from terminal.settlement.bill import Service

__all__ = [
    "Accepted",
    "CenterDesk",
    "Credential",
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
    ) -> None:
        self._exchange = Exchange(link, institution, stamp, till_number, clock, profile, secrets)
        self.profile = profile
        self._operator = ""

    @property
    def operator(self) -> str:
        """Who signed in last and has not signed out; "" for nobody."""
        return self._operator

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
        """1101: who this is and what the center knows of them.

        Raises Unavailable (not reached, not understood) or Refused (not known there, nobody signed in here).
        """
        data = messages.person_input(credential)
        answer = self._exchange.ask(fields.PERSON, provider_id, self._signed_operator(), data)
        return understood(messages.read_person, answer)

    def entitlements(
        self, provider_id: str, person_number: str, scheme: Scheme, service: Service
    ) -> list[FundEntitlement]:
        """2001: what the funds owe this person now. Raises Unavailable or Refused."""
        now = self._exchange.now()
        data = messages.entitlement_input(person_number, scheme, service, provider_id, now)
        answer = self._exchange.ask(fields.ENTITLEMENT, provider_id, self._signed_operator(), data)
        return understood(messages.read_entitlements, answer)

    def accumulators(self, provider_id: str, person_number: str) -> dict[str, int]:
        """5206: the year's accumulators by the center's own codes, in hundredths. Raises Unavailable or Refused."""
        data = {"data": {"psn_no": person_number, "cum_ym": ""}}
        answer = self._exchange.ask(fields.ACCUMULATORS, provider_id, self._signed_operator(), data)
        return understood(messages.read_accumulators, answer)

    def pre_settle(self, record: SettlementRecord) -> tuple[CenterSums, tuple[str, ...]]:
        """2101: the center's sums for what would be settled, and where they are not ours. Nothing is booked.

        Raises Unavailable (not reached; not understood, also where its amounts do not add up) or Refused.
        """
        data = messages.settle_input(record)
        answer = self._exchange.ask(fields.PRE_SETTLE, record.provider_id, record.operator, data)
        return understood(lambda found: _pre_settled(found, record), answer)

    def totals(self, business_day: dt.date, group: GroupTotals) -> TotalsAnswer:
        """3201: whether the center has the same totals for this group of this day.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in
        here).
        """
        data = messages.totals_input(business_day, group, self._exchange.institution.clearing_agency)
        answer = self._exchange.ask(fields.TOTALS, group.provider_id, self._signed_operator(), data)
        balanced, text = understood(lambda found: messages.read_totals(found, self.profile), answer)
        return TotalsAnswer(balanced, text, answer.body)

    def details(self, business_day: dt.date, sums: GroupTotals, rows: Sequence[OwnRow]) -> list[CenterRow]:
        """9101, 3202, 9102: our rows of one provider and clearing class up, the center's down.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in here).
        """
        operator, provider_id = self._signed_operator(), sums.provider_id
        stem = f"{provider_id}{business_day:%Y%m%d}{fields.CLEARING_CLASSES[sums.clearing_class]}"
        data = messages.upload_input(packed(rows, f"{stem}.txt"), f"{stem}.zip", provider_id)
        sent = self._exchange.ask(fields.UPLOAD_FILE, provider_id, operator, data)
        agency = self._exchange.institution.clearing_agency
        asked = messages.details_input(business_day, sums, agency, understood(messages.read_upload, sent))
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
    ) -> Outcome:
        """2102 ("settle"), or 2103 ("void" of `original`), under `message_id`; the same id is the same
        message.

        `before_send` gets the whole request before a byte of it leaves, so that it can be made durable; it is
        not called where the operator's sign-in already fails (NotSent). Raises Refused where the record does
        not fit the center's form: nothing was sent.
        """
        infno, data = _message(record, original, transaction)
        try:
            sign_number = self._exchange.sign_number(record.operator)
        except (Unavailable, Refused) as error:
            return NotSent(f"sign-in: {error.message}")
        request = self._exchange.request(infno, record.provider_id, record.operator, data, sign_number, message_id)
        body = self._exchange.encode(request)
        before_send(body)
        return self._outcome(body, record.operator, lambda answer: _accepted(answer, record, transaction, message_id))

    def is_reversible(self, transaction: str) -> bool:
        """Whether this center takes 2601 for a "settle" or a "void" (its profile's reversible set)."""
        return fields.MONEY_TRANSACTIONS[transaction] in self.profile.reversible

    def is_taken_back(self, record: SettlementRecord) -> bool:
        """5203: whether the center has the settlement `record` as taken back.

        Raises Unavailable (not reached, not understood) or Refused (the center says no).
        """
        data = messages.query_input(record)
        answer = self._exchange.ask(fields.QUERY, record.provider_id, record.operator, data)
        return understood(messages.read_taken_back, answer)

    def reverse(
        self,
        provider_id: str,
        operator: str,
        person_number: str,
        message_id: str,
        transaction: str = "settle",
        before_send: Callable[[bytes], None] = lambda request: None,
    ) -> Outcome:
        """2601: undo the settlement (or the void) that went out as `message_id`, whose outcome is unknown.

        May be asked again until the answer is definite; each time is a message of its own. Rejected: the center
        never booked it, or it was voided.
        """
        try:
            sign_number = self._exchange.sign_number(operator)
        except (Unavailable, Refused) as error:
            return NotSent(f"sign-in: {error.message}")
        data = messages.reverse_input(person_number, message_id, fields.MONEY_TRANSACTIONS[transaction])
        request = self._exchange.request(fields.REVERSE, provider_id, operator, data, sign_number)
        body = self._exchange.encode(request)
        before_send(body)
        return self._outcome(body, operator, lambda answer: Accepted(answer.body, {}))

    def _outcome(self, body: bytes, operator: str, accepted: Callable[[Answer], Accepted]) -> Outcome:
        reply = b""
        try:
            reply = self._exchange.link.post(body)
            answer = self._exchange.decode(reply)
            if answer.accepted:
                return accepted(answer)
        except (Unreachable, GatewayRefused) as error:
            return NotSent(str(error))
        except (Silence, Unreadable) as error:
            return Unknown(str(error), kept(reply))
        if sign_in_invalid(answer):
            self._exchange.forget(operator)
            return NotSent(f"the sign-in is no longer valid: {answer.message}")
        return Rejected(answer.body, answer.message or f"infcode {answer.code}")

    def _signed_operator(self) -> str:
        if not self._operator:
            message = "no operator is signed in at the center"
            raise Refused("not-signed-in", message, "操作员尚未签到", "center")
        return self._operator


def _message(
    record: SettlementRecord, original: SettlementRecord | None, transaction: str
) -> tuple[str, messages.Input]:
    if transaction == "settle":
        return fields.SETTLE, messages.settle_input(record)
    if transaction == "void" and original is not None:
        return fields.VOID, messages.void_input(record, original)
    raise ValueError(f"no such transaction: {transaction}")


def _accepted(answer: Answer, record: SettlementRecord, transaction: str, message_id: str) -> Accepted:
    references = messages.settle_references(answer)
    row = node(answer.output, "setlinfo")
    # What a void calls `medins_setl_id`, its own message or its original's, no edition says.
    messages.refuse_another(row, record, message_id if transaction == "settle" else "")
    try:
        center = read_amounts(row)
        balance = fen_of(row[fields.BALANCE_FIELD]) if fields.BALANCE_FIELD in row else None
    except ValueError as error:
        raise Unreadable(str(error)) from None
    broken = broken_identities(center)
    if broken:
        raise Unreadable("the amounts do not add up: " + "; ".join(broken))
    own = amounts_of(record.settlement)
    if transaction == "void":
        # No edition says whether a void's amounts come negative; those that come positive are turned round.
        center = center if center.get("medfee_sumamt", 0) < 0 else negated(center)
        own = negated(own)
    found = differences(center, own)
    if transaction == "settle" and balance is not None and balance != record.settlement.account_balance:
        ours = format_fen(record.settlement.account_balance)
        found.append(f"{fields.BALANCE_FIELD}: center {format_fen(balance)}, terminal {ours}")
    # The void is kept with the amounts of what it takes back, as the journal keeps its own.
    positive = negated(center) if transaction == "void" else center
    return Accepted(answer.body, references, tuple(found), sums_of(positive, _own_sums(record)))


def _pre_settled(answer: Answer, record: SettlementRecord) -> tuple[CenterSums, tuple[str, ...]]:
    try:
        center = read_amounts(node(answer.output, "setlinfo"))
    except ValueError as error:
        raise Unreadable(str(error)) from None
    broken = broken_identities(center)
    if broken or "medfee_sumamt" not in center:
        raise Unreadable("the amounts do not add up: " + "; ".join(broken))
    return sums_of(center, _own_sums(record)), tuple(differences(center, amounts_of(record.settlement)))


def _own_sums(record: SettlementRecord) -> CenterSums:
    return CenterSums(**{name: getattr(record.settlement, name) for name in CenterSums.__struct_fields__})
