"""What goes into each transaction and what comes out of it: values of the terminal to nodes of the wire, and
back.

Every settlement is uploaded as 2102 with the `med_type` of its service; the chains of clinics and hospitals
(2207, 2304) come with a later edition. The journal keeps no credential, so 2102 names the person by number
and ID. Pure: the same record gives the same `input`, so that a repeat under the same `msgid` is the same
message.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from terminal.center import fields
from terminal.center.amounts import amounts_of, written
from terminal.center.answers import Credential, FundEntitlement, InsuredPerson, SignIn
from terminal.center.envelope import Answer, Unreadable, fen_of, moment_text, node, read_moment, rows, text_of
from terminal.center.extension import (
    PersonExtension,
    SettleExtension,
    VoidExtension,
    line_extension,
    read_extension,
    write_extension,
)
from terminal.center.profile import Profile
from terminal.center.publications import read_newest
from terminal.center.purse import purse_extension
from terminal.clock import BEIJING
from terminal.journal.records import GroupTotals, Scheme, SettlementRecord
from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import Fen, format_fen, format_scaled
from terminal.settlement.bill import Bill, Item, Service

Input = dict[str, Any]


def sign_in_input(operator: str) -> Input:
    """9001. Which machine signs in is told by the envelope's `dev_no`."""
    return {"signIn": {"opter_no": operator, "mac": "00-00-00-00-00-00", "ip": "127.0.0.1"}}


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
    )


def settle_input(record: SettlementRecord) -> Input:
    """2102. Raises Refused where the extension does not fit its field."""
    bill, settlement = record.bill, record.settlement
    amounts = written(amounts_of(settlement))
    extension = SettleExtension(
        policy=bill.policy,
        service=bill.service,
        date=bill.date,
        business_day=record.business_day,
        scheme=record.scheme,
        clearing_class=record.clearing_class,
        amounts=amounts,
        provider=bill.provider,
        episode=bill.episode,
        consent=bill.consent,
        till_reference=record.till_reference,
        journal_hash=record.entry_hash,
        unverified=_unverified(bill),
        purse=purse_extension(record),
    )
    return {
        "druginfo": {
            "psn_no": record.person_number,
            "mdtrt_cert_type": fields.CREDENTIAL_KINDS["id"],
            "mdtrt_cert_no": bill.patient.id,
            "card_sn": "",
            "begntime": moment_text(record.at),
            "medfee_sumamt": amounts["medfee_sumamt"],
            "invono": record.id[-20:],
            "insutype": fields.INSURANCE_TYPES[record.scheme],
            "dise_codg": bill.episode.disease,
            "dise_name": bill.episode.disease,
            "acct_used_flag": _account_used(record),
            "med_type": fields.MEDICAL_TYPES[bill.service],
            "exp_content": write_extension(extension, "druginfo.exp_content"),
        },
        "drugdetail": [_line(number, item, record) for number, item in enumerate(bill.items, 1)],
    }


def settle_references(answer: Answer) -> dict[str, str]:
    """The numbers by which the center knows what it has booked. Raises Unreadable where there is none."""
    row = node(answer.output, "setlinfo")
    names = ("setl_id", "mdtrt_id", "setl_time", "clr_optins", "clr_way", "clr_type", "medins_setl_id")
    references = {name: text for name in names if (text := text_of(row.get(name)))}
    if "setl_id" not in references:
        raise Unreadable("the answer has no setl_id")
    return references


def refuse_another(row: dict[str, Any], record: SettlementRecord, message_id: str) -> None:
    """Raises Unreadable where an answer names another message or another person than asked about ("": any)."""
    if message_id and (named := text_of(row.get("medins_setl_id"))) and named != message_id:
        raise Unreadable("the answer is to another message")
    if (person := text_of(row.get("psn_no"))) and person != record.person_number:
        raise Unreadable("the answer is about another person")


def void_input(record: SettlementRecord, original: SettlementRecord) -> Input:
    """2103: takes back the settlement that the center knows by the references of `original`."""
    references = original.center_references
    return {
        "data": {
            "setl_id": references.get("setl_id", ""),
            "mdtrt_id": references.get("mdtrt_id", ""),
            "psn_no": record.person_number,
            "exp_content": write_extension(VoidExtension(record.business_day, record.entry_hash), "data.exp_content"),
        }
    }


def reverse_input(person_number: str, message_id: str, transaction: str) -> Input:
    """2601: undoes the message `message_id` of `transaction`, whose outcome is unknown."""
    return {"data": {"psn_no": person_number, "omsgid": message_id, "oinfno": transaction}}


def entitlement_input(
    person_number: str, scheme: Scheme, service: Service, provider_id: str, now: dt.datetime
) -> Input:
    """2001."""
    return {
        "data": {
            "psn_no": person_number,
            "insutype": fields.INSURANCE_TYPES[scheme],
            "fixmedins_code": provider_id,
            "med_type": fields.MEDICAL_TYPES[service],
            "begntime": moment_text(now),
        }
    }


def read_entitlements(answer: Answer) -> list[FundEntitlement]:
    """2001's answer: one for each fund. Raises Unreadable."""
    found = []
    for row in rows(answer.output, "trtinfo"):
        flag = text_of(row.get("trt_enjymnt_flag"))
        if flag not in ("0", "1"):
            raise Unreadable("the answer has no trt_enjymnt_flag")
        found.append(FundEntitlement(text_of(row.get("fund_pay_type")), flag == "1", text_of(row.get("trt_chk_rslt"))))
    return found


def read_accumulators(answer: Answer) -> dict[str, int]:
    """5206's answer: code -> hundredths (fen, or a hundred times a count). Raises Unreadable."""
    try:
        return {text_of(row.get("cum_type_code")): fen_of(row.get("cum")) for row in rows(answer.output, "cuminfo")}
    except ValueError as error:
        raise Unreadable(str(error)) from None


def query_input(record: SettlementRecord) -> Input:
    """5203: what has become of a settlement that the center knows by its own numbers."""
    references = record.center_references
    return {
        "data": {
            "psn_no": record.person_number,
            "setl_id": references.get("setl_id", ""),
            "mdtrt_id": references.get("mdtrt_id", ""),
        }
    }


def read_taken_back(answer: Answer) -> bool:
    """5203's answer: whether the settlement was taken back. Raises Unreadable."""
    row = node(answer.output, "setlinfo")
    flag = next((row[name] for name in ("refd_setl_flag", "REFD_SETL_FLAG") if name in row), None)
    if text_of(flag) not in ("0", "1", "00", "01"):
        raise Unreadable("the answer has no refd_setl_flag")
    return text_of(flag).endswith("1")


def totals_input(business_day: dt.date, group: GroupTotals, agency: str) -> Input:
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
            "refd_setl_flag": "1",
            "fixmedins_refd_setl_flag": "1",
        }
    }


def upload_input(data: bytes, name: str, provider_id: str) -> Input:
    """9101, with the bytes as an array of numbers."""
    return {"fsUploadIn": {"in": list(data), "filename": name, "fixmedins_code": provider_id}}


def read_upload(answer: Answer) -> str:
    """9101's answer: the number by which the file is known. Raises Unreadable."""
    number = text_of(answer.output.get("file_qury_no"))
    if not number:
        raise Unreadable("the answer has no file_qury_no")
    return number


def details_input(business_day: dt.date, sums: GroupTotals, agency: str, file_number: str) -> Input:
    """3202 for one provider and clearing class of one day."""
    day = business_day.isoformat()
    return {
        "data": {
            "setl_optins": agency,
            "file_qury_no": file_number,
            "stmt_begndate": day,
            "stmt_enddate": day,
            "medfee_sumamt": format_fen(sums.total),
            "fund_pay_sumamt": format_fen(sums.fund_total),
            "cash_payamt": format_fen(sums.cash),
            "fixmedins_setl_cnt": str(sums.count - sums.void_count),
            "clr_type": fields.CLEARING_CLASSES[sums.clearing_class],
            "refd_setl_flag": "1",
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


def _line(number: int, item: Item, record: SettlementRecord) -> dict[str, Any]:
    priced = item.unit_price is not None and item.quantity is not None
    price = format_scaled(item.unit_price or 0, UNIT_PRICE_PLACES) if priced else format_fen(item.amount)
    return {
        "feedetl_sn": str(number),
        "rxno": "",
        "rx_circ_flag": "1" if record.bill.episode.prescription else "0",
        "fee_ocur_time": moment_text(record.at),
        "med_list_codg": item.code,
        "medins_list_codg": item.code,
        "det_item_fee_sumamt": format_fen(item.amount),
        "cnt": format_scaled(item.quantity or 0, QUANTITY_PLACES) if priced else "1",
        "pric": price,
        "exp_content": write_extension(line_extension(item), f"drugdetail[{number - 1}].exp_content"),
    }


def _unverified(bill: Bill) -> tuple[Literal["pool", "account"], ...]:
    pool: tuple[Literal["pool"], ...] = ("pool",) if bill.entitlement.status == "unverified" else ()
    account: tuple[Literal["account"], ...] = ("account",) if bill.account.status == "unverified" else ()
    return (*pool, *account)


def _account_used(record: SettlementRecord) -> str:
    if record.settlement.account == 0:
        return "0"
    return "1" if record.bill.account.relation == "self" else "2"


def _moment(row: dict[str, Any], name: str) -> dt.datetime:
    try:
        return read_moment(text_of(row.get(name)), BEIJING)
    except ValueError:
        raise Unreadable(f"{name} is not a moment") from None
