"""Bills of the account-only schemes: prescriptions, approvals, drugs in and out of the catalogue, dry purses."""

from __future__ import annotations

from random import Random

from tests.settlement.generators.common import (
    Fault,
    Json,
    Recipe,
    employee_flags,
    provider_flags,
    seldom,
    yuan,
)

UNIT_PRICES_FEN = (20_000, 19_999, 20_001, 1_000, 350_000)


def _provider(random: Random, service: str) -> Json:
    provider = provider_flags(random)
    if service == "pharmacy":
        provider["kind"] = "pharmacy"
    if random.random() < 0.4:
        del provider["tier"]
    return provider


def _patient(random: Random, service: str) -> Json:
    return employee_flags(random)


def _episode(random: Random, service: str) -> Json:
    episode: Json = {}
    if random.random() < 0.5:
        episode["prescription"] = True
    if seldom(random, 20):
        episode["urgent"] = True
    return episode


def _year(random: Random, service: str, aim: int) -> Json:
    return {"outpatient_expense": yuan(random.randint(0, 10**6))} if seldom(random, 20) else {}


def _dress(random: Random, service: str, item: Json) -> None:
    """A special examination or treatment has its price, and at times an approval."""
    if item["kind"] == "special" and random.random() < 0.95:
        item |= {"unit_price": item["amount"], "quantity": "1"}
    if random.random() < 0.3:
        item["approval"] = "SP-0001"


def _more_items(random: Random, service: str) -> list[Json]:
    """A special examination at the bound of 200 a unit."""
    if not seldom(random, 40):
        return []
    price, quantity = random.choice(UNIT_PRICES_FEN), random.choice((1, 2))
    item = {"kind": "special", "class": random.choice(("A", "B", "C")), "amount": yuan(price * quantity)}
    item |= {"unit_price": yuan(price), "quantity": str(quantity), "self_pay_rate": "0.20"}
    return [item | ({"approval": "SP-0002"} if random.random() < 0.3 else {})]


def _faults(random: Random, bill: Json, item: Json) -> list[Fault]:
    return [
        (bill["patient"], {"category": "resident"}),
        (bill, {"service": random.choice(("inpatient", "bed-day", "chronic"))}),
        (item, {"kind": "special", "class": "A", "unit_price": None, "approval": None}),
        (bill["account"], {"balance": None}),
    ]


ACCOUNT_ONLY = Recipe(
    days=("2024-06-30", "2025-01-01"),
    services=("outpatient", "pharmacy"),
    edges_fen=(1, 10_000, 19_999, 20_000, 20_001, 50_000),
    diseases=(),
    provider=_provider,
    patient=_patient,
    episode=_episode,
    year=_year,
    faults=_faults,
    dress=_dress,
    more_items=_more_items,
)
