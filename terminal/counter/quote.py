"""The quote (预结算): the till's bill, filled in with what only the center and the configuration know, and split.

Pure: nothing is written. What the till sends of the person or the provider must not
contradict what is known; the till cannot make a patient richer, healthier or better insured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, Struct

from terminal.counter.identify import Identification
from terminal.counter.tally import year_of
from terminal.errors import Refused
from terminal.journal.chain import digest
from terminal.journal.records import ClearingClass
from terminal.money import Fen
from terminal.settlement.bill import Bill, Provider, Service, Year
from terminal.settlement.codec import encode
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

VISIT_FACTS = frozenset({"emergency"})
"""What the till knows of a visit and the configuration of a provider does not."""

CLEARING_CLASSES: dict[Service, ClearingClass] = {
    "inpatient": "inpatient",
    "emergency": "inpatient",
    "bed-day": "inpatient",
    "maternity": "inpatient",
    "pharmacy": "pharmacy",
}
"""Services that are cleared otherwise than `outpatient`."""


class Quote(Struct, frozen=True):
    """A split that lapses. `hash` (64 hex digits) names exactly this bill, with exactly these amounts.

    asked: the till's bill; bill: the same filled in, of which the settlement is. taken_back: of a refund, the number of
    the settlement of which this is what stays; else "".
    """

    id: str
    hash: str
    settlement: Settlement
    expires_at: dt.datetime
    identification: Identification
    asked: Bill
    bill: Bill
    taken_back: str = ""


def fill(
    asked: Bill,
    identification: Identification,
    providers: Mapping[str, Provider],
    counted: tuple[Year, Fen],
    business_day: dt.date,
) -> Bill:
    """The till's bill with policy, person, account, year and provider filled in.

    counted: the year and the balance, with what this terminal has settled since the center was asked.

    Raises Refused with the place of the first part that contradicts what is known.
    """
    person = identification.person
    if asked.date > business_day:
        raise Refused("bill-in-the-future", f"the business day is {business_day}", f"营业日为 {business_day}", "date")
    if asked.policy not in ("", person.policy):
        raise _contradiction("policy")
    if asked.not_advanced is not UNSET:
        raise _contradiction("not_advanced")
    year, balance = counted
    account = msgspec.structs.replace(person.account, balance=balance)
    for name, known in (
        ("patient", (person.patient,)),
        ("entitlement", (person.entitlement,)),
        ("account", (person.account, account)),
        ("year", (year_of(asked.date, identification), year)),
    ):
        _refuse_contradiction(name, getattr(asked, name), known)
    return msgspec.structs.replace(
        asked,
        policy=person.policy,
        patient=person.patient,
        entitlement=person.entitlement,
        account=account,
        year=year,
        provider=_provider(asked.provider, providers),
    )


def split_of(bill: Bill, law: Law) -> tuple[Settlement, str]:
    """The settlement of a filled bill, and the hash of both. Consent is the patient's word, not part of the hash."""
    settlement = law.settle(bill)
    unasked = msgspec.structs.replace(bill, consent=False)
    return settlement, digest(encode((unasked, msgspec.structs.replace(settlement, notices=[]))))


def clearing_class_of(service: Service) -> ClearingClass:
    """The clearing class in which a service is reconciled."""
    return CLEARING_CLASSES.get(service, "outpatient")


def _provider(asked: Provider, providers: Mapping[str, Provider]) -> Provider:
    known = providers.get(asked.id or next(iter(providers)))
    if known is None:
        raise Refused("unknown-provider", "this terminal does not serve that provider", "未知机构", "provider.id")
    _refuse_contradiction("provider", asked, (known,), VISIT_FACTS)
    return msgspec.structs.replace(known, emergency=asked.emergency or known.emergency)


def _refuse_contradiction(name: str, sent: Struct, known: Sequence[Struct], free: frozenset[str] = frozenset()) -> None:
    default = type(sent)()
    for field in sent.__struct_fields__:
        value = getattr(sent, field)
        if field in free or value == getattr(default, field):
            continue
        if all(value != getattr(one, field) for one in known):
            raise _contradiction(f"{name}.{field}")


def _contradiction(at: str) -> Refused:
    return Refused(
        "contradiction",
        "this is not what the center or the configuration says; leave it out, or identify again",
        "与医保中心或配置不一致；请不要填写该项，或重新识别",
        at,
    )
