"""One request as the reference center reads it, and what a transaction works with.

What is read here can be kept and looked for in any storage: JSON allows texts and numbers that only some hold.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from terminal.bureau.books import Books
from terminal.bureau.purse_codes import TRAINING_TAC_MASTER_KEY
from terminal.center.envelope import decode_json, text_of
from terminal.center.extension import EXTENSION_CHARACTERS_MAX
from terminal.center.profile import REFERENCE, Profile
from terminal.center.publications import Offer
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

NAME_CHARACTERS_MAX = 100
"""Longest number or serial by which something is found again; the interface's longest has 50."""

WHOLE_MAX = 2**63 - 1
"""The largest whole number of any field; storage has 64 bits for it."""


class CenterLaw(Protocol):
    """What the center asks of the settlement door."""

    def settle(self, bill: Bill) -> Settlement:
        """Split one bill. Raises Refused."""

    def account_is_on_card(self, policy: str, day: dt.date) -> bool:
        """Whether the personal account lies on the card as a purse. Raises Refused."""


class PublishedFiles(Protocol):
    """What the center asks of the files that it publishes."""

    def offers(self) -> list[Offer]:
        """Everything that is published, by kind, name and version."""

    def file(self, number: str) -> bytes | None:
        """The file of this number in a ZIP, or None."""


class Denied(Exception):
    """The center says no (`infcode` -1); nothing was booked.

    The text goes to the terminal and names no person.
    """


class Asked(Struct, frozen=True):
    """What of a request's envelope the center reads."""

    infno: str
    message_id: str
    provider_id: str
    area_code: str
    operator: str
    sign_number: str
    input: dict[str, Any]

    def row(self, name: str) -> dict[str, Any]:
        """The node `name` of the input, or of a list of one. Raises Denied."""
        value = self.input.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            raise Denied(f"input.{name} is missing")
        return value

    @property
    def digest(self) -> str:
        """Of what the message says; its envelope (time, sign-in) may differ between two sendings of one
        message.
        """
        said = [self.infno, self.provider_id, self.input]
        return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


def name_of(value: Any, at: str) -> str:
    """The serial or code under which something is kept, "" for none. Raises Denied where it is too long for one."""
    name = text_of(value)
    if len(name) > NAME_CHARACTERS_MAX:
        raise Denied(f"{at}: at most {NAME_CHARACTERS_MAX} characters")
    return name


class Work(Struct, frozen=True):
    """What one transaction works with; the books are inside their transaction. tac_master_key: of the cards' proofs."""

    books: Books
    law: CenterLaw
    now: dt.datetime
    asked: Asked
    published: PublishedFiles
    profile: Profile = REFERENCE
    tac_master_key: bytes = TRAINING_TAC_MASTER_KEY


def read_request(body: bytes) -> Asked:
    """Read a request as tolerantly as its answer is read. Raises Denied."""
    try:
        document = decode_json(body)
        data = document.get("input") if isinstance(document, dict) else None
        if isinstance(data, str):
            data = decode_json(data.encode())
    except ValueError:
        raise Denied("the request is not JSON") from None
    if not isinstance(document, dict) or not isinstance(data, dict):
        raise Denied("input is missing")
    _refuse_unkeepable(document | {"input": data})
    message_id = text_of(document.get("msgid"))
    if not 0 < len(message_id) <= 30:
        raise Denied("msgid has 1 to 30 characters")
    return Asked(
        infno=text_of(document.get("infno")),
        message_id=message_id,
        provider_id=text_of(document.get("fixmedins_code")),
        area_code=text_of(document.get("mdtrtarea_admvs")),
        operator=text_of(document.get("opter")),
        sign_number=text_of(document.get("sign_no")),
        input=data,
    )


def _refuse_unkeepable(document: dict[str, Any]) -> None:
    """Raises Denied for a value that no field of the interface holds: a NUL, a text or a number beyond all bounds."""
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if len(value) > EXTENSION_CHARACTERS_MAX or "\0" in value:
                raise Denied(f"a text has at most {EXTENSION_CHARACTERS_MAX} characters, and no NUL")
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, int) and abs(value) > WHOLE_MAX:
            raise Denied(f"a number is at most {WHOLE_MAX}")
