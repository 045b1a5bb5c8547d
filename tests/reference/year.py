"""The year's accumulators after one bill (settlement rules 5.7); only pooled bills move them."""

from __future__ import annotations

from typing import Any

from tests.reference.amounts import fen, yuan
from tests.reference.scheme import Case, Scheme, Split

AMOUNTS = (
    "pool_paid",
    "outpatient_pool_paid",
    "outpatient_deductible_paid",
    "outpatient_expense",
    "large_amount_paid",
    "major_illness_paid",
    "eligible_expense",
    "personal_burden",
    "in_scope_self_pay",
    "accident_paid",
    "special_drug_deductible_paid",
    "special_drug_paid",
    "carried_outpatient_quota",
)
ZERO_DISEASE = {"deductible_paid": "0.00", "pool_paid": "0.00"}


def year_before(bill: dict[str, Any]) -> dict[str, Any]:
    """The year as the bill gives it, with every default filled in."""
    given = bill.get("year", {})
    year: dict[str, Any] = dict.fromkeys(AMOUNTS, "0.00")
    year |= {"admissions": 0, "oncology_deductible_taken": False, "quiet_outpatient_years": 0}
    year |= given
    year["chronic"] = {name: ZERO_DISEASE | used for name, used in given.get("chronic", {}).items()}
    return year


def year_after(case: Case, split: Split, scheme: Scheme) -> dict[str, Any]:
    """The year after a pooled bill."""
    year = year_before(case.bill)
    service = case.bill["service"]
    if scheme.counts_as_pool_paid(service):
        _grow(year, "pool_paid", split.pool)
    _grow(year, "large_amount_paid", split.funds.get("large_amount", 0))
    _grow(year, "major_illness_paid", split.funds.get("major_illness", 0))
    if service in ("inpatient", "emergency", "chronic") and not scheme.paid_as_a_whole(case.bill):
        _grow_burden(year, case, split)
    if service in ("inpatient", "emergency", "bed-day"):
        _count_admission(year, case)
    if service in ("outpatient", "pharmacy"):
        _grow(year, "outpatient_pool_paid", split.pool)
        _grow(year, "outpatient_deductible_paid", split.deductible)
        _grow(year, "outpatient_expense", case.sums.eligible)
    if service == "accident":
        _grow(year, "accident_paid", split.pool)
    if service == "special-drug":
        _grow(year, "special_drug_deductible_paid", split.deductible)
        _grow(year, "special_drug_paid", split.pool)
    if service == "chronic":
        used = year["chronic"].setdefault(scheme.disease(case.bill), dict(ZERO_DISEASE))
        _grow(used, "deductible_paid", split.deductible)
        _grow(used, "pool_paid", split.pool)
    return year


def new_year(year: dict[str, Any], **set_by_the_bureau: Any) -> dict[str, Any]:
    """The year as the bureau opens the next one: all is reset but what the bureau itself sets."""
    kept = ("carried_outpatient_quota", "quiet_outpatient_years", "previous_year_outpatient_expense")
    return {key: year[key] for key in kept if year.get(key) is not None} | set_by_the_bureau


def _count_admission(year: dict[str, Any], case: Case) -> None:
    episode = case.part("episode")
    year["admissions"] += not episode.get("merged") and not episode.get("days_before")
    if case.bill["service"] == "inpatient":
        year["oncology_deductible_taken"] |= episode.get("oncology_course", False)


def _grow_burden(year: dict[str, Any], case: Case, split: Split) -> None:
    _grow(year, "eligible_expense", case.sums.eligible)
    _grow(year, "personal_burden", case.sums.eligible - split.pool)
    if case.part("provider").get("locality", "local") == "local":
        _grow(year, "in_scope_self_pay", case.sums.eligible - sum(split.funds.values()))


def _grow(year: dict[str, Any], key: str, by: int) -> None:
    if by:
        year[key] = yuan(fen(year[key]) + by)
