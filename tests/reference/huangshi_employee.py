"""黄石市人民政府关于完善我市城镇职工医疗保险有关政策规定的意见, from 2010-09-01, as far as one bill needs it."""

from __future__ import annotations

from tests.reference.amounts import basis_points, fen, half_up, percent
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
    refuse_out_of_region,
    take_off,
    walked_split,
)
from tests.reference.walk import Stretch, Walked, flat, walk

POOL_CAP = 12_000_000
RATES = {3: percent(90), 2: percent(92), 1: percent(94)}
RETIRED_BONUS = percent(2)
SELF_PAY_CEILING = 2_000_000


def pooled(bill: Bill) -> bool:
    """The entitled; chronic for recognised diseases (四)."""
    return entitled(bill) and (bill["service"] != "chronic" or recognised(bill))


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    if not case.sums.eligible:
        return below_the_line(case)
    return _inpatient(case) if case.bill["service"] == "inpatient" else _chronic(case)


def _inpatient(case: Case) -> Split:
    """Lines of the bureau, rates by tier, two points more for the retired, at home (二), 120,000 a year (一)."""
    refuse_out_of_region(case)
    tier = needed(case.part("provider").get("tier"), "provider.tier")
    line = carried_on(case, fen(needed(case.bureau.get("inpatient_lines", {}).get(tier), "起付标准")))
    if case.sums.eligible <= line:
        return _guaranteed(case, below_the_line(case))
    rate = RATES[tier] + (RETIRED_BONUS if case.part("patient").get("category") == "retiree" else 0)
    return _with_aid(case, walk([Stretch(case.sums.eligible)], line, flat(rate), case.room(POOL_CAP)), aided=True)


def _chronic(case: Case) -> Split:
    """The main disease inside its limit, each other one inside one half of its own (四(二))."""
    disease = case.part("episode")["disease"]
    line = fen(needed(case.bureau.get("chronic_line"), "慢性病标准"))
    line = max(0, line - case.chronic_fen(disease, "deductible_paid"))
    if case.sums.eligible <= line:
        return _guaranteed(case, below_the_line(case))
    limit = fen(needed(case.bureau.get("chronic_limits", {}).get(disease), f"慢性病限额 {disease}"))
    known = case.part("patient").get("chronic_diseases", [])
    if known and disease != known[0]:
        limit = half_up(limit, 2)
    own_room = max(0, limit - case.chronic_fen(disease, "pool_paid"))
    year_room = case.room(POOL_CAP)
    rate = basis_points(needed(case.bureau.get("chronic_rate"), "慢性病标准"))
    walked = walk([Stretch(case.sums.eligible)], line, flat(rate), min(own_room, year_room))
    return _with_aid(case, walked, aided=year_room < own_room)


def _with_aid(case: Case, walked: Walked, aided: bool) -> Split:
    """The large-amount pool pays above the yearly cap, at the bureau's rate and without a ceiling (一)."""
    found = walked_split(case, walked)
    if aided and walked.unused and _enrolled(case):
        rate = basis_points(needed(case.bureau.get("large_amount_rate"), "大额医疗费统筹"))
        _add(found, half_up(rate * walked.unused))
    return _guaranteed(case, found)


def _guaranteed(case: Case, found: Split) -> Split:
    """The enrolled bear at most 20,000 a year of local in-scope expense; the rest is the large-amount pool's (三)."""
    if _enrolled(case) and case.part("provider").get("locality", "local") == "local":
        own = case.sums.eligible - sum(found.funds.values())
        _add(found, min(own, max(0, case.fen("year", "in_scope_self_pay") + own - SELF_PAY_CEILING)))
    return found


def _enrolled(case: Case) -> bool:
    return bool(case.part("patient").get("large_amount_enrolled", True))


def _add(found: Split, large_amount: int) -> None:
    take_off(found.parts, large_amount)
    found.funds["large_amount"] = found.funds.get("large_amount", 0) + large_amount


SCHEME = Scheme(
    first_day="2010-09-01",
    services=("inpatient", "chronic"),
    pooled=pooled,
    split=split,
    account_scope=lambda case: {},
)
