"""What a card has paid and the center will not book: the holder's money, which only the insurance office can give back.

Promises: each is listed with its proof, whatever becomes of the settlement here and of its day, until an operator says
that the office has settled it; who said so is journalled among the repairs of the settlement's day.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from terminal.counter import said
from terminal.counter.difference import Difference, of_record
from terminal.errors import Missing
from terminal.journal.journal import Journal
from terminal.journal.progress import CARD_PAID
from terminal.journal.purse_records import PurseDebit, PurseProof
from terminal.journal.records import SettlementRecord


class RefusedDebit(Struct, frozen=True, kw_only=True):
    """One such debit: the settlement, whether it is taken back here, and what proves the debit to the office.

    patient: the holder's name. serial: the purse's number on the card, whole.
    """

    settlement_id: str
    patient: str
    taken_back: bool
    serial: str
    debit: PurseDebit
    proof: PurseProof


def refused_debits(journal: Journal) -> list[RefusedDebit]:
    """All that no operator has called settled, oldest first."""
    return [_listed(journal.settlement(number)) for number in journal.refused_debits()]


def confirm_refused_debit(journal: Journal, settlement_id: str, operator: str) -> None:
    """The insurance office has settled it, by the operator's word. Raises Missing `no-such-debit`: it is not listed."""
    with journal.writing():
        if settlement_id not in journal.refused_debits():
            message = "no debit of this number waits for the insurance office"
            raise Missing("no-such-debit", message, "没有该笔待经办机构处理的卡内扣款")
        day = journal.settlement(settlement_id).business_day
        journal.note_repair(day, f"{CARD_PAID}{settlement_id}", "none", operator, journal.clock.now())


def left_by_refusals(journal: Journal, records: Sequence[SettlementRecord]) -> list[Difference]:
    """Of these records, those taken back here whose card has paid: named by the day's report, which they keep open no
    longer.
    """
    waiting = set(journal.refused_debits())
    return [
        of_record(f"{CARD_PAID}{one.id}", "card-paid", "none", said.CARD_PAID, one)
        for one in records
        if one.id in waiting and one.state == "voided"
    ]


def _listed(record: SettlementRecord) -> RefusedDebit:
    assert record.purse is not None, "its purse was debited"
    assert record.purse.debit is not None, "its purse was debited"
    return RefusedDebit(
        settlement_id=record.id,
        patient=record.bill.patient.name,
        taken_back=record.state == "voided",
        serial=record.purse.card.serial,
        debit=record.purse.debit,
        proof=record.purse_proof or PurseProof(),
    )
