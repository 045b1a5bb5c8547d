"""What the journal hands out: settlements, messages on their way to the center, print jobs, day totals.

Plain immutable values. The journal knows the types of a bill and a settlement and no rule of the law.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct, structs

from terminal.journal.purse_records import PurseProof, PurseUse
from terminal.money import Fen
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

RecordKind = Literal["settlement", "void"]
SettlementState = Literal["prepared", "debiting", "authorising", "committed", "abandoned", "voided"]
UploadState = Literal["queued", "sent", "accepted", "refused", "unknown", "parked"]
ToldState = UploadState | Literal["none", "reversing"]
Transaction = Literal["reverse", "settle", "void"]
DayState = Literal["open", "frozen", "sealed"]
PrintState = Literal["queued", "printing", "printed"]
Scheme = Literal["employee", "resident"]
ClearingClass = Literal["inpatient", "outpatient", "pharmacy"]


class ShownAs(Struct, frozen=True, omit_defaults=True):
    """A card by its number and identification code, or an e-credential's code: what the center is told was shown."""

    kind: Literal["card", "qr"]
    number: str
    card_identification: str = ""

    def __repr__(self) -> str:
        # It must never reach a log, not even through a stray repr.
        return f"ShownAs({self.kind!r})"


class SettlementRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One settlement, or one void with the bill and the settlement of the one that it takes back.

    The fields down to `shown_as` are written once and are part of the hash chain; the last six are what has become
    of it since. `till`: the name of the till that asked for it; "" where none was known. purse: where the account lies
    on the card; of a void, as of the settlement that it takes back. electronic: the receipt was taken without paper.
    insured_place: the division where the person was insured then; "" where none was told, and in entries of old.
    stays_after: of what stays behind a refund by line, the number of the void before it; "" in entries of old.
    shown_as: None where the center is told the identity number, and in entries of old.
    upload_state: of the message that tells the center of it; `none` where there is none: it was abandoned, or waits for
    its card, or for the center's word. `reversing`: it was abandoned, and what the center may have of it is undone.
    `center_references` are the center's own numbers, opaque to the journal.
    """

    id: str
    kind: RecordKind
    business_day: dt.date
    at: dt.datetime
    operator: str
    provider_id: str
    scheme: Scheme
    clearing_class: ClearingClass
    person_number: str
    bill: Bill
    settlement: Settlement
    till_reference: str = ""
    till: str = ""
    voids: str = ""
    reason: str = ""
    pack_digest: str = ""
    supplement_digests: list[str] = []
    purse: PurseUse | None = None
    electronic: bool = False
    insured_place: str = ""
    stays_after: str = ""
    shown_as: ShownAs | None = None
    state: SettlementState = "committed"
    voided_by: str = ""
    entry_hash: str = ""
    center_references: dict[str, str] = {}
    upload_state: ToldState = "none"
    purse_proof: PurseProof | None = None

    @property
    def sign(self) -> Literal[1, -1]:
        """How the amounts count in a total: a void counts negative."""
        return -1 if self.kind == "void" else 1


class QueuedMessage(Struct, frozen=True, kw_only=True):
    """One message of the outbox. `attempts` counts the times it was sent; `request` is what was sent last.

    sent_as: the id on the wire where the first one was undone and a new one took its place; else "".
    undoes, undoes_transaction: of a reversal, the id on the wire and the transaction that it takes back.
    """

    message_id: str
    transaction: Transaction
    settlement_id: str
    state: UploadState
    attempts: int
    first_queued_at: dt.datetime
    next_attempt_at: dt.datetime
    reason: str
    request: bytes = b""
    answer: bytes = b""
    sent_as: str = ""
    undoes: str = ""
    undoes_transaction: Literal["", "settle", "void"] = ""

    @property
    def wire_id(self) -> str:
        """The id under which the center gets it."""
        return self.sent_as or self.message_id


class CenterSums(Struct, frozen=True, kw_only=True):
    """The center's own sums of one settlement, in fen, kept as returned: total = the four others."""

    total: Fen
    fund_total: Fen
    provider_borne: Fen
    account: Fen
    cash: Fen


class LastWord(Struct, frozen=True):
    """The center's last word on one message, with the bytes of its answer.

    accepted: `references` are its numbers for it, `sums` its own amounts, kept beside ours. refused: with its reason.
    """

    message_id: str
    state: Literal["accepted", "refused"]
    answer: bytes
    references: dict[str, str] = {}
    reason: str = ""
    sums: CenterSums | None = None


class Intent(Struct, frozen=True, kw_only=True):
    """What was about to be asked of the center when it was written: the record and the id of its message."""

    record: SettlementRecord
    message_id: str
    request: bytes


class PrintJob(Struct, frozen=True, kw_only=True):
    """One document to print. `copy` 0 is the first print; `repeat`: a part may be on paper already.

    document: `settlement`, `void`, `day`, `month`, `doctor` or `test`; subject: the settlement's number, the day, the
    month, the report's entry, or the moment at which a test page was asked for.
    """

    id: int
    document: str
    subject: str
    copy: int
    state: PrintState
    repeat: bool
    attempts: int
    queued_at: dt.datetime
    next_attempt_at: dt.datetime
    why: str


class Whereabouts(Struct, frozen=True, kw_only=True):
    """What the center has said so far of one settlement or void, without its amounts.

    doubted: its answer was once missing, or the center has other amounts for it, or for what it takes back.
    """

    provider_id: str
    scheme: Scheme
    clearing_class: ClearingClass
    business_day: dt.date
    upload_state: UploadState
    center_references: dict[str, str]
    doubted: bool


class GroupTotals(Struct, frozen=True, kw_only=True):
    """One line of the day's reconciliation, in fen.

    `count` settlements and `void_count` voids; voids are negative. agency: the one that clears it, "" where all are
    taken together.

    total = fund_total + provider_borne + account + cash.
    """

    provider_id: str
    scheme: Scheme
    clearing_class: ClearingClass
    count: int
    void_count: int
    total: Fen
    fund_total: Fen
    account: Fen
    cash: Fen
    provider_borne: Fen
    agency: str = ""

    @classmethod
    def of_nothing(
        cls, provider_id: str, scheme: Scheme, clearing_class: ClearingClass, agency: str = ""
    ) -> GroupTotals:
        """A group in which nothing stands."""
        return cls(
            provider_id=provider_id,
            scheme=scheme,
            clearing_class=clearing_class,
            count=0,
            void_count=0,
            agency=agency,
            total=Fen(0),
            fund_total=Fen(0),
            account=Fen(0),
            cash=Fen(0),
            provider_borne=Fen(0),
        )

    def emptied(self) -> GroupTotals:
        """The same group with nothing in it."""
        return GroupTotals.of_nothing(self.provider_id, self.scheme, self.clearing_class, self.agency)

    def plus(self, other: GroupTotals, times: Literal[1, -1] = 1) -> GroupTotals:
        """This group with (1) or without (-1) what stands in another one."""
        numbers = ("count", "void_count", *CenterSums.__struct_fields__)
        return structs.replace(self, **{name: getattr(self, name) + times * getattr(other, name) for name in numbers})

    def of_one(self, sign: Literal[1, -1], sums: CenterSums) -> GroupTotals:
        """The same group with one settlement (sign 1) or void (-1) in it."""
        amounts = {name: Fen(sign * getattr(sums, name)) for name in CenterSums.__struct_fields__}
        return structs.replace(self, count=int(sign == 1), void_count=int(sign == -1), **amounts)
