"""What the bills of all schemes have in common: sums at edges, items, accounts, entitlement, faults.

Works on any `random.Random`, Hypothesis' own too: the first choice of every list is the plain one, so that it shrinks.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

Json = dict[str, Any]
Fault = tuple[Json, Json]
"""A part of the bill, and the keys to set in it; None takes a key away."""
EXCLUSIONS = (
    *("work-injury", "third-party", "public-health", "disaster", "abroad", "during-stay", "no-receipt", "check-up"),
)
KINDS = ("drug", "service", "drug", "special", "consumable", "device", "bed", "other")


class Recipe(NamedTuple):
    """How the bills of one policy are made. Every function is given the Random first, then the service."""

    days: tuple[str, ...]
    services: tuple[str, ...]
    edges_fen: tuple[int, ...]
    diseases: tuple[str, ...]
    provider: Callable[[Random, str], Json]
    patient: Callable[[Random, str], Json]
    episode: Callable[[Random, str], Json]
    year: Callable[[Random, str, int], Json]
    faults: Callable[[Random, Json, Json], list[Fault]]
    dress: Callable[[Random, str, Json], None] = lambda *_: None
    more_items: Callable[[Random, str], list[Json]] = lambda *_: []


def yuan(amount: int) -> str:
    """Write fen as yuan with two places."""
    return f"{amount // 100}.{amount % 100:02d}"


def seldom(random: Random, percent: float) -> bool:
    """True in so many cases of a hundred; False where Hypothesis shrinks to."""
    return random.random() * 100 > 100 - percent


def near(random: Random, amount: int) -> int:
    """An amount, a fen beside it, or anything up to it."""
    how = random.randrange(3)
    if how == 0:
        return amount
    return max(0, amount + random.choice((1, -1))) if how == 1 else random.randint(0, amount)


def nearly_used(random: Random, cap: int, aim: int, rates_percent: tuple[int, ...] = (100, 80, 90, 60, 50)) -> int:
    """What a cap has paid already, so that this bill just meets it, just passes it, or finds it empty."""
    if random.random() < 0.15:
        return cap + random.choice((0, 1, -1, 0, 12_345))
    owed = aim * random.choice(rates_percent) // 100
    return max(0, cap - random.choice((owed, owed // 2, random.randint(0, owed))) + random.randint(-2, 2))


def aim_at(random: Random, service: str, edges_fen: tuple[int, ...]) -> int:
    """The sum that most bills come to: an edge or a fen beside it, an everyday sum, or any."""
    how = random.randrange(3)
    if how == 0:
        return random.choice(edges_fen) + random.choice((0, 1, -1))
    if how == 1:
        return random.randint(1, 60_000 if service in ("outpatient", "pharmacy", "accident") else 2_000_000)
    return random.randint(1, 10 ** random.randint(1, 8))


def items_for(random: Random, service: str, aim: int, recipe: Recipe) -> list[Json]:
    """One to six items that come to `aim`, whole or nearly in scope on most bills, and seldom some more."""
    count = random.choice((1, 2, 1, 3, 2, 4, 6))
    cuts = sorted(random.randint(0, aim) for _ in range(count - 1))
    amounts = [high - low for low, high in zip([0, *cuts], [*cuts, aim], strict=True)]
    mixed = random.random() < 0.5
    items = [_item(random, amount, mixed) for amount in amounts]
    if seldom(random, 20):
        items.append(priced_item(random))
    for item in items:
        recipe.dress(random, service, item)
    return items + recipe.more_items(random, service)


def _item(random: Random, amount: int, mixed: bool) -> Json:
    item: Json = {"kind": random.choice(KINDS), "class": "A", "amount": yuan(amount)}
    if mixed and seldom(random, 40):
        item["class"] = random.choice(("B", "C"))
    if item["class"] == "B" or (mixed and seldom(random, 10)):
        item["self_pay_rate"] = random.choice(("0.10", "0.05", "0.20", "0.00", "0.3333", "1.00", "0.0001"))
    return item


def priced_item(random: Random) -> Json:
    """An item with a unit price, a quantity and mostly a payment standard below or at the price."""
    price = random.choice((random.randint(1, 10**6), random.randint(1, 10**9), random.randint(1, 500) * 10**6))
    quantity = random.choice((random.randint(1, 40) * 10**4, random.randint(1, 10**5)))
    amount = (2 * price * quantity + 10**8) // (2 * 10**8)
    if price * quantity % 10**8 == 0 and amount > 1:
        amount += random.choice((0, 1, -1))
    limit = near(random, price) if random.random() < 0.8 else price * 2
    item = {
        "kind": random.choice(("drug", "consumable", "device")),
        "class": random.choice(("A", "B", "C")),
        "amount": yuan(amount),
        "unit_price": f"{price // 10**6}.{price % 10**6:06d}",
        "quantity": f"{quantity // 10**4}.{quantity % 10**4:04d}",
        "price_limit": f"{limit // 10**6}.{limit % 10**6:06d}",
    }
    return item | ({"self_pay_rate": "0.15"} if item["class"] == "B" else {})


def account(random: Random, aim: int) -> Json:
    """The account that may pay: of any state, mostly open and one's own."""
    if random.random() < 0.2:
        return {}
    found: Json = {"balance": yuan(random.choice((aim // 5, 0, 1, aim, random.randint(0, 500_000))))}
    if seldom(random, 8):
        found["status"] = random.choice(("open", "sealed", "closed", "lost", "frozen", "unverified"))
    if seldom(random, 8):
        found["relation"] = random.choice(("self", "spouse", "parent", "child"))
    return found


def provider_flags(random: Random) -> Json:
    """Designation, qualification and emergency, mostly as they should be."""
    provider: Json = {"tier": random.choice((1, 2, 3))}
    if seldom(random, 8):
        provider["locality"] = random.choice(("in-region", "local"))
    if seldom(random, 6):
        provider["designated"] = False
    if seldom(random, 12 if provider.get("designated", True) else 50):
        provider["emergency"] = True
    if seldom(random, 3):
        provider["qualified"] = False
    return provider


def employee_flags(random: Random, categories: tuple[str, ...] = ("employee", "retiree", "retiree")) -> Json:
    """An employee in service or retired, mostly with an account and enrolled everywhere."""
    patient: Json = {}
    if random.random() < 0.4:
        patient["category"] = random.choice(categories)
    if seldom(random, 10):
        patient["has_account"] = random.choice((True, False))
    if seldom(random, 15):
        patient["large_amount_enrolled"] = False
    return patient


def chronic_year(random: Random, diseases: tuple[str, ...], lines: tuple[int, ...], limits: tuple[int, ...]) -> Json:
    """What some diseases have used of the year."""
    return {
        disease: {
            "deductible_paid": yuan(near(random, random.choice(lines))),
            "pool_paid": yuan(nearly_used(random, random.choice(limits), 60_000)),
        }
        for disease in random.sample(diseases, random.randint(1, len(diseases)))
    }


def entitle(random: Random, bill: Json, diseases: tuple[str, ...]) -> None:
    """Once in a while the pool owes nothing: status, cause, or a disease that is not recognised."""
    if seldom(random, 8):
        statuses = ("active", "waiting", "arrears", "suspended", "none", "unverified")
        bill["entitlement"] = {"status": random.choice(statuses)}
    if seldom(random, 4):
        bill["episode"]["exclusion"] = random.choice(EXCLUSIONS)
    if bill["service"] == "chronic" and random.random() < 0.4:
        bill["patient"]["chronic_diseases"] = random.sample(diseases, random.randint(1, len(diseases)))
    if seldom(random, 30):
        bill["consent"] = True


def broken(random: Random, bill: Json, recipe: Recipe) -> None:
    """One bill in ten or so lacks something or contradicts itself."""
    if not seldom(random, 9):
        return
    item = random.choice(bill["items"])
    faults: list[Fault] = [
        (bill["provider"], {"tier": None}),
        (item, {"class": "B", "self_pay_rate": None}),
        (item, {"class": "A", "price_limit": "1.00", "unit_price": None}),
        (item, {"class": "A", "price_limit": "1.00", "quantity": None}),
        (item, {"unit_price": "12.00", "quantity": "1", "amount": "12.03"}),
        *recipe.faults(random, bill, item),
    ]
    where, changes = random.choice(faults)
    for key, value in changes.items():
        where.pop(key, None)
        if value is not None:
            where[key] = value
