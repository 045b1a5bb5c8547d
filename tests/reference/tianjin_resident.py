"""津政发〔2016〕17号, residents: reformed tier 2 hospitals, major illness in bands of the year's burden."""

from __future__ import annotations

from tests.reference.amounts import half_up, percent
from tests.reference.scheme import Case, Scheme, Split, below_the_line, carried_on, take_off
from tests.reference.tianjin import FIRST_DAY, SERVICES, given, outpatient, overlap, pharmacy, pooled, stay

REFORMED_LINE, REFORMED_CEILING, REFORMED_RATE = "500.00", "3000.00", "0.50"
BANDS = (
    (2_000_000, 10_000_000, percent(50)),
    (10_000_000, 20_000_000, percent(60)),
    (20_000_000, 30_000_000, percent(70)),
)
"""The year's personal burden, (above, up to], and what the major-illness insurance pays of it (五)."""


def split(case: Case) -> Split:
    """Divide a pooled bill."""
    service = case.bill["service"]
    if not case.sums.eligible:
        return below_the_line(case)
    if service == "pharmacy":
        return pharmacy(case, "0.50")
    return _outpatient(case) if service == "outpatient" else _with_major_illness(case, stay(case, carried_on))


def _outpatient(case: Case) -> Split:
    """Reformed hospitals of tier 2 by the decree (十二), other tiers by the bureau."""
    if case.part("provider").get("tier") == 2:
        return outpatient(case, REFORMED_LINE, REFORMED_CEILING, lambda: REFORMED_RATE)
    line, ceiling = (given(case, "outpatient", key) for key in ("line", "ceiling"))
    return outpatient(case, line, ceiling, lambda: given(case, "outpatient", "rate"))


def _with_major_illness(case: Case, found: Split) -> Split:
    """What the pool leaves moves the year's burden on; the insurance pays by the bands it passes (五)."""
    before = case.fen("year", "personal_burden")
    after = before + case.sums.eligible - found.pool
    paid = half_up(sum(rate * overlap(before, after, lower, upper) for lower, upper, rate in BANDS))
    take_off(found.parts, paid)
    found.funds["major_illness"] = paid
    return found


SCHEME = Scheme(
    first_day=FIRST_DAY,
    services=SERVICES,
    pooled=pooled,
    split=split,
    account_scope=lambda case: {},
    categories=("resident",),
    has_account=False,
    relations=(),
)
