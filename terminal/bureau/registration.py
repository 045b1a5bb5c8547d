"""9001, 9002 and 1101: who works here today, and who the patient is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terminal.bureau.asked import Denied, Work
from terminal.bureau.ecredential import holder_of
from terminal.bureau.persons import Person
from terminal.bureau.published import newest
from terminal.bureau.register import CredentialKind
from terminal.center import fields
from terminal.center.envelope import moment_text, text_of
from terminal.center.extension import PersonExtension, write_extension
from terminal.money import format_fen

_CREDENTIALS: dict[str, CredentialKind] = {"01": "credential", "02": "id_number", "03": "card_number"}


def sign_in(work: Work) -> dict[str, Any]:
    """9001: opens this operator's day."""
    operator = text_of(work.asked.row("signIn").get("opter_no"))
    if not operator or operator != work.asked.operator:
        raise Denied("opter_no: not the operator of the envelope")
    number = f"{work.asked.area_code:0<6.6}{work.now:%Y%m%d}{work.books.next_number('sign_ins'):010d}"
    work.books.sign_in(number, operator, work.now.date())
    told = {"sign_time": moment_text(work.now), "sign_no": number, "exp_content": newest(work.published)}
    return {"signinoutb": told}


def sign_out(work: Work) -> dict[str, Any]:
    """9002: closes the sign-in that the message names."""
    if text_of(work.asked.row("signOut").get("sign_no")) != work.asked.sign_number:
        raise Denied("signOut: not the sign-in of the envelope")
    work.books.sign_out(work.asked.sign_number)
    return {"sign_time": {"sign_time": moment_text(work.now)}}


def person(work: Work) -> dict[str, Any]:
    """1101: the person behind a card, an e-credential or an ID number, with all that a settlement reads of
    them.
    """
    data = work.asked.row("data")
    kind = _CREDENTIALS.get(text_of(data.get("mdtrt_cert_type")).zfill(2))
    if kind is None:
        raise Denied("mdtrt_cert_type: 01, 02 or 03")
    shown = text_of(data.get("mdtrt_cert_no"))
    found = holder_of(work, shown) if kind == "credential" else work.books.find(kind, shown)
    if found is None:
        raise Denied("mdtrt_cert_no: 查无此人 (no insured person with this credential)")
    if kind == "card_number":
        _refuse_another_card(data, found)
    return {"baseinfo": _base(found, work.now.year), "insuinfo": [_insurance(found)], "idetinfo": []}


def refuse_another_holder(row: Mapping[str, Any], person: Person) -> None:
    """Raises Denied where a message names a person by number and shows something of somebody else.

    A code was looked at, and used up, when the person was asked about.
    """
    kind = _CREDENTIALS.get(text_of(row.get("mdtrt_cert_type")).zfill(2))
    shown = text_of(row.get("mdtrt_cert_no"))
    if kind is None:
        raise Denied("mdtrt_cert_type: 01, 02 or 03")
    named = shown.rpartition("-")[0] if kind == "credential" else shown
    if not named or getattr(person, kind) != named:
        raise Denied("mdtrt_cert_no: 凭证与参保人不符 (not a credential of this person)")
    if kind == "card_number":
        _refuse_another_card(row, person)


def _refuse_another_card(row: Mapping[str, Any], person: Person) -> None:
    identification = person.card_identification.upper()
    if identification and text_of(row.get("card_sn")).upper() != identification:
        raise Denied("card_sn: 卡识别码不符 (not the identification code of this card)")


def entitlement(work: Work) -> dict[str, Any]:
    """2001: whether the pool owes this person anything now, and why not."""
    data = work.asked.row("data")
    found = _of_number(work, data)
    status = found.entitlement.status
    fund = fields.FUND_TYPES.get((fields.scheme_of(found.policy), "pool"), fields.OTHER_FUND_TYPE)
    row = {
        "psn_no": found.person_number,
        "trt_chk_type": "01",
        "fund_pay_type": fund,
        "trt_enjymnt_flag": "1" if status == "active" else "0",
        "begndate": text_of(data.get("begntime"))[:10],
        "enddate": "",
        "trt_chk_rslt": "" if status == "active" else f"{status} {found.entitlement.reason}".strip(),
    }
    return {"trtinfo": [row]}


def accumulators(work: Work) -> dict[str, Any]:
    """5206: the year's accumulators, under the codes that the local center uses (settlement amounts in yuan)."""
    found = _of_number(work, work.asked.row("data"))
    scheme, year = fields.scheme_of(found.policy), found.year_in(work.now.year)
    values = {
        fields.ACCUMULATED_DEDUCTIBLE: format_fen(year.outpatient_deductible_paid),
        fields.ACCUMULATED_STAYS: str(year.admissions),
        f"D{fields.FUND_TYPES[scheme, 'pool']}": format_fen(year.pool_paid),
    }
    base = {"insutype": fields.INSURANCE_TYPES[scheme], "year": str(work.now.year), "cum_ym": f"{work.now:%Y%m}"}
    return {"cuminfo": [{**base, "cum_type_code": code, "cum": value} for code, value in values.items()]}


def _of_number(work: Work, data: dict[str, Any]) -> Person:
    found = work.books.person(text_of(data.get("psn_no")))
    if found is None:
        raise Denied("psn_no: 查无此人 (no such insured person)")
    return found


def _base(person: Person, calendar_year: int) -> dict[str, Any]:
    years = person.year_in(calendar_year), person.year_in(calendar_year - 1)
    extension = PersonExtension(person.policy, person.patient, person.entitlement, person.account, *years)
    return {
        "psn_no": person.person_number,
        "psn_cert_type": "01",
        "certno": person.id_number,
        "psn_name": person.name,
        "gend": "9",
        "naty": "",
        "brdy": "",
        "age": person.patient.age or 0,
        "exp_content": write_extension(extension, "baseinfo.exp_content"),
    }


def _insurance(person: Person) -> dict[str, Any]:
    scheme = fields.scheme_of(person.policy)
    return {
        "balc": format_fen(person.account.balance),
        "insutype": fields.INSURANCE_TYPES[scheme],
        "psn_type": fields.PERSON_TYPES[person.patient.category or scheme],
        "psn_insu_stas": fields.ENTITLEMENT_STATES[person.entitlement.status],
        "psn_insu_date": "",
        "paus_insu_date": "",
        "cvlserv_flag": "0",
        "insuplc_admdvs": person.insured_place,
        "emp_name": "",
    }
