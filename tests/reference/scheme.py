"""What the two decrees of Yantai have in common: the split, who is pooled at all, and the year's rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.reference.amounts import ReferenceRefusal, fen
from tests.reference.items import Shares
from tests.reference.walk import PoolLine

PARTS = (
    "unpooled",
    "deductible",
    "co_payment",
    "prior_self_pay",
    "over_cap",
    "over_limit",
    "out_of_catalogue",
)
"""The patient's parts, in the order in which the account pays them."""


@dataclass
class Split:
    """What the funds and the provider bear of one bill, and the patient's parts, all in fen."""

    parts: dict[str, int]
    deductible: int = 0
    funds: dict[str, int] = field(default_factory=dict)
    provider_borne: int = 0
    pool_lines: list[PoolLine] = field(default_factory=list)

    @property
    def pool(self) -> int:
        """What the overall pooling fund pays."""
        return self.funds.get("pool", 0)


class Case(NamedTuple):
    """One bill on its way: the JSON, its items' shares and sums, and what the bureau has set."""

    bill: dict[str, Any]
    shares: list[Shares]
    sums: Shares
    bureau: dict[str, Any]

    def part(self, name: str) -> dict[str, Any]:
        """One object of the bill, empty if it is not there."""
        return self.bill.get(name, {})  # type: ignore[no-any-return]

    def fen(self, part: str, key: str) -> int:
        """One amount of the bill in fen, 0 if it is not there."""
        return fen(self.part(part).get(key, "0.00"))

    def chronic_fen(self, disease: str, key: str) -> int:
        """What one disease has used of the year."""
        return fen(self.part("year").get("chronic", {}).get(disease, {}).get(key, "0.00"))

    def room(self, cap: int) -> int:
        """What is left of the year's cap."""
        return max(0, cap - self.fen("year", "pool_paid"))

    def parts_outside(self) -> dict[str, int]:
        """The parts that no fund touches."""
        sums = self.sums
        return {
            "prior_self_pay": sums.prior_self_pay,
            "over_limit": sums.over_limit,
            "out_of_catalogue": sums.out_of_catalogue,
        }


def needed(value: Any, name: str) -> Any:
    """A value that the arithmetic reads; refused by name if nobody gives it."""
    if value is None or value == "":
        raise ReferenceRefusal(name)
    return value


def unpooled(case: Case) -> Split:
    """Pooling takes no part: no line, no fund, the whole eligible expense is the patient's."""
    return Split({"unpooled": case.sums.eligible, **case.parts_outside()})


def below_the_line(case: Case) -> Split:
    """The whole eligible expense lies below the line: no rate, cap or limit is reached, and none is read."""
    eligible = case.sums.eligible
    return Split({"deductible": eligible, **case.parts_outside()}, eligible)


def designated(bill: dict[str, Any]) -> bool:
    """A designated provider, or emergency care that makes up for it (employees 24, residents 21)."""
    provider = bill.get("provider", {})
    return bool(provider.get("designated", True) or provider.get("emergency", False))


def entitled(bill: dict[str, Any]) -> bool:
    """Whether the fund owes anything for this person, provider and cause (10, 15, 24; residents 19, 21)."""
    return (
        bill.get("entitlement", {}).get("status", "active") == "active"
        and designated(bill)
        and bill.get("provider", {}).get("qualified", True)
        and not bill.get("episode", {}).get("exclusion", "")
    )


def recognised(bill: dict[str, Any], among_first: int | None = None) -> bool:
    """Whether the bill's disease is recognised; an empty list is not checked (employees 13, residents 14)."""
    known = bill.get("patient", {}).get("chronic_diseases", [])
    return not known or bill.get("episode", {}).get("disease", "") in known[:among_first]


def inpatient_line(case: Case, lines: dict[int, int]) -> int:
    """The line of one admission: once a year for oncology courses, counted on over a referral (12)."""
    line = lines[needed(case.part("provider").get("tier"), "provider.tier")]
    if case.part("episode").get("oncology_course") and case.part("year").get("oncology_deductible_taken"):
        line = 0
    return max(0, line - case.fen("episode", "merged_deductible_paid"))


def refuse_out_of_region(case: Case) -> None:
    """Care out of the region stands in another decree (employees 24, residents 21)."""
    if case.part("provider").get("locality") == "out-of-region":
        raise ReferenceRefusal("provider.locality")
