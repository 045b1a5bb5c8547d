"""The year's accumulators: what a pooled bill adds to them, key by key (settlement-rules.md 5.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from terminal.money import Fen
from terminal.settlement.bill import Bill, DiseaseYear, Year
from terminal.settlement.result import Settlement

STAYS = ("inpatient", "emergency")
BURDENING = (*STAYS, "chronic")
OUTPATIENT = ("outpatient", "pharmacy")
ADMITTING = (*STAYS, "bed-day")


def year_after(
    bill: Bill, funds: dict[str, Fen], eligible: int, deductible: int, counts_pool: bool, disease: str
) -> Year:
    """The accumulators after a pooled bill. `counts_pool`: whether its pool counts into the year's cap.

    disease: the chronic disease whose limit was used.
    """
    year, service, pool = bill.year, bill.service, funds["pool"]
    changes: dict[str, object] = {}
    if counts_pool:
        changes["pool_paid"] = Fen(year.pool_paid + pool)
    if funds["large_amount"]:
        changes["large_amount_paid"] = Fen(year.large_amount_paid + funds["large_amount"])
    if funds["major_illness"]:
        changes["major_illness_paid"] = Fen(year.major_illness_paid + funds["major_illness"])
    if service in OUTPATIENT:
        changes["outpatient_pool_paid"] = Fen(year.outpatient_pool_paid + pool)
        changes["outpatient_deductible_paid"] = Fen(year.outpatient_deductible_paid + deductible)
        changes["outpatient_expense"] = Fen(year.outpatient_expense + eligible)
    if service in BURDENING and not bill.episode.limited_disease:
        changes["eligible_expense"] = Fen(year.eligible_expense + eligible)
        changes["personal_burden"] = Fen(year.personal_burden + eligible - pool)
        if bill.provider.locality == "local":
            changes["in_scope_self_pay"] = Fen(year.in_scope_self_pay + eligible - sum(funds.values()))
    if service == "accident":
        changes["accident_paid"] = Fen(year.accident_paid + pool)
    if service == "special-drug":
        changes["special_drug_deductible_paid"] = Fen(year.special_drug_deductible_paid + deductible)
        changes["special_drug_paid"] = Fen(year.special_drug_paid + pool)
    if service in ADMITTING and not bill.episode.merged and not bill.episode.days_before:
        changes["admissions"] = year.admissions + 1
    if service == "inpatient" and bill.episode.oncology_course:
        changes["oncology_deductible_taken"] = True
    if service == "chronic":
        changes["chronic"] = _disease_after(year, disease, deductible, pool)
    return msgspec.structs.replace(year, **changes)


def _disease_after(year: Year, disease: str, deductible: int, pool: int) -> dict[str, DiseaseYear]:
    before = year.chronic.get(disease, DiseaseYear())
    after = DiseaseYear(Fen(before.deductible_paid + deductible), Fen(before.pool_paid + pool))
    return {**year.chronic, disease: after}


def with_pending(year: Year, balance: Fen, pending: Sequence[tuple[Bill, Settlement, int]]) -> tuple[Year, Fen]:
    """The center's year and balance, with what it has not yet taken in: settlements (+1) and voids (-1).

    A settlement adds what it changed in its own year and takes its account share from the balance; a void gives both
    back. Nothing falls below zero.
    """
    for bill, settlement, sign in pending:
        year = add_change(year, bill.year, settlement.year, sign)
        balance = Fen(max(0, balance - sign * settlement.account))
    return year, balance


def add_change(year: Year, before: Year, after: Year, sign: int) -> Year:
    """`year` with the difference `after - before` added (or taken away), key by key; truth values by "or"."""
    if before == after == year:
        return year
    changes: dict[str, object] = {}
    for key in ("admissions", *_fen_keys()):
        if change := getattr(after, key) - getattr(before, key):
            changed = max(0, getattr(year, key) + sign * change)
            changes[key] = changed if key == "admissions" else Fen(changed)
    if sign > 0:
        changes["oncology_deductible_taken"] = year.oncology_deductible_taken or after.oncology_deductible_taken
    elif after.oncology_deductible_taken and not before.oncology_deductible_taken:
        changes["oncology_deductible_taken"] = False
    changes["chronic"] = _chronic_change(year, before, after, sign)
    return msgspec.structs.replace(year, **changes)


def _chronic_change(year: Year, before: Year, after: Year, sign: int) -> dict[str, DiseaseYear]:
    diseases = dict(year.chronic)
    for name, new in after.chronic.items():
        old = before.chronic.get(name, DiseaseYear())
        now = diseases.get(name, DiseaseYear())
        diseases[name] = DiseaseYear(
            Fen(max(0, now.deductible_paid + sign * (new.deductible_paid - old.deductible_paid))),
            Fen(max(0, now.pool_paid + sign * (new.pool_paid - old.pool_paid))),
        )
    return diseases


def _fen_keys() -> Iterable[str]:
    return (
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
    )
