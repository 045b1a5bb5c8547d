"""Bills of the Ulanqab employees: stays at home and away, outpatient care, bed-days, births."""

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

STAYS = ("inpatient", "emergency")
DISEASES = ("uraemia", "hypertension", "diabetes", "rheumatism")
DELIVERIES = ("vaginal", "assisted", "caesarean", "caesarean-with-surgery", "antenatal")
PROCEDURES = (
    *("iud-check", "iud", "ligation", "reversal-outpatient", "reversal-inpatient"),
    *("termination-inpatient", "termination-outpatient", "induction"),
)
EDGES_FEN = (
    *(5_000, 10_000, 20_000, 30_000, 36_000, 40_000, 50_000, 54_000, 100_000, 120_000, 180_000, 200_000),
    *(250_000, 300_000, 400_000, 450_000, 500_000, 600_000, 1_000_000, 5_000_000, 6_000_000, 26_000_000),
)
UNIT_PRICES_FEN = (50_000, 50_001, 49_999, 10_000_000, 10_000_001, 9_999_999, 12_345, 400_000, 15_000_000)
POOL_CAP, AID_CAP, AID_BEGINS_AT = 26_000_000, 12_000_000, 5_000_000


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service in STAYS and random.random() < 0.3:
        provider["traditional_medicine"] = True
    if service in (*STAYS, "outpatient") and seldom(random, 35):
        provider["locality"] = random.choice(("out-of-region", "out-of-region", "in-region"))
    if service == "pharmacy" and random.random() < 0.9:
        provider["kind"] = "pharmacy"
    if service in ("outpatient", "special-drug"):
        provider["kind"] = random.choice(("hospital", "clinic", "community", "pharmacy"))
    if service not in STAYS and random.random() < 0.2:
        del provider["tier"]
    return provider


def _patient(random: Random, service: str) -> Json:
    patient = employee_flags(random, ("retiree", "disabled-cadre", "employee"))
    if seldom(random, 10):
        patient["maternity_insured"] = False
    return patient


def _episode(random: Random, service: str) -> Json:
    if service in STAYS:
        return _stay(random, service)
    if service == "chronic":
        return {"chronic_class": random.choice(("A", "B", "C")), "disease": random.choice(DISEASES)}
    if service == "bed-day":
        days = {"days": random.choice((1, 2, 10, 45, 46, 90, 91, random.randint(1, 200)))}
        before = random.choice((0, 40, 44, 45, 46, 89, 90, 91, random.randint(0, 400)))
        return days | ({"days_before": before, "merged": random.choice(("interim", ""))} if before else {})
    return _birth(random) if service == "maternity" else {}


def _stay(random: Random, service: str) -> Json:
    episode: Json = {}
    if random.random() < 0.5:
        episode["filing"] = random.choice(("none", "long-term", "registered", "unregistered"))
    if seldom(random, 25):
        episode["merged"] = random.choice(("emergency", "readmission", "interim"))
        episode["merged_line"] = yuan(random.choice((20_000, 30_000, 40_000, 50_000, 200_000)))
        episode["merged_deductible_paid"] = yuan(near(random, random.choice((20_000, 40_000, 50_000, 200_000))))
    if seldom(random, 5):
        episode["days_before"] = random.randint(0, 60)
    if seldom(random, 5):
        episode["oncology_course"] = True
    return episode


def _birth(random: Random) -> Json:
    episode: Json = {}
    if random.random() < 0.6:
        episode["delivery"] = random.choice(DELIVERIES)
        if episode["delivery"] != "antenatal" and seldom(random, 25):
            episode["extra_births"] = random.randint(1, 3)
    else:
        episode["procedure"] = random.choice(PROCEDURES)
    if seldom(random, 30):
        episode["limit_used"] = yuan(near(random, random.choice((5_000, 36_000, 54_000, 100_000, 200_000, 400_000))))
    return episode


def _year(random: Random, service: str, aim: int) -> Json:
    year: Json = {}
    if random.random() < 0.6:
        cap = random.choice((AID_BEGINS_AT, POOL_CAP))
        year["pool_paid"] = yuan(nearly_used(random, cap, aim, (85, 88, 70, 67, 100, 90)))
    if random.random() < 0.4:
        year["large_amount_paid"] = yuan(nearly_used(random, AID_CAP, aim, (80, 5, 10, 15)))
    if random.random() < 0.5:
        year["admissions"] = random.choice((1, 2, 3, 4, 9, 0))
    if random.random() < 0.5:
        limit = random.choice((400_000, 500_000))
        year["outpatient_pool_paid"] = yuan(nearly_used(random, limit, aim, (60, 65, 70)))
        year["outpatient_deductible_paid"] = yuan(near(random, 30_000))
        year["special_drug_deductible_paid"] = yuan(near(random, 40_000))
        year["special_drug_paid"] = yuan(random.randint(0, 10**6))
    if random.random() < 0.4:
        year["chronic"] = chronic_year(random, DISEASES, (30_000, 0), (300_000, 400_000, 500_000, 6_000_000))
    if seldom(random, 10):
        for key in ("eligible_expense", "personal_burden", "in_scope_self_pay", "outpatient_expense"):
            year[key] = yuan(random.randint(0, 10**7))
    return year


def _dress(random: Random, service: str, item: Json) -> None:
    """Traditional medicine; class B without a rate of its own; a consumable or special one with its price."""
    if random.random() < 0.3:
        item["traditional"] = True
    if item["kind"] in ("drug", "service", "bed", "other") and random.random() < 0.6:
        item.pop("self_pay_rate", None)
    if service in STAYS and item["kind"] in ("special", "consumable") and random.random() < 0.8:
        item.pop("self_pay_rate", None)
        item |= {"unit_price": item["amount"], "quantity": "1"} if "unit_price" not in item else {}


def _more_items(random: Random, service: str) -> list[Json]:
    """A consumable at a bound of the price bands."""
    if service not in STAYS or not seldom(random, 30):
        return []
    price, quantity = random.choice(UNIT_PRICES_FEN), random.choice((1, 2, 3))
    item = {"kind": "consumable", "class": random.choice(("A", "B")), "amount": yuan(price * quantity)}
    return [item | {"unit_price": yuan(price), "quantity": str(quantity)}]


def _faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return [
        (bill["patient"], {"category": "resident"}),
        (bill["episode"], {"disease": "gout"}),
        (bill["episode"], {"disease": None}),
        (bill["episode"], {"chronic_class": None}),
        (bill["episode"], {"delivery": None, "procedure": None}),
        (bill["episode"], {"delivery": "vaginal", "procedure": "iud"}),
        (bill["episode"], {"days": None}),
        (bill, {"service": "accident"}),
        (bill, {"date": "2024-03-31"}),
        (item, {"kind": "consumable", "class": "A", "self_pay_rate": None, "unit_price": None}),
        (item, {"kind": "device", "class": "B", "self_pay_rate": None}),
        (item, {"kind": "special", "class": "B", "self_pay_rate": None}),
    ]


EMPLOYEE = Recipe(
    days=("2024-06-30", "2024-04-01", "2024-12-31", "2025-01-01"),
    services=(
        *("inpatient", "inpatient", "inpatient", "emergency", "outpatient", "pharmacy", "chronic"),
        *("special-drug", "bed-day", "maternity"),
    ),
    edges_fen=EDGES_FEN,
    diseases=DISEASES,
    provider=_provider,
    patient=_patient,
    episode=_episode,
    year=_year,
    faults=_faults,
    dress=_dress,
    more_items=_more_items,
)
