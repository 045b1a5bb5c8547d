"""Which rules a bill has reached: names for a histogram, so that a mass of bills is known to try them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen

COMMON = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("referred", "interim", "oncology line already taken", "below the line"),
    "emergency undesignated pooled",
    *("pool up to its room", "room empty before"),
    *("unpooled by status", "unpooled by designation", "unpooled by qualification", "unpooled by exclusion"),
    *("unpooled by recognition", "over limit", "prior self-pay", "out of catalogue", "two pool lines"),
    "in-region",
)
EXPECTED = {
    "yantai-employee": (
        *COMMON,
        *("inpatient retiree", "three pool lines", "chronic A", "chronic A high-cost"),
        *("chronic B", "chronic B new line"),
        *("chronic B limit bites", "outpatient", "pharmacy", "aid", "aid up to its room", "aid not enrolled"),
        *("account pays all in scope", "account runs dry", "account of a relative", "account not open"),
        *("account missing", "account of a suspended person", "account undesignated"),
        *(f"account pays {part}" for part in ("unpooled", "deductible", "co_payment")),
        *(f"account pays {part}" for part in ("prior_self_pay", "over_cap")),
    ),
    "yantai-resident": (
        *COMMON,
        *(f"contribution tier {of} at tier {tier}" for of in (1, 2) for tier in (1, 2, 3)),
        *("minor", "essential drugs", "tier 1 without the essential-drug system"),
        *("limited price", "provider bears"),
        *("limited price used up", "limited price cap bites", "chronic", "chronic line taken", "outpatient"),
        *("outpatient elsewhere", "maternity", "maternity above the scope", "maternity used up", "accident"),
        *("accident chain", "accident limit bites"),
    ),
}
"""What every mass of bills of a policy must reach at least once."""


def branches(bill: dict[str, Any], result: dict[str, Any]) -> set[str]:
    """The rules that one settled bill has reached."""
    moved = any(fen(result[key]) for key in ("fund_total", "deductible", "provider_borne"))
    pooled = "unpooled" not in result["parts"] and (moved or "over_cap" in result["parts"])
    found = {*_items(result), *_not_pooled(bill, result), *_account(bill, result)}
    if pooled:
        service = {"inpatient": _inpatient, "chronic": _chronic}.get(bill["service"], _other)
        found |= {*_pool(bill, result), *service(bill, result)}
    elif bill["service"] in ("outpatient", "pharmacy"):
        found.add(bill["service"])
    return found


def _items(result: dict[str, Any]) -> Iterator[str]:
    if fen(result["over_limit"]):
        yield "over limit"
    if fen(result["prior_self_pay"]):
        yield "prior self-pay"
    if fen(result["out_of_catalogue"]):
        yield "out of catalogue"


def _not_pooled(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    if "unpooled" not in result["parts"]:
        return
    provider = bill.get("provider", {})
    if bill.get("entitlement", {}).get("status", "active") != "active":
        yield "unpooled by status"
    elif not provider.get("designated", True) and not provider.get("emergency"):
        yield "unpooled by designation"
    elif not provider.get("qualified", True):
        yield "unpooled by qualification"
    elif bill.get("episode", {}).get("exclusion"):
        yield "unpooled by exclusion"
    elif bill["service"] == "chronic":
        yield "unpooled by recognition"
    elif bill["service"] == "outpatient" and bill["policy"] == "yantai-resident":
        yield "outpatient elsewhere"


def _account(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    for part, payers in result["parts"].items():
        if "account" in payers:
            yield f"account pays {part}"
    if fen(result["account"]):
        yield "account runs dry" if result["account_balance"] == "0.00" else "account pays all in scope"
        return
    account, provider = bill.get("account", {}), bill.get("provider", {})
    if not fen(account.get("balance", "0.00")):
        return
    if account.get("relation", "self") != "self":
        yield "account of a relative"
    elif account.get("status", "open") != "open":
        yield "account not open"
    elif not bill.get("patient", {}).get("has_account", True):
        yield "account missing"
    elif bill.get("entitlement", {}).get("status") == "suspended":
        yield "account of a suspended person"
    elif not provider.get("designated", True) and not provider.get("emergency"):
        yield "account undesignated"


def _pool(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    provider = bill.get("provider", {})
    if not provider.get("designated", True):
        yield "emergency undesignated pooled"
    if provider.get("locality") == "in-region":
        yield "in-region"
    if fen(result["eligible"]) and result["deductible"] == result["eligible"]:
        yield "below the line"
    if len(result["pool_lines"]) == 2:
        yield "two pool lines"
    if len(result["pool_lines"]) == 3:
        yield "three pool lines"
    capped = fen(result["eligible"]) > fen(result["deductible"]) and (
        "over_cap" in result["parts"] or fen(result["funds"]["large_amount"])
    )
    if capped:
        yield "pool up to its room" if fen(result["funds"]["pool"]) else "room empty before"
    if fen(result["funds"]["large_amount"]):
        yield "aid up to its room" if result["year"]["large_amount_paid"] == "400000.00" else "aid"
    if capped and not bill.get("patient", {}).get("large_amount_enrolled", True):
        yield "aid not enrolled"


def _inpatient(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    patient, provider, episode = (bill.get(part, {}) for part in ("patient", "provider", "episode"))
    if episode.get("limited_disease"):
        yield "limited price"
        if fen(result["provider_borne"]):
            yield "provider bears"
        if result["provider_borne"] == result["total"]:
            yield "limited price used up"
        if "over_cap" in result["parts"]:
            yield "limited price cap bites"
        return
    yield f"inpatient tier {provider.get('tier')}"
    yield {"referral": "referred", "interim": "interim"}.get(episode.get("merged", ""), "admission")
    if episode.get("oncology_course") and bill.get("year", {}).get("oncology_deductible_taken"):
        yield "oncology line already taken"
    if patient.get("category") == "retiree":
        yield "inpatient retiree"
    if bill["policy"] == "yantai-resident":
        yield from _resident_inpatient(patient, provider, result)


def _resident_inpatient(patient: dict[str, Any], provider: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    if patient.get("minor"):
        yield "minor"
    else:
        yield f"contribution tier {patient.get('contribution_tier')} at tier {provider.get('tier')}"
    if provider.get("tier") == 1 and any(line["rate"] == "0.90" for line in result["pool_lines"]):
        yield "essential drugs"
    if any(line["rate"] == "0.60" for line in result["pool_lines"]) and provider.get("tier") == 1:
        yield "tier 1 without the essential-drug system"


def _chronic(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    chronic_class = bill["episode"].get("chronic_class", "")
    name = f"chronic {chronic_class}" if bill["policy"] == "yantai-employee" else "chronic"
    yield name
    if any(line["rate"] == "0.95" for line in result["pool_lines"]):
        yield f"{name} high-cost"
    known = bill.get("year", {}).get("chronic", {})
    if bill["episode"]["disease"] not in known and fen(result["deductible"]):
        yield f"{name} new line"
    if result["deductible"] == "0.00" and fen(result["eligible"]):
        yield f"{name} line taken"
    if "over_cap" in result["parts"] and not fen(result["funds"]["large_amount"]):
        yield f"{name} limit bites"


def _other(bill: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    service = bill["service"]
    yield service
    if service == "maternity" and fen(result["funds"]["pool"]) > fen(result["eligible"]):
        yield "maternity above the scope"
    if service == "maternity" and result["funds"]["pool"] == "0.00":
        yield "maternity used up"
    if service == "accident" and bill.get("episode", {}).get("merged"):
        yield "accident chain"
    if service == "accident" and "over_cap" in result["parts"]:
        yield "accident limit bites"
