"""What the local API takes and gives: the types that its OpenAPI document is generated from.

Requests are strict: an unknown or repeated key, a wrong type, a text beyond its bound or with control characters is
refused with its place.
Amounts are strings of yuan with two places, moments ISO 8601 with +08:00. Keys are a public contract.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.counter.pin import Pin
from terminal.counter.shown import CODE_CHARACTERS_MAX
from terminal.journal.records import CenterSums
from terminal.limits import KEY_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from terminal.settlement.bill import Account, Bill, Entitlement, Patient, Year
from terminal.settlement.result import Settlement

Word = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
Operator = Annotated[str, Meta(min_length=1, max_length=20)]
"""The center takes at most 20 characters (9001 `opter_no`)."""
Reference = Annotated[str, Meta(max_length=KEY_CHARACTERS_MAX)]


class SessionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/sessions: who signs in."""

    operator: Operator
    operator_name: Word


class SessionAnswer(Struct, frozen=True):
    """Who is signed in, and for which business day."""

    operator: str
    operator_name: str
    business_day: dt.date


class IdentificationRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/identifications: who is it, by the card in the reader, an e-credential, or an identity number?

    code: with `qr`, where the till has read it itself; without, the terminal's scanner is armed for `wait_seconds`.
    id_number: with `id-number`. Both are personal: they stand in no answer, and never in a URL.
    pin: with `card`, after `pin-needed`; it is sent to the card once and never kept. last_try: the holder has said yes
    to using the last try before the card locks.
    """

    by: Literal["card", "qr", "id-number"] = "card"
    code: Annotated[str, Meta(max_length=CODE_CHARACTERS_MAX)] = ""
    id_number: Annotated[str, Meta(max_length=18)] = ""
    wait_seconds: Annotated[int, Meta(ge=1, le=60)] = 30
    pin: Pin | None = None
    last_try: bool = False


class IdentificationAnswer(Struct, frozen=True):
    """Who was identified. `patient.id` shows its last four characters only; the terminal keeps the rest.

    lease_seconds: how long after its last use a card stays this identification's; 0 where no card was read. hint: the
    center's own words about this person, to be shown to the cashier; "" where it has none.
    """

    id: str
    by: Literal["card", "qr", "id-number"]
    expires_at: dt.datetime
    lease_seconds: int
    policy: str
    insured_place: str
    patient: Patient
    entitlement: Entitlement
    account: Account
    year: Year
    hint: str


class InquiryRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/inquiries: about whom."""

    identification: Word


class QuoteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/quotes: what would this bill come to? `identification`: whose it is."""

    identification: Word
    bill: Bill


class QuoteAnswer(Struct, frozen=True):
    """A quote: nothing durable. `hash` names exactly this split; a settlement repeats it."""

    id: str
    hash: str
    expires_at: dt.datetime
    settlement: Settlement


class SettleRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements. `consent`: the patient agrees to pay what lies outside the catalogue.

    electronic_receipt: the patient takes it without paper; the printer need not be ready then. pin, last_try: as of an
    identification, where the account lies in a purse that answers `pin-needed`; they are no part of what the key means.
    """

    quote: Word
    hash: Word
    consent: bool = False
    till_reference: Reference = ""
    electronic_receipt: bool = False
    pin: Pin | None = None
    last_try: bool = False


class VoidRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements/{id}/void: why the whole settlement is taken back."""

    reason: Word


class SettlementQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """GET /v1/settlements: one of the three. last: so many of this counter, newest first; the others oldest first."""

    till_reference: Annotated[str, Meta(min_length=1, max_length=KEY_CHARACTERS_MAX)] | None = None
    day: dt.date | None = None
    last: Annotated[int, Meta(ge=1, le=100)] | None = None


class CenterWord(Struct, frozen=True):
    """What the center has said of a settlement that it decided: its own sums, of which `cash` is collected. hint: its
    own words, to be shown to the cashier.
    """

    sums: CenterSums | None
    differences: list[str]
    hint: str


class SettledAnswer(Struct, frozen=True, omit_defaults=True):
    """A settlement or void that stands; its repeat under the same key gets the same bytes.

    voids: of a void, what it takes back. account_refund: of a void of what a card's purse has paid: only the bureau
    can give the account's share back. center: where the center has decided (mode `online`).
    """

    id: str
    state: Literal["committed"]
    business_day: dt.date
    at: dt.datetime
    journal_hash: str
    upload: Literal["queued", "accepted"]
    print: Literal["queued", "electronic"]
    settlement: Settlement
    voids: str = ""
    account_refund: Literal["", "bureau"] = ""
    center: CenterWord | None = None


class DrawerRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/drawer: why the cash drawer is opened. It is journalled with the operator."""

    reason: Word


class DrawerAnswer(Struct, frozen=True):
    """The drawer was told to open, and the reason stands in the journal."""

    reason: str


class EncodingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """PUT /v1/printer/encoding: the number of the test page's line that reads well, from 1."""

    line: int


class EncodingAnswer(Struct, frozen=True):
    """The encoding that holds from the next document on."""

    encoding: str


class PrintAnswer(Struct, frozen=True):
    """A document was queued for the printer. `copy` 0 is the first print; a further one of a receipt says so."""

    document: str
    subject: str
    copy: int


class SettlementView(Struct, frozen=True):
    """A settlement or a void as the journal has it, without the bill. `voids`, `voided_by`: numbers or "".

    till: the name of the till that asked for it. upload: how far the center has been told of it: `queued`, `sent`,
    `accepted`, `refused`, `unknown`, `parked`; `none` where nothing of it goes there; `reversing` where it was
    abandoned, and what the center may have of it is being undone.
    """

    id: str
    kind: str
    state: str
    business_day: dt.date
    at: dt.datetime
    operator: str
    provider_id: str
    till_reference: str
    till: str
    voids: str
    voided_by: str
    reason: str
    journal_hash: str
    upload: str
    settlement: Settlement


class SettlementList(Struct, frozen=True):
    """GET /v1/settlements; empty where there is none."""

    settlements: list[SettlementView]
