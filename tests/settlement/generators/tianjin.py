"""Bills of both Tianjin schemes: near the ceilings of the year's expense, the bands of its burden, the quiet years."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.settlement.generators.common import (
    Fault,
    Json,
    Recipe,
    chronic_year,
    employee_flags,
    near,
    nearly_used,
    provider_flags,
    seldom,
    yuan,
)

DISEASES = ("uraemia", "diabetes", "hypertension")
EXPENSE_FEN = (15_000_000, 15_500_000, 18_000_000, 35_000_000)
BURDEN_FEN = (2_000_000, 10_000_000, 20_000_000, 30_000_000)
EDGES_FEN = (
    *(20_000, 30_000, 40_000, 50_000, 80_000, 110_000, 130_000, 170_000, 300_000, 550_000),
    *(2_000_000, 5_000_000, 15_000_000, 18_000_000, 20_000_000, 35_000_000),
)
DAYS = ("2017-06-30", "2016-07-14", "2016-12-31", "2017-01-01", "2018-12-31")


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service == "pharmacy":
        provider["kind"] = "pharmacy"
    if service in ("pharmacy", "chronic") and random.random() < 0.5:
        del provider["tier"]
    return provider


def _resident_provider(random: Random, service: str) -> Json:
    provider = _provider(random, service)
    if service == "outpatient" and provider["tier"] == 3 and random.random() < 0.9:
        provider["tier"] = 2
    return provider


def _employee(random: Random, service: str) -> Json:
    return employee_flags(random)


def _resident(random: Random, service: str) -> Json:
    patient: Json = {"minor": True} if seldom(random, 15) else {}
    return patient | ({"contribution_tier": random.choice((1, 2))} if random.random() < 0.4 else {})


def _episode(random: Random, service: str) -> Json:
    episode: Json = {"disease": random.choice(DISEASES)} if service == "chronic" else {}
    if service == "inpatient" and seldom(random, 25):
        paid = random.choice((50_000, 80_000, 110_000, 170_000))
        episode |= {
            "merged": random.choice(("referral", "interim")),
            "merged_deductible_paid": yuan(near(random, paid)),
        }
    if service == "inpatient" and seldom(random, 5):
        episode |= {"oncology_course": True, "days_before": random.randint(0, 60)}
    return episode


def _year(random: Random, service: str, aim: int) -> Json:
    year: Json = {}
    if random.random() < 0.6:
        year["eligible_expense"] = yuan(nearly_used(random, random.choice(EXPENSE_FEN), aim, (100, 100, 100, 50)))
        year["personal_burden"] = yuan(nearly_used(random, random.choice(BURDEN_FEN), aim, (40, 45, 35, 50, 100)))
        year["pool_paid"] = yuan(random.randint(0, 10**7))
    if random.random() < 0.35:
        year["carried_outpatient_quota"] = yuan(random.choice((500_000, 1, 300_000, random.randint(0, 10**6))))
    if random.random() < 0.5:
        year["outpatient_expense"] = yuan(nearly_used(random, random.choice((300_000, 550_000)), aim))
        year["outpatient_deductible_paid"] = yuan(near(random, random.choice((20_000, 50_000, 80_000))))
    if random.random() < 0.5:
        year["quiet_outpatient_years"] = random.choice((1, 2, 3, 4, 0))
    if random.random() < 0.6:
        year["previous_year_outpatient_expense"] = yuan(max(0, random.choice((150_000, 250_000)) + _step(random)))
    if random.random() < 0.6:
        year["admissions"] = random.choice((1, 2, 0))
    if random.random() < 0.4:
        year["chronic"] = chronic_year(random, DISEASES, (50_000, 130_000), (100_000,))
    if seldom(random, 10):
        year |= {key: yuan(random.randint(0, 10**7)) for key in ("large_amount_paid", "major_illness_paid")}
    return year


def _step(random: Random) -> int:
    return random.choice((0, 1, -1, -100_000, 100_000))


def _faults(random: Random, bill: Json, categories: tuple[str, ...]) -> list[Fault]:
    return [
        (bill["patient"], {"category": random.choice(categories)}),
        (bill["episode"], {"disease": None}),
        (bill, {"service": random.choice(("bed-day", "special-drug", "maternity"))}),
        (bill, {"date": "2016-07-13"}),
        (bill["provider"], {"tier": 3}),
    ]


def _employee_faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return _faults(random, bill, ("resident", "disabled-cadre"))


def _resident_faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return _faults(random, bill, ("employee", "retiree"))


_COMMON: dict[str, Any] = {
    "days": DAYS,
    "services": ("inpatient", "inpatient", "inpatient", "chronic", "outpatient", "pharmacy"),
    "edges_fen": EDGES_FEN,
    "diseases": DISEASES,
    "episode": _episode,
    "year": _year,
}
EMPLOYEE = Recipe(provider=_provider, patient=_employee, faults=_employee_faults, **_COMMON)
RESIDENT = Recipe(provider=_resident_provider, patient=_resident, faults=_resident_faults, **_COMMON)
