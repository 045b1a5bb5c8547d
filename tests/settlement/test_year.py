"""A year of bills, each settled on the year that the one before left, gives what the decree says of the year.

The whole-year sums are worked out here from the decree and from the sum of the year's expense alone; a sum of
n rounded shares may differ from the exact one by half a fen a bill. Product and reference are both held to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.errors import Refused
from terminal.settlement.law import Law
from tests.reference import ReferenceRefusal, reference_settle
from tests.reference.amounts import fen
from tests.reference.bureau import ILLUSTRATIVE
from tests.reference.product import settle_json
from tests.reference.year import new_year
from tests.settlement.strategies import yuan

Json = dict[str, Any]
Settler = Callable[[Json], Json]
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SUMS = st.lists(st.integers(1, 9_000_000), min_size=1, max_size=12)
SMALL_SUMS = st.lists(st.integers(1, 90_000), min_size=1, max_size=12)


@pytest.fixture(params=["product", "reference"])
def settle(request: pytest.FixtureRequest, law: Law) -> Settler:
    """The product's door, or the reference's."""
    if request.param == "product":
        return lambda bill: settle_json(law, bill)
    return lambda bill: reference_settle(bill, ILLUSTRATIVE)


def bill_of(policy: str, date: str, service: str, amount: int, **parts: Json) -> Json:
    """A bill of one service of class A, tier 2 unless told."""
    items = [{"kind": "service", "class": "A", "amount": yuan(amount)}]
    return {"policy": policy, "date": date, "service": service, "provider": {"tier": 2}, "items": items, **parts}


def chain(settle: Settler, bills: Sequence[Json], year: Json | None = None) -> list[Json]:
    """Settle bills one after the other, each on the year before it."""
    results: list[Json] = []
    year = dict(year or {})
    for bill in bills:
        results.append(settle(bill | {"year": year}))
        year = {key: value for key, value in results[-1]["year"].items() if value is not None}
    return results


def total(results: Sequence[Json], fund: str) -> int:
    """What one fund has paid over the year."""
    return sum(fen(result["funds"][fund]) for result in results)


def deductibles(results: Sequence[Json]) -> int:
    """What the lines have taken over the year."""
    return sum(fen(result["deductible"]) for result in results)


def within_the_rounding(paid: int, exact: Fraction, bills: int) -> bool:
    """Whether a sum of rounded shares is the exact one, to half a fen a bill."""
    return abs(paid - exact) * 2 <= bills


def inside(lower: int, upper: int, expense: int) -> int:
    """How much of the year's expense lies between two bounds."""
    return max(0, min(expense, upper) - lower)


@SOME
@given(sums=SUMS)
def test_ulanqab_pool_to_its_cap_then_aid_to_its_own(settle: Settler, sums: list[int]) -> None:
    """Lines fall by 100 to 200; above 260,000 of the pool the aid pays 80%; above 120,000 of the aid nobody does."""
    stays = [bill_of("ulanqab-employee", "2024-06-30", "inpatient", amount, provider={"tier": 3}) for amount in sums]
    pool = aid = 0
    for n, (amount, result) in enumerate(zip(sums, chain(settle, stays), strict=True)):
        line = min(amount, max(20_000, 50_000 - 10_000 * n))
        assert fen(result["deductible"]) == line
        if pool == 26_000_000:
            above = Fraction(8, 10) * (amount - line)
            expected = min(int(above + Fraction(1, 2)), 12_000_000 - aid)
            assert (fen(result["funds"]["pool"]), fen(result["funds"]["large_amount"])) == (0, expected)
        pool += fen(result["funds"]["pool"])
        aid += fen(result["funds"]["large_amount"])
        assert pool <= 26_000_000
        assert aid <= 12_000_000
        assert aid == 0 or pool >= 5_000_000
        assert pool == 26_000_000 or fen(result["eligible"]) - line - fen(result["funds"]["pool"]) >= 0


@SOME
@given(sums=SMALL_SUMS, retired=st.booleans())
def test_ulanqab_outpatient_line_and_limit_are_the_year_s(settle: Settler, sums: list[int], retired: bool) -> None:
    """One line of 300 a year, 65% at tier 2, at most 4,000, of the retired 5,000; all of it counts into the pool."""
    patient = {"category": "retiree" if retired else "employee"}
    visits = [bill_of("ulanqab-employee", "2024-06-30", "outpatient", amount, patient=patient) for amount in sums]
    results = chain(settle, visits)
    assert deductibles(results) == min(sum(sums), 30_000)
    limit = 500_000 if retired else 400_000
    owed = Fraction(65, 100) * inside(30_000, 10**9, sum(sums))
    paid = total(results, "pool")
    assert within_the_rounding(paid, min(owed, Fraction(limit)), len(sums))
    assert paid <= limit
    assert fen(results[-1]["year"]["pool_paid"]) == fen(results[-1]["year"]["outpatient_pool_paid"]) == paid


@SOME
@given(sums=SMALL_SUMS)
def test_ulanqab_special_drugs_pay_one_line_a_year(settle: Settler, sums: list[int]) -> None:
    """400 once a year, then 70%."""
    results = chain(settle, [bill_of("ulanqab-employee", "2024-06-30", "special-drug", amount) for amount in sums])
    assert deductibles(results) == min(sum(sums), 40_000)
    owed = Fraction(7, 10) * inside(40_000, 10**9, sum(sums))
    assert within_the_rounding(total(results, "pool"), owed, len(sums))


@SOME
@given(sums=SUMS)
def test_tianjin_residents_burden_is_paid_in_bands(settle: Settler, sums: list[int]) -> None:
    """50% from 20,000 to 100,000 of the year's burden, 60% to 200,000, 70% to 300,000, however many the bills."""
    results = chain(settle, [bill_of("tianjin-resident", "2017-06-30", "inpatient", amount) for amount in sums])
    expense, burden = (fen(results[-1]["year"][key]) for key in ("eligible_expense", "personal_burden"))
    assert expense == sum(sums)
    assert burden == expense - total(results, "pool")
    pool = Fraction(6, 10) * (inside(0, 18_000_000, expense) - deductibles(results))
    assert within_the_rounding(total(results, "pool"), pool, len(sums))
    bands = ((50, 2_000_000, 10_000_000), (60, 10_000_000, 20_000_000), (70, 20_000_000, 30_000_000))
    owed = sum((Fraction(rate, 100) * inside(lower, upper, burden) for rate, lower, upper in bands), Fraction(0))
    assert within_the_rounding(total(results, "major_illness"), owed, len(sums))


@SOME
@given(sums=SUMS, quota=st.integers(0, 1_000_000), quiet=st.booleans())
def test_tianjin_employees_expense_is_paid_to_the_quota_then_aided(
    settle: Settler, sums: list[int], quota: int, quiet: bool
) -> None:
    """The pool ends at 150,000 and the carried quota, the aid pays 80% from there to 350,000; a quiet year owes 500."""
    year = {"carried_outpatient_quota": yuan(quota)}
    year |= {"previous_year_outpatient_expense": "1500.00" if quiet else "1500.01"}
    results = chain(settle, [bill_of("tianjin-employee", "2017-06-30", "inpatient", amount) for amount in sums], year)
    expense, ends = sum(sums), 15_000_000 + quota
    pool = Fraction(88, 100) * (inside(0, ends, expense) - deductibles(results))
    assert within_the_rounding(total(results, "pool"), pool, len(sums))
    aid = Fraction(8, 10) * inside(ends, 35_000_000, expense)
    assert within_the_rounding(total(results, "large_amount"), aid, len(sums))
    if quiet:
        assert deductibles(results) == min(sums[0], 50_000)


@SOME
@given(sums=SMALL_SUMS, quiet_years=st.integers(0, 5))
def test_tianjin_outpatient_line_falls_with_quiet_years(settle: Settler, sums: list[int], quiet_years: int) -> None:
    """Residents at a reformed hospital: 500 less 100 a quiet year up to three, 50%, to 3,000 of expense."""
    visits = [bill_of("tianjin-resident", "2017-06-30", "outpatient", amount) for amount in sums]
    results = chain(settle, visits, {"quiet_outpatient_years": quiet_years})
    expense = min(sum(sums), 300_000)
    line = min(expense, 50_000 - 10_000 * min(3, quiet_years))
    assert deductibles(results) == line
    assert within_the_rounding(total(results, "pool"), Fraction(expense - line, 2), len(sums))
    assert fen(results[-1]["year"]["outpatient_expense"]) == sum(sums)


@SOME
@given(sums=SUMS)
def test_huangshi_nobody_bears_more_than_20000_a_year(settle: Settler, sums: list[int]) -> None:
    """The enrolled at home bear at most 20,000 of in-scope expense; the pool ends at 120,000, the aid never."""
    results = chain(settle, [bill_of("huangshi-employee", "2021-06-30", "inpatient", amount) for amount in sums])
    borne = sum(sums) - total(results, "pool") - total(results, "large_amount")
    assert borne == fen(results[-1]["year"]["in_scope_self_pay"]) <= 2_000_000
    assert total(results, "pool") <= 12_000_000
    before_aid = Fraction(92, 100) * (sum(sums) - deductibles(results))
    assert within_the_rounding(total(results, "pool"), min(before_aid, Fraction(12_000_000)), len(sums))
    if borne < 2_000_000 and before_aid < 12_000_000 - len(sums):
        assert total(results, "large_amount") == 0


@SOME
@given(sums=SUMS)
def test_huangshi_without_enrolment_has_no_large_amount(settle: Settler, sums: list[int]) -> None:
    """Who does not pay for the large-amount pool has nothing of it."""
    patient = {"large_amount_enrolled": False}
    bills = [bill_of("huangshi-employee", "2021-06-30", "inpatient", amount, patient=patient) for amount in sums]
    assert total(chain(settle, bills), "large_amount") == 0


@SOME
@given(sums=SUMS)
def test_shanxi_half_the_line_from_the_second_stay(settle: Settler, sums: list[int]) -> None:
    """300 at tier 2 once, 150 each later time; 70%, at most 70,000 of stays a year."""
    results = chain(settle, [bill_of("shanxi-resident", "2018-06-30", "inpatient", amount) for amount in sums])
    lines = [min(amount, 15_000 if n else 30_000) for n, amount in enumerate(sums)]
    assert [fen(result["deductible"]) for result in results] == lines
    owed = Fraction(7, 10) * (sum(sums) - sum(lines))
    assert within_the_rounding(total(results, "pool"), min(owed, Fraction(7_000_000)), len(sums))


@pytest.mark.parametrize("policy", ["ulanqab-employee", "tianjin-employee", "tianjin-resident", "shanxi-resident"])
def test_a_new_year_begins_with_the_full_line_and_empty_caps(settle: Settler, policy: str) -> None:
    """After a costly year the first bill of the next one is settled as anybody's first."""
    first = bill_of(policy, "2025-01-02", "inpatient", 2_000_000)
    costly = chain(settle, [bill_of(policy, "2024-12-20", "inpatient", 45_000_000)] * 3)
    again = settle(first | {"year": new_year(costly[-1]["year"])})
    assert again == settle(first)
    assert costly[-1]["funds"] != again["funds"]


def test_what_the_bureau_sets_outlives_the_new_year(settle: Settler) -> None:
    """Quota, quiet years and last year's expense stand when all else is reset, and lower the next year's lines."""
    stay = bill_of("tianjin-employee", "2018-01-02", "inpatient", 20_000_000)
    year = new_year(
        {"eligible_expense": "9.00", "quiet_outpatient_years": 1},
        carried_outpatient_quota="5000.00",
        previous_year_outpatient_expense="1500.00",
    )
    assert "eligible_expense" not in year
    result = settle(stay | {"year": year})
    assert result["deductible"] == "500.00"
    assert result["funds"]["pool"] == yuan((15_500_000 - 50_000) * 88 // 100)
    visit = settle(bill_of("tianjin-employee", "2018-01-02", "outpatient", 100_000, year=year))
    assert visit["deductible"] == "700.00"


def test_bed_days_are_counted_from_admission_across_the_new_year(settle: Settler) -> None:
    """The 45th day is of the old year's stay, the room of 260,000 the new year's."""
    episode = {"days": 10, "days_before": 44, "merged": "interim"}
    stay = bill_of("ulanqab-employee", "2025-01-10", "bed-day", 200_000, episode=episode)
    assert settle(stay)["funds"]["pool"] == yuan(22_000 + 9 * 20_000 - 10 * 1_000)
    used_up = settle(stay | {"date": "2024-12-31", "year": {"pool_paid": "260000.00"}})
    assert (used_up["funds"]["pool"], used_up["funds"]["large_amount"]) == ("0.00", yuan(192_000 * 8 // 10))


def test_a_stay_that_goes_on_in_the_new_year_never_owes_more_than_a_first_line(settle: Settler) -> None:
    """Continued with no admission counted yet: 500 less what the stay has paid, not 600."""
    episode = {"merged": "interim", "merged_deductible_paid": "350.00", "days_before": 12}
    stay = bill_of("ulanqab-employee", "2025-01-05", "inpatient", 100_000, provider={"tier": 3}, episode=episode)
    result = settle(stay)
    assert result["deductible"] == "150.00"
    assert result["year"]["admissions"] == 0


def test_a_bill_is_settled_by_its_date_whenever_the_stay_began(settle: Settler) -> None:
    """Yantai's decree has ended on 2023-01-01, for a stay of the year before too."""
    stay = bill_of("yantai-employee", "2022-12-31", "inpatient", 600_000, episode={"days_before": 10})
    assert settle(stay)["funds"]["pool"] == yuan(550_000 * 85 // 100)
    with pytest.raises((Refused, ReferenceRefusal)):
        settle(stay | {"date": "2023-01-01"})


@pytest.mark.parametrize(("policy", "pool"), [("tianjin-employee", "650.00"), ("tianjin-resident", "500.00")])
def test_a_pharmacy_s_rate_begins_with_2017(settle: Settler, policy: str, pool: str) -> None:
    """The last day of 2016 has no rate, the first of 2017 has the decree's."""
    line = 80_000 if policy == "tianjin-employee" else 50_000
    purchase = bill_of(policy, "2017-01-01", "pharmacy", line + 100_000)
    assert settle(purchase)["funds"]["pool"] == pool
    with pytest.raises((Refused, ReferenceRefusal)):
        settle(purchase | {"date": "2016-12-31"})
    below = settle(purchase | {"date": "2016-12-31", "items": [purchase["items"][0] | {"amount": yuan(line)}]})
    assert below["deductible"] == yuan(line)
