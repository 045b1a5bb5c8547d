"""What no national field carries: the contents of `exp_content`, a JSON string, as provinces do it.

Shared by the terminal and the reference center. A center that adds keys of its own does not break the
terminal: unknown keys are ignored here, unlike in a bill. Money is strings of yuan.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from terminal.errors import Refused
from terminal.money import Fen, Rate, UnitPrice
from terminal.settlement.bill import Account, Entitlement, Episode, Item, Patient, Provider, Service, Year
from terminal.settlement.codec import decode_hook, encode

EXTENSION_CHARACTERS_MAX = 4000
"""Longest `exp_content` that every edition takes."""

Scheme = Literal["employee", "resident"]
ClearingClass = Literal["inpatient", "outpatient", "pharmacy"]
T = TypeVar("T", bound=Struct)
CardCounter = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
"""A count of a card or a PSAM, which have two and four bytes for it."""


class PersonExtension(Struct, frozen=True):
    """1101 `baseinfo`: which law, and what it reads of the person. The account's balance is in `balc`.

    last_year: the accumulators of the calendar year before this one, for what is settled late.
    """

    policy: str
    patient: Patient
    entitlement: Entitlement
    account: Account
    year: Year
    last_year: Year | None = None


class DebitExtension(Struct, frozen=True, kw_only=True):
    """One debit of a purse, as its proof is made over it. counter: the card's number of this debit, of its own count.

    terminal_number: 12 hex digits of the PSAM, terminal_counter: its number of the debit. moment: YYYYMMDDhhmmss.
    tac: 8 hex digits; "" where the card had no proof any more.
    """

    amount: Fen
    counter: CardCounter
    terminal_number: Annotated[str, Meta(pattern="^[0-9A-Fa-f]{12}$")]
    terminal_counter: CardCounter
    transaction_type: int
    moment: str
    tac: str


class PurseExtension(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The account on the card: the purse's serial number (20 hex digits) and what it held before the bill."""

    serial: Annotated[str, Meta(pattern="^[0-9A-Fa-f]{20}$")]
    balance: Fen
    debit: DebitExtension | None = None


class SettleExtension(Struct, frozen=True, omit_defaults=True):
    """2102 `druginfo`: what the bill is, where it was written, and the terminal's own amounts (field ->
    yuan).

    unverified: shares that fell to self-pay because the center could not be asked; believed, as the funds pay less.
    `clearing_class` and `business_day` are the groups in which the terminal reconciles this settlement. journal_hash:
    of the terminal's entry, "" where it is not written yet; a witness, held elsewhere, of everything before it. Where
    it is not, journal_head witnesses the same: of the newest entry when this was asked.
    """

    policy: str
    service: Service
    date: dt.date
    business_day: dt.date
    scheme: Scheme
    clearing_class: ClearingClass
    amounts: dict[str, str]
    provider: Provider = Provider()
    episode: Episode = Episode()
    consent: bool = False
    till_reference: str = ""
    journal_hash: str = ""
    journal_head: str = ""
    unverified: tuple[Literal["pool", "account"], ...] = ()
    purse: PurseExtension | None = None


class LineExtension(Struct, frozen=True, omit_defaults=True, rename={"class_": "class"}):
    """2102 `drugdetail[]`: an item without its code and amount.

    `priced`: `pric` and `cnt` are the bill's own. unit_price: of an item without a quantity, of which they are not.
    """

    kind: str
    class_: str
    name: str = ""
    self_pay_rate: Rate | None = None
    price_limit: UnitPrice | None = None
    essential: bool = False
    traditional: bool = False
    high_cost_therapy: bool = False
    approval: str = ""
    priced: bool = False
    unit_price: UnitPrice | None = None


class VoidExtension(Struct, frozen=True, omit_defaults=True):
    """2103 `data`: the business day on which the terminal took the settlement back, and its entry's hash or the head
    before it, as in `SettleExtension`.
    """

    business_day: dt.date
    journal_hash: str = ""
    journal_head: str = ""


def line_extension(item: Item) -> LineExtension:
    """What the national line fields leave out of `item`."""
    priced = item.unit_price is not None and item.quantity is not None
    return LineExtension(
        kind=item.kind,
        class_=item.class_,
        name=item.name,
        self_pay_rate=item.self_pay_rate,
        price_limit=item.price_limit,
        essential=item.essential,
        traditional=item.traditional,
        high_cost_therapy=item.high_cost_therapy,
        approval=item.approval,
        priced=priced,
        unit_price=None if priced else item.unit_price,
    )


def write_extension(extension: Struct, at: str) -> str:
    """As the text of `exp_content`. Raises Refused, with the place, where it is longer than the field."""
    text = encode(extension).decode()
    if len(text) > EXTENSION_CHARACTERS_MAX:
        message = f"exp_content holds at most {EXTENSION_CHARACTERS_MAX} characters, not {len(text)}"
        raise Refused("too-long", message, f"扩展内容不得超过 {EXTENSION_CHARACTERS_MAX} 字", at)
    return text


def read_extension(text: Any, wanted: type[T]) -> T:
    """Read an `exp_content`. Raises ValueError where it is absent, not JSON or not of this shape."""
    if not isinstance(text, str) or not text:
        raise ValueError("exp_content is missing")
    try:
        return msgspec.json.decode(text, type=wanted, dec_hook=decode_hook)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"exp_content: {error}") from None
