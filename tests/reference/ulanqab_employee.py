"""乌兰察布市职工医疗保障管理办法, from 2024-04-01, as far as one bill needs it."""

from __future__ import annotations

from tests.reference.amounts import basis_points, fen, percent
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
)
from tests.reference.ulanqab_aid import POOL_CAP, aid, with_aid
from tests.reference.ulanqab_stay import self_pay_rate, stay
from tests.reference.walk import Stretch, flat, walk

OUTPATIENT_LIMIT, OUTPATIENT_LIMIT_RETIRED = 400_000, 500_000
SPECIAL_DRUG_LINE, SPECIAL_DRUG_RATE = 40_000, percent(70)
BED_DAY_RATES = ((45, 22_000), (90, 20_000), (36_600, 15_000))
BED_DAY_OWN = 1_000
DELIVERY_LIMITS = {
    "vaginal": 200_000,
    "assisted": 300_000,
    "caesarean": 400_000,
    "caesarean-with-surgery": 600_000,
    "antenatal": 54_000,
}
EXTRA_BIRTH = 50_000
PROCEDURE_LIMITS = {
    "iud-check": 5_000,
    "iud": 10_000,
    "ligation": 120_000,
    "reversal-outpatient": 100_000,
    "reversal-inpatient": 400_000,
    "termination-inpatient": 120_000,
    "termination-outpatient": 36_000,
    "induction": 180_000,
}
PURCHASES = frozenset(("drug", "device", "consumable"))


def account_scope(case: Case) -> Scope:
    """In-scope self-pay; at retail pharmacies drugs, devices and consumables in or out of the catalogue (54)."""
    parts: dict[str, frozenset[str] | None] = dict.fromkeys(
        ("unpooled", "deductible", "co_payment", "over_cap", "prior_self_pay")
    )
    if case.bill["service"] == "pharmacy" or case.part("provider").get("kind") == "pharmacy":
        parts |= {"over_limit": PURCHASES, "out_of_catalogue": PURCHASES}
    return parts


def pooled(bill: Bill) -> bool:
    """The entitled; chronic for recognised diseases (28), maternity for those who are insured for it (6(5))."""
    if not entitled(bill):
        return False
    if bill["service"] == "chronic":
        return recognised(bill)
    return bill["service"] != "maternity" or bool(bill.get("patient", {}).get("maternity_insured", True))


def chosen_disease(bill: Bill) -> str:
    """The one disease inside whose limit every other is paid (28)."""
    known = bill.get("patient", {}).get("chronic_diseases", [])
    disease: str = known[0] if known else bill.get("episode", {}).get("disease", "")
    return disease


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    if not case.sums.eligible and case.bill["service"] != "bed-day":
        return below_the_line(case)
    return _BY_SERVICE[case.bill["service"]](case)


def _outpatient(case: Case) -> Split:
    """A line and a limit of the year, rates by provider (26, 27, 附件1); pharmacies too."""
    line = fen(needed(case.bureau.get("outpatient_line"), "附件1"))
    line = max(0, line - case.fen("year", "outpatient_deductible_paid"))
    if case.sums.eligible <= line:
        return below_the_line(case)
    provider = case.part("provider")
    kind = "pharmacy" if provider.get("kind") == "pharmacy" else needed(provider.get("tier"), "provider.tier")
    rate = needed(case.bureau.get("outpatient_rates", {}).get(kind), "附件1")
    in_service = case.part("patient").get("category", "employee") == "employee"
    limit = OUTPATIENT_LIMIT if in_service else OUTPATIENT_LIMIT_RETIRED
    return _own_room(case, line, rate, case.room(limit, "outpatient_pool_paid"))


def _chronic(case: Case) -> Split:
    """Three classes; every disease inside the limit of the chosen one (28, 附件2)."""
    disease = chosen_disease(case.bill)
    chronic_class = needed(case.part("episode").get("chronic_class"), "episode.chronic_class")
    standard = needed(case.bureau.get("chronic", {}).get(chronic_class), "附件2")
    line = max(0, fen(standard["line"]) - case.chronic_fen(disease, "deductible_paid"))
    if case.sums.eligible <= line:
        return below_the_line(case)
    limit = fen(needed(case.bureau.get("chronic_limits", {}).get(disease), f"附件2 {disease}"))
    return _own_room(case, line, standard["rate"], max(0, limit - case.chronic_fen(disease, "pool_paid")))


def _own_room(case: Case, line: int, rate: str, own_room: int) -> Split:
    """What is above the service's own room stays with the patient, unless the year's room bites first (5.4)."""
    year_room = case.room(POOL_CAP)
    walked = walk([Stretch(case.sums.eligible)], line, flat(basis_points(rate)), min(own_room, year_room))
    return with_aid(case, walked, aided=year_room < own_room)


def _special_drug(case: Case) -> Split:
    """400 once a year, then 70% (29)."""
    line = case.room(SPECIAL_DRUG_LINE, "special_drug_deductible_paid")
    return with_aid(case, walk([Stretch(case.sums.eligible)], line, flat(SPECIAL_DRUG_RATE), case.room(POOL_CAP)))


def _bed_day(case: Case) -> Split:
    """A price for every day by its number since admission, of which the patient bears 10 (33)."""
    before = case.part("episode").get("days_before", 0)
    days = case.part("episode")["days"]
    value = sum(
        next(price for last, price in BED_DAY_RATES if day <= last) for day in range(before + 1, before + days + 1)
    )
    own = BED_DAY_OWN * days
    pool = min(value - own, case.room(POOL_CAP))
    above = value - own - pool
    large_amount = aid(case, above)
    parts = {"co_payment": own, "over_cap": above - large_amount}
    funds = {"pool": pool, "large_amount": large_amount}
    return Split(parts, 0, funds, provider_borne=case.sums.amount - value)


def _maternity(case: Case) -> Split:
    """Actual cost up to the limit of this birth or procedure (34)."""
    episode = case.part("episode")
    if episode.get("delivery"):
        limit = DELIVERY_LIMITS[episode["delivery"]] + EXTRA_BIRTH * episode.get("extra_births", 0)
    else:
        limit = PROCEDURE_LIMITS[episode["procedure"]]
    left = max(0, limit - case.fen("episode", "limit_used"))
    pool = min(case.sums.eligible, left, case.room(POOL_CAP))
    return Split({"over_cap": case.sums.eligible - pool, **case.parts_outside()}, 0, {"pool": pool})


_BY_SERVICE = {
    "inpatient": stay,
    "emergency": stay,
    "outpatient": _outpatient,
    "pharmacy": _outpatient,
    "chronic": _chronic,
    "special-drug": _special_drug,
    "bed-day": _bed_day,
    "maternity": _maternity,
}

SCHEME = Scheme(
    first_day="2024-04-01",
    services=tuple(_BY_SERVICE),
    pooled=pooled,
    split=split,
    account_scope=account_scope,
    categories=("employee", "retiree", "disabled-cadre"),
    relations=("self", "spouse", "parent", "child"),
    paid_as_a_whole=lambda bill: bill["service"] == "bed-day",
    pack_rate=self_pay_rate,
    counts_as_pool_paid=lambda service: True,
    disease=chosen_disease,
)
