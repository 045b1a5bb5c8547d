"""The rules of the two Yantai decrees that a bill has reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen

Bill = dict[str, Any]
Result = dict[str, Any]

COMMON = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("referred", "interim", "oncology line already taken", "emergency undesignated pooled", "two pool lines"),
    "unpooled by recognition",
)
EMPLOYEE = (
    *COMMON,
    *("inpatient retiree", "three pool lines", "chronic A", "chronic A high-cost", "chronic B"),
    *("chronic B new line", "chronic B limit bites", "outpatient", "pharmacy"),
    *("aid", "aid up to its room", "aid not enrolled"),
    *(f"account pays {part}" for part in ("unpooled", "deductible", "co_payment", "prior_self_pay", "over_cap")),
)
RESIDENT = (
    *COMMON,
    *(f"contribution tier {of} at tier {tier}" for of in (1, 2) for tier in (1, 2, 3)),
    *("minor", "essential drugs", "tier 1 without the essential-drug system"),
    *("limited price", "provider bears", "limited price used up", "limited price cap bites"),
    *("chronic", "chronic line taken", "outpatient", "outpatient elsewhere"),
    *("maternity", "maternity above the scope", "maternity used up", "accident", "accident chain"),
    "accident limit bites",
)


def reached(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill."""
    if not pooled:
        yield from _unpooled(bill, result)
        return
    yield from _aid(bill, result)
    service = {"inpatient": _inpatient, "chronic": _chronic}.get(bill["service"], _other)
    yield from service(bill, result)


def _unpooled(bill: Bill, result: Result) -> Iterator[str]:
    if bill["service"] in ("outpatient", "pharmacy"):
        yield bill["service"]
    entitled = bill.get("entitlement", {}).get("status", "active") == "active"
    if bill["service"] == "outpatient" and entitled and "unpooled" in result["parts"]:
        yield "outpatient elsewhere"


def _aid(bill: Bill, result: Result) -> Iterator[str]:
    if fen(result["funds"]["large_amount"]):
        yield "aid up to its room" if result["year"]["large_amount_paid"] == "400000.00" else "aid"
    if "over_cap" in result["parts"] and not bill.get("patient", {}).get("large_amount_enrolled", True):
        yield "aid not enrolled"


def _inpatient(bill: Bill, result: Result) -> Iterator[str]:
    patient, provider, episode = (bill.get(part, {}) for part in ("patient", "provider", "episode"))
    if episode.get("limited_disease"):
        yield from _limited_price(result)
        return
    yield f"inpatient tier {provider.get('tier')}"
    yield {"referral": "referred", "interim": "interim"}.get(episode.get("merged", ""), "admission")
    if episode.get("oncology_course") and bill.get("year", {}).get("oncology_deductible_taken"):
        yield "oncology line already taken"
    if patient.get("category") == "retiree":
        yield "inpatient retiree"
    if bill["policy"] == "yantai-resident":
        yield from _resident_inpatient(patient, provider, result)


def _limited_price(result: Result) -> Iterator[str]:
    yield "limited price"
    if fen(result["provider_borne"]):
        yield "provider bears"
    if result["provider_borne"] == result["total"]:
        yield "limited price used up"
    if "over_cap" in result["parts"]:
        yield "limited price cap bites"


def _resident_inpatient(patient: dict[str, Any], provider: dict[str, Any], result: Result) -> Iterator[str]:
    if patient.get("minor"):
        yield "minor"
    else:
        yield f"contribution tier {patient.get('contribution_tier')} at tier {provider.get('tier')}"
    if provider.get("tier") == 1 and any(line["rate"] == "0.90" for line in result["pool_lines"]):
        yield "essential drugs"
    if any(line["rate"] == "0.60" for line in result["pool_lines"]) and provider.get("tier") == 1:
        yield "tier 1 without the essential-drug system"


def _chronic(bill: Bill, result: Result) -> Iterator[str]:
    chronic_class = bill["episode"].get("chronic_class", "")
    name = f"chronic {chronic_class}" if bill["policy"] == "yantai-employee" else "chronic"
    yield name
    if any(line["rate"] == "0.95" for line in result["pool_lines"]):
        yield f"{name} high-cost"
    if bill["episode"]["disease"] not in bill.get("year", {}).get("chronic", {}) and fen(result["deductible"]):
        yield f"{name} new line"
    if result["deductible"] == "0.00" and fen(result["eligible"]):
        yield f"{name} line taken"
    if "over_cap" in result["parts"] and not fen(result["funds"]["large_amount"]):
        yield f"{name} limit bites"


def _other(bill: Bill, result: Result) -> Iterator[str]:
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
