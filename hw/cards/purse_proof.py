"""What became of a debit whose answer was lost: asked of the card itself, by its balance, its log and its proof.

Promises: changes nothing on the card; says `DONE` or `NOT_DONE` only where balance, log and proof leave no other
reading, because a card uses each value of its counter once; everything else is `UNKNOWN`, a case for people.
"""

from __future__ import annotations

from hw.apdu import STATUS_OK, STATUS_RECORD_MISSING, Channel, Command
from hw.cards.dialects import Dialect
from hw.cards.purse_records import LOG_RECORDS_MAX, balance_of, log_entry, purse_error
from hw.purse_port import DebitIntent, DebitOutcome, DebitProof, DebitState, PurseLogEntry

_DEBIT_TYPES = (0x03, 0x04, 0x05, 0x06, 0x09)
"""Transactions that use the debit counter; loads have a counter of their own (JR/T 0025)."""


def read_log(channel: Channel, records_max: int = LOG_RECORDS_MAX) -> tuple[PurseLogEntry, ...]:
    """The card's own log, newest first. One command a record. Raises DeviceError."""
    entries: list[PurseLogEntry] = []
    for number in range(1, records_max + 1):
        response = channel.exchange(Command(0x00, 0xB2, number, 0xC4, expected_length=23))
        if response.status == STATUS_RECORD_MISSING:
            break
        if response.status != STATUS_OK:
            raise purse_error(response, f"log record {number}")
        if not any(response.data):
            break  # A card that has never been used gives blank records instead of none.
        entries.append(log_entry(response.data))
    return tuple(entries)


def outcome_of(channel: Channel, dialect: Dialect, intent: DebitIntent) -> DebitOutcome:
    """The outcome of the intent, as its card tells it now: three commands where nothing else happened since.

    Raises DeviceError when the card leaves or answers nonsense: ask again.
    """
    balance_fen = balance_of(channel.exchange(dialect.balance))
    proof = _ask_proof(channel, dialect, intent)
    newest = read_log(channel, 1)
    untouched = balance_fen == intent.balance_before_fen
    debited = balance_fen == intent.balance_before_fen - intent.amount_fen
    if newest and _is_of(newest[0], intent):
        return _done(proof, balance_fen) if debited else _unknown("contradiction", "logged, balance disagrees")
    if proof is not None and not newest:
        return _done(proof, balance_fen) if debited else _unknown("contradiction", "proved, balance disagrees")
    return _from_whole_log(read_log(channel), proof, intent, balance_fen, untouched)


def _from_whole_log(
    entries: tuple[PurseLogEntry, ...],
    proof: DebitProof | None,
    intent: DebitIntent,
    balance_fen: int,
    untouched: bool,
) -> DebitOutcome:
    """The newest transaction is not this debit: it never was, or the card has been used since."""
    debits = [entry for entry in entries if entry.transaction_type in _DEBIT_TYPES]
    same_counter = [entry for entry in debits if entry.counter == intent.counter + 1]
    if any(_is_of(entry, intent) for entry in same_counter):
        return _done(proof, balance_fen)
    if same_counter and all(_is_another(entry, intent) for entry in same_counter):
        # What the card may have proved is that other debit: its proofs are named by the counter alone.
        return DebitOutcome(DebitState.NOT_DONE, "not-debited", "another debit used its counter")
    if same_counter:
        return _unknown("contradiction", "its counter is logged with only some of its facts")
    if proof is not None:
        return _unknown("contradiction", "proved, but the log does not know it")
    if any(entry.counter > intent.counter + 1 for entry in debits):
        return _unknown("used-elsewhere", "the log has moved on past this debit")
    if not untouched and not _loaded_since(entries, intent):
        return _unknown("contradiction", "not proved, not logged, but the balance has changed")
    return DebitOutcome(DebitState.NOT_DONE, "not-debited", "the card's counter has not moved")


def _loaded_since(entries: tuple[PurseLogEntry, ...], intent: DebitIntent) -> bool:
    """Whether the newest transaction is a load at or after the moment of the intent: it explains another balance."""
    return bool(entries) and entries[0].transaction_type not in _DEBIT_TYPES and entries[0].moment >= intent.moment


def _ask_proof(channel: Channel, dialect: Dialect, intent: DebitIntent) -> DebitProof | None:
    """GET TRANSACTION PROVE (805A) with the counter as the debit would have left it: MAC2, then TAC."""
    if dialect.proof is None:
        return None
    ask, counter = dialect.proof, (intent.counter + 1).to_bytes(2, "big")
    response = channel.exchange(Command(ask.cla, ask.ins, ask.p1, ask.p2, data=counter))
    if response.status != STATUS_OK or len(response.data) != 8:
        return None
    return DebitProof(response.data[4:].hex().upper(), response.data[:4].hex().upper(), mac2_verified=False)


def _is_of(entry: PurseLogEntry, intent: DebitIntent) -> bool:
    return (
        entry.counter == intent.counter + 1
        and entry.amount_fen == intent.amount_fen
        and entry.transaction_type == intent.transaction_type
        and entry.terminal_number == intent.terminal_number
        and entry.moment == intent.moment
    )


def _is_another(entry: PurseLogEntry, intent: DebitIntent) -> bool:
    """Whether moment, terminal and amount tell of another debit: a fact that differs alone may be a record gone bad."""
    differs = (
        entry.moment != intent.moment,
        entry.terminal_number != intent.terminal_number,
        entry.amount_fen != intent.amount_fen,
    )
    return sum(differs) > 1


def _done(proof: DebitProof | None, balance_fen: int) -> DebitOutcome:
    kept = proof or DebitProof("", "", mac2_verified=False)
    return DebitOutcome(DebitState.DONE, "debited", "by the card's own record", kept, balance_fen)


def _unknown(reason: str, detail: str) -> DebitOutcome:
    return DebitOutcome(DebitState.UNKNOWN, reason, detail)
