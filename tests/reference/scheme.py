"""What all decrees have in common: the split, the shape of a scheme, and who is pooled at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.reference.amounts import ReferenceRefusal, fen
from tests.reference.items import Excluded, PackRate, Shares
from tests.reference.walk import PoolLine, Walked

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
Bill = dict[str, Any]
Scope = Mapping[str, frozenset[str] | None]
"""The parts that the account may pay -> of which kinds of items; None: of all."""


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

    bill: Bill
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

    def room(self, cap: int, used: str = "pool_paid") -> int:
        """What is left of a cap of the year of which the accumulator `used` has been paid."""
        return max(0, cap - self.fen("year", used))

    def admissions_before(self) -> int:
        """The admissions of the year before this bill's; one that this bill continues is its own."""
        admissions: int = self.part("year").get("admissions", 0)
        return max(0, admissions - bool(self.part("episode").get("merged")))

    def eligible_of(self, wanted: Callable[[dict[str, Any]], bool]) -> int:
        """The eligible expense of the items that are `wanted`."""
        pairs = zip(self.shares, self.bill["items"], strict=True)
        return sum(share.eligible for share, item in pairs if wanted(item))

    def parts_outside(self) -> dict[str, int]:
        """The parts that no fund touches."""
        sums = self.sums
        return {
            "prior_self_pay": sums.prior_self_pay,
            "over_limit": sums.over_limit,
            "out_of_catalogue": sums.out_of_catalogue,
        }


@dataclass(frozen=True)
class Scheme:
    """One policy: what it has, and its rules as functions of a bill or of a case."""

    first_day: str
    services: tuple[str, ...]
    pooled: Callable[[Bill], bool]
    split: Callable[[Case], Split]
    account_scope: Callable[[Case], Scope]
    last_day: str = "9999-12-31"
    categories: tuple[str, ...] = ("employee", "retiree")
    has_account: bool = True
    relations: tuple[str, ...] = ("self",)
    emergency_designates: bool = False
    paid_as_a_whole: Callable[[Bill], bool] = lambda _: False
    pack_rate: PackRate = lambda *_: None
    excluded: Excluded = lambda *_: False
    counts_as_pool_paid: Callable[[str], bool] = lambda service: service not in ("outpatient", "pharmacy")
    disease: Callable[[Bill], str] = lambda bill: bill.get("episode", {}).get("disease", "")


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


def walked_split(case: Case, walked: Walked, **funds: int) -> Split:
    """What a walk comes to, with the further funds stacked on it."""
    parts = {
        "deductible": walked.deductible,
        "co_payment": walked.used - walked.pool,
        "over_cap": walked.unused,
        **case.parts_outside(),
    }
    take_off(parts, sum(funds.values()))
    return Split(parts, walked.deductible, {"pool": walked.pool, **funds}, pool_lines=walked.lines)


def take_off(parts: dict[str, int], amount: int) -> None:
    """Take what further funds pay off the parts of eligible expense, from the top."""
    for part in ("over_cap", "co_payment", "deductible"):
        off = min(amount, parts.get(part, 0))
        parts[part] = parts.get(part, 0) - off
        amount -= off
    if amount:
        raise AssertionError("further funds pay more than is left of the eligible expense")


def designated(bill: Bill, emergency_designates: bool) -> bool:
    """A designated provider, or emergency care where the decree lets it make up for that."""
    provider = bill.get("provider", {})
    return bool(provider.get("designated", True) or (emergency_designates and provider.get("emergency", False)))


def entitled(bill: Bill, emergency_designates: bool = False) -> bool:
    """Whether the fund owes anything for this person, provider and cause (settlement rules 5.3)."""
    return (
        bill.get("entitlement", {}).get("status", "active") == "active"
        and designated(bill, emergency_designates)
        and bill.get("provider", {}).get("qualified", True)
        and not bill.get("episode", {}).get("exclusion", "")
    )


def recognised(bill: Bill, among_first: int | None = None) -> bool:
    """Whether the bill's disease is recognised; an empty list is not checked, but the bill names its disease."""
    known = bill.get("patient", {}).get("chronic_diseases", [])
    disease = needed(bill.get("episode", {}).get("disease"), "episode.disease")
    return not known or disease in known[:among_first]


def carried_on(case: Case, line: int) -> int:
    """What a line still owes when the bill continues a chain that has paid under it."""
    return max(0, line - case.fen("episode", "merged_deductible_paid"))


def refuse_out_of_region(case: Case) -> None:
    """Care out of the region stands in another decree."""
    if case.part("provider").get("locality") == "out-of-region":
        raise ReferenceRefusal("provider.locality")
