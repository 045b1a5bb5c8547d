"""The center's desk: everything the terminal asks the municipal center, one call a transaction.

A call that may move money (`send`) never raises for what the center does: it returns one of four outcomes,
and silence is its own. Questions (`identify`, `totals`) raise Unavailable or Refused and change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from terminal.center import fields, messages
from terminal.center.amounts import amounts_of, broken_identities, differences, negated, read_amounts
from terminal.center.answers import (
    Accepted,
    Credential,
    Institution,
    InsuredPerson,
    NotSent,
    Outcome,
    Rejected,
    SignIn,
    TotalsAnswer,
    Unknown,
)
from terminal.center.envelope import (
    Answer,
    GatewayRefused,
    Unreadable,
    decode_answer,
    encode_request,
    fen_of,
    node,
)
from terminal.center.exchange import Exchange, sign_in_invalid, understood
from terminal.center.link import Link, Silence, Unreachable
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import GroupTotals, SettlementRecord
from terminal.money import format_fen

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
    ) -> None:
        self._exchange = Exchange(link, institution, stamp, till_number, clock)
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

    def totals(self, business_day: dt.date, group: GroupTotals) -> TotalsAnswer:
        """3201: whether the center has the same totals for this group of this day.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in
        here).
        """
        data = messages.totals_input(business_day, group, self._exchange.institution.clearing_agency)
        answer = self._exchange.ask(fields.TOTALS, group.provider_id, self._signed_operator(), data)
        balanced, text = understood(messages.read_totals, answer)
        return TotalsAnswer(balanced, text, answer.body)

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
        body = encode_request(
            self._exchange.request(infno, record.provider_id, record.operator, data, sign_number, message_id)
        )
        before_send(body)
        return self._outcome(body, record.operator, lambda answer: _accepted(answer, record, transaction))

    def reverse(self, provider_id: str, operator: str, person_number: str, message_id: str) -> Outcome:
        """2601: undo the settlement that went out as `message_id`, whose outcome is unknown.

        May be asked again until the answer is definite; each time is a message of its own. Rejected: the center
        never booked it, or it was voided.
        """
        try:
            sign_number = self._exchange.sign_number(operator)
        except (Unavailable, Refused) as error:
            return NotSent(f"sign-in: {error.message}")
        data = messages.reverse_input(person_number, message_id, fields.SETTLE)
        request = self._exchange.request(fields.REVERSE, provider_id, operator, data, sign_number)
        return self._outcome(encode_request(request), operator, lambda answer: Accepted(answer.body, {}))

    def _outcome(self, body: bytes, operator: str, accepted: Callable[[Answer], Accepted]) -> Outcome:
        try:
            answer = decode_answer(self._exchange.link.post(body))
            if answer.accepted:
                return accepted(answer)
        except (Unreachable, GatewayRefused) as error:
            return NotSent(str(error))
        except (Silence, Unreadable) as error:
            return Unknown(str(error))
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


def _accepted(answer: Answer, record: SettlementRecord, transaction: str) -> Accepted:
    references = messages.settle_references(answer)
    row = node(answer.output, "setlinfo")
    try:
        center = read_amounts(row)
        balance = fen_of(row[fields.BALANCE_FIELD]) if fields.BALANCE_FIELD in row else None
    except ValueError as error:
        raise Unreadable(str(error)) from None
    own = amounts_of(record.settlement)
    if transaction == "void":
        # No edition says whether a void's amounts come negative; those that come positive are turned round.
        center = center if center.get("medfee_sumamt", 0) < 0 else negated(center)
        own = negated(own)
    found = [*broken_identities(center), *differences(center, own)]
    if transaction == "settle" and balance is not None and balance != record.settlement.account_balance:
        ours = format_fen(record.settlement.account_balance)
        found.append(f"{fields.BALANCE_FIELD}: center {format_fen(balance)}, terminal {ours}")
    return Accepted(answer.body, references, tuple(found))
