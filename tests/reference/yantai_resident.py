"""烟台市居民基本医疗保险实施办法, 2018-01-01 to 2022-12-31, as far as one bill needs it."""

from __future__ import annotations

from tests.reference.amounts import basis_points, fen, half_up, percent
from tests.reference.scheme import (
    Bill,
    Case,
    Scheme,
    Scope,
    Split,
    below_the_line,
    carried_on,
    entitled,
    needed,
    recognised,
    refuse_out_of_region,
    walked_split,
)
from tests.reference.walk import Stretch, flat, walk
from tests.reference.yantai import FIRST_DAY, LAST_DAY, inpatient_line

POOL_CAP = {1: 18_000_000, 2: 22_000_000}
LINES = {1: 30_000, 2: 50_000, 3: 80_000}
CHRONIC_LINE = 30_000
MATERNITY_SUM = 100_000
ACCIDENT_LINE = 6_000
ACCIDENT_LIMIT = 300_000


def paid_as_a_whole(bill: Bill) -> bool:
    """A limited-price admission is (13(4))."""
    return bill["service"] == "inpatient" and bool(bill.get("episode", {}).get("limited_disease"))


def account_scope(case: Case) -> Scope:
    """Residents have no account."""
    return {}


def pooled(bill: Bill) -> bool:
    """The entitled; outpatient at community centres only (15), chronic for recognised diseases (14)."""
    if not entitled(bill, emergency_designates=True):
        return False
    if bill["service"] == "chronic":
        return recognised(bill)
    if bill["service"] == "outpatient":
        return bool(bill.get("provider", {}).get("kind") == "community")
    if bill["service"] == "maternity":
        return bool(bill["episode"].get("delivery"))
    return True


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    if not case.sums.eligible and case.bill["service"] != "maternity":
        return below_the_line(case)
    refuse_out_of_region(case)
    if paid_as_a_whole(case.bill):
        return _limited_price(case)
    return _BY_SERVICE[case.bill["service"]](case)


def _contribution_tier(case: Case) -> int:
    """Minors have the benefits of tier two (13(3))."""
    if case.part("patient").get("minor"):
        return 2
    return int(needed(case.part("patient").get("contribution_tier"), "patient.contribution_tier"))


def _year_room(case: Case) -> int:
    return case.room(POOL_CAP[_contribution_tier(case)])


def _inpatient(case: Case) -> Split:
    line = inpatient_line(case, LINES)
    if case.sums.eligible <= line:
        return below_the_line(case)
    hospital = case.part("provider")["tier"]
    essential_system = case.part("provider").get("essential_drug_system", False)
    if _contribution_tier(case) == 1:
        rate = {1: 83 if essential_system else 60, 2: 58, 3: 45}[hospital]
        essential_paid = hospital == 1 and essential_system
    else:
        rate = {1: 88, 2: 70, 3: 60}[hospital]
        essential_paid = hospital == 1
    essential = _essential_drugs(case) if essential_paid else 0
    stretches = [Stretch(case.sums.eligible - essential), Stretch(essential, floor=percent(90))]
    return walked_split(case, walk(stretches, line, flat(percent(rate)), _year_room(case)))


def _essential_drugs(case: Case) -> int:
    return case.eligible_of(lambda item: item["kind"] == "drug" and item.get("essential", False))


def _limited_price(case: Case) -> Split:
    """Inside the limit 80% insurance and 20% assistance; above it the provider (13(4))."""
    disease = case.part("episode").get("disease")
    limit = needed(case.bureau.get("limited_price", {}).get(disease), f"limited price of {disease}")
    inside = min(case.sums.amount, max(0, fen(limit) - case.fen("episode", "limit_used")))
    insured = half_up(percent(80) * inside)
    pool = min(insured, _year_room(case))
    funds = {"pool": pool, "medical_assistance": inside - insured}
    return Split({"over_cap": insured - pool}, 0, funds, provider_borne=case.sums.amount - inside)


def _chronic(case: Case) -> Split:
    """One line a year for all diseases; rates and limits are the bureau's (14)."""
    disease = case.part("episode")["disease"]
    used = case.part("year").get("chronic", {})
    line = max(0, CHRONIC_LINE - sum(fen(of.get("deductible_paid", "0.00")) for of in used.values()))
    if case.sums.eligible <= line:
        return below_the_line(case)
    tier = _contribution_tier(case)
    rate = needed(case.bureau.get("chronic_rates", {}).get(tier), "chronic rate")
    limit = needed(case.bureau.get("chronic_limits", {}).get(disease), f"chronic limit of {disease}")
    own_room = max(0, fen(limit) - case.chronic_fen(disease, "pool_paid"))
    return walked_split(
        case, walk([Stretch(case.sums.eligible)], line, flat(basis_points(rate)), min(own_room, _year_room(case)))
    )


def _outpatient(case: Case) -> Split:
    """50% above the year's line, up to the year's limit, outside the cap of article 18 (15)."""
    line = fen(needed(case.bureau.get("outpatient_line"), "outpatient line"))
    left = max(0, line - case.fen("year", "outpatient_deductible_paid"))
    if case.sums.eligible <= left:
        return below_the_line(case)
    limit = fen(needed(case.bureau.get("outpatient_limit"), "outpatient limit"))
    room = case.room(limit, "outpatient_pool_paid")
    return walked_split(case, walk([Stretch(case.sums.eligible)], left, flat(percent(50)), room))


def _accident(case: Case) -> Split:
    """Above 60 an accident 90%, at most 3,000 a year (17)."""
    line = carried_on(case, ACCIDENT_LINE)
    if case.sums.eligible <= line:
        return below_the_line(case)
    room = min(case.room(ACCIDENT_LIMIT, "accident_paid"), _year_room(case))
    return walked_split(case, walk([Stretch(case.sums.eligible)], line, flat(percent(90)), room))


def _maternity(case: Case) -> Split:
    """A fixed 1,000 a birth, never more than the bill (16): it fills the parts of the bill in turn."""
    of_the_sum = max(0, MATERNITY_SUM - case.fen("episode", "limit_used"))
    pool = min(of_the_sum, case.sums.amount, _year_room(case))
    left, parts = pool, {}
    sums = case.sums
    for part, amount in (
        ("over_cap", sums.eligible),
        ("prior_self_pay", sums.prior_self_pay),
        ("over_limit", sums.over_limit),
        ("out_of_catalogue", sums.out_of_catalogue),
    ):
        parts[part] = max(0, amount - left)
        left = max(0, left - amount)
    return Split(parts, 0, {"pool": pool})


_BY_SERVICE = {
    "inpatient": _inpatient,
    "chronic": _chronic,
    "outpatient": _outpatient,
    "maternity": _maternity,
    "accident": _accident,
}

SCHEME = Scheme(
    first_day=FIRST_DAY,
    last_day=LAST_DAY,
    services=tuple(_BY_SERVICE),
    pooled=pooled,
    split=split,
    account_scope=account_scope,
    categories=("resident",),
    has_account=False,
    relations=(),
    emergency_designates=True,
    paid_as_a_whole=paid_as_a_whole,
)
