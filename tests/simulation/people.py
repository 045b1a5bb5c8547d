"""The insured persons of a simulated town, the providers that its terminal serves, and the bills of its tills."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import msgspec

from terminal.bureau.persons import NamedProvider, Person
from terminal.settlement.bill import Account, Bill, Patient, Provider, Year
from terminal.settlement.codec import convert
from tests.settlement.generators.common import yuan
from tests.settlement.strategies import random_bill

HOSPITAL, PHARMACY, CLINIC = "H37060200003", "P37060200001", "C37060200001"
NAMES = {HOSPITAL: "示例三级医院", PHARMACY: "示例大药房", CLINIC: "示例社区卫生服务站"}
PROVIDERS = {
    HOSPITAL: Provider(id=HOSPITAL, tier=3),
    PHARMACY: Provider(id=PHARMACY, tier=1, kind="pharmacy"),
    CLINIC: Provider(id=CLINIC, tier=1, kind="community"),
}
NAMED_PROVIDERS = {key: NamedProvider(NAMES[key], facts) for key, facts in PROVIDERS.items()}
DIGITS = "〇一二三四五六七八九"

IN_FORCE = {
    "yantai-employee": (dt.date(2018, 1, 1), dt.date(2022, 12, 31)),
    "yantai-resident": (dt.date(2018, 1, 1), dt.date(2022, 12, 31)),
    "huangshi-employee": (dt.date(2010, 9, 1), dt.date.max),
    "tianjin-employee": (dt.date(2017, 1, 1), dt.date.max),
    "tianjin-resident": (dt.date(2017, 1, 1), dt.date.max),
    "shanxi-resident": (dt.date(2017, 7, 1), dt.date.max),
    "ulanqab-employee": (dt.date(2024, 4, 1), dt.date.max),
    "inner-mongolia-account": (dt.date(2001, 1, 1), dt.date.max),
    "beijing-account": (dt.date(2001, 1, 1), dt.date.max),
}
"""The packs on the shelf and the days of each, as its decree has them; without the one whose account lies on the card:
only who has the purse is insured by it (`wallet`)."""


BUYERS = frozenset(
    {
        *("yantai-employee", "tianjin-employee", "tianjin-resident"),
        *("ulanqab-employee", "inner-mongolia-account", "beijing-account"),
    }
)
"""The packs by which a purchase is settled; the others know none, or leave its cap to the bureau."""


def policies_on(day: dt.date) -> list[str]:
    """The packs in force on a day, in the order of the shelf."""
    return [policy for policy, (first, last) in IN_FORCE.items() if first <= day <= last]


def policies_that_change(day: dt.date, within_days: int) -> list[str]:
    """The packs that begin or end within so many days after a day, in the order of the shelf."""
    latest = day + dt.timedelta(days=within_days)
    return [policy for policy, (first, last) in IN_FORCE.items() if day < first <= latest or day <= last < latest]


def person_of(random: Random, number: int, policy: str, calendar_year: int) -> Person:
    """An insured person of this policy, with what a year has left behind; the number (1 … 9) tells them apart."""
    drawn = random_bill(random, policy)
    id_number, name = f"37060219700101000{number}", f"张{DIGITS[number]}"
    patient = convert({**drawn.get("patient", {}), "id": id_number, "name": name}, Patient)
    balance = random.choice(("0.00", "3.00", "150.00", "1500.00", yuan(random.randrange(1_000_000))))
    return Person(
        person_number=f"3706020000000{number}",
        card_number=f"A0000000{number}",
        id_number=id_number,
        name=name,
        policy=policy,
        insured_place=random.choice(("370602", "370611")),
        card_identification=f"3706000000000000000000000000000{number}",
        patient=patient,
        account=convert({"balance": balance}, Account),
        year=convert(drawn.get("year", {}), Year) if random.random() < 0.3 else Year(),
        year_of=calendar_year,
    )


def bill_for(random: Random, policy: str, day: dt.date) -> Bill:
    """What a till asks for on a day: a purchase over the counter, or any bill that this policy knows."""
    if random.random() < 0.4:
        return purchase(random, day)
    return bill_of_law(random, policy, day)


def bill_of_law(random: Random, policy: str, day: dt.date) -> Bill:
    """Any bill that this policy knows."""
    drawn = random_bill(random, policy)
    provider: dict[str, Any] = {"id": PHARMACY if drawn["service"] == "pharmacy" else random.choice((HOSPITAL, CLINIC))}
    if drawn.get("provider", {}).get("emergency"):
        provider["emergency"] = True
    asked = {name: drawn[name] for name in ("service", "items", "episode") if name in drawn}
    return convert({**asked, "date": day.isoformat(), "provider": provider}, Bill)


def purchase(random: Random, day: dt.date) -> Bill:
    """Some drugs at the pharmacy."""
    items = [
        {
            "kind": "drug",
            "class": random.choice("AAABC"),
            "amount": yuan(random.choice((1, 20, 1999, random.randrange(30_000)))),
        }
        for _ in range(random.choice((1, 1, 2, 3)))
    ]
    for item in items:
        if item["class"] == "B":
            item["self_pay_rate"] = "0.10"
    asked = {"date": day.isoformat(), "service": "pharmacy", "items": items, "provider": {"id": PHARMACY}}
    return convert(asked, Bill)


def with_part(random: Random, bill: Bill) -> Bill:
    """The same bill without one of its items, or its only item once more: what stays of a partial refund."""
    items = list(bill.items)
    if len(items) > 1:
        items.pop(random.randrange(len(items)))
    return msgspec.structs.replace(bill, items=items)
