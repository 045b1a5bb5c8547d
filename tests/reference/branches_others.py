"""The rules of the Huangshi and Shanxi papers that a bill has reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen

Bill = dict[str, Any]
Result = dict[str, Any]

HUANGSHI = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("inpatient retiree", "interim", "chronic", "main disease", "other disease", "chronic limit bites"),
    *("chronic other limit bites", "large amount above the cap", "self-pay guaranteed", "guarantee begins in the bill"),
    *("guarantee below the line", "guarantee on top of the rate", "in-region has no guarantee", "not enrolled"),
    *("unpooled by recognition", "emergency undesignated unpooled"),
)
SHANXI = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("first stay", "later stay at half the line", "interim", "outpatient", "chronic"),
    *("unpooled by recognition", "emergency undesignated unpooled"),
)
SELF_PAY_CEILING = 2_000_000


def huangshi(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill of Huangshi."""
    if not pooled:
        return
    if bill["service"] == "inpatient":
        yield f"inpatient tier {bill.get('provider', {}).get('tier')}"
        if bill.get("patient", {}).get("category") == "retiree":
            yield "inpatient retiree"
        if bill.get("episode", {}).get("merged"):
            yield "interim"
    else:
        yield from _huangshi_chronic(bill, result)
    yield from _guarantee(bill, result)


def _huangshi_chronic(bill: Bill, result: Result) -> Iterator[str]:
    yield "chronic"
    known = bill.get("patient", {}).get("chronic_diseases", [])
    main = not known or known[0] == bill["episode"]["disease"]
    yield "main disease" if main else "other disease"
    if "over_cap" in result["parts"]:
        yield "chronic limit bites" if main else "chronic other limit bites"


def _guarantee(bill: Bill, result: Result) -> Iterator[str]:
    aided = fen(result["funds"]["large_amount"])
    before = fen(bill.get("year", {}).get("in_scope_self_pay", "0.00"))
    local = bill.get("provider", {}).get("locality", "local") == "local"
    full = fen(bill.get("year", {}).get("pool_paid", "0.00")) + fen(result["funds"]["pool"]) >= 12_000_000
    guaranteed = local and aided and fen(result["year"]["in_scope_self_pay"]) <= max(before, SELF_PAY_CEILING)
    guaranteed = guaranteed and before + fen(result["eligible"]) > SELF_PAY_CEILING
    if aided and full:
        yield "large amount above the cap"
    if guaranteed and not full:
        yield "self-pay guaranteed"
        if before < SELF_PAY_CEILING:
            yield "guarantee begins in the bill"
    if guaranteed and result["deductible"] == result["eligible"]:
        yield "guarantee below the line"
    if guaranteed and full and fen(result["year"]["in_scope_self_pay"]) == SELF_PAY_CEILING:
        yield "guarantee on top of the rate"
    if not local and before >= SELF_PAY_CEILING and not aided and fen(result["personal"]):
        yield "in-region has no guarantee"
    if not bill.get("patient", {}).get("large_amount_enrolled", True) and before >= SELF_PAY_CEILING:
        yield "not enrolled"


def shanxi(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill of Shanxi."""
    if not pooled:
        return
    if bill["service"] != "inpatient":
        yield bill["service"]
        return
    merged = bool(bill.get("episode", {}).get("merged"))
    yield f"inpatient tier {bill.get('provider', {}).get('tier')}"
    yield "later stay at half the line" if bill.get("year", {}).get("admissions", 0) - merged > 0 else "first stay"
    if merged:
        yield "interim"
