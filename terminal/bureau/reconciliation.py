"""3201: are the institution's totals of one group the center's? Voids count negative, reversed attempts not
at all.

This center groups by the business day of the counter, which travels with every message, so that a settlement
uploaded after midnight still belongs to its day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from terminal.bureau.asked import Denied, Work
from terminal.bureau.bookings import Booked
from terminal.center.details import unpacked, zipped
from terminal.center.envelope import Unreadable, fen_of, text_of
from terminal.center.profile import Profile
from terminal.money import format_fen

BALANCED, CENTER_HAS_MORE, INSTITUTION_HAS_MORE, AMOUNTS_DIFFER = "0", "1", "2", "3"


def totals(work: Work) -> dict[str, Any]:
    """Compare count, total, funds and account. Raises Denied where a figure cannot be read."""
    data = work.asked.row("data")
    rows = work.books.group(
        work.asked.provider_id,
        *(text_of(data.get(name)) for name in ("insutype", "clr_type", "setl_optins", "stmt_begndate", "stmt_enddate")),
    )
    ours = _sums(rows)
    try:
        theirs = {name: fen_of(data.get(name)) for name in ours}
    except ValueError as error:
        raise Denied(f"data: {error}") from None
    differing = [
        f"{name}: center {_shown(name, ours[name])}, institution {_shown(name, theirs[name])}"
        for name in ours
        if ours[name] != theirs[name]
    ]
    result = _result(ours[_COUNT], theirs[_COUNT]) if differing else BALANCED
    agency = text_of(data.get("setl_optins"))
    if _is_closed(work, data):
        differing.append("本日已关账 (day closed at the center)")
    return {
        "stmtinfo": {
            "setl_optins": agency,
            "stmt_rslt": work.profile.code_of(result),
            "stmt_rslt_dscr": "; ".join(differing)[:200],
        }
    }


def details(work: Work) -> dict[str, Any]:
    """3202: every row of the center beside the institution's, as a file. Raises Denied: no readable file."""
    data = work.asked.row("data")
    theirs = _their_rows(work, text_of(data.get("file_qury_no")))
    names = ("clr_type", "setl_optins", "stmt_begndate", "stmt_enddate")
    rows = work.books.group(work.asked.provider_id, "", *(text_of(data.get(name)) for name in names))
    known = {row.settlement_id for row in rows}
    lines = [_result_line(work.profile, row, theirs.pop(row.settlement_id, None)) for row in rows]
    lines += [_lost_line(work.profile, row) for number, row in theirs.items() if number not in known]
    name = f"{work.asked.provider_id}{work.now:%Y%m%d%H%M%S}.txt"
    number = work.books.keep_file(name, zipped("".join(f"{line}\n" for line in lines).encode(), name))
    return {"fileinfo": {"file_qury_no": str(number), "filename": f"{name}.zip", "dld_endtime": ""}}


def _their_rows(work: Work, number: str) -> dict[str, list[str]]:
    body = work.books.file(number)
    if body is None:
        raise Denied("file_qury_no: no such file")
    try:
        lines = unpacked(body).decode("utf-8").splitlines()
    except (Unreadable, UnicodeDecodeError):
        raise Denied("file_qury_no: not a ZIP of one UTF-8 file") from None
    found: dict[str, list[str]] = {}
    for place, line in enumerate(lines, 1):
        values = line.split("\t")
        if len(values) < 7:
            raise Denied(f"file, line {place}: seven columns")
        # A row without the center's number is one that the center never answered.
        found[values[0] if values[0] != "null" else f"null {place}"] = values
    return found


def _result_line(profile: Profile, row: Booked, theirs: list[str] | None) -> str:
    amounts = [format_fen(row.sign * one) for one in _amounts(row)]
    result = CENTER_HAS_MORE if theirs is None else BALANCED if theirs[3:6] == amounts else AMOUNTS_DIFFER
    refunded = "1" if row.sign < 0 else "0"
    values = (
        row.person_number,
        row.visit_id,
        row.settlement_id,
        row.message_id,
        profile.code_of(result),
        refunded,
        "null",
    )
    return "\t".join((*values, *amounts))


def _lost_line(profile: Profile, theirs: list[str]) -> str:
    number, visit, person, *_, refunded = theirs[:7]
    values = (person, visit, number, "null", profile.code_of(INSTITUTION_HAS_MORE), refunded, "not at the center")
    return "\t".join((*values, "0.00", "0.00", "0.00"))


def _amounts(row: Booked) -> tuple[int, int, int]:
    return row.settlement.total, row.settlement.fund_total, row.settlement.account


def _is_closed(work: Work, data: dict[str, Any]) -> bool:
    try:
        day = dt.date.fromisoformat(text_of(data.get("stmt_enddate")))
    except ValueError:
        return False
    return work.books.is_closed(work.asked.provider_id, day)


_COUNT = "fixmedins_setl_cnt"


def _sums(rows: list[Booked]) -> dict[str, int]:
    return {
        # The count is compared in hundredths like the amounts, which read "3" as 3.00.
        _COUNT: 100 * sum(row.sign for row in rows),
        "medfee_sumamt": sum(row.sign * row.settlement.total for row in rows),
        "fund_pay_sumamt": sum(row.sign * row.settlement.fund_total for row in rows),
        "acct_pay": sum(row.sign * row.settlement.account for row in rows),
    }


def _shown(name: str, value: int) -> str:
    return str(value // 100) if name == _COUNT else format_fen(value)


def _result(center: int, institution: int) -> str:
    if center == institution:
        return AMOUNTS_DIFFER
    return CENTER_HAS_MORE if center > institution else INSTITUTION_HAS_MORE
