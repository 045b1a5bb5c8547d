"""Personal accounts: credited each month, with interest, sealed and opened again, closed and inherited.

Every movement is a row of its own with the balance after it, in one transaction with the person's new state. A month is
credited once, and its interest paid in once, however often it is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.bureau.account_law import WHOLE, AccountLaw, Credit, NotOnFile, last_day_of, rounded
from terminal.bureau.books import Books
from terminal.bureau.persons import Person
from terminal.errors import Conflict, Missing, Refused
from terminal.money import Fen, format_fen
from terminal.settlement.bill import Account

EntryKind = Literal["credit", "interest", "settlement", "inherited", "paid-out", "to-pool"]
NOT_PAID_IN = {"arrears": "欠费", "suspended": "停保", "none": "未参保"}
"""Entitlements under which no contribution came in, so that nothing is credited."""


AmountOf = Callable[[Person], Credit]
"""What a person gets for a month. Raises Refused."""


class Entry(Struct, frozen=True):
    """One movement: amount and balance after it in fen. period: the month or message that it belongs to."""

    at: dt.datetime
    kind: EntryKind
    period: str
    amount: Fen
    balance: Fen
    cite: str


class Run(Struct, frozen=True):
    """What a monthly run did: how many accounts, the sum in fen, and whom it passed over, with the reason."""

    accounts: int
    total: Fen
    passed_over: Mapping[str, str]


def move_account(books: Books, person: Person, entry: Entry) -> Person:
    """Write one movement and the person's new balance; inside a transaction."""
    account = msgspec.structs.replace(person.account, balance=entry.balance)
    moved = msgspec.structs.replace(person, account=account)
    books.keep_person(moved)
    note_entry(books, person.person_number, entry)
    return moved


def note_entry(books: Books, person_number: str, entry: Entry) -> None:
    """Write one movement whose balance stands already; inside a transaction."""
    books.storage.change(
        "INSERT INTO account_entries (person_number, at, kind, period, amount, balance, cite)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(person_number, entry.at.isoformat(), entry.kind, entry.period, entry.amount, entry.balance, entry.cite),
    )


def entries_of(books: Books, person_number: str) -> list[Entry]:
    """Every movement of a person's account, oldest first."""
    found = books.storage.rows("SELECT * FROM account_entries WHERE person_number = ? ORDER BY number", person_number)
    return [
        Entry(
            dt.datetime.fromisoformat(row["at"]),
            row["kind"],
            row["period"],
            Fen(row["amount"]),
            Fen(row["balance"]),
            row["cite"],
        )
        for row in found
    ]


def credit_month(books: Books, law: AccountLaw, month: dt.date, now: dt.datetime) -> Run:
    """Credit every open account for the month that begins on `month`.

    All or nothing, but for who lacks a value of their own: they are passed over, and credited by a later run once it is
    on file. Raises Refused: a month to come, or a value that neither the decree nor the bureau gives.
    """
    if month > now.date():
        raise Refused("month-to-come", f"{month:%Y-%m} has not begun", f"{month:%Y-%m} 尚未开始", "month")
    with books.transaction():
        return _monthly(books, "credit", month, now, lambda person: law.credit(person, month))


def pay_interest(books: Books, law: AccountLaw, month: dt.date, now: dt.datetime) -> Run:
    """Pay in the interest of a month that is over: each day's closing balance at that day's rate, rounded once.

    Sealed accounts go on bearing interest. All or nothing. Raises Refused: not over, or no rate was supplied.
    """
    if last_day_of(month) >= now.date():
        raise Refused("month-not-over", f"{month:%Y-%m} is not over", f"{month:%Y-%m} 尚未结束", "month")
    with books.transaction():
        return _monthly(books, "interest", month, now, lambda person: _interest(books, law, person, month))


def seal_account(books: Books, person_number: str, reason: str) -> Account:
    """Seal an open account (military service, study, abroad, imprisonment, missing): it pays nothing meanwhile.

    Raises Missing, Conflict where it is not open.
    """
    return _turned(books, person_number, "open", "sealed", reason)


def open_account(books: Books, person_number: str, reason: str) -> Account:
    """Open a sealed account again. Raises Missing, Conflict where it is not sealed."""
    return _turned(books, person_number, "sealed", "open", reason)


def close_account(
    books: Books, person_number: str, reason: str, heirs: Mapping[str, int], paid_out: int, now: dt.datetime
) -> Account:
    """Close an account for good. What is left goes to insured heirs (person number -> fen) and, outside insurance, is
    paid out (`paid_out`, fen); with neither it falls to the pool.

    Raises Missing, Conflict (closed already), Refused where the shares are not the balance.
    """
    with books.transaction():
        person = _known(books, person_number)
        if person.account.status == "closed":
            raise Conflict("account-closed", "this account is closed already", "个人账户已注销", "account")
        _refuse_shares(person, heirs, paid_out)
        for heir, share in heirs.items():
            _inherit(books, _known(books, heir), share, person_number, now)
        left = int(person.account.balance)
        parts: list[tuple[EntryKind, int]] = [("inherited", sum(heirs.values())), ("paid-out", paid_out)]
        if not any(amount for _, amount in parts):
            parts = [("to-pool", left)]
        for kind, amount in parts:
            if amount:
                left -= amount
                person = move_account(books, person, Entry(now, kind, "", Fen(-amount), Fen(left), reason))
        return _kept(books, person, "closed", reason)


def _interest(books: Books, law: AccountLaw, person: Person, month: dt.date) -> Credit:
    """Sums of balance × rate are exact; what two rates or years of other lengths give is brought under one divisor."""
    last = last_day_of(month)
    entries = entries_of(books, person.person_number)
    products: dict[int, int] = {}
    cite = ""
    for number in range(last.day):
        day = month + dt.timedelta(days=number)
        row = law.interest(person.policy, day)
        later = sum(entry.amount for entry in entries if entry.at.date() > day)
        # Entries under clocks that disagree may leave a day with less than nothing: that bears nothing.
        balance = max(0, int(person.account.balance) - later)
        products[row.days_in_year] = products.get(row.days_in_year, 0) + balance * (row.rate or 0)
        cite = row.cite
    exact = products.get(360, 0) * 365 + products.get(365, 0) * 360
    return Credit(Fen(rounded(exact, WHOLE * 360 * 365)), cite)


def _monthly(
    books: Books, kind: Literal["credit", "interest"], month: dt.date, now: dt.datetime, amount_of: AmountOf
) -> Run:
    period = f"{month:%Y-%m}"
    done = books.storage.rows("SELECT person_number FROM account_entries WHERE kind = ? AND period = ?", kind, period)
    passed_over = {row["person_number"]: f"{period} 已记账" for row in done}
    count, total = 0, 0
    for person in books.persons():
        reason = passed_over.get(person.person_number) or _why_not(person, kind)
        if reason:
            passed_over[person.person_number] = reason
            continue
        try:
            credit = amount_of(person)
        except NotOnFile as error:
            passed_over[person.person_number] = error.message_zh
            continue
        balance = Fen(person.account.balance + credit.amount)
        move_account(books, person, Entry(now, kind, period, credit.amount, balance, credit.cite))
        count, total = count + 1, total + credit.amount
    return Run(count, Fen(total), passed_over)


def _why_not(person: Person, kind: Literal["credit", "interest"]) -> str:
    """Why a person gets nothing this month, or ""."""
    if person.policy.endswith("-resident") or person.patient.has_account is False:
        return "无个人账户"
    if person.account.status == "closed":
        return "账户已注销"
    if kind == "credit" and person.account.status == "sealed":
        return "账户已封存"
    return NOT_PAID_IN.get(person.entitlement.status, "") if kind == "credit" else ""


def _turned(
    books: Books, person_number: str, before: Literal["open", "sealed"], after: Literal["open", "sealed"], reason: str
) -> Account:
    with books.transaction():
        person = _known(books, person_number)
        if person.account.status != before:
            state = person.account.status
            raise Conflict("account-state", f"this account is {state}, not {before}", "个人账户状态不符", "account")
        return _kept(books, person, after, reason)


def _kept(books: Books, person: Person, status: Literal["open", "sealed", "closed"], reason: str) -> Account:
    account = msgspec.structs.replace(person.account, status=status)
    books.keep_person(msgspec.structs.replace(person, account=account, account_reason=reason))
    return account


def _inherit(books: Books, heir: Person, share: int, of: str, now: dt.datetime) -> None:
    if heir.account.status == "closed" or _why_not(heir, "interest"):
        raise Conflict("no-account", "this heir has no account; pay the share out", "继承人无个人账户", "heir")
    move_account(books, heir, Entry(now, "inherited", of, Fen(share), Fen(heir.account.balance + share), "继承"))


def _refuse_shares(person: Person, heirs: Mapping[str, int], paid_out: int) -> None:
    shares = [*heirs.values(), paid_out]
    total = sum(shares)
    if min(shares) < 0 or person.person_number in heirs or total not in (0, person.account.balance):
        balance = format_fen(person.account.balance)
        message = f"the shares are {format_fen(total)}, the balance is {balance}"
        raise Refused("bad-shares", message, f"各份额之和应等于余额 {balance}", "shares")


def _known(books: Books, person_number: str) -> Person:
    person = books.person(person_number)
    if person is None:
        raise Missing("no-such-person", "no such insured person", "查无此人", "person")
    return person
