"""The page of the personal accounts: state and balance of each, and its latest movements. Persons are masked."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.accounts import Entry, entries_of
from terminal.bureau.books import Books
from terminal.bureau.page_frame import framed, masked_name, tail
from terminal.bureau.page_words import ACCOUNTS, ENTRIES
from terminal.bureau.persons import Person
from terminal.money import format_fen

ENTRIES_SHOWN_MAX = 4
"""Newest movements of one account."""

PERSONS_SHOWN_MAX = 200


def account_routes(books: Books) -> list[Route]:
    """The page at `/accounts`."""

    async def shown(request: Request) -> Response:
        people = books.persons()
        rows = "".join(_row(books, person) for person in people[:PERSONS_SHOWN_MAX])
        more = (
            f'<p class="empty">另有 {len(people) - PERSONS_SHOWN_MAX} 人</p>' if len(people) > PERSONS_SHOWN_MAX else ""
        )
        table = f"<table><thead><tr>{_HEADS}</tr></thead><tbody>{rows}</tbody></table>{more}"
        return framed("个人账户", "Personal accounts", [table], "/accounts")

    return [Route("/accounts", shown, methods=["GET"])]


_HEADS = "".join(
    f"<th{' class=amount' if head == '余额' else ''}>{head}</th>"
    for head in ("参保人", "政策", "状态", "余额", "近期变动")
)


def _row(books: Books, person: Person) -> str:
    account = person.account
    reason = f"<small>{escape(person.account_reason)}</small>" if person.account_reason else ""
    entries = entries_of(books, person.person_number)[-ENTRIES_SHOWN_MAX:]
    lines = "".join(_line(entry) for entry in reversed(entries)) or "—"
    return (
        f"<tr><td>{escape(masked_name(person.name))}<small>{escape(tail(person.person_number))}</small></td>"
        f"<td>{escape(person.policy)}</td>"
        f'<td><span class="badge {account.status}">{ACCOUNTS[account.status]}</span>{reason}</td>'
        f'<td class="amount">{format_fen(account.balance)}</td><td>{lines}</td></tr>'
    )


def _line(entry: Entry) -> str:
    sign = "" if entry.amount < 0 else "+"
    about = entry.period if entry.kind in ("credit", "interest") else f"{entry.at:%m-%d %H:%M}"
    tone = "minus" if entry.amount < 0 else ""
    return (
        f'<div class="line"><span>{ENTRIES[entry.kind]} <i>{escape(about)} {escape(entry.cite)}</i></span>'
        f'<span class="amount {tone}">{sign}{format_fen(entry.amount)}</span></div>'
    )
