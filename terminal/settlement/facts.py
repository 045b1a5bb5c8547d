"""What the law may ask about a bill: the facts that a pack's `when` may name, and the accumulators it may count on.

A pack is data; these two tables are the whole vocabulary in which its conditions are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct

from terminal.errors import Refused
from terminal.settlement.bill import Bill, DiseaseYear, Item

Fact = str | int | bool
Condition = Fact | list[Fact]


class Case(Struct, frozen=True):
    """A bill under one scheme: with the scheme's own defaults of category and account filled in.

    disease: the chronic disease whose limit and accumulators count; "" where there is none.
    """

    bill: Bill
    category: str
    has_account: bool
    disease: str = ""

    @property
    def earlier_admissions(self) -> int:
        """Admissions of the year before this one: a bill of a merged chain continues the last of them."""
        admissions = self.bill.year.admissions
        return max(0, admissions - 1) if self.bill.episode.merged else admissions

    @property
    def is_main_disease(self) -> bool:
        """Whether the bill's disease is the first recognised one."""
        recognised = self.bill.patient.chronic_diseases
        return not recognised or recognised[0] == self.bill.episode.disease


def _at(place: str) -> tuple[str, Callable[[Case], Fact | None]]:
    """A fact that stands in the bill as it is."""
    return place, attrgetter(f"bill.{place}")


FACTS: dict[str, tuple[str, Callable[[Case], Fact | None]]] = {
    "tier": _at("provider.tier"),
    "provider_kind": _at("provider.kind"),
    "essential_drug_system": _at("provider.essential_drug_system"),
    "traditional_medicine": _at("provider.traditional_medicine"),
    "locality": _at("provider.locality"),
    "emergency_care": _at("provider.emergency"),
    "category": ("patient.category", lambda case: case.category),
    "contribution_tier": _at("patient.contribution_tier"),
    "minor": _at("patient.minor"),
    "large_amount_enrolled": _at("patient.large_amount_enrolled"),
    "maternity_insured": _at("patient.maternity_insured"),
    "relation": _at("account.relation"),
    "oncology_course": _at("episode.oncology_course"),
    "oncology_deductible_taken": _at("year.oncology_deductible_taken"),
    "first_admission": ("year.admissions", lambda case: case.earlier_admissions == 0),
    "merged": _at("episode.merged"),
    "filing": _at("episode.filing"),
    "delivery": _at("episode.delivery"),
    "procedure": _at("episode.procedure"),
    "disease": ("episode.disease", lambda case: case.disease or case.bill.episode.disease or None),
    "main_disease": ("patient.chronic_diseases", lambda case: case.is_main_disease),
    "chronic_class": ("episode.chronic_class", lambda case: case.bill.episode.chronic_class or None),
    "prescription": _at("episode.prescription"),
}
"""Fact name → (place in the bill, how to read it). None means: not given, refused by name when it is read."""

DERIVED_FACTS = ("first_admission", "disease", "main_disease")
"""Facts that are not settled by the scheme and what stands at their place alone."""


def _disease(case: Case) -> DiseaseYear:
    return case.bill.year.chronic.get(case.disease, DiseaseYear())


ACCUMULATORS: dict[str, Callable[[Case], int]] = {
    "": lambda case: 0,
    "episode.merged_deductible_paid": lambda case: case.bill.episode.merged_deductible_paid,
    "episode.limit_used": lambda case: case.bill.episode.limit_used,
    "year.pool_paid": lambda case: case.bill.year.pool_paid,
    "year.outpatient_pool_paid": lambda case: case.bill.year.outpatient_pool_paid,
    "year.outpatient_deductible_paid": lambda case: case.bill.year.outpatient_deductible_paid,
    "year.outpatient_expense": lambda case: case.bill.year.outpatient_expense,
    "year.large_amount_paid": lambda case: case.bill.year.large_amount_paid,
    "year.major_illness_paid": lambda case: case.bill.year.major_illness_paid,
    "year.accident_paid": lambda case: case.bill.year.accident_paid,
    "year.special_drug_deductible_paid": lambda case: case.bill.year.special_drug_deductible_paid,
    "year.special_drug_paid": lambda case: case.bill.year.special_drug_paid,
    "year.eligible_expense": lambda case: case.bill.year.eligible_expense,
    "year.chronic.deductible_paid": lambda case: _disease(case).deductible_paid,
    "year.chronic.pool_paid": lambda case: _disease(case).pool_paid,
    "year.chronic.deductible_paid.all": lambda case: sum(
        disease.deductible_paid for disease in case.bill.year.chronic.values()
    ),
}
"""Accumulator name → fen used before this bill."""

ITEM_FACTS: dict[str, Callable[[Item, Bill], Fact]] = {
    "kind": lambda item, bill: item.kind,
    "essential": lambda item, bill: item.essential,
    "traditional": lambda item, bill: item.traditional,
    "high_cost_therapy": lambda item, bill: item.high_cost_therapy or bill.episode.high_cost_therapy,
}
"""What a class of items may be known by."""


def holds(when: Mapping[str, Condition], case: Case, pack_id: str) -> bool:
    """Whether every condition holds, asked in the order written. A fact that is read and not given is Refused."""
    for name, wanted in when.items():
        place, read = FACTS[name]
        given = read(case)
        if given is None:
            raise Refused(
                "missing-fact",
                f"{pack_id} needs it for this bill, and it is not given",
                f"{pack_id} 结算此单需要该项，但未提供",
                place,
            )
        if not matches(given, wanted):
            return False
    return True


def matches(given: Fact, wanted: Condition) -> bool:
    """A list means: one of these. True is not 1 here."""
    choices: Sequence[Fact] = wanted if isinstance(wanted, list) else [wanted]
    return any(type(given) is type(choice) and given == choice for choice in choices)
