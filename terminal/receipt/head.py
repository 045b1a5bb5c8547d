"""What stands on a receipt besides the settlement; the full identity number never gets past this door."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

TRAINING = "培训 TRAINING"
VOID = "撤销 VOID"
REFUSED = "医保中心拒绝 REFUSED"

_HASH_CHARACTERS = 16


def reprint_mark(count: int) -> str:
    """The mark of the reprint number `count`, from 1."""
    return f"补打 REPRINT {count}"


def voided_mark(void_number: str) -> str:
    """The mark of a settlement that the void of this number has taken back."""
    return f"已撤销 VOID {void_number}"


def mask_id(number: str) -> str:
    """A number with its first 3 and last 4 characters shown; of a short one only the last 2, or none.

    At least half of the number is always hidden. Masking twice changes nothing.
    """
    length = len(number)
    first, last = (3, 4) if length >= 14 else (0, 2) if length >= 4 else (0, 0)
    return number[:first] + "*" * (length - first - last) + number[length - last :]


def short_hash(journal_hash: str) -> str:
    """The first 16 digits in fours: enough to find the entry and to notice another."""
    digits = journal_hash[:_HASH_CHARACTERS]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class Refunded:
    """Of a refund by line, what its second paper says of the first: the void's number, and what void and settlement
    come to together. cash, account: given back in fen; below zero, more is paid.
    """

    void_number: str
    cash: int
    account: int


@dataclass(frozen=True, slots=True)
class ReceiptHead:
    """Who settled what, where and when.

    settlement_number: of this paper's own entry (for a void: the void's). till_reference: the till's number.
    business_date: the day it is counted in. settled_at: the moment, with offset. operator: number or name.
    patient_id: masked at once, also when given in full. balance_before: of the personal account, in fen;
    None where it is not known, and then no balance is printed.
    refund_at_bureau: of a void; the account's share came out of the card and is given back by the bureau, not here.
    stays_number: of the void of a refund by line, the settlement of what stays. refunded: of that settlement.
    center_amounts: what counts at the center, in words, where it is not what was settled here.
    journal_hash: hex, "" when there is none. mark: "", `reprint_mark(n)`, `TRAINING` or `VOID`.
    standing: what has become of it since, as marks: `voided_mark(number)`, `REFUSED`.
    """

    provider_name: str
    settlement_number: str
    till_reference: str
    business_date: dt.date
    settled_at: dt.datetime
    operator: str
    patient_name: str
    patient_id: str
    balance_before: int | None = 0
    refund_at_bureau: bool = False
    journal_hash: str = ""
    mark: str = ""
    standing: tuple[str, ...] = ()
    center_amounts: str = ""
    stays_number: str = ""
    refunded: Refunded | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "patient_id", mask_id(self.patient_id))
