"""Bills of the Huangshi employees: stays and chronic diseases, near the cap and near the year's 20,000."""

from __future__ import annotations

from random import Random

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

DISEASES = ("hypertension", "diabetes", "lupus")
LIMITS_FEN = (300_000, 360_000, 800_000, 150_000, 180_000, 400_000)
POOL_CAP, SELF_PAY_CEILING = 12_000_000, 2_000_000


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service == "chronic" and random.random() < 0.3:
        del provider["tier"]
    if service == "chronic" and seldom(random, 8):
        provider["locality"] = "out-of-region"
    return provider


def _patient(random: Random, service: str) -> Json:
    return employee_flags(random)


def _episode(random: Random, service: str) -> Json:
    episode: Json = {"disease": random.choice(DISEASES)} if service == "chronic" else {}
    if service == "inpatient" and seldom(random, 12):
        episode |= {"merged": "interim", "merged_deductible_paid": yuan(near(random, random.choice((30_000, 80_000))))}
    if service == "inpatient" and seldom(random, 5):
        episode |= {"oncology_course": True, "days_before": random.randint(0, 60)}
    return episode


def _year(random: Random, service: str, aim: int) -> Json:
    year: Json = {}
    if random.random() < 0.6:
        year["pool_paid"] = yuan(nearly_used(random, POOL_CAP, aim, (90, 92, 94, 96, 80)))
    if random.random() < 0.6:
        year["in_scope_self_pay"] = yuan(nearly_used(random, SELF_PAY_CEILING, aim, (10, 8, 6, 20, 100)))
    if random.random() < 0.5:
        year["chronic"] = chronic_year(random, DISEASES, (0, 30_000), LIMITS_FEN)
    if random.random() < 0.3:
        year |= {"large_amount_paid": yuan(random.randint(0, 10**8)), "admissions": random.randint(0, 9)}
        year |= {"eligible_expense": yuan(random.randint(0, 10**8)), "personal_burden": yuan(random.randint(0, 10**7))}
    return year


def _faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    away = [(bill["provider"], {"locality": "out-of-region"})] if bill["service"] == "inpatient" else []
    return [
        *away,
        (bill["patient"], {"category": random.choice(("resident", "disabled-cadre"))}),
        (bill["episode"], {"disease": random.choice(("gout", None))}),
        (bill, {"service": random.choice(("bed-day", "special-drug", "maternity"))}),
        (bill, {"date": "2010-08-31"}),
    ]


EMPLOYEE = Recipe(
    days=("2021-06-30", "2010-09-01", "2024-02-29"),
    services=("inpatient", "inpatient", "chronic"),
    edges_fen=(
        *(30_000, 50_000, 80_000, 150_000, 180_000, 300_000, 360_000, 400_000, 800_000, 2_000_000),
        *(12_000_000, 13_043_479, 13_333_334, 20_000_000, 40_000_000),
    ),
    diseases=DISEASES,
    provider=_provider,
    patient=_patient,
    episode=_episode,
    year=_year,
    faults=_faults,
)
