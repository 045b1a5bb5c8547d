"""Settling: the quoted split is worked out again on the same numbers and committed before anyone is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.center.fields import scheme_of
from terminal.counter.quote import Quote, clearing_class_of, split_of
from terminal.errors import Conflict, Refused
from terminal.journal.chain import digest
from terminal.journal.commit import Answer
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.journal.rows import ELECTRONIC
from terminal.settlement.bill import Bill
from terminal.settlement.codec import encode
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement


class Circumstances(Struct, frozen=True):
    """Who sells here and now: the operator, the business day, the till and its own reference for the sale.

    electronic: the receipt is not for paper.
    """

    operator: str
    business_day: dt.date
    till_reference: str = ""
    till: str = ""
    electronic: bool = False


def digest_of(*request: object) -> str:
    """What a key stands for: the digest of a request's parts."""
    return digest(encode(request))


def worked_out_again(quote: Quote, filled: Bill, law: Law, consent: bool) -> tuple[Bill, Settlement]:
    """The quote's bill and split as they come out now, with the patient's consent on the bill.

    filled: the bill as it would be quoted now. Raises Conflict `quote-changed` where anything moved since the quote,
    Refused `consent-needed`.
    """
    bill = msgspec.structs.replace(filled, consent=consent)
    settlement, found_hash = split_of(bill, law)
    if found_hash != quote.hash:
        raise changed()
    if settlement.out_of_catalogue > 0 and not consent:
        raise Refused(
            "consent-needed",
            "the bill holds items outside the catalogue; the patient must agree",
            "含医保目录外费用，须患者知情同意",
            "consent",
        )
    return bill, settlement


def record_of(
    quote: Quote,
    bill: Bill,
    settlement: Settlement,
    journal: Journal,
    law: Law,
    sale: Circumstances,
) -> SettlementRecord:
    """The settlement as the journal will keep it, under a fresh number. The law that it rests on is kept first."""
    files, now = law.rests_on(bill), journal.clock.now()
    journal.keep_law(files, now)
    return SettlementRecord(
        id=journal.next_settlement_number(sale.business_day),
        kind="settlement",
        business_day=sale.business_day,
        at=now,
        operator=sale.operator,
        provider_id=bill.provider.id,
        scheme=scheme_of(bill.policy),
        clearing_class=clearing_class_of(bill.service),
        person_number=quote.identification.person.person_number,
        till_reference=sale.till_reference,
        till=sale.till,
        bill=bill,
        settlement=settlement,
        pack_digest=files[0].digest,
        supplement_digests=[supplement.digest for supplement in files[1:]],
        electronic=sale.electronic,
        purse=quote.identification.purse,
        insured_place=quote.identification.person.insured_place,
        shown_as=quote.identification.shown_as,
    )


def commit(journal: Journal, center: CenterDesk, record: SettlementRecord, key: str, request_digest: str) -> bytes:
    """Make the settlement durable and return the stored answer."""
    message_id = center.new_message_id(record.provider_id)
    journal.commit_settlement(record, message_id, key, request_digest, answer_of(record))
    return stored(journal, key, request_digest)


def answer_of(record: SettlementRecord, told: Mapping[str, Any] | None = None) -> Answer:
    """The JSON that the till is answered, once and at every repeat of the key; `told`: what the center has said."""
    settlement = msgspec.Raw(encode(record.settlement))

    def answer(entry_hash: str) -> bytes:
        facts: dict[str, Any] = {
            "id": record.id,
            "state": "committed",
            "business_day": record.business_day,
            "at": record.at,
            "journal_hash": entry_hash,
            "upload": "queued",
            "print": ELECTRONIC if record.electronic else "queued",
        }
        facts |= told or {}
        if record.voids:
            facts["voids"] = record.voids
            facts |= {"account_refund": "bureau"} if was_paid_by_card(record) else {}
        return encode({**facts, "settlement": settlement})

    return answer


def was_paid_by_card(record: SettlementRecord) -> bool:
    """Whether the account's share came out of the purse on the card. Nothing here can put it back there: only the
    bureau's keys load a purse, so a void gives it back at the bureau."""
    return record.purse is not None and record.purse.debit is not None


def stored(journal: Journal, key: str, request_digest: str) -> bytes:
    """The answer as the journal has it: what is told is what is durable."""
    answer = journal.stored_answer(key, request_digest)
    assert answer is not None, "a commit stores its answer"
    return answer


def changed() -> Conflict:
    """The quote is not what would be settled now."""
    return Conflict(
        "quote-changed",
        "the split is no longer the one that was quoted; quote again and ask the patient again",
        "结算结果与预结算不一致，请重新预结算并请患者确认",
        "hash",
    )
