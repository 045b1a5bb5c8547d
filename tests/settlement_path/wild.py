"""Wild bills: every key of the contract drawn from its own type, most at the default, whether or not it makes sense.

Where the generators of tests/settlement aim at the edges of a decree, these aim at what the law may ask of a bill.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any, Literal, get_args, get_origin, get_type_hints

from terminal.settlement import bill as contract

DISEASES = ("", "hypertension", "diabetes", "uraemia", "gout")
KEYS_AT_DEFAULT_PERCENT = 75
PARTS = ("provider", "patient", "entitlement", "account", "year", "episode")


@cache
def hints_of(part: type) -> dict[str, Any]:
    """The keys of one part of the contract, with their types."""
    return get_type_hints(part)


def wild_bill(random: Random, policy: str, services: Sequence[str], day: dt.date) -> dict[str, Any]:
    """One bill in its public JSON form, mostly for one of these services."""
    service = random.choice(services) if random.random() < 0.95 else _literal(random, contract.Service)
    bill: dict[str, Any] = {"policy": policy, "date": day.isoformat(), "service": service}
    for part in PARTS:
        bill[part] = _part(random, hints_of(contract.Bill)[part], KEYS_AT_DEFAULT_PERCENT)
    bill["patient"]["minor"] = random.random() < 0.5
    bill["provider"].setdefault("tier", random.randint(1, 3))
    if bill["service"] == "maternity":
        bill["episode"] |= {"delivery": "vaginal", "procedure": ""} if random.random() < 0.5 else {}
    if random.random() < 0.9:
        bill["entitlement"]["status"] = "active"
        bill["episode"]["exclusion"] = ""
        bill["episode"]["limited_disease"] &= bill["service"] in ("inpatient", "emergency")
    bill["items"] = [_item(random) for _ in range(random.randint(1, 4))]
    bill["consent"] = random.random() < 0.5
    return bill


def neighbour(random: Random, bill: dict[str, Any]) -> dict[str, Any]:
    """The same bill, but for one key of one of its parts."""
    part = random.choice(PARTS)
    drawn = _part(random, hints_of(contract.Bill)[part], 0)
    key = random.choice(sorted(drawn))
    return bill | {part: bill[part] | {key: drawn[key]}}


def _part(random: Random, part: type, at_default_percent: int) -> dict[str, Any]:
    """Literals, truth values, amounts, and the texts that the law reads; other keys keep their default."""
    drawn: dict[str, Any] = {}
    for key, wanted in hints_of(part).items():
        if random.randrange(100) < at_default_percent and key != "limited_disease":
            continue
        choices = [one for one in (wanted, *get_args(wanted)) if get_origin(one) is Literal]
        if choices:
            drawn[key] = _literal(random, choices[0])
        elif wanted is bool or bool in get_args(wanted):
            drawn[key] = random.random() < 0.5
        elif contract.Fen in (wanted, *get_args(wanted)):
            drawn[key] = _amount(random)
        elif key in ("admissions", "quiet_outpatient_years", "extra_births", "days", "days_before"):
            drawn[key] = random.randint(0, 4)
        elif key in ("tier", "contribution_tier"):
            drawn[key] = random.randint(1, 2)
        elif key == "chronic_diseases":
            drawn[key] = random.sample(DISEASES[1:], random.randint(0, 3))
        elif key == "disease":
            drawn[key] = random.choice(DISEASES)
        elif key == "chronic":
            drawn[key] = {one: {"pool_paid": _amount(random)} for one in random.sample(DISEASES[1:], 2)}
    return drawn


def _item(random: Random) -> dict[str, Any]:
    item = {
        "kind": _literal(random, contract.Kind),
        "class": random.choice("AAABBC"),
        "amount": _amount(random),
        "code": random.choice(("", "X001", '“”"\\ ✓')),
    }
    if random.random() < 0.7:
        item["self_pay_rate"] = random.choice(("0.10", "0.3333", "1.00"))
    if random.random() < 0.3:
        item |= {"unit_price": "123.456", "quantity": "2.5", "amount": "308.64"}
        item |= {"price_limit": random.choice(("100.00", "123.456"))} if random.random() < 0.5 else {}
    for key in ("essential", "traditional", "high_cost_therapy"):
        item |= {key: True} if random.random() < 0.2 else {}
    return item


def _literal(random: Random, literal: Any) -> Any:
    return random.choice(get_args(literal))


def _amount(random: Random) -> str:
    fen = random.choice((0, 5, 99, 100, 20_000, random.randint(0, 3_000_000), random.randint(0, 30_000_000)))
    return f"{fen // 100}.{fen % 100:02d}"
