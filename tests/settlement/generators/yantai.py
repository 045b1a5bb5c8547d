"""Bills of the two Yantai policies."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.settlement.generators.common import (
    Fault,
    Json,
    Recipe,
    employee_flags,
    near,
    nearly_used,
    provider_flags,
    seldom,
    yuan,
)

DISEASES = ("hypertension", "diabetes", "coronary-heart-disease", "uraemia")
LIMITED = ("congenital-heart-disease", "acute-leukaemia", "cleft-lip-palate")
LIMITED_SERVICE = "limited"
"""Inpatient care at a limited price; a service of its own only here."""
EDGES_FEN = (
    *(1_000, 5_000, 6_000, 20_000, 30_000, 50_000, 80_000, 100_000, 200_000, 240_000, 300_000, 360_000),
    *(500_000, 1_000_000, 1_200_000, 2_500_000, 8_000_000, 18_000_000, 22_000_000, 25_000_000, 40_000_000),
)
RATES_PERCENT = (80, 85, 90, 95, 45, 50, 55, 58, 60, 65, 70, 83, 88)
DAYS = ("2021-06-30", "2018-01-01", "2022-12-31", "2020-02-29")


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service == "outpatient":
        provider["kind"] = random.choice(("community", "community", "community", "hospital", "clinic"))
    if provider["tier"] == 1 and random.random() < 0.6:
        provider["essential_drug_system"] = True
    if service in ("chronic", "pharmacy", "maternity", "accident") and random.random() < 0.3:
        del provider["tier"]
    return provider


def _employee(random: Random, service: str) -> Json:
    return employee_flags(random)


def _resident(random: Random, service: str) -> Json:
    patient: Json = {"contribution_tier": random.choice((1, 2))}
    if service in (LIMITED_SERVICE, "accident") or seldom(random, 25):
        patient["minor"] = True
        if random.random() < 0.5:
            del patient["contribution_tier"]
    return patient


def _episode(random: Random, service: str) -> Json:
    episode: Json = {}
    if service in ("inpatient", "accident") and seldom(random, 25):
        episode["merged"] = "accident" if service == "accident" else random.choice(("referral", "interim"))
        episode["merged_deductible_paid"] = yuan(near(random, random.choice((6_000, 30_000, 50_000, 80_000))))
    if service == "inpatient" and seldom(random, 12):
        episode["oncology_course"] = True
    if service == "inpatient" and seldom(random, 5):
        episode["days_before"] = random.randint(0, 60)
    if service == LIMITED_SERVICE:
        episode |= {"limited_disease": True, "disease": random.choice(LIMITED)}
    if service == "maternity":
        episode["delivery"] = random.choice(("vaginal", "caesarean", "antenatal", "assisted"))
    if service in (LIMITED_SERVICE, "maternity") and random.random() < 0.4:
        episode["limit_used"] = yuan(near(random, random.choice((100_000, 1_200_000, 2_500_000, 8_000_000))))
    return episode


def _employee_episode(random: Random, service: str) -> Json:
    episode = _episode(random, service)
    if service == "chronic" and random.random() < 0.6:
        return episode | {"chronic_class": "B", "disease": random.choice(DISEASES[:3])}
    if service == "chronic":
        episode |= {"chronic_class": "A", "disease": "uraemia"}
        return episode | ({"high_cost_therapy": True} if seldom(random, 10) else {})
    return episode


def _resident_episode(random: Random, service: str) -> Json:
    episode = _episode(random, service)
    return episode | ({"disease": random.choice(DISEASES[:2])} if service == "chronic" else {})


def _year(random: Random, aim: int, caps: tuple[int, ...]) -> Json:
    year: Json = {}
    if random.random() < 0.5:
        year["pool_paid"] = yuan(nearly_used(random, random.choice(caps), aim, RATES_PERCENT))
    if random.random() < 0.3:
        year["large_amount_paid"] = yuan(nearly_used(random, 40_000_000, aim, RATES_PERCENT))
        year["accident_paid"] = yuan(nearly_used(random, 300_000, aim, RATES_PERCENT))
        year["outpatient_pool_paid"] = yuan(nearly_used(random, 20_000, aim, RATES_PERCENT))
        year["outpatient_deductible_paid"] = yuan(near(random, 5_000))
    if random.random() < 0.4:
        limits = (200_000, 240_000, 300_000, 360_000)
        year["chronic"] = {
            disease: {
                "deductible_paid": yuan(near(random, 30_000)),
                "pool_paid": yuan(nearly_used(random, random.choice(limits), aim, RATES_PERCENT)),
            }
            for disease in DISEASES[: random.randint(1, 3)]
        }
    if random.random() < 0.3:
        year["oncology_deductible_taken"] = random.random() < 0.8
        year["admissions"] = random.randint(0, 9)
    if seldom(random, 10):
        for key in ("eligible_expense", "personal_burden", "in_scope_self_pay", "outpatient_expense"):
            year[key] = yuan(random.randint(0, 10**7))
    return year


def _employee_year(random: Random, service: str, aim: int) -> Json:
    return _year(random, aim, (25_000_000,))


def _resident_year(random: Random, service: str, aim: int) -> Json:
    return _year(random, aim, (22_000_000, 18_000_000))


def _dress(random: Random, service: str, item: Json) -> None:
    if random.random() < 0.35:
        item["essential"] = True
    if random.random() < 0.25:
        item["high_cost_therapy"] = True


def _faults(random: Random, bill: Json, item: Json, categories: tuple[str, ...]) -> list[Fault]:
    return [
        (bill["provider"], {"locality": "out-of-region"}),
        (bill["patient"], {"category": random.choice(categories)}),
        (bill["patient"], {"contribution_tier": None}),
        (bill["patient"], {"minor": None}),
        (bill["episode"], {"disease": random.choice(("uraemia", "gout"))}),
        (bill["episode"], {"delivery": None}),
        (bill["episode"], {"delivery": "vaginal", "procedure": "iud"}),
        (bill, {"service": random.choice(("emergency", "bed-day", "special-drug"))}),
        (bill, {"date": random.choice(("2017-12-31", "2023-01-01"))}),
    ]


def _employee_faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return _faults(random, bill, item, ("resident", "disabled-cadre"))


def _resident_faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return _faults(random, bill, item, ("employee",))


_COMMON: dict[str, Any] = {
    "days": DAYS,
    "edges_fen": EDGES_FEN,
    "diseases": DISEASES,
    "provider": _provider,
    "dress": _dress,
}
EMPLOYEE = Recipe(
    services=("inpatient", "inpatient", "chronic", "chronic", "outpatient", "pharmacy"),
    patient=_employee,
    episode=_employee_episode,
    year=_employee_year,
    faults=_employee_faults,
    **_COMMON,
)
RESIDENT = Recipe(
    services=(
        *("inpatient", "inpatient", "inpatient", LIMITED_SERVICE),
        *("chronic", "outpatient", "maternity", "accident"),
    ),
    patient=_resident,
    episode=_resident_episode,
    year=_resident_year,
    faults=_resident_faults,
    **_COMMON,
)
