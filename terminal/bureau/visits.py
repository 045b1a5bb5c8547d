"""Visits at the center: registered, their lines uploaded, settled, each step undone (2201–2208, 2301–2305, 2401–2405).

A visit belongs to one institution and person, and has one kind of care. Its settlement is worked out on the lines that
lie here, as a purchase is on the lines that it brings; settled lines are not withdrawn, and a visit whose lines are
settled is not taken back. An institution's own number of a visit is used once, unless that visit was taken back.
"""

from __future__ import annotations

from typing import Any

import msgspec

from terminal.bureau.asked import Denied, Work, name_of
from terminal.bureau.rebuild import item_of
from terminal.bureau.registration import refuse_another_holder
from terminal.bureau.setlinfo import line_node
from terminal.bureau.settling import pre_settle, settle
from terminal.bureau.storage import Found
from terminal.center import fields
from terminal.center.envelope import decode_json, text_of
from terminal.limits import BILL_ITEMS_MAX

OPEN, DISCHARGED, CANCELLED = "open", "discharged", "cancelled"


def register(work: Work) -> dict[str, Any]:
    """2201 and 2401: open a visit. Raises Denied: no such person, or the institution's own number is taken."""
    admission = work.asked.infno == fields.SETS["inpatient"].register
    data = work.asked.row("mdtrtinfo" if admission else "data")
    own_number = text_of(data.get("ipt_no" if admission else "ipt_otp_no"))
    person_number = text_of(data.get("psn_no"))
    person = work.books.person(person_number)
    if person is None:
        raise Denied("psn_no: 查无此人 (no such insured person)")
    refuse_another_holder(data, person)
    if not own_number or _of_own_number(work, own_number):
        raise Denied("ipt_otp_no: the institution's own number is missing or taken")
    visit_id = f"V{work.now:%Y%m%d}{work.books.next_number('visits'):010d}"
    medical_set = "inpatient" if admission else "outpatient"
    work.books.storage.change(
        "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?)",
        *(visit_id, work.asked.provider_id, person_number, own_number, medical_set, OPEN),
    )
    row = {"mdtrt_id": visit_id, "psn_no": person_number, "ipt_otp_no": own_number, "exp_content": ""}
    return {"result" if admission else "data": row}


def describe(work: Work) -> dict[str, Any]:
    """2203: diagnoses of a visit. They decide nothing here."""
    _visit(work, work.asked.row("mdtrtinfo"))
    return {}


def take_lines(work: Work) -> dict[str, Any]:
    """2204 and 2301: add lines. Raises Denied naming the line: of another visit, twice, or not readable."""
    lines = work.asked.input.get("feedetail")
    lines = lines if isinstance(lines, list) else [lines]
    if not 0 < len(lines) <= BILL_ITEMS_MAX:
        raise Denied(f"feedetail: 1 to {BILL_ITEMS_MAX} lines")
    taken = []
    for number, line in enumerate(lines):
        item = item_of(line, number, "feedetail")
        visit = _visit(work, line)
        name = name_of(line.get("feedetl_sn"), f"feedetail[{number}].feedetl_sn")
        if not name or _line_there(work, visit, name):
            raise Denied(f"feedetail[{number}].feedetl_sn: missing, or there already")
        work.books.storage.change(
            "INSERT INTO visit_lines VALUES (?, ?, ?, 0, ?)",
            *(visit["visit_id"], name, number, msgspec.json.encode(line)),
        )
        taken.append(line_node(name, item))
    return {"result": taken}


def withdraw_lines(work: Work) -> dict[str, Any]:
    """2205 and 2302: every line of a visit that is not settled."""
    visit = _visit(work, work.asked.row("data"))
    work.books.storage.change("DELETE FROM visit_lines WHERE visit_id = ? AND settled = 0", visit["visit_id"])
    return {}


def discharge(work: Work) -> dict[str, Any]:
    """2402: the stay is over. Said twice, it is over once."""
    return _moved(work, _visit(work, work.asked.row("dscginfo")), DISCHARGED)


def undo_discharge(work: Work) -> dict[str, Any]:
    """2405."""
    return _moved(work, _visit(work, work.asked.row("data")), OPEN)


def cancel(work: Work) -> dict[str, Any]:
    """2202 and 2404: take a visit back. Raises Denied while it has lines."""
    visit = _visit(work, work.asked.row("data"))
    if work.books.storage.rows("SELECT name FROM visit_lines WHERE visit_id = ?", visit["visit_id"]):
        raise Denied("mdtrt_id: this visit has lines")
    return _moved(work, visit, CANCELLED)


def settle_visit(work: Work) -> dict[str, Any]:
    """2207 and 2304. Raises Denied as 2102 does; also without lines, and before the discharge of a stay."""
    visit, as_purchase = _as_purchase(work)
    nodes = settle(as_purchase)
    mark_lines(work, visit["visit_id"], settled=True)
    return nodes


def pre_settle_visit(work: Work) -> dict[str, Any]:
    """2206 and 2303: as it would be settled now; nothing is booked."""
    return pre_settle(_as_purchase(work)[1])


def find(work: Work) -> dict[str, Any]:
    """5201: the visits of a person at this institution that were not taken back."""
    person_number = text_of(work.asked.row("data").get("psn_no"))
    found = work.books.storage.rows(
        "SELECT visit_id, own_number, medical_set FROM visits"
        " WHERE provider_id = ? AND person_number = ? AND state <> ? ORDER BY visit_id",
        *(work.asked.provider_id, person_number, CANCELLED),
    )
    rows = [{"psn_no": person_number, "mdtrt_id": one["visit_id"], "ipt_otp_no": one["own_number"]} for one in found]
    return {"mdtrtinfo": rows}


def mark_lines(work: Work, visit_id: str, *, settled: bool) -> None:
    """The lines of a visit are settled, or free again: after a void or a reversal."""
    work.books.storage.change("UPDATE visit_lines SET settled = ? WHERE visit_id = ?", int(settled), visit_id)


def set_of_visit(work: Work, visit_id: str) -> fields.MedicalSet:
    """The set of transactions that a settlement belongs to, by its visit: a purchase has none on file."""
    found = work.books.storage.rows("SELECT medical_set FROM visits WHERE visit_id = ?", visit_id)
    medical_set: fields.MedicalSet = found[0]["medical_set"] if found else "pharmacy"
    return medical_set


def _as_purchase(work: Work) -> tuple[Found, Work]:
    """The visit that is to be settled, and the work as a purchase would bring it, with the lines from the books."""
    data = work.asked.row("data")
    visit = _visit(work, data)
    medical_set = visit["medical_set"]
    if work.asked.infno not in (fields.SETS[medical_set].settle, fields.SETS[medical_set].pre_settle):
        raise Denied("mdtrt_id: this visit is settled by another transaction")
    if medical_set == "inpatient" and visit["state"] != DISCHARGED:
        raise Denied("mdtrt_id: 未办理出院 (not discharged)")
    found = work.books.storage.rows(
        "SELECT body FROM visit_lines WHERE visit_id = ? AND settled = 0 ORDER BY place", visit["visit_id"]
    )
    if not found:
        raise Denied("mdtrt_id: no lines that are not settled")
    lines = [decode_json(bytes(one["body"])) for one in found]
    asked = msgspec.structs.replace(work.asked, input={"druginfo": data, "drugdetail": lines})
    return visit, msgspec.structs.replace(work, asked=asked)


def _visit(work: Work, row: dict[str, Any]) -> Found:
    """The visit that a row names. Raises Denied: none of this institution and person, or taken back."""
    found = work.books.storage.rows("SELECT * FROM visits WHERE visit_id = ?", text_of(row.get("mdtrt_id")))
    if not found or found[0]["provider_id"] != work.asked.provider_id or found[0]["state"] == CANCELLED:
        raise Denied("mdtrt_id: no such visit of this institution")
    if found[0]["person_number"] != text_of(row.get("psn_no")):
        raise Denied("psn_no: not the person of this visit")
    return found[0]


def _of_own_number(work: Work, own_number: str) -> bool:
    return bool(
        work.books.storage.rows(
            "SELECT visit_id FROM visits WHERE provider_id = ? AND own_number = ? AND state <> ?",
            *(work.asked.provider_id, own_number, CANCELLED),
        )
    )


def _line_there(work: Work, visit: Found, name: str) -> bool:
    found = work.books.storage.rows(
        "SELECT name FROM visit_lines WHERE visit_id = ? AND name = ?", visit["visit_id"], name
    )
    return bool(found)


def _moved(work: Work, visit: Found, state: str) -> dict[str, Any]:
    work.books.storage.change("UPDATE visits SET state = ? WHERE visit_id = ?", state, visit["visit_id"])
    return {}
