"""烟台市职工基本医疗保险实施办法, 2018-01-01 to 2022-12-31, as far as one bill needs it."""

from __future__ import annotations

from tests.reference.amounts import ReferenceRefusal, fen, half_up, percent
from tests.reference.scheme import (
    Bill,
    Case,
    Scheme,
    Scope,
    Split,
    below_the_line,
    entitled,
    needed,
    recognised,
    refuse_out_of_region,
    walked_split,
)
from tests.reference.walk import Band, Stretch, Walked, flat, walk
from tests.reference.yantai import FIRST_DAY, LAST_DAY, inpatient_line

POOL_CAP = 25_000_000
LARGE_AMOUNT_CAP = 40_000_000
LINES = {1: 20_000, 2: 50_000, 3: 80_000}
CHRONIC_B_LINE = 30_000
BANDS = {
    1: flat(percent(90)),
    2: [Band(1_000_000, percent(85)), Band(None, percent(90))],
    3: [Band(500_000, percent(80)), Band(1_000_000, percent(85)), Band(None, percent(90))],
}


def account_scope(case: Case) -> Scope:
    """What the account may pay: the self-borne part of a stay, and outpatient purchases (18)."""
    if case.bill["service"] in ("inpatient", "chronic"):
        return dict.fromkeys(("unpooled", "deductible", "co_payment", "prior_self_pay", "over_cap"))
    return dict.fromkeys(("unpooled", "prior_self_pay"))


def pooled(bill: Bill) -> bool:
    """Inpatient and chronic only (4, 9), for the entitled; class B only for the first two diseases (13)."""
    if bill["service"] not in ("inpatient", "chronic") or not entitled(bill, emergency_designates=True):
        return False
    if bill["service"] == "inpatient":
        return True
    class_b = bill.get("episode", {}).get("chronic_class") == "B"
    return recognised(bill, among_first=2 if class_b else None)


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    if not case.sums.eligible:
        return below_the_line(case)
    refuse_out_of_region(case)
    if case.bill["service"] == "inpatient":
        return _inpatient(case)
    chronic_class = needed(case.part("episode").get("chronic_class"), "episode.chronic_class")
    if chronic_class == "A":
        return _chronic_a(case)
    if chronic_class == "B":
        return _chronic_b(case)
    raise ReferenceRefusal("episode.chronic_class")


def _inpatient(case: Case) -> Split:
    line = inpatient_line(case, LINES)
    if case.sums.eligible <= line:
        return below_the_line(case)
    bonus = percent(5 if case.part("patient").get("category") == "retiree" else 0)
    stretch = Stretch(case.sums.eligible, bonus=bonus)
    room = case.room(POOL_CAP)
    return _with_aid(case, walk([stretch], line, BANDS[case.part("provider")["tier"]], room), aided=True)


def _chronic_a(case: Case) -> Split:
    """85%, ten points more for the costs of dialysis and of cyclosporin A (13)."""
    every_item = case.part("episode").get("high_cost_therapy", False)
    high_cost = case.eligible_of(lambda item: every_item or item.get("high_cost_therapy", False))
    stretches = [Stretch(case.sums.eligible - high_cost), Stretch(high_cost, bonus=percent(10))]
    return _with_aid(case, walk(stretches, 0, flat(percent(85)), case.room(POOL_CAP)), aided=True)


def _chronic_b(case: Case) -> Split:
    """300 a year for each disease, then 80%, up to the limit of the disease (13)."""
    disease = case.part("episode")["disease"]
    line = max(0, CHRONIC_B_LINE - case.chronic_fen(disease, "deductible_paid"))
    if case.sums.eligible <= line:
        return below_the_line(case)
    limit = needed(case.bureau.get("chronic_limits", {}).get(disease), f"chronic limit of {disease}")
    own_room = max(0, fen(limit) - case.chronic_fen(disease, "pool_paid"))
    year_room = case.room(POOL_CAP)
    walked = walk([Stretch(case.sums.eligible)], line, flat(percent(80)), min(own_room, year_room))
    return _with_aid(case, walked, aided=year_room < own_room)


def _with_aid(case: Case, walked: Walked, aided: bool) -> Split:
    """Above the pool's yearly cap the enrolled have 90%, at most 400,000 a year (30)."""
    aid = 0
    if aided and case.part("patient").get("large_amount_enrolled", True):
        aid = min(half_up(percent(90) * walked.unused), case.room(LARGE_AMOUNT_CAP, "large_amount_paid"))
    return walked_split(case, walked, large_amount=aid)


SCHEME = Scheme(
    first_day=FIRST_DAY,
    last_day=LAST_DAY,
    services=("inpatient", "chronic", "outpatient", "pharmacy"),
    pooled=pooled,
    split=split,
    account_scope=account_scope,
    emergency_designates=True,
)
