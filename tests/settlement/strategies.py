"""Bills of the two Yantai policies, aimed at edges: bounds, a fen beside them, caps nearly used, every flag.

`random_bill` works on any `random.Random`; `bills` is the same generator on Hypothesis' own, so that it
shrinks. The first choice of every list is the plain one.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

POLICIES = ("yantai-employee", "yantai-resident")
SERVICES = {
    "yantai-employee": ("inpatient", "inpatient", "chronic", "chronic", "outpatient", "pharmacy"),
    "yantai-resident": (
        *("inpatient", "inpatient", "inpatient", "limited"),
        *("chronic", "outpatient", "maternity", "accident"),
    ),
}
DISEASES = ("hypertension", "diabetes", "coronary-heart-disease", "uraemia")
LIMITED = ("congenital-heart-disease", "acute-leukaemia", "cleft-lip-palate")
EDGES_FEN = (
    *(1_000, 5_000, 6_000, 20_000, 30_000, 50_000, 80_000, 100_000, 200_000, 240_000, 300_000, 360_000),
    *(500_000, 1_000_000, 1_200_000, 2_500_000, 8_000_000, 18_000_000, 22_000_000, 25_000_000, 40_000_000),
)
RATES_PERCENT = (80, 85, 90, 95, 45, 50, 55, 58, 60, 65, 70, 83, 88)
YEAR_CAPS = {"yantai-employee": (25_000_000,), "yantai-resident": (22_000_000, 18_000_000)}
DAYS = ("2021-06-30", "2018-01-01", "2022-12-31", "2020-02-29")


def bills(policy: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Bills of one policy, or of either."""
    policies = st.sampled_from((policy,) if policy else POLICIES)
    return st.builds(random_bill, st.randoms(use_true_random=False), policies)


def random_bill(random: Random, policy: str) -> dict[str, Any]:
    """One bill in its public JSON form; about one in ten is one that is to be refused."""
    service = random.choice(SERVICES[policy])
    aim = _aim(random, service)
    bill: dict[str, Any] = {
        "policy": policy,
        "date": random.choice(DAYS),
        "service": "inpatient" if service == "limited" else service,
        "provider": _provider(random, service),
        "patient": _patient(random, policy, service),
        "episode": _episode(random, policy, service),
        "items": _items(random, aim),
        "year": _year(random, policy, aim),
        "account": _account(random, aim),
    }
    _entitle(random, bill)
    _break(random, bill)
    return {key: value for key, value in bill.items() if value}


def yuan(amount: int) -> str:
    """Write fen as yuan with two places."""
    return f"{amount // 100}.{amount % 100:02d}"


def _seldom(random: Random, percent: float) -> bool:
    return random.random() * 100 > 100 - percent


def _aim(random: Random, service: str) -> int:
    """The sum that most bills come to: an edge or a fen beside it, an everyday sum, or any."""
    how = random.randrange(3)
    if how == 0:
        return random.choice(EDGES_FEN) + random.choice((0, 1, -1))
    if how == 1:
        return random.randint(1, 60_000 if service in ("outpatient", "pharmacy", "accident") else 2_000_000)
    return random.randint(1, 10 ** random.randint(1, 8))


def _near(random: Random, amount: int) -> int:
    """An amount, a fen beside it, or anything up to it."""
    how = random.randrange(3)
    if how == 0:
        return amount
    return max(0, amount + random.choice((1, -1))) if how == 1 else random.randint(0, amount)


def _provider(random: Random, service: str) -> dict[str, Any]:
    provider: dict[str, Any] = {"tier": random.choice((1, 2, 3))}
    if service == "outpatient":
        provider["kind"] = random.choice(("community", "community", "community", "hospital", "clinic"))
    if provider["tier"] == 1 and random.random() < 0.6:
        provider["essential_drug_system"] = True
    if _seldom(random, 8):
        provider["locality"] = random.choice(("in-region", "local"))
    if _seldom(random, 6):
        provider["designated"] = False
    if _seldom(random, 12 if provider.get("designated", True) else 50):
        provider["emergency"] = True
    if _seldom(random, 3):
        provider["qualified"] = False
    if service in ("chronic", "pharmacy", "maternity", "accident") and random.random() < 0.3:
        del provider["tier"]
    return provider


def _patient(random: Random, policy: str, service: str) -> dict[str, Any]:
    patient: dict[str, Any] = {}
    if policy == "yantai-resident":
        patient["contribution_tier"] = random.choice((1, 2))
        if service in ("limited", "accident") or _seldom(random, 25):
            patient["minor"] = True
            if random.random() < 0.5:
                del patient["contribution_tier"]
        return patient
    if random.random() < 0.4:
        patient["category"] = random.choice(("employee", "retiree", "retiree"))
    if _seldom(random, 10):
        patient["has_account"] = random.choice((True, False))
    if _seldom(random, 15):
        patient["large_amount_enrolled"] = False
    return patient


def _episode(random: Random, policy: str, service: str) -> dict[str, Any]:
    episode: dict[str, Any] = {}
    if service in ("inpatient", "accident") and _seldom(random, 25):
        episode["merged"] = "accident" if service == "accident" else random.choice(("referral", "interim"))
        episode["merged_deductible_paid"] = yuan(_near(random, random.choice((6_000, 30_000, 50_000, 80_000))))
    if service == "inpatient" and _seldom(random, 12):
        episode["oncology_course"] = True
    if service == "inpatient" and _seldom(random, 5):
        episode["days_before"] = random.randint(0, 60)
    if service == "limited":
        episode |= {"limited_disease": True, "disease": random.choice(LIMITED)}
    if service == "maternity":
        episode["delivery"] = random.choice(("vaginal", "caesarean", "antenatal", "assisted"))
    if service in ("limited", "maternity") and random.random() < 0.4:
        episode["limit_used"] = yuan(_near(random, random.choice((100_000, 1_200_000, 2_500_000, 8_000_000))))
    if service == "chronic":
        episode |= _chronic_episode(random, policy)
    return episode


def _chronic_episode(random: Random, policy: str) -> dict[str, Any]:
    if policy == "yantai-resident":
        return {"disease": random.choice(DISEASES[:2])}
    if random.random() < 0.6:
        return {"chronic_class": "B", "disease": random.choice(DISEASES[:3])}
    episode = {"chronic_class": "A", "disease": "uraemia"}
    return episode | ({"high_cost_therapy": True} if _seldom(random, 10) else {})


def _items(random: Random, aim: int) -> list[dict[str, Any]]:
    """One to six items that come to `aim`, whole or nearly in scope on most bills."""
    count = random.choice((1, 2, 1, 3, 2, 4, 6))
    cuts = sorted(random.randint(0, aim) for _ in range(count - 1))
    amounts = [high - low for low, high in zip([0, *cuts], [*cuts, aim], strict=True)]
    mixed = random.random() < 0.5
    items = [_item(random, amount, mixed) for amount in amounts]
    return items + ([_priced_item(random)] if _seldom(random, 20) else [])


def _item(random: Random, amount: int, mixed: bool) -> dict[str, Any]:
    kind = random.choice(("drug", "service", "drug", "special", "consumable", "device", "bed", "other"))
    item: dict[str, Any] = {"kind": kind, "class": "A", "amount": yuan(amount)}
    if random.random() < 0.35:
        item["essential"] = True
    if random.random() < 0.25:
        item["high_cost_therapy"] = True
    if mixed and _seldom(random, 40):
        item["class"] = random.choice(("B", "C"))
    if item["class"] == "B" or (mixed and _seldom(random, 10)):
        item["self_pay_rate"] = random.choice(("0.10", "0.05", "0.20", "0.00", "0.3333", "1.00", "0.0001"))
    return item


def _priced_item(random: Random) -> dict[str, Any]:
    """An item with a unit price, a quantity and mostly a payment standard below or at the price."""
    price = random.choice((random.randint(1, 10**6), random.randint(1, 10**9), random.randint(1, 500) * 10**6))
    quantity = random.choice((random.randint(1, 40) * 10**4, random.randint(1, 10**5)))
    amount = (2 * price * quantity + 10**8) // (2 * 10**8)
    if price * quantity % 10**8 == 0 and amount > 1:
        amount += random.choice((0, 1, -1))
    limit = _near(random, price) if random.random() < 0.8 else price * 2
    item = {
        "kind": random.choice(("drug", "consumable", "device")),
        "class": random.choice(("A", "B", "C")),
        "amount": yuan(amount),
        "unit_price": f"{price // 10**6}.{price % 10**6:06d}",
        "quantity": f"{quantity // 10**4}.{quantity % 10**4:04d}",
        "price_limit": f"{limit // 10**6}.{limit % 10**6:06d}",
    }
    return item | ({"self_pay_rate": "0.15"} if item["class"] == "B" else {})


def _year(random: Random, policy: str, aim: int) -> dict[str, Any]:
    year: dict[str, Any] = {}
    if random.random() < 0.5:
        year["pool_paid"] = yuan(_nearly_used(random, random.choice(YEAR_CAPS[policy]), aim))
    if random.random() < 0.3:
        year["large_amount_paid"] = yuan(_nearly_used(random, 40_000_000, aim))
        year["accident_paid"] = yuan(_nearly_used(random, 300_000, aim))
        year["outpatient_pool_paid"] = yuan(_nearly_used(random, 20_000, aim))
        year["outpatient_deductible_paid"] = yuan(_near(random, 5_000))
    if random.random() < 0.4:
        year["chronic"] = {
            disease: {
                "deductible_paid": yuan(_near(random, 30_000)),
                "pool_paid": yuan(_nearly_used(random, random.choice((200_000, 240_000, 300_000, 360_000)), aim)),
            }
            for disease in DISEASES[: random.randint(1, 3)]
        }
    if random.random() < 0.3:
        year["oncology_deductible_taken"] = random.random() < 0.8
        year["admissions"] = random.randint(0, 9)
    if _seldom(random, 10):
        for key in ("eligible_expense", "personal_burden", "in_scope_self_pay", "outpatient_expense"):
            year[key] = yuan(random.randint(0, 10**7))
    return year


def _nearly_used(random: Random, cap: int, aim: int) -> int:
    """What a cap has paid already, so that this bill just meets it, just passes it, or finds it empty."""
    if random.random() < 0.15:
        return cap + random.choice((0, 1, -1, 0, 12_345))
    owed = aim * random.choice(RATES_PERCENT) // 100
    return max(0, cap - random.choice((owed, owed // 2, random.randint(0, owed))) + random.randint(-2, 2))


def _account(random: Random, aim: int) -> dict[str, Any]:
    if random.random() < 0.2:
        return {}
    account: dict[str, Any] = {"balance": yuan(random.choice((aim // 5, 0, 1, aim, random.randint(0, 500_000))))}
    if _seldom(random, 8):
        account["status"] = random.choice(("open", "sealed", "closed", "lost", "frozen", "unverified"))
    if _seldom(random, 6):
        account["relation"] = random.choice(("self", "spouse", "parent", "child"))
    return account


def _entitle(random: Random, bill: dict[str, Any]) -> None:
    """Once in a while the pool owes nothing: status, cause, or a disease that is not recognised."""
    if _seldom(random, 8):
        statuses = ("active", "waiting", "arrears", "suspended", "none", "unverified")
        bill["entitlement"] = {"status": random.choice(statuses)}
    if _seldom(random, 4):
        causes = (
            "work-injury",
            "third-party",
            "public-health",
            "disaster",
            "abroad",
            "during-stay",
            "no-receipt",
        )
        bill["episode"]["exclusion"] = random.choice((*causes, "check-up"))
    if bill["service"] == "chronic" and random.random() < 0.4:
        bill["patient"]["chronic_diseases"] = random.sample(DISEASES, random.randint(1, 4))
    if _seldom(random, 30):
        bill["consent"] = True


def _break(random: Random, bill: dict[str, Any]) -> None:
    """One bill in ten or so lacks something or contradicts itself."""
    if not _seldom(random, 9):
        return
    item = random.choice(bill["items"])
    resident = bill["policy"] == "yantai-resident"
    faults: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (bill["provider"], {"tier": None}),
        (bill["provider"], {"locality": "out-of-region"}),
        (item, {"class": "B", "self_pay_rate": None}),
        (item, {"class": "A", "price_limit": "1.00", "unit_price": None}),
        (item, {"class": "A", "price_limit": "1.00", "quantity": None}),
        (
            bill["patient"],
            {"category": "employee" if resident else random.choice(("resident", "disabled-cadre"))},
        ),
        (bill["patient"], {"contribution_tier": None}),
        (bill["patient"], {"minor": None}),
        (bill["episode"], {"disease": random.choice(("uraemia", "gout"))}),
        (bill["episode"], {"delivery": None}),
        (bill["episode"], {"delivery": "vaginal", "procedure": "iud"}),
        (bill, {"service": random.choice(("emergency", "bed-day", "special-drug", "pharmacy"))}),
        (bill, {"date": random.choice(("2017-12-31", "2023-01-01"))}),
        (item, {"unit_price": "12.00", "quantity": "1", "amount": "12.03"}),
    ]
    where, changes = random.choice(faults)
    for key, value in changes.items():
        where.pop(key, None)
        if value is not None:
            where[key] = value
