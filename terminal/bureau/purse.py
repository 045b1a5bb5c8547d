"""Accounts that lie on the card: the center pays a debit only against the card's own proof, and only once.

Its own figure for such an account is what it has loaded less what it has been shown; the card may hold less, where
another terminal has not sent its debits yet, or a void is to be given back here, and never more. What is wrong with a
card's counters does not stop a debit that is proved: it is listed for the auditor.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.bureau.asked import Denied, Work
from terminal.bureau.persons import Person
from terminal.bureau.purse_codes import transaction_code
from terminal.bureau.storage import Storage
from terminal.center.extension import DebitExtension, PurseExtension, SettleExtension
from terminal.money import format_fen
from terminal.settlement.result import Settlement


class PurseFinding(Struct, frozen=True):
    """Something for the auditor: debits first … last that no one has sent, or a counter that stands twice.

    purse: the card's serial number. settlements: the center's numbers of those around, or of the doubles.
    """

    kind: Literal["missing", "duplicate"]
    purse: str
    first: int
    last: int
    settlements: tuple[str, ...]


def with_purse(work: Work, person: Person, extension: SettleExtension) -> Person:
    """The person as the bill sees them: where the account lies on the card, with what the terminal found on it.

    Raises Denied: the card is another's, holds more than was ever loaded, or was not named; its debit was paid out
    before.
    """
    on_card = work.law.account_is_on_card(person.policy, extension.date)
    purse = extension.purse
    if purse is None:
        if on_card:
            raise Denied("purse: the account lies on the card, and the message names none")
        return person
    if not on_card:
        raise Denied("purse: the account of this policy does not lie on the card")
    if not person.purse_serial or purse.serial.upper() != person.purse_serial:
        raise Denied("purse.serial: not the card of this person")
    _refuse_paid_before(work.books.storage, purse)
    held_at_most = person.account.balance + _paid_later(work.books.storage, purse)
    if purse.balance > held_at_most:
        limit = format_fen(held_at_most)
        raise Denied(f"purse.balance: center {limit}, card {format_fen(purse.balance)}: more than was loaded")
    return msgspec.structs.replace(person, account=msgspec.structs.replace(person.account, balance=purse.balance))


def check_debit(work: Work, extension: SettleExtension, settlement: Settlement) -> None:
    """Raises Denied: the account's share is not proved, or proved wrongly."""
    purse = extension.purse
    if purse is None:
        return
    debit = purse.debit
    if debit is None:
        if settlement.account:
            raise Denied("purse.debit: the account's share was not debited")
        return
    if debit.amount != settlement.account:
        raise Denied(f"purse.amount: center {format_fen(settlement.account)}, card {format_fen(debit.amount)}")
    if not debit.tac:
        raise Denied("purse.tac: missing; bring the card's own log to the insurance office")
    if _code(work, purse, debit) != debit.tac.upper():
        raise Denied("purse.tac: wrong (TAC 校验失败), the card has not given it for this debit")


def keep_debit(storage: Storage, settlement_id: str, purse: PurseExtension | None) -> None:
    """Remember a debit that was paid out; one of nothing is none."""
    if purse is None or purse.debit is None:
        return
    debit = purse.debit
    storage.change(
        "INSERT INTO purse_debits VALUES (?, ?, ?, ?, ?, ?)",
        settlement_id,
        purse.serial.upper(),
        debit.counter,
        debit.terminal_number.upper(),
        debit.terminal_counter,
        int(debit.amount),
    )


def findings(storage: Storage) -> list[PurseFinding]:
    """Every gap and every double in the counters of the cards, by card and counter. A gap may still be filled: by a
    terminal that has not sent its day yet."""
    rows = storage.rows(
        "SELECT p.purse, p.counter, p.settlement_id FROM purse_debits p"
        " JOIN settlements s ON s.settlement_id = p.settlement_id WHERE s.state <> 'reversed'"
        " ORDER BY p.purse, p.counter, s.number"
    )
    seen: dict[str, dict[int, list[str]]] = {}
    for row in rows:
        seen.setdefault(row["purse"], {}).setdefault(row["counter"], []).append(row["settlement_id"])
    found = []
    for purse, counters in seen.items():
        for counter, settlements in counters.items():
            if len(settlements) > 1:
                found.append(PurseFinding("duplicate", purse, counter, counter, tuple(settlements)))
        for before, after in pairwise(counters):
            if after > before + 1:
                around = (counters[before][-1], counters[after][0])
                found.append(PurseFinding("missing", purse, before + 1, after - 1, around))
    return sorted(found, key=lambda one: (one.purse, one.first))


def _refuse_paid_before(storage: Storage, purse: PurseExtension) -> None:
    debit = purse.debit
    if debit is None:
        return
    used = storage.rows(
        "SELECT p.settlement_id FROM purse_debits p JOIN settlements s ON s.settlement_id = p.settlement_id"
        " WHERE p.purse = ? AND p.terminal_number = ? AND p.terminal_counter = ? AND s.state <> 'reversed'",
        purse.serial.upper(),
        debit.terminal_number.upper(),
        debit.terminal_counter,
    )
    if used:
        raise Denied(f"purse.tac: paid out before, as {used[0]['settlement_id']}")


def _paid_later(storage: Storage, purse: PurseExtension) -> int:
    """What the card has paid after this bill and the center was shown before it, in fen: of terminals that were faster.
    A bill without a debit has no place among them, and all count."""
    (row,) = storage.rows(
        "SELECT sum(p.amount) AS paid FROM purse_debits p JOIN settlements s ON s.settlement_id = p.settlement_id"
        " WHERE p.purse = ? AND p.counter > ? AND s.state = 'booked'",
        purse.serial.upper(),
        purse.debit.counter if purse.debit else -1,
    )
    return int(row["paid"] or 0)


def _code(work: Work, purse: PurseExtension, debit: DebitExtension) -> str:
    try:
        return transaction_code(work.tac_master_key, purse.serial, debit)
    except (ValueError, OverflowError):
        raise Denied("purse.debit: not in the form of a card's debit") from None
