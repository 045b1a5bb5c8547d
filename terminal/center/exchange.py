"""One exchange with the center: a question, its answer, and the sign-in that it needs.

A sign-in is good for one operator and one day; it is renewed when the day changes or the center no longer
knows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from terminal.center import fields, messages
from terminal.center.answers import Institution, SignIn
from terminal.center.envelope import Answer, Request, Unreadable, decode_answer
from terminal.center.envelopes import Envelopes
from terminal.center.form import Attached, form
from terminal.center.link import Link, Silence, Unreachable
from terminal.center.machine import Machine
from terminal.center.no_answer import decoded, not_understood, silent, taken, understood, unreachable
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import Secrets
from terminal.clock import Clock
from terminal.errors import Refused
from terminal.journal.records import SettlementRecord

SignIns = dict[str, tuple[dt.date, str]]
"""Operator → day and number of the sign-in. Two connections of one till share it, so that nobody signs in twice."""


class Exchange(Envelopes):
    """Asks over one link for one institution and one till; knows who is signed in today (`sign_ins`).

    machine: the one that signs in, as it is now. The rest as of `Envelopes`. One thread at a time.
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
        sign_ins: SignIns | None = None,
        place_of: Callable[[str], str] = lambda person_number: "",
        machine: Callable[[], Machine] = Machine,
    ) -> None:
        super().__init__(institution, stamp, till_number, clock, profile, secrets, place_of)
        self.link = link
        self._machine = machine
        self._sign_ins = {} if sign_ins is None else sign_ins
        self._refused_on: dict[str, dt.date] = {}

    def sign_in(self, operator: str) -> SignIn:
        """9001, whoever is signed in already. Raises Unavailable or Refused."""
        data = messages.sign_in_input(operator, self._machine())
        answer = taken(self._asked(self.request(fields.SIGN_IN, self.first_provider, operator, data, "")))
        signed = understood(messages.read_sign_in, answer)
        # Who signed in last stands last.
        self._sign_ins.pop(operator, None)
        self._sign_ins[operator] = (self._today(), signed.sign_number)
        self._refused_on.pop(operator, None)
        return signed

    def sign_out(self, operator: str) -> None:
        """9002, where `operator` is signed in today; else nothing. Raises Unavailable or Refused."""
        day, number = self._sign_ins.get(operator, (None, ""))
        if day == self._today():
            data = messages.sign_out_input(operator, number)
            request = self.request(fields.SIGN_OUT, self.first_provider, operator, data, number)
            taken(self._asked(request))
        self.forget(operator)

    def sign_number(self, operator: str) -> str:
        """Today's sign-in of `operator`, asked for where there is none. Raises Unavailable or Refused."""
        day, number = self._sign_ins.get(operator, (None, ""))
        return number if day == self._today() else self.sign_in(operator).sign_number

    def sender(self, operator: str) -> str:
        """In whose name something that `operator` did goes to the center, signed in today: their own, or, where the
        center signs them in no more, that of who else signed in here last today.

        Raises Unavailable, or Refused where there is nobody else.
        """
        today = self._today()
        others = [name for name, (day, _) in list(self._sign_ins.items()) if day == today and name != operator]
        if others and self._refused_on.get(operator) == today:
            return others[-1]
        try:
            self.sign_number(operator)
        except Refused:
            self._refused_on[operator] = today
            if not others:
                raise
            return others[-1]
        return operator

    def forget(self, operator: str) -> None:
        """The center no longer knows this operator's sign-in."""
        self._sign_ins.pop(operator, None)

    def ask(
        self,
        infno: str,
        provider_id: str,
        operator: str,
        data: messages.Input,
        attached: Attached | None = None,
        insured_place: str = "",
    ) -> Answer:
        """A question that changes nothing, signed in again once where the center asks for it. attached: a file beside
        the envelope. insured_place: as of `request`.

        Raises Unavailable (not reached, not understood) or Refused (the center says no).
        """
        answer = self._signed(infno, provider_id, operator, data, attached, insured_place)
        if self.is_sign_in_doubted(answer):
            self.forget(operator)
            answer = self._signed(infno, provider_id, operator, data, attached, insured_place)
        return taken(answer)

    def ask_about(self, record: SettlementRecord, infno: str, data: messages.Input, operator: str = "") -> Answer:
        """`ask` about a settlement: for its institution and its person's place. operator: "" for who settled it."""
        place = record.insured_place
        return self.ask(infno, record.provider_id, operator or record.operator, data, insured_place=place)

    def upload(self, provider_id: str, operator: str, name: str, data: bytes) -> Answer:
        """9101: a file, in the encoding of the province. Raises as `ask`."""
        if self.profile.files == "array":
            written = messages.upload_input(name, provider_id, data)
            return self.ask(fields.UPLOAD_FILE, provider_id, operator, written)
        bare = messages.upload_input(name, provider_id)
        return self.ask(fields.UPLOAD_FILE, provider_id, operator, bare, Attached(name, data))

    def ask_file(self, infno: str, provider_id: str, operator: str, data: messages.Input) -> bytes:
        """A question that is answered with a file's bytes, or with an envelope that says why not.

        Raises Unavailable (not reached, not understood) or Refused (the center says no).
        """
        request = self.request(infno, provider_id, operator, data, self.sign_number(operator))
        body = self._posted(request)
        if body[:1] in (b"{", b"<", b""):
            taken(decoded(decode_answer, body))
            raise not_understood(Unreadable("an answer, and no file"))
        return body

    def _signed(
        self,
        infno: str,
        provider_id: str,
        operator: str,
        data: messages.Input,
        attached: Attached | None,
        insured_place: str,
    ) -> Answer:
        number = self.sign_number(operator)
        request = self.request(infno, provider_id, operator, data, number, insured_place=insured_place)
        return self._asked(request, attached)

    def _asked(self, request: Request, attached: Attached | None = None) -> Answer:
        return decoded(self.decode, self._posted(request, attached))

    def _posted(self, request: Request, attached: Attached | None = None) -> bytes:
        body = self.encode(request)
        try:
            return self.link.post(form(body, attached) if attached else body)
        except Unreachable as error:
            raise unreachable(error) from None
        except Silence as error:
            raise silent(error) from None

    def is_sign_in_doubted(self, answer: Answer) -> bool:
        """Whether this is the refusal that asks for a new sign-in; nothing was done then."""
        return not answer.accepted and self.profile.refusals.sign_in.fits(answer.code, answer.message)

    @property
    def first_provider(self) -> str:
        """The institution that signs in, and asks what no institution in particular asks."""
        return next(iter(self.institution.provider_names))

    def _today(self) -> dt.date:
        return self.now().date()
