"""The page for the auditor: debits of cards that nobody has sent, and counters that stand twice."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.books import Books
from terminal.bureau.page_frame import framed, tail
from terminal.bureau.purse import PurseFinding, findings

_WORDS = {"missing": "缺号 missing", "duplicate": "重号 duplicate"}
_HEADS = "".join(f"<th>{head}</th>" for head in ("卡内钱包", "情况", "交易序号", "相关结算"))


def purse_routes(books: Books) -> list[Route]:
    """The page at `/purses`."""

    async def shown(request: Request) -> Response:
        found = findings(books.storage)
        table = f"<table><thead><tr>{_HEADS}</tr></thead><tbody>{''.join(map(_row, found))}</tbody></table>"
        nothing = '<p class="empty">各卡交易序号连续，无缺号、重号</p>'
        return framed("卡内扣款稽核", "Purse audit", [table if found else nothing], "/purses")

    return [Route("/purses", shown, methods=["GET"])]


def _row(one: PurseFinding) -> str:
    span = str(one.first) if one.first == one.last else f"{one.first}–{one.last}"
    return (
        f'<tr><td class="number">{escape(tail(one.purse))}</td><td>{_WORDS[one.kind]}</td>'
        f'<td class="number">{span}</td><td class="number">{escape("、".join(one.settlements))}</td></tr>'
    )
