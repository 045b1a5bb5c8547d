"""津政发〔2016〕17号, from 2016-07-14: what its two schemes share, as far as one bill needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.reference.amounts import basis_points, fen, half_up
from tests.reference.scheme import Bill, Case, Split, entitled, needed, recognised
from tests.reference.walk import PoolLine

FIRST_DAY = "2016-07-14"
PHARMACY_RATES_FROM = "2017-01-01"
SERVICES = ("inpatient", "chronic", "outpatient", "pharmacy")
QUIET_STEP, QUIET_YEARS_MAX = 10_000, 3

Rate = Callable[[], str | None]
"""A rate that is read only where the arithmetic reaches it."""


class Shared(NamedTuple):
    """What the pool pays, its one line of the explanation, and the parts of the eligible expense."""

    deductible: int
    pool: int
    parts: dict[str, int]
    lines: list[PoolLine]


def pooled(bill: Bill) -> bool:
    """The entitled; 门诊特定病种 for recognised diseases."""
    return entitled(bill) and (bill["service"] != "chronic" or recognised(bill))


def given(case: Case, *names: str) -> str:
    """A value of the bureau by its path, by tier where it differs by that; refused by name where nobody gives it."""
    value: Any = case.bureau
    for name in names:
        value = needed(value.get(name), f"bureau {names}")
    if isinstance(value, dict):
        value = needed(value.get(needed(case.part("provider").get("tier"), "provider.tier")), f"bureau {names}")
    return str(value)


def above_the_line(case: Case, line: int, rate: Rate, expense_left: int) -> Shared:
    """Pay the expense above the line, as far as the year's ceiling of expense leaves room for it (十二, 十五)."""
    eligible = case.sums.eligible
    inside = min(eligible, expense_left)
    deductible = min(inside, line)
    paid_on = inside - deductible
    if not paid_on:
        return Shared(deductible, 0, {"deductible": deductible, "over_cap": eligible - deductible}, [])
    points = basis_points(needed(rate(), "rate"))
    pool = half_up(points * paid_on)
    parts = {
        "deductible": deductible,
        "co_payment": paid_on - pool,
        "over_cap": eligible - deductible - paid_on,
    }
    return Shared(deductible, pool, parts, [PoolLine(deductible, points, pool)])


def outpatient(case: Case, line: str, ceiling: str, rate: Rate) -> Split:
    """Outpatient and pharmacy: one line of the year, lower after quiet years (十三), one ceiling of expense."""
    quiet = min(QUIET_YEARS_MAX, case.part("year").get("quiet_outpatient_years", 0))
    owed = max(0, fen(line) - QUIET_STEP * quiet - case.fen("year", "outpatient_deductible_paid"))
    inside = case.room(fen(ceiling), "outpatient_expense")
    return as_split(case, above_the_line(case, owed, rate, inside))


def pharmacy(case: Case, rate: str) -> Split:
    """Purchases: the decree's rate from 2017 (十六), before that nobody's; line and ceiling are the bureau's."""
    line, ceiling = given(case, "pharmacy", "line"), given(case, "pharmacy", "ceiling")
    return outpatient(case, line, ceiling, lambda: rate if case.bill["date"] >= PHARMACY_RATES_FROM else None)


def stay(case: Case, lines: Callable[[Case, int], int]) -> Split:
    """What the pool pays of inpatient care and of 门诊特定病种; `lines`: what a stay owes of the bureau's line."""
    inpatient = case.bill["service"] == "inpatient"
    line = lines(case, fen(given(case, "inpatient", "line"))) if inpatient else chronic_line(case)
    expense_left = case.room(pool_ends_at(case), "eligible_expense")
    return as_split(case, above_the_line(case, line, lambda: given(case, case.bill["service"], "rate"), expense_left))


def chronic_line(case: Case) -> int:
    """The line of 门诊特定病种, less what the disease has paid under it this year."""
    paid = case.chronic_fen(case.part("episode")["disease"], "deductible_paid")
    return max(0, fen(given(case, "chronic", "line")) - paid)


def pool_ends_at(case: Case) -> int:
    """The year's expense at which the pool ends: the ceiling with the quota carried to it (十五).

    The ceiling of stays is read as that of stays and 门诊特定病种 together, as article 五 has it.
    """
    return fen(given(case, case.bill["service"], "ceiling")) + case.fen("year", "carried_outpatient_quota")


def as_split(case: Case, shared: Shared) -> Split:
    """The split of what the pool shares."""
    parts = {**shared.parts, **case.parts_outside()}
    return Split(parts, shared.deductible, {"pool": shared.pool}, pool_lines=shared.lines)


def overlap(begin: int, end: int, lower: int, upper: int) -> int:
    """How many fen of (begin, end] lie in (lower, upper]."""
    return max(0, min(end, upper) - max(begin, lower))
