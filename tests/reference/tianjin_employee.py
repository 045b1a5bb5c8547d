"""津政发〔2016〕17号, employees: relief of the inpatient line, large-amount aid on the year's expense."""

from __future__ import annotations

from tests.reference.amounts import fen, half_up, percent
from tests.reference.scheme import Case, Scheme, Split, below_the_line, carried_on, take_off
from tests.reference.tianjin import (
    FIRST_DAY,
    SERVICES,
    given,
    outpatient,
    overlap,
    pharmacy,
    pool_ends_at,
    pooled,
    stay,
)

AID_FROM, AID_TO, AID_RATE = 15_000_000, 35_000_000, percent(80)
QUIET_EXPENSE, QUIET_EXPENSE_RETIRED = 150_000, 250_000
LINE_AFTER_A_QUIET_YEAR = 50_000


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    service = case.bill["service"]
    if not case.sums.eligible:
        return below_the_line(case)
    if service == "pharmacy":
        return pharmacy(case, "0.65")
    return _outpatient(case) if service == "outpatient" else _with_aid(case, stay(case, inpatient_line))


def _outpatient(case: Case) -> Split:
    """Line, ceiling and rates by tier are the bureau's (三)."""
    line, ceiling = (given(case, "outpatient", key) for key in ("line", "ceiling"))
    return outpatient(case, line, ceiling, lambda: given(case, "outpatient", "rate"))


def inpatient_line(case: Case, line: int) -> int:
    """After a quiet outpatient year 500 for the first admission and nothing for later ones (十四); chains (三)."""
    if _quiet_year(case):
        line = 0 if case.admissions_before() else min(line, LINE_AFTER_A_QUIET_YEAR)
    return carried_on(case, line)


def _quiet_year(case: Case) -> bool:
    expense = case.part("year").get("previous_year_outpatient_expense")
    retired = case.part("patient").get("category") == "retiree"
    return expense is not None and fen(expense) <= (QUIET_EXPENSE_RETIRED if retired else QUIET_EXPENSE)


def _with_aid(case: Case, found: Split) -> Split:
    """80% of the year's expense from 150,000, or from where the pool ends if that is more, to 350,000 (五)."""
    if case.part("patient").get("large_amount_enrolled", True):
        before = case.fen("year", "eligible_expense")
        begin = max(AID_FROM, pool_ends_at(case))
        paid = half_up(AID_RATE * overlap(before, before + case.sums.eligible, begin, AID_TO))
        take_off(found.parts, paid)
        found.funds["large_amount"] = paid
    return found


SCHEME = Scheme(
    first_day=FIRST_DAY,
    services=SERVICES,
    pooled=pooled,
    split=split,
    account_scope=lambda case: {},
)
