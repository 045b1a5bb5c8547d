"""What goes into each transaction and what comes out of it: values of the terminal to nodes of the wire, and
back. Questions and reconciliation; what settles stands in `settle_messages`. Pure.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from terminal.center import fields
from terminal.center.answers import Credential, InsuredPerson, RowThere, SignIn
from terminal.center.envelope import Answer, Unreadable, fen_of, node, read_moment, rows, text_of
from terminal.center.extension import PersonExtension, read_extension
from terminal.center.machine import Machine
from terminal.center.profile import Profile
from terminal.center.publications import read_newest
from terminal.clock import BEIJING
from terminal.journal.records import GroupTotals, Scheme, SettlementRecord
from terminal.money import Fen, format_fen

Input = dict[str, Any]

Days = tuple[dt.date, dt.date]
"""The first and the last of a stretch of days."""


def sign_in_input(operator: str, machine: Machine) -> Input:
    """9001: who signs in, and at which machine."""
    return {"signIn": {"opter_no": operator, "mac": machine.mac, "ip": machine.ip}}


def sign_out_input(operator: str, sign_number: str) -> Input:
    """9002."""
    return {"signOut": {"sign_no": sign_number, "opter_no": operator}}


def read_sign_in(answer: Answer) -> SignIn:
    """9001's answer. Raises Unreadable."""
    row = node(answer.output, "signinoutb")
    number = text_of(row.get("sign_no"))
    if not number:
        raise Unreadable("the sign-in has no sign_no")
    return SignIn(number, _moment(row, "sign_time"), read_newest(row))


def person_input(credential: Credential) -> Input:
    """1101."""
    return {
        "data": {
            "mdtrt_cert_type": fields.CREDENTIAL_KINDS[credential.kind],
            "mdtrt_cert_no": credential.number,
            "card_sn": credential.card_identification,
            "begntime": "",
            "psn_cert_type": "01" if credential.kind == "id" else "",
            "certno": credential.number if credential.kind == "id" else "",
            "psn_name": credential.name,
        }
    }


def read_person(answer: Answer) -> InsuredPerson:
    """1101's answer. Several insurances: the one of the extension's law. Raises Unreadable."""
    base = node(answer.output, "baseinfo")
    try:
        extension = read_extension(base.get("exp_content"), PersonExtension)
        insurance = _insurance(rows(answer.output, "insuinfo"), extension.policy)
        balance = Fen(max(0, fen_of(insurance.get(fields.BALANCE_FIELD))))
    except ValueError as error:
        raise Unreadable(str(error)[:200]) from None
    number, name, id_number = (text_of(base.get(key)) for key in ("psn_no", "psn_name", "certno"))
    if not number:
        raise Unreadable("the person has no psn_no")
    return InsuredPerson(
        person_number=number,
        id_number=id_number,
        name=name,
        policy=extension.policy,
        insured_place=text_of(insurance.get("insuplc_admdvs")),
        patient=msgspec.structs.replace(extension.patient, id=id_number, name=name),
        entitlement=extension.entitlement,
        account=msgspec.structs.replace(extension.account, balance=balance),
        year=extension.year,
        last_year=extension.last_year,
        hint=answer.hint,
    )


def reverse_input(person_number: str, message_id: str, transaction: str) -> Input:
    """2601: undoes the message `message_id` of `transaction`, whose outcome is unknown."""
    return {"data": {"psn_no": person_number, "omsgid": message_id, "oinfno": transaction}}


def read_accumulators(answer: Answer) -> dict[str, int]:
    """5206's answer: code -> hundredths (fen, or a hundred times a count). Raises Unreadable."""
    try:
        return {text_of(row.get("cum_type_code")): fen_of(row.get("cum")) for row in rows(answer.output, "cuminfo")}
    except ValueError as error:
        raise Unreadable(str(error)) from None


def query_input(record: SettlementRecord) -> Input:
    """5203: what has become of a settlement that the center knows by its own numbers."""
    references = record.center_references
    return row_input(record.person_number, references.get("setl_id", ""), references.get("mdtrt_id", ""))


def row_input(person_number: str, center_number: str, visit_number: str) -> Input:
    """5203 of any row of the center, by its numbers."""
    return {"data": {"psn_no": person_number, "setl_id": center_number, "mdtrt_id": visit_number}}


def read_taken_back(answer: Answer) -> bool:
    """5203's answer: whether the settlement was taken back. Raises Unreadable."""
    flag = _refund_flag(node(answer.output, "setlinfo"))
    if flag not in ("0", "1", "00", "01"):
        raise Unreadable("the answer has no refd_setl_flag")
    return flag.endswith("1")


def read_row(answer: Answer) -> RowThere:
    """5203's answer about any row; what it leaves out is not told. Raises Unreadable."""
    # A void is flagged as what it takes back is; only the void names another settlement.
    row = node(answer.output, "setlinfo")
    takes_back, at = text_of(row.get("init_setl_id")), text_of(row.get("setl_time"))
    scheme: Scheme | Literal[""] = fields.SCHEMES.get(text_of(row.get("insutype")), "")
    return RowThere(not takes_back and _refund_flag(row).endswith("1"), takes_back, at, scheme)


def _refund_flag(row: Input) -> str:
    return text_of(next((row[name] for name in ("refd_setl_flag", "REFD_SETL_FLAG") if name in row), None))


def totals_input(business_day: dt.date, group: GroupTotals, agency: str, profile: Profile) -> Input:
    """3201 for one group of one day; voids count negative in every figure."""
    day = business_day.isoformat()
    return {
        "data": {
            "insutype": fields.INSURANCE_TYPES[group.scheme],
            "clr_type": fields.CLEARING_CLASSES[group.clearing_class],
            "setl_optins": agency,
            "stmt_begndate": day,
            "stmt_enddate": day,
            "medfee_sumamt": format_fen(group.total),
            "fund_pay_sumamt": format_fen(group.fund_total),
            "acct_pay": format_fen(group.account),
            "fixmedins_setl_cnt": str(group.count - group.void_count),
            **profile.refund_flag(),
            "fixmedins_refd_setl_flag": "1",
        }
    }


def upload_input(name: str, provider_id: str, data: bytes | None = None) -> Input:
    """9101, with the bytes as an array of numbers; None: they go beside the envelope."""
    array = {} if data is None else {"in": list(data)}
    return {"fsUploadIn": array | {"filename": name, "fixmedins_code": provider_id}}


def read_upload(answer: Answer) -> str:
    """9101's answer: the number by which the file is known. Raises Unreadable."""
    number = text_of(answer.output.get("file_qury_no"))
    if not number:
        raise Unreadable("the answer has no file_qury_no")
    return number


def details_input(days: Days, sums: GroupTotals, agency: str, file_number: str, profile: Profile) -> Input:
    """3202 for one provider and clearing class of the days from the first to the last."""
    return {
        "data": {
            "setl_optins": agency,
            "file_qury_no": file_number,
            "stmt_begndate": days[0].isoformat(),
            "stmt_enddate": days[1].isoformat(),
            "medfee_sumamt": format_fen(sums.total),
            "fund_pay_sumamt": format_fen(sums.fund_total),
            "cash_payamt": format_fen(sums.cash),
            "fixmedins_setl_cnt": str(sums.count - sums.void_count),
            "clr_type": fields.CLEARING_CLASSES[sums.clearing_class],
            **profile.refund_flag(),
            "fixmedins_refd_setl_flag": "1",
        }
    }


def read_details(answer: Answer) -> tuple[str, str]:
    """3202's answer: number and name of the result file. Raises Unreadable."""
    row = node(answer.output, "fileinfo")
    number = text_of(row.get("file_qury_no"))
    if not number:
        raise Unreadable("the answer has no file_qury_no")
    return number, text_of(row.get("filename"))


def download_input(file_number: str, name: str, provider_id: str) -> Input:
    """9102."""
    return {"fsDownloadIn": {"file_qury_no": file_number, "filename": name, "fixmedins_code": provider_id}}


def read_totals(answer: Answer, profile: Profile) -> tuple[bool, str]:
    """3201's answer: balanced is what the profile says. Raises Unreadable."""
    row = node(answer.output, "stmtinfo")
    result = text_of(row.get("stmt_rslt")).strip()
    if not result:
        raise Unreadable("the answer has no stmt_rslt")
    return profile.is_balanced(result), text_of(row.get("stmt_rslt_dscr")) or result


def _insurance(found: list[dict[str, Any]], policy: str) -> dict[str, Any]:
    wanted = fields.INSURANCE_TYPES[fields.scheme_of(policy)]
    for row in found:
        if text_of(row.get("insutype")) == wanted:
            return row
    raise ValueError(f"no insuinfo with insutype {wanted}")


def _moment(row: dict[str, Any], name: str) -> dt.datetime:
    try:
        return read_moment(text_of(row.get(name)), BEIJING)
    except ValueError:
        raise Unreadable(f"{name} is not a moment") from None
