"""The page that shows what arrived: messages newest first, with state, amounts, masked persons and faults.

Made on the server, without script; every text from outside is escaped. For whoever trains or tests at this center:
names are cut to their first character and numbers to their last four.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.arrivals import SHOWN_MAX, Arrival, arrival_counts, arrivals
from terminal.bureau.books import Books
from terminal.bureau.faults import Fault, Faults
from terminal.bureau.page_frame import framed, masked_name, tail
from terminal.bureau.page_words import FAULTS, STATES, TRANSACTIONS, VERDICTS
from terminal.money import format_fen

_HEADS = ("时间", "交易", "参保人", "总额", "基金", "个人账户", "现金", "结果", "说明", "报文号")
_AMOUNT_HEADS = ("总额", "基金", "个人账户", "现金")
NUMBER_DIGITS_MAX = 18


def page_routes(books: Books, faults: Faults) -> list[Route]:
    """The page at `/`; `?verdict=`, `?infno=` show a part, `?before=` what is older."""

    async def shown(request: Request) -> Response:
        query = request.query_params
        verdict = query.get("verdict", "") if query.get("verdict", "") in VERDICTS else ""
        before = query.get("before", "")
        older_than = int(before) if before.isascii() and before.isdigit() and len(before) <= NUMBER_DIGITS_MAX else None
        infno = query.get("infno", "")[:5]
        found = arrivals(books.storage, older_than, verdict, infno)
        parts = [_tiles(arrival_counts(books.storage), verdict), _table(books, found), _pager(found, verdict, infno)]
        return framed("收到的报文", "What arrived", [*parts, _ready(faults.ready())], refreshed=older_than is None)

    return [Route("/", shown, methods=["GET"])]


def _tiles(counts: dict[str, int], chosen: str) -> str:
    tiles = [("", "全部", "all", sum(counts.values()))]
    tiles += [(name, *VERDICTS[name], counts.get(name, 0)) for name in VERDICTS]
    links = (
        f'<a class="tile{" chosen" if name == chosen else ""}" href="/?{urlencode({"verdict": name} if name else {})}">'
        f"<b>{count}</b><span>{chinese} <i>{english}</i></span></a>"
        for name, chinese, english, count in tiles
    )
    return f'<nav class="tiles">{"".join(links)}</nav>'


def _table(books: Books, found: Sequence[Arrival]) -> str:
    if not found:
        return '<p class="empty">还没有报文。 Nothing has arrived.</p>'
    heads = "".join(f"<th{_amount_class(head)}>{head}</th>" for head in _HEADS)
    names: dict[str, str] = {}
    rows = "".join(_row(one, _person(books, one.person_number, names)) for one in found)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(one: Arrival, person: str) -> str:
    chinese, english = TRANSACTIONS.get(one.infno, ("", ""))
    state = STATES.get(one.state, "")
    word, english_word = VERDICTS[one.verdict]
    fault = f'<span class="fault">故障 {escape(FAULTS.get(one.fault, one.fault))}</span>' if one.fault else ""
    cells = (
        f'<td class="time">{one.at:%m-%d %H:%M:%S}</td>',
        f"<td><b>{escape(one.infno) or '—'}</b> {chinese}<small>{english}</small></td>",
        f"<td>{person}</td>",
        *(_amount(fen) for fen in (one.total, one.fund_total, one.account, one.cash)),
        f'<td><span class="badge {one.verdict}" title="{english_word}">{word}</span>'
        + (f'<span class="badge state">{state}</span>' if state else "")
        + "</td>",
        f'<td class="said">{escape(one.said)}{fault}</td>',
        f'<td class="number">{escape(one.message_id)}<small>{escape(one.operator)}</small></td>',
    )
    return f"<tr>{''.join(cells)}</tr>"


def _amount_class(head: str) -> str:
    return ' class="amount"' if head in _AMOUNT_HEADS else ""


def _amount(fen: int | None) -> str:
    if fen is None:
        return '<td class="amount none">—</td>'
    return f'<td class="amount{" minus" if fen < 0 else ""}">{format_fen(fen)}</td>'


def _person(books: Books, person_number: str, known: dict[str, str]) -> str:
    """Masked, and looked up once a page."""
    if person_number and person_number not in known:
        person = books.person(person_number)
        name = masked_name(person.name) if person else "？"
        known[person_number] = f"{escape(name)}<small>{escape(tail(person_number))}</small>"
    return known.get(person_number, "")


def _pager(found: Sequence[Arrival], verdict: str, infno: str) -> str:
    if len(found) < SHOWN_MAX:
        return ""
    chosen = {name: value for name, value in (("verdict", verdict), ("infno", infno)) if value}
    return f'<p class="pager"><a href="/?{urlencode(chosen | {"before": found[-1].number})}">更早 older →</a></p>'


def _ready(faults: Sequence[Fault]) -> str:
    """The faults that the next requests will meet."""
    if not faults:
        return ""
    lines = "".join(
        f"<li><b>{escape(FAULTS.get(one.name, one.name))}</b> <code>{one.name}</code> "
        f"{escape(one.infno) or '任何交易'} · {one.times or '∞'} 次</li>"
        for one in faults
    )
    return f'<section class="ready"><h2>待触发的故障 <i>faults that stand ready</i></h2><ul>{lines}</ul></section>'
