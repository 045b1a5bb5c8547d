"""The envelope of a message: a fresh `msgid`, whose message it is, and the seal that the province wants around it.

A message id never repeats, also across restarts and tills.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec

from terminal.center import fields, messages
from terminal.center.answers import Institution
from terminal.center.envelope import Answer, Request, decode_answer, moment_text, rows, text_of
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import Secrets, seal, unseal
from terminal.clock import Clock
from terminal.journal.records import SettlementRecord

MESSAGE_ID_CHARACTERS = 30
PROVIDER_NAME_CHARACTERS_MAX = 20
"""`fixmedins_name` of the envelope is shorter than everywhere else."""


class Envelopes:
    """Writes the requests of one institution and one till, and reads their answers.

    stamp: gives a second and a counter (0 … 99) that never repeat. place_of: the insured place known of a person
    number, "" for none.
    """

    def __init__(
        self,
        institution: Institution,
        stamp: Callable[[], tuple[dt.datetime, int]],
        till_number: int,
        clock: Clock,
        profile: Profile = REFERENCE,
        secrets: Secrets | None = None,
        place_of: Callable[[str], str] = lambda person_number: "",
    ) -> None:
        self.institution = institution
        self.profile = profile
        self._stamp = stamp
        self._till_number = till_number
        self._clock = clock
        self._secrets = secrets or Secrets()
        self._place_of = place_of

    def new_message_id(self, provider_id: str) -> str:
        """A fresh `msgid`: provider 12, second 14, till 2, counter 2 characters."""
        second, counter = self._stamp()
        return f"{provider_id:0<12.12}{second:%Y%m%d%H%M%S}{self._till_number:02d}{counter:02d}"

    def is_of_another_till(self, message_id: str) -> bool:
        """Whether this is the id of a message of one of our institutions, sent by a till of another number."""
        ours = any(message_id.startswith(f"{provider_id:0<12.12}") for provider_id in self.institution.provider_names)
        return ours and len(message_id) == MESSAGE_ID_CHARACTERS and message_id[26:28] != f"{self._till_number:02d}"

    def now(self) -> dt.datetime:
        """The moment that the next envelope will name."""
        return self._clock.now()

    def request(
        self,
        infno: str,
        provider_id: str,
        operator: str,
        data: messages.Input,
        sign_number: str,
        message_id: str = "",
        insured_place: str = "",
    ) -> Request:
        """The envelope around `data`, under a fresh `msgid` unless one is given. insured_place: of the person whom
        `data` names, at the time of what this is about; "": what is known of them now.
        """
        name = self.institution.provider_names.get(provider_id, "")
        return Request(
            infno=infno,
            msgid=message_id or self.new_message_id(provider_id),
            mdtrtarea_admvs=self.institution.area_code,
            insuplc_admdvs=insured_place or self._place_of(_person_in(data)),
            recer_sys_code=self.profile.receiving_system,
            dev_no=self.institution.terminal_number,
            infver=self.profile.interface_version,
            opter_type=fields.OPERATOR_CLERK,
            opter=operator,
            opter_name=operator,
            inf_time=moment_text(self._clock.now()),
            fixmedins_code=provider_id,
            fixmedins_name=name[:PROVIDER_NAME_CHARACTERS_MAX],
            sign_no=sign_number,
            input=_numbered(data) if self.profile.numbers == "as-numbers" else data,
        )

    def request_about(
        self, record: SettlementRecord, infno: str, data: messages.Input, sign_number: str, message_id: str
    ) -> Request:
        """The envelope of what is told of a settlement: by its operator, for its institution and its person's place."""
        place = record.insured_place
        return self.request(infno, record.provider_id, record.operator, data, sign_number, message_id, place)

    def encode(self, request: Request) -> bytes:
        """The request's bytes, signed and encrypted as the profile says."""
        return seal(request, self.profile, self._secrets)

    def decode(self, body: bytes) -> Answer:
        """The answer in these bytes. Raises Unreadable (also where its signature is wrong), GatewayRefused."""
        return decode_answer(unseal(body, self.profile, self._secrets))


def _person_in(data: messages.Input) -> str:
    """The number of the person whom a message's nodes name, or ""."""
    named = (row.get("psn_no") for name in data for row in rows(data, name))
    return next((text_of(number) for number in named if number), "")


def _numbered(value: Any, name: str = "") -> Any:
    """The same nodes with amounts and counts as JSON numbers, digit for digit as they were written."""
    if isinstance(value, dict):
        return {key: _numbered(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbered(inner, name) for inner in value]
    return msgspec.Raw(value.encode()) if name in fields.NUMERIC_FIELDS and value else value
