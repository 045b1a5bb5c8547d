"""What the center is told of the purse on the card: what it held, and the debit with the card's proof."""

from __future__ import annotations

from terminal.center.extension import DebitExtension, PurseExtension
from terminal.journal.records import SettlementRecord
from terminal.money import Fen


def purse_extension(record: SettlementRecord) -> PurseExtension | None:
    """The purse of a settlement, or None where its account does not lie on the card.

    Before the card has paid (2101) there is no debit yet; after it, the counter is the card's own after the debit.
    """
    purse, proof = record.purse, record.purse_proof
    if purse is None:
        return None
    debit = None
    if purse.debit is not None and proof is not None:
        told = purse.debit
        debit = DebitExtension(
            amount=Fen(told.amount_fen),
            counter=told.counter + 1,
            terminal_number=told.terminal_number,
            terminal_counter=told.terminal_counter,
            transaction_type=told.transaction_type,
            moment=told.moment,
            tac=proof.tac,
        )
    return PurseExtension(serial=purse.card.serial, balance=Fen(purse.balance_before_fen), debit=debit)
