"""晋政发〔2017〕36号, from 2017-07-01: half the line from the second stay of a year, as far as a bill needs it."""

from __future__ import annotations

from tests.reference.amounts import basis_points, fen, half_up
from tests.reference.scheme import (
    Bill,
    Case,
    Scheme,
    Split,
    below_the_line,
    carried_on,
    entitled,
    needed,
    recognised,
    walked_split,
)
from tests.reference.walk import NO_CAP, Stretch, flat, walk

INPATIENT_CAP = 7_000_000


def pooled(bill: Bill) -> bool:
    """The entitled; chronic for recognised diseases."""
    return entitled(bill) and (bill["service"] != "chronic" or recognised(bill))


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    service = case.bill["service"]
    if not case.sums.eligible:
        return below_the_line(case)
    if service == "inpatient":
        return _inpatient(case)
    line = fen(needed(case.bureau.get(service, {}).get("line"), f"{service} line"))
    if service != "chronic":
        line = case.room(line, "outpatient_deductible_paid")
    else:
        line = max(0, line - case.chronic_fen(case.part("episode")["disease"], "deductible_paid"))
    return _walked(case, line, case.bureau[service]["rate"], NO_CAP)


def _inpatient(case: Case) -> Split:
    """Lines and rates of the province's table; half the line from the second admission of a year (二)."""
    tier = needed(case.part("provider").get("tier"), "provider.tier")
    line = fen(needed(case.bureau.get("inpatient_lines", {}).get(tier), "起付标准"))
    if case.admissions_before():
        line = half_up(line, 2)
    rate = needed(case.bureau.get("inpatient_rates", {}).get(tier), "支付比例")
    return _walked(case, carried_on(case, line), rate, case.room(INPATIENT_CAP))


def _walked(case: Case, line: int, rate: str, room: int) -> Split:
    if case.sums.eligible <= line:
        return below_the_line(case)
    return walked_split(case, walk([Stretch(case.sums.eligible)], line, flat(basis_points(rate)), room))


SCHEME = Scheme(
    first_day="2017-07-01",
    services=("inpatient", "outpatient", "pharmacy", "chronic"),
    pooled=pooled,
    split=split,
    account_scope=lambda case: {},
    categories=("resident",),
    has_account=False,
    relations=(),
    counts_as_pool_paid=lambda service: service == "inpatient",
)
