"""乌兰察布市职工: inpatient and emergency care (31, 36): line, segments, traditional medicine, care away from home."""

from __future__ import annotations

from typing import Any

from tests.reference.amounts import basis_points, fen, percent
from tests.reference.items import unit_price
from tests.reference.scheme import Bill, Case, Split, below_the_line, needed
from tests.reference.ulanqab_aid import POOL_CAP, with_aid
from tests.reference.walk import Band, Stretch, walk

STAYS = ("inpatient", "emergency")
LINE_AWAY, LINE_TIER_3, LINE_BELOW = 200_000, 50_000, 40_000
LINE_STEP, LINE_LEAST = 10_000, 20_000
TRADITIONAL_BONUS = percent(15)
FILED_AWAY, NOT_FILED_AWAY = (percent(5),) * 3, (percent(18), percent(18), percent(20))
GENERAL_KINDS = ("drug", "service", "bed", "other")
CONSUMABLE_PRICES = ((500 * 10**6, percent(10)), (100_000 * 10**6, percent(20)))
CONSUMABLE_ABOVE = percent(30)


def self_pay_rate(bill: Bill, item: dict[str, Any], place: str) -> int | None:
    """Prior self-pay of class B (20); of special examinations and consumables during a stay (31(3)(4))."""
    if bill["service"] in STAYS and item["kind"] == "special":
        return percent(20)
    if bill["service"] in STAYS and item["kind"] == "consumable":
        price = unit_price(item, place)
        return next((rate for highest, rate in CONSUMABLE_PRICES if price <= highest), CONSUMABLE_ABOVE)
    return percent(10) if item["class"] == "B" and item["kind"] in GENERAL_KINDS else None


def stay(case: Case) -> Split:
    """Segments above the line (附件3), the room of 260,000, the aid of article 32."""
    line = stay_line(case)
    if case.sums.eligible <= line:
        return below_the_line(case)
    segments = needed(case.bureau.get("segments"), "附件3")
    less = reductions(case)
    bands = [
        Band(None if upper is None else fen(upper), basis_points(rate) - off)
        for (upper, rate), off in zip(segments, less, strict=True)
    ]
    traditional = _traditional(case)
    stretches = [Stretch(case.sums.eligible - traditional), Stretch(traditional, bonus=TRADITIONAL_BONUS)]
    return with_aid(case, walk(stretches, line, bands, case.room(POOL_CAP)), stay=True)


def stay_line(case: Case) -> int:
    """100 less for each earlier admission of the year, never below 200; a chain owes its highest line once (31(1))."""
    base = _first_line(case) - LINE_STEP * case.admissions_before()
    line = max(LINE_LEAST, base, case.fen("episode", "merged_line"))
    return max(0, line - case.fen("episode", "merged_deductible_paid"))


def reductions(case: Case) -> tuple[int, ...]:
    """The points by which the three segments are lowered out of the region, or back home on a long-term filing (36)."""
    provider, filing = case.part("provider"), case.part("episode").get("filing", "none")
    locality = provider.get("locality", "local")
    if filing == "long-term":
        return FILED_AWAY if locality == "local" else (0, 0, 0)
    if locality != "out-of-region":
        return (0, 0, 0)
    return FILED_AWAY if filing == "registered" or provider.get("emergency", False) else NOT_FILED_AWAY


def _first_line(case: Case) -> int:
    provider = case.part("provider")
    if provider.get("locality") == "out-of-region" and case.part("episode").get("filing") != "long-term":
        return LINE_AWAY
    if case.part("patient").get("category") == "disabled-cadre":
        return LINE_BELOW
    return LINE_TIER_3 if needed(provider.get("tier"), "provider.tier") == 3 else LINE_BELOW


def _traditional(case: Case) -> int:
    """Chinese and Mongolian medicine, at hospitals of it only (31(2))."""
    if not case.part("provider").get("traditional_medicine", False):
        return 0
    return case.eligible_of(lambda item: item.get("traditional", False))
