"""2102: the center works the settlement out from its own data, compares every amount, and books it or says
no.

Compared are all amounts of the bill, field by field; not the balance after it, which another counter may have
moved without touching this bill.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from terminal.bureau.accounts import Entry, note_entry
from terminal.bureau.asked import Denied, Work
from terminal.bureau.bookings import Booked
from terminal.bureau.persons import Person
from terminal.bureau.purse import check_debit, keep_debit, with_purse
from terminal.bureau.rebuild import read_settle_extension, rebuild_bill
from terminal.bureau.registration import refuse_another_holder
from terminal.bureau.runs import in_runs
from terminal.bureau.setlinfo import settled_nodes
from terminal.center import fields
from terminal.center.amounts import amounts_of, differences, read_amounts, written
from terminal.center.envelope import text_of
from terminal.center.extension import SettleExtension
from terminal.money import Fen
from terminal.settlement.accumulate import with_pending
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

Extended = tuple[Work, SettleExtension]

CLOSED_WORDS = {"sealed": "已封存", "closed": "已注销", "lost": "已挂失", "frozen": "已冻结"}
"""What a refusal says of an account that does not pay."""


class Claimed(NamedTuple):
    """A settlement that somebody claims, and what the center makes of it."""

    work: Work
    extension: SettleExtension
    person: Person
    bill: Bill
    settlement: Settlement


def settle(work: Work) -> dict[str, Any]:
    """Book one settlement: accumulators and balance move with it.

    Raises Denied naming the field that differs.
    """
    return settle_all([work])[0]


def settle_all(works: Sequence[Work]) -> list[dict[str, Any]]:
    """As `settle`, of several that are not one message; those of different persons and cards side by side."""
    extended = [(work, read_settle_extension(work.asked)) for work in works]
    return [nodes for run in in_runs(extended, _touched) for nodes in _settled(run)]


def pre_settle(work: Work) -> dict[str, Any]:
    """2101: the split as it would be booked now; nothing is. Raises Denied where the bill cannot be settled."""
    [claimed] = _worked_out([(work, read_settle_extension(work.asked))])
    [booked] = _booked([claimed])
    account = msgspec.structs.replace(claimed.person.account, balance=claimed.settlement.account_balance)
    after = msgspec.structs.replace(claimed.person, account=account)
    nodes = settled_nodes(booked, after, written(amounts_of(claimed.settlement)))
    del nodes["setlinfo"]["setl_id"]
    return nodes


def _touched(extended: Extended) -> set[Hashable]:
    work, extension = extended
    purse = () if extension.purse is None else (extension.purse.serial.upper(),)
    return {_person_number(work), *purse}


def _settled(run: Sequence[Extended]) -> list[dict[str, Any]]:
    """Book settlements of different persons and cards; the nodes of their answers."""
    all_claimed = _worked_out(run)
    amounts = [written(amounts_of(claimed.settlement)) for claimed in all_claimed]
    _refuse_closed(run)
    for claimed, own_amounts in zip(all_claimed, amounts, strict=True):
        _check(claimed, own_amounts)
    persons = [move(one.work, one.person, one.bill, one.settlement, +1) for one in all_claimed]
    all_booked = _booked(all_claimed)
    run[0][0].books.book(all_booked)
    for claimed, booked in zip(all_claimed, all_booked, strict=True):
        keep_debit(claimed.work.books.storage, booked.settlement_id, claimed.extension.purse)
    return [settled_nodes(*one) for one in zip(all_booked, persons, amounts, strict=True)]


def _worked_out(run: Sequence[Extended]) -> list[Claimed]:
    known = run[0][0].books.persons_of([_person_number(work) for work, _ in run])
    persons = [_insured(work, known.get(_person_number(work))) for work, _ in run]
    bills = [_rebuilt(*one) for one in zip(run, persons, strict=True)]
    settlements = [work.law.settle(bill) for (work, _), bill in zip(run, bills, strict=True)]
    columns = zip(run, persons, bills, settlements, strict=True)
    return [Claimed(*extended, person, bill, settlement) for extended, person, bill, settlement in columns]


def _person_number(work: Work) -> str:
    return text_of(work.asked.row("druginfo").get("psn_no"))


def _insured(work: Work, person: Person | None) -> Person:
    if person is None:
        raise Denied("psn_no: 查无此人 (no such insured person)")
    refuse_another_holder(work.asked.row("druginfo"), person)
    if text_of(work.asked.row("druginfo").get("insutype")) != _insurance_type(person):
        raise Denied(f"insutype: center {_insurance_type(person)}")
    return person


def _rebuilt(extended: Extended, person: Person) -> Bill:
    work, extension = extended
    provider = work.books.providers[work.asked.provider_id].facts
    return rebuild_bill(work.asked, extension, with_purse(work, person, extension), provider)


def _refuse_closed(run: Sequence[Extended]) -> None:
    books = run[0][0].books
    for provider_id, day in {(work.asked.provider_id, extension.business_day) for work, extension in run}:
        if books.is_closed(provider_id, day):
            raise Denied(f"business day {day}: 本日已关账 (day closed at the center)")


def _check(claimed: Claimed, amounts: Mapping[str, str]) -> None:
    """Raises Denied: its amounts are others, or something is missing that its payment rests on."""
    work, extension, person, bill, settlement = claimed
    if amounts != extension.amounts:
        _refuse_differences(person, settlement, extension)
    check_debit(work, extension, settlement)
    if settlement.out_of_catalogue and not bill.consent:
        raise Denied("consent: something lies outside the catalogue, and the patient's consent is missing")


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
    return _settlement_number(work, work.books.next_number("settlements"))


def _settlement_number(work: Work, running: int) -> str:
    day = work.now.date().isoformat().replace("-", "")
    return f"{work.asked.area_code:0<6.6}{day}{running:010d}"


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


def _booked(all_claimed: Sequence[Claimed]) -> list[Booked]:
    numbers = all_claimed[0].work.books.next_numbers("settlements", len(all_claimed))
    return [_row(*one) for one in zip(all_claimed, numbers, strict=True)]


def _row(claimed: Claimed, running: int) -> Booked:
    work, extension, person, bill, settlement = claimed
    number = _settlement_number(work, running)
    return Booked(
        settlement_id=number,
        visit_id=text_of(work.asked.row("druginfo").get("mdtrt_id")) or f"M{number}",
        message_id=work.asked.message_id,
        provider_id=work.asked.provider_id,
        person_number=person.person_number,
        insurance_type=_insurance_type(person),
        clearing_type=fields.CLEARING_CLASSES[extension.clearing_class],
        agency=person.clearing_agency or work.asked.area_code,
        business_day=extension.business_day,
        booked_at=work.now,
        credential_kind=text_of(work.asked.row("druginfo").get("mdtrt_cert_type")),
        sign=1,
        original="",
        bill=bill,
        settlement=settlement,
        journal_hash=extension.journal_hash,
        journal_head=extension.journal_head,
    )


def _insurance_type(person: Person) -> str:
    return fields.INSURANCE_TYPES[fields.scheme_of(person.policy)]
