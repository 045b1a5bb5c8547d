"""2001: whether the pool owes a person anything now, asked where the province's 1101 does not say it all. Pure.

The profile names the `med_type` to ask for. What 1101 already found against a person stands; a center that does not
answer for the pool leaves the entitlement unverified, so that its share is self-pay and nobody has invented a right.
Source: center-interface 3.3 and 6.2.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from terminal.center import fields
from terminal.center.answers import InsuredPerson
from terminal.center.envelope import Answer, Unreadable, moment_text, rows, text_of
from terminal.settlement.bill import Entitlement


def entitlement_input(person: InsuredPerson, medical_type: str, provider_id: str, now: dt.datetime) -> dict[str, Any]:
    """2001 about this person's own insurance, from this moment on."""
    return {
        "data": {
            "psn_no": person.person_number,
            "insutype": fields.INSURANCE_TYPES[fields.scheme_of(person.policy)],
            "fixmedins_code": provider_id,
            "med_type": medical_type,
            "begntime": moment_text(now),
        }
    }


def with_entitlement(person: InsuredPerson, answer: Answer) -> InsuredPerson:
    """The person with what 2001 says of the pool of their scheme. Raises Unreadable."""
    person = msgspec.structs.replace(person, hint="; ".join(filter(None, (person.hint, answer.hint))))
    if person.entitlement.status != "active":
        return person
    pool = fields.FUND_TYPES[(fields.scheme_of(person.policy), "pool")]
    found = Entitlement("unverified", "2001: the center says nothing of the pool")
    for row in rows(answer.output, "trtinfo"):
        flag = text_of(row.get("trt_enjymnt_flag"))
        if flag not in ("0", "1"):
            raise Unreadable("the answer has no trt_enjymnt_flag")
        if text_of(row.get("fund_pay_type")) == pool:
            found = Entitlement("active") if flag == "1" else Entitlement("none", text_of(row.get("trt_chk_rslt")))
    return msgspec.structs.replace(person, entitlement=found)
