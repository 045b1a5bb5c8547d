"""The messages of a visit around its settlement: registration, diagnoses, lines, discharge, and how each is undone.

Outpatient 2201–2205, inpatient 2401, 2301, 2302, 2402, 2404, 2405; 5201 finds a registration that was never answered.
None of them moves money. Source: 3.8, 3.9, 3.13.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from terminal.center import fields
from terminal.center.envelope import Answer, Unreadable, moment_text, node, rows, text_of
from terminal.center.profile import Profile
from terminal.center.settle_messages import Input, credential_of, line_of
from terminal.journal.records import SettlementRecord

ONE_DAY = dt.timedelta(days=1)


def own_number(record: SettlementRecord) -> str:
    """The institution's own number of a visit (`ipt_otp_no`, `ipt_no`): unique, as the settlement's is."""
    return record.id


def register_input(record: SettlementRecord, profile: Profile) -> Input:
    """2201, or 2401 with its diagnoses."""
    department, outpatient = profile.department, profile.set_of(record.bill.service) == "outpatient"
    data = {
        "psn_no": record.person_number,
        "insutype": fields.INSURANCE_TYPES[record.scheme],
        "begntime": moment_text(record.at),
        **credential_of(record),
        "atddr_no": "",
    }
    if outpatient:
        data |= {"ipt_otp_no": own_number(record), "dr_name": ""}
        data |= {"dept_code": department.code, "dept_name": department.name, "caty": department.category}
        return {"data": data}
    disease = record.bill.episode.disease
    data |= {"ipt_no": own_number(record), "med_type": fields.MEDICAL_TYPES[record.bill.service], "chfpdr_name": ""}
    data |= {"adm_diag_dscr": disease, "adm_dept_codg": department.code, "adm_dept_name": department.name}
    data |= {"adm_bed": "", "dscg_maindiag_code": disease, "dscg_maindiag_name": disease}
    return {"mdtrtinfo": data, "diseinfo": _diagnoses(record, profile)}


def read_registered(answer: Answer, record: SettlementRecord) -> str:
    """The center's number of the visit (2201 `data`, 2401 `result`). Raises Unreadable: none, or another's visit."""
    row = node(answer.output, "data" if "data" in answer.output else "result")
    number = text_of(row.get("mdtrt_id"))
    if not number:
        raise Unreadable("the registration has no mdtrt_id")
    _refuse_another(row, record)
    if (own := text_of(row.get("ipt_otp_no"))) and own != own_number(record):
        raise Unreadable("the answer is about another visit")
    return number


def find_input(record: SettlementRecord) -> Input:
    """5201: the person's visits around the moment of the settlement."""
    return {
        "data": {
            "psn_no": record.person_number,
            "begntime": moment_text(record.at - ONE_DAY),
            "endtime": moment_text(record.at + ONE_DAY),
            "med_type": fields.MEDICAL_TYPES[record.bill.service],
            "mdtrt_id": "",
        }
    }


def read_found(answer: Answer, record: SettlementRecord) -> str:
    """The number of the visit that was registered for `record`, or "".

    Raises Unreadable where it is no list of this person's visits: then nobody knows.
    """
    if "mdtrtinfo" not in answer.output:
        raise Unreadable("the answer has no mdtrtinfo")
    for row in rows(answer.output, "mdtrtinfo"):
        _refuse_another(row, record)
        if own_number(record) in (text_of(row.get("ipt_otp_no")), text_of(row.get("ipt_no"))):
            return text_of(row.get("mdtrt_id"))
    return ""


def describe_input(record: SettlementRecord, visit_number: str, profile: Profile) -> Input:
    """2203: the kind of care and the diagnoses."""
    disease = record.bill.episode.disease
    data = {
        "mdtrt_id": visit_number,
        "psn_no": record.person_number,
        "med_type": fields.MEDICAL_TYPES[record.bill.service],
        "begntime": moment_text(record.at),
        "main_cond_dscr": "",
        "dise_codg": disease,
        "dise_name": disease,
    }
    return {"mdtrtinfo": data, "diseinfo": _diagnoses(record, profile)}


def lines_input(record: SettlementRecord, visit_number: str, profile: Profile) -> Input:
    """2204 or 2301: every line of the bill, as one batch."""
    department, disease = profile.department, record.bill.episode.disease
    outpatient = profile.set_of(record.bill.service) == "outpatient"
    around = {"mdtrt_id": visit_number, "psn_no": record.person_number, "dise_codg": disease}
    around |= {"bilg_dept_codg": department.code, "bilg_dept_name": department.name}
    around |= {"bilg_dr_codg": "", "bilg_dr_name": ""}
    if outpatient:
        around["chrg_bchno"] = fields.CHARGE_BATCH
    else:
        around |= {"med_type": fields.MEDICAL_TYPES[record.bill.service], "drord_no": "", "init_feedetl_sn": ""}
    lines = [
        line_of(number, item, record, profile) | around | {"hosp_appr_flag": "1" if item.approval else "0"}
        for number, item in enumerate(record.bill.items, 1)
    ]
    return {"feedetail": lines}


def read_lines(answer: Answer, record: SettlementRecord) -> None:
    """The answer to the lines: one row for each of ours. Raises Unreadable where it is not."""
    found = rows(answer.output, "result")
    if len(found) != len(record.bill.items):
        raise Unreadable(f"{len(found)} of {len(record.bill.items)} lines came back")


def withdraw_input(record: SettlementRecord, visit_number: str) -> Input:
    """2205, 2302: every line of the visit that is not settled."""
    batch = {"chrg_bchno": fields.ALL_LINES, "feedetl_sn": fields.ALL_LINES}
    return {"data": {"mdtrt_id": visit_number, "psn_no": record.person_number, **batch}}


def discharge_input(record: SettlementRecord, visit_number: str, profile: Profile) -> Input:
    """2402: the stay is over; an interim bill of a stay that goes on is not settled here."""
    department = profile.department
    data = {
        "mdtrt_id": visit_number,
        "psn_no": record.person_number,
        "insutype": fields.INSURANCE_TYPES[record.scheme],
        "endtime": moment_text(record.at),
        "dscg_dept_codg": department.code,
        "dscg_dept_name": department.name,
        "dscg_bed": "",
        "dscg_way": "1",
    }
    return {"dscginfo": data, "diseinfo": _diagnoses(record, profile)}


def cancel_input(record: SettlementRecord, visit_number: str) -> Input:
    """2202, 2404, 2405: take the registration, the admission or the discharge back."""
    data = {"mdtrt_id": visit_number, "psn_no": record.person_number, "ipt_otp_no": own_number(record)}
    return {"data": data}


def _diagnoses(record: SettlementRecord, profile: Profile) -> list[Input]:
    """The one disease that the bill names; what the till does not know is not made up."""
    disease, department = record.bill.episode.disease, profile.department
    if not disease:
        return []
    row = {"diag_type": "1", "diag_srt_no": "1", "diag_code": disease, "diag_name": disease}
    row |= {"diag_dept": department.code, "dise_dor_no": "", "dise_dor_name": ""}
    return [row | {"diag_time": moment_text(record.at), "vali_flag": "1"}]


def _refuse_another(row: dict[str, Any], record: SettlementRecord) -> None:
    if (person := text_of(row.get("psn_no"))) and person != record.person_number:
        raise Unreadable("the answer is about another person")
