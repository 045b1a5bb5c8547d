"""What the center refused and still stands here."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.counter import said
from terminal.counter.difference import Action, Difference
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord


def refused_matters(journal: Journal, records: Sequence[SettlementRecord]) -> list[Difference]:
    """What the center refused and still stands here: a settlement is to be taken back; a void, whose money is given
    back already, is to be sent again.
    """
    paid = journal.refused_debits()
    return [
        _refused(one, one.id in paid)
        for one in records
        if one.upload_state == "refused" and not journal.refusal_is_over(one.id)
    ]


def _refused(record: SettlementRecord, card_has_paid: bool) -> Difference:
    action: Action = "send-again" if record.voids else "void-here"
    text = said.VOID_REFUSED if record.voids else said.REFUSED_AND_CARD_PAID if card_has_paid else said.REFUSED
    return Difference(
        id=f"refused:{record.id}",
        cause="refused",
        between="center",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=record.id,
        provider_id=record.provider_id,
        terminal_total_fen=record.sign * int(record.settlement.total),
    )
