"""2102: the center works the settlement out from its own data, compares every amount, and books it or says
no.

Compared are all amounts of the bill, field by field; not the balance after it, which another counter may have
moved without touching this bill.
"""

from __future__ import annotations

from typing import Any

import msgspec

from terminal.bureau.accounts import Entry, note_entry
from terminal.bureau.asked import Denied, Work
from terminal.bureau.books import Booked
from terminal.bureau.persons import Person
from terminal.bureau.purse import check_debit, keep_debit, with_purse
from terminal.bureau.rebuild import read_settle_extension, rebuild_bill
from terminal.bureau.setlinfo import settled_nodes
from terminal.center import fields
from terminal.center.amounts import amounts_of, differences, read_amounts, written
from terminal.center.envelope import text_of
from terminal.center.extension import SettleExtension
from terminal.money import Fen
from terminal.settlement.accumulate import with_pending
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

CLOSED_WORDS = {"sealed": "已封存", "closed": "已注销", "lost": "已挂失", "frozen": "已冻结"}
"""What a refusal says of an account that does not pay."""


def settle(work: Work) -> dict[str, Any]:
    """Book one settlement: accumulators and balance move with it.

    Raises Denied naming the field that differs.
    """
    extension, person, bill, settlement = _worked_out(work)
    if work.books.is_closed(work.asked.provider_id, extension.business_day):
        raise Denied(f"business day {extension.business_day}: 本日已关账 (day closed at the center)")
    amounts = written(amounts_of(settlement))
    if amounts != extension.amounts:
        _refuse_differences(person, settlement, extension)
    check_debit(work, extension, settlement)
    if settlement.out_of_catalogue and not bill.consent:
        raise Denied("consent: something lies outside the catalogue, and the patient's consent is missing")
    person = move(work, person, bill, settlement, +1)
    booked = _booked(work, person, extension, bill, settlement)
    work.books.book(booked)
    keep_debit(work.books.storage, booked.settlement_id, extension.purse)
    return settled_nodes(booked, person, amounts)


def pre_settle(work: Work) -> dict[str, Any]:
    """2101: the split as it would be booked now; nothing is. Raises Denied where the bill cannot be settled."""
    extension, person, bill, settlement = _worked_out(work)
    account = msgspec.structs.replace(person.account, balance=settlement.account_balance)
    booked = _booked(work, person, extension, bill, settlement)
    after = msgspec.structs.replace(person, account=account)
    nodes = settled_nodes(booked, after, written(amounts_of(settlement)))
    del nodes["setlinfo"]["setl_id"]
    return nodes


def _worked_out(work: Work) -> tuple[SettleExtension, Person, Bill, Settlement]:
    extension = read_settle_extension(work.asked)
    person = work.books.person(text_of(work.asked.row("druginfo").get("psn_no")))
    if person is None:
        raise Denied("psn_no: 查无此人 (no such insured person)")
    if text_of(work.asked.row("druginfo").get("insutype")) != _insurance_type(person):
        raise Denied(f"insutype: center {_insurance_type(person)}")
    provider = work.books.providers[work.asked.provider_id].facts
    bill = rebuild_bill(work.asked, extension, with_purse(work, person, extension), provider)
    settlement = work.law.settle(bill)
    return extension, person, bill, settlement


def move(work: Work, person: Person, bill: Bill, settlement: Settlement, sign: int) -> Person:
    """Add a settlement to the person's year and balance (+1), or take it out again (-1), and keep it."""
    before = person.year_in(bill.date.year)
    year, balance = with_pending(before, person.account.balance, [(bill, settlement, sign)])
    account = msgspec.structs.replace(person.account, balance=balance)
    moved = msgspec.structs.replace(person.with_year(bill.date.year, year), account=account)
    if moved != person:
        work.books.keep_person(moved)
    if change := balance - person.account.balance:
        entry = Entry(work.now, "settlement", work.asked.message_id, Fen(change), Fen(balance), work.asked.infno)
        note_entry(work.books, person.person_number, entry)
    return moved


def new_number(work: Work) -> str:
    """A fresh `setl_id`: place of care, day, running number."""
    day = work.now.date().isoformat().replace("-", "")
    return f"{work.asked.area_code:0<6.6}{day}{work.books.next_number('settlements'):010d}"


def _refuse_differences(person: Person, settlement: Settlement, extension: SettleExtension) -> None:
    try:
        found = differences(amounts_of(settlement), read_amounts(extension.amounts))
    except ValueError as error:
        raise Denied(f"amounts.{error}") from None
    absent = [name for name in fields.SUM_FIELDS if name not in extension.amounts]
    if absent:
        raise Denied(f"amounts: {absent[0]} is missing")
    if found and person.account.status in CLOSED_WORDS and any(text.startswith("acct_pay") for text in found):
        found.insert(0, f"个人账户{CLOSED_WORDS[person.account.status]} {person.account_reason}".strip())
    if found:
        raise Denied("; ".join(found))


def _booked(work: Work, person: Person, extension: SettleExtension, bill: Bill, settlement: Settlement) -> Booked:
    number = new_number(work)
    return Booked(
        settlement_id=number,
        visit_id=text_of(work.asked.row("druginfo").get("mdtrt_id")) or f"M{number}",
        message_id=work.asked.message_id,
        provider_id=work.asked.provider_id,
        person_number=person.person_number,
        insurance_type=_insurance_type(person),
        clearing_type=fields.CLEARING_CLASSES[extension.clearing_class],
        agency=work.asked.area_code,
        business_day=extension.business_day,
        booked_at=work.now,
        sign=1,
        original="",
        bill=bill,
        settlement=settlement,
        journal_hash=extension.journal_hash,
        journal_head=extension.journal_head,
    )


def _insurance_type(person: Person) -> str:
    return fields.INSURANCE_TYPES[fields.scheme_of(person.policy)]
