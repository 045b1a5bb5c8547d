"""The center's stock book: what institutions handed out (3505), took back (3506) and deleted (3507).

A serial stands once; a pack's trace code is sold once until it comes back, so that no pack is sold to two persons.
"""

from __future__ import annotations

from typing import Any

import msgspec

from terminal.bureau.asked import Denied, Work, name_of
from terminal.bureau.storage import Found
from terminal.center.envelope import text_of
from terminal.money import parse_quantity


def sell(work: Work) -> dict[str, Any]:
    """3505. Raises Denied: no such settlement of this institution, serial or trace code taken, no quantity."""
    row = work.asked.row("selinfo")
    found = work.books.booked(text_of(row.get("setl_id")))
    if found is None or found[0].provider_id != work.asked.provider_id:
        raise Denied("setl_id: no such settlement of this institution")
    codes = _codes(row)
    for code in codes:
        if work.books.storage.rows("SELECT serial FROM stock_packs WHERE code = ?", code):
            raise Denied(f"drug_trac_codg: …{code[-4:]} was sold already")
    _add(work, row, "sale")
    for code in codes:
        work.books.storage.change("INSERT INTO stock_packs VALUES (?, ?)", code, text_of(row.get("fixmedins_bchno")))
    return {}


def take_back(work: Work) -> dict[str, Any]:
    """3506. Raises Denied: nothing was sold under that serial, or other packs."""
    row = work.asked.row("selinfo")
    sold = text_of(row.get("medins_prod_sel_no"))
    if not _of_serial(work, sold):
        raise Denied("medins_prod_sel_no: nothing was sold under this serial")
    packs = {one["code"] for one in work.books.storage.rows("SELECT code FROM stock_packs WHERE serial = ?", sold)}
    if not set(_codes(row)) <= packs:
        raise Denied("drug_trac_codg: another pack than was sold")
    _add(work, row, "return")
    work.books.storage.change("DELETE FROM stock_packs WHERE serial = ?", sold)
    return {}


def delete(work: Work) -> dict[str, Any]:
    """3507. Raises Denied where this serial does not stand."""
    serial = text_of(work.asked.row("data").get("fixmedins_bchno"))
    if not _of_serial(work, serial):
        raise Denied("fixmedins_bchno: 原交易不存在 (no such serial)")
    work.books.storage.change("DELETE FROM stock WHERE provider_id = ? AND serial = ?", work.asked.provider_id, serial)
    work.books.storage.change("DELETE FROM stock_packs WHERE serial = ?", serial)
    return {}


def _add(work: Work, row: dict[str, Any], kind: str) -> None:
    serial = name_of(row.get("fixmedins_bchno"), "fixmedins_bchno")
    if not serial or _of_serial(work, serial):
        raise Denied("fixmedins_bchno: missing, or there already")
    try:
        parse_quantity(text_of(row.get("sel_retn_cnt")))
    except ValueError as error:
        raise Denied(f"sel_retn_cnt: {error}") from None
    values = (work.asked.provider_id, serial, kind, msgspec.json.encode(row))
    work.books.storage.change("INSERT INTO stock VALUES (?, ?, ?, ?)", *values)


def _of_serial(work: Work, serial: str) -> list[Found]:
    query = "SELECT kind FROM stock WHERE provider_id = ? AND serial = ?"
    return list(work.books.storage.rows(query, work.asked.provider_id, serial))


def _codes(row: dict[str, Any]) -> list[str]:
    found = row.get("drugtracinfo")
    return [name_of(one.get("drug_trac_codg"), "drug_trac_codg") for one in found or [] if isinstance(one, dict)]
