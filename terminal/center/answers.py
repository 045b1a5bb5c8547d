"""What the counter gives the center's desk and gets back from it: plain immutable values, no field names of
the wire.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from terminal.journal.records import CenterSums, Scheme
from terminal.settlement.bill import Account, Entitlement, Patient, Year


class Institution(Struct, frozen=True):
    """Who this terminal speaks for.

    area_code: division of the place of care, six digits; it is the clearing agency too where `agency` is "".
    provider_names: by provider id (12 characters), the first one signs in. terminal_number: of the device.
    """

    area_code: str
    provider_names: Mapping[str, str]
    terminal_number: str = ""
    agency: str = ""

    @property
    def clearing_agency(self) -> str:
        """Whom the day is cleared with: the agency named, else the area's own."""
        return self.agency or self.area_code


class Credential(Struct, frozen=True):
    """What a person shows: a card (with its identification code), a QR e-credential, or an ID number."""

    kind: Literal["card", "qr", "id"]
    number: str
    card_identification: str = ""
    name: str = ""

    def __repr__(self) -> str:
        # It must never reach a log, not even through a stray repr.
        return f"Credential({self.kind!r})"


class SignIn(Struct, frozen=True):
    """The center's sign-in: its number, good for one operator and one day, and the center's own time.

    published: the newest version of each file that it publishes, by kind and name; empty where it says nothing.
    """

    sign_number: str
    center_time: dt.datetime
    published: dict[str, int] = {}


class InsuredPerson(Struct, frozen=True):
    """A person as the center knows them now: which law, what it reads of them, account and year.

    Amounts in fen. last_year: the calendar year before; None where the center tells nothing of it. hint: what the
    center wants shown about them.
    """

    person_number: str
    id_number: str
    name: str
    policy: str
    insured_place: str
    patient: Patient
    entitlement: Entitlement
    account: Account
    year: Year
    last_year: Year | None = None
    hint: str = ""


class Accepted(Struct, frozen=True):
    """The center has booked it.

    `differences`: where its amounts are not ours; never repaired here. `sums`: its own, of a void those of what it
    takes back. hint: what it wants shown.
    """

    answer: bytes
    references: dict[str, str]
    differences: tuple[str, ...] = ()
    sums: CenterSums | None = None
    hint: str = ""

    @property
    def to_be_kept(self) -> dict[str, str]:
        """The references, and beside them in words what else the center said."""
        words = {"differences": "; ".join(self.differences), "hint": self.hint}
        return self.references | {name: text for name, text in words.items() if text}


TAKEN_BACK = "taken back at the center"
"""Under `found` in the references of a void whose own number there nobody has told."""


class Rejected(Struct, frozen=True):
    """The center has definitely not booked it, and says why."""

    answer: bytes
    reason: str


class Unknown(Struct, frozen=True):
    """It may have been booked or not: no answer, or one that cannot be read. Neither success nor failure.

    `answer`: what came, masked, for the operator. is_refusal: a no to a reversal, which says nothing of what was to be
    undone.
    """

    reason: str
    answer: bytes = b""
    is_refusal: bool = False


Hindrance = Literal["line", "turned-away", "sign-in", "operator", "step"]
"""What keeps a message from the center's books: no line; a gateway's no, or a sign-in without an answer, of which only
the next message tells whether it is the line; a sign-in that the center doubts, and that is renewed at the next try;
an operator whom it signs in no more; a step before it, that came to nothing."""


class NotSent(Struct, frozen=True):
    """It surely has not reached the center's books; it may be sent again as it is. answer: of a doubted sign-in."""

    reason: str
    hindrance: Hindrance = "line"
    answer: bytes = b""

    @property
    def waits_alone(self) -> bool:
        """The center was reached, and only this message is not ready."""
        return self.hindrance in ("operator", "step")


Outcome = Accepted | Rejected | Unknown | NotSent


class Inquiry(Struct, frozen=True):
    """A settlement as it stands at the center: whether it was taken back, its sums, and where they are not ours."""

    taken_back: bool
    sums: CenterSums
    differences: tuple[str, ...]


class RowThere(Struct, frozen=True):
    """A row of the center as it stands there, as far as the center tells: whether it was taken back, and the number of
    what it takes back itself, "" for a settlement, or where the center names none. at: its own time as it writes it.
    scheme: under which it counts it, "" where it tells none that is known here.
    """

    taken_back: bool
    takes_back: str
    at: str = ""
    scheme: Scheme | Literal[""] = ""


class TotalsAnswer(Struct, frozen=True):
    """The center's word on one group's totals: balanced or not, and what it says."""

    balanced: bool
    text: str
    answer: bytes
