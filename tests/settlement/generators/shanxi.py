"""Bills of the Shanxi residents: first and later stays of a year near the cap, outpatient and chronic care."""

from __future__ import annotations

from random import Random

from tests.settlement.generators.common import (
    Fault,
    Json,
    Recipe,
    chronic_year,
    near,
    nearly_used,
    provider_flags,
    seldom,
    yuan,
)

DISEASES = ("hypertension", "diabetes")
INPATIENT_CAP = 7_000_000


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service != "inpatient" and random.random() < 0.3:
        del provider["tier"]
    return provider


def _patient(random: Random, service: str) -> Json:
    return {"minor": True} if seldom(random, 15) else {}


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
        year["pool_paid"] = yuan(nearly_used(random, INPATIENT_CAP, aim, (80, 70, 60)))
    if random.random() < 0.6:
        year["admissions"] = random.choice((1, 2, 5, 0))
    if random.random() < 0.3:
        year["chronic"] = chronic_year(random, DISEASES, (0,), (100_000,))
        year["outpatient_pool_paid"] = yuan(random.randint(0, 10**6))
        year["outpatient_expense"] = yuan(random.randint(0, 10**6))
    return year


def _faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return [
        (bill["patient"], {"category": "employee"}),
        (bill["episode"], {"disease": None}),
        (bill, {"service": random.choice(("bed-day", "special-drug", "maternity"))}),
        (bill, {"date": "2017-06-30"}),
    ]


RESIDENT = Recipe(
    days=("2018-06-30", "2017-07-01", "2020-02-29"),
    services=(*("inpatient",) * 6, *("outpatient",) * 3, *("chronic",) * 3, "pharmacy"),
    edges_fen=(5_000, 10_000, 15_000, 30_000, 40_000, 80_000, 1_000_000, 7_000_000, 8_750_000, 10_000_000, 11_666_667),
    diseases=DISEASES,
    provider=_provider,
    patient=_patient,
    episode=_episode,
    year=_year,
    faults=_faults,
)
