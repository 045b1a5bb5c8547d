"""The rules of the Tianjin opinions that a bill has reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen

Bill = dict[str, Any]
Result = dict[str, Any]

COMMON = (
    *("inpatient", "chronic", "outpatient", "pharmacy", "unpooled by recognition", "emergency undesignated unpooled"),
    *("referred", "interim", "ceiling meets the bill", "ceiling passed before", "quota carried to the ceiling"),
    *("quiet years 1", "quiet years 2", "quiet years 3", "quiet years 4", "outpatient line paid"),
    *("outpatient ceiling meets the bill", "outpatient ceiling passed before", "pharmacy before 2017"),
    "pharmacy at the decree's rate",
)
EMPLOYEE = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("first stay after a quiet year", "later stay after a quiet year", "no relief", "relief unknown"),
    *("relief of the retired", "aid begins in the bill", "aid from the line on", "aid up to 350000"),
    *("aid beyond 350000", "aid from 150000 to the quota's end withheld", "aid not enrolled"),
)
RESIDENT = (
    *(f"inpatient tier {tier}" for tier in (1, 2, 3)),
    *("reformed hospital", "outpatient tier 1"),
    *(f"major illness from the band of {rate}%" for rate in (50, 60, 70)),
    *("major illness over two bands", "major illness over three bands", "burden below 20000", "burden above 300000"),
    "major illness below the line",
)
BANDS = ((50, 2_000_000, 10_000_000), (60, 10_000_000, 20_000_000), (70, 20_000_000, 30_000_000))


def reached(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill."""
    if not pooled:
        return
    service, year = bill["service"], bill.get("year", {})
    yield service
    if service in ("outpatient", "pharmacy"):
        yield from _outpatient(bill, result, year)
        return
    yield from _stay(bill, result, year)
    if bill["policy"] == "tianjin-resident":
        yield from _major_illness(result, year)
    else:
        yield from _relief(bill, year)
        yield from _aid(bill, result, year)


def _outpatient(bill: Bill, result: Result, year: dict[str, Any]) -> Iterator[str]:
    service, before = bill["service"], fen(year.get("outpatient_expense", "0.00"))
    ceiling = 550_000 if bill["policy"] == "tianjin-employee" else 300_000
    if year.get("quiet_outpatient_years"):
        yield f"quiet years {year['quiet_outpatient_years']}"
    if before >= ceiling:
        yield "outpatient ceiling passed before"
    elif before + fen(result["eligible"]) > ceiling and fen(result["funds"]["pool"]):
        yield "outpatient ceiling meets the bill"
    if result["deductible"] == "0.00" and fen(result["funds"]["pool"]):
        yield "outpatient line paid"
    if service == "pharmacy":
        yield "pharmacy before 2017" if bill["date"] < "2017-01-01" else "pharmacy at the decree's rate"
    elif bill["policy"] == "tianjin-resident":
        yield {1: "outpatient tier 1", 2: "reformed hospital"}[bill["provider"]["tier"]]


def _stay(bill: Bill, result: Result, year: dict[str, Any]) -> Iterator[str]:
    if bill["service"] == "inpatient":
        yield f"inpatient tier {bill.get('provider', {}).get('tier')}"
    merged = bill.get("episode", {}).get("merged")
    if merged:
        yield {"referral": "referred", "interim": "interim"}[merged]
    before, quota = (fen(year.get(key, "0.00")) for key in ("eligible_expense", "carried_outpatient_quota"))
    ceiling = 15_000_000 if bill["policy"] == "tianjin-employee" else 18_000_000
    if before >= ceiling + quota:
        yield "ceiling passed before"
    elif before + fen(result["eligible"]) > ceiling + quota and fen(result["funds"]["pool"]):
        yield "ceiling meets the bill"
    if quota and before < ceiling + quota < before + fen(result["eligible"]):
        yield "quota carried to the ceiling"


def _major_illness(result: Result, year: dict[str, Any]) -> Iterator[str]:
    before = fen(year.get("personal_burden", "0.00"))
    after = fen(result["year"]["personal_burden"])
    bands = [rate for rate, lower, upper in BANDS if before < upper and after > lower]
    if bands:
        yield f"major illness from the band of {bands[0]}%"
    if len(bands) > 1:
        yield f"major illness over {'two' if len(bands) == 2 else 'three'} bands"
    if after <= 2_000_000:
        yield "burden below 20000"
    if before >= 30_000_000:
        yield "burden above 300000"
    if fen(result["funds"]["major_illness"]) and result["deductible"] == result["eligible"]:
        yield "major illness below the line"


def _relief(bill: Bill, year: dict[str, Any]) -> Iterator[str]:
    if bill["service"] != "inpatient":
        return
    retired = bill.get("patient", {}).get("category") == "retiree"
    spent = year.get("previous_year_outpatient_expense")
    if spent is None:
        yield "relief unknown"
    elif fen(spent) > (250_000 if retired else 150_000):
        yield "no relief"
    else:
        later = year.get("admissions", 0) - bool(bill.get("episode", {}).get("merged")) > 0
        yield f"{'later' if later else 'first'} stay after a quiet year"
        if retired and fen(spent) > 150_000:
            yield "relief of the retired"


def _aid(bill: Bill, result: Result, year: dict[str, Any]) -> Iterator[str]:
    before, after = fen(year.get("eligible_expense", "0.00")), fen(result["year"]["eligible_expense"])
    quota = fen(year.get("carried_outpatient_quota", "0.00"))
    aided = fen(result["funds"]["large_amount"])
    if not bill.get("patient", {}).get("large_amount_enrolled", True) and after > 15_000_000 + quota:
        yield "aid not enrolled"
    if aided:
        yield "aid begins in the bill" if before < 15_000_000 + quota else "aid from the line on"
    if aided and after >= 35_000_000:
        yield "aid up to 350000"
    if before >= 35_000_000:
        yield "aid beyond 350000"
    if quota and not aided and 15_000_000 < after <= 15_000_000 + quota:
        yield "aid from 150000 to the quota's end withheld"
