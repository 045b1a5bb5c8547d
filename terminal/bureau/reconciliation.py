"""3201: are the institution's totals of one group the center's? Voids count negative, reversed attempts not
at all.

This center groups by the business day of the counter, which travels with every message, so that a settlement
uploaded after midnight still belongs to its day.
"""

from __future__ import annotations

from typing import Any

from terminal.bureau.asked import Denied, Work
from terminal.bureau.books import Booked
from terminal.center.envelope import fen_of, text_of
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
    return {"stmtinfo": {"setl_optins": agency, "stmt_rslt": result, "stmt_rslt_dscr": "; ".join(differing)[:200]}}


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
