"""Bills that look alike and are not: what settles them differently is asked anew, whatever was settled before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terminal.settlement import kinds, plan
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

SUPPLEMENTS = sorted((Path(__file__).parents[2] / "examples/supplements").glob("*.toml"))

DAYS = {"yantai": "2021-06-30", "ulanqab": "2024-06-30", "shanxi": "2018-06-30", "tianjin": "2017-06-30"}


@pytest.fixture
def law() -> Law:
    """The shelf with every illustrative supplement, and nothing remembered."""
    return Law.load(SUPPLEMENTS)


def bill_of(policy: str, service: str, amount: str, **parts: Any) -> Bill:
    """One class A drug at a provider of tier 3."""
    bill = {
        "policy": policy,
        "date": DAYS[policy.split("-")[0]],
        "service": service,
        "provider": {"tier": 3},
        "items": [{"kind": "drug", "class": "A", "amount": amount}],
    }
    return decode_bill(json.dumps({**bill, **parts}))


def settle(law: Law, policy: str, service: str, amount: str, **parts: Any) -> Settlement:
    """One bill, settled."""
    return law.settle(bill_of(policy, service, amount, **parts))


def limits(settlement: Settlement) -> dict[str, int]:
    """The size of every limit that was read."""
    return {limit.name: limit.cap for limit in settlement.limits}


def test_a_referral_goes_on_with_the_first_admission(law: Law) -> None:
    """Shanxi halves the line from the second admission on; a merged bill of the first is not a second."""
    stay = {"year": {"admissions": 1}}
    second = settle(law, "shanxi-resident", "inpatient", "5000.00", **stay)
    first = settle(law, "shanxi-resident", "inpatient", "5000.00", **stay, episode={"merged": "referral"})
    assert (second.deductible, first.deductible) == (400_00, 800_00)


def test_the_chosen_disease_sets_the_limit_not_the_disease_of_the_day(law: Law) -> None:
    """Ulanqab: what another recognised disease costs is paid inside the chosen one's limit (附件2, illustrative)."""
    today = {"disease": "rheumatism", "chronic_class": "B"}
    sizes = [
        limits(settle(law, "ulanqab-employee", "chronic", "900.00", patient={"chronic_diseases": both}, episode=today))
        for both in (["hypertension", "rheumatism"], ["diabetes", "rheumatism"])
    ]
    assert [size[f"chronic.{name}"] for size, name in zip(sizes, ("hypertension", "diabetes"), strict=True)] == [
        4_000_00,
        5_000_00,
    ]


def test_what_lies_above_a_limit_names_the_limit_that_was_met(law: Law) -> None:
    """Yantai, class B: the disease's own limit of 3000.00 (第十三条, illustrative), or the year's cap (第十四条)."""
    episode = {"disease": "hypertension", "chronic_class": "B"}
    rules = []
    for paid in ("0.00", "249999.00", "0.00"):
        one = settle(law, "yantai-employee", "chronic", "9000.00", episode=episode, year={"pool_paid": paid})
        rules.append({line.rule for line in one.lines if line.part == "over_cap"})
    assert rules == [{"chronic.limit"}, {"cap"}, {"chronic.limit"}]


def test_bands_of_one_fund_keep_their_own_rates(law: Law) -> None:
    """Tianjin residents: the year's burden is paid at 50%, 60% and 70% between its bounds ((五))."""
    one = settle(law, "tianjin-resident", "inpatient", "400000.00", year={"personal_burden": "15000.00"})
    bands = [line for line in one.lines if line.part == "aid" and line.payer == "major_illness"]
    assert [line.rate for line in bands] == [5_000, 6_000, 7_000]
    assert [line.base for line in bands[:2]] == [80_000_00, 100_000_00]


def test_each_further_birth_raises_the_limit(law: Law) -> None:
    """Ulanqab: 500.00 more for each further child, whatever the birth settled before had."""
    sizes = [
        settle(law, "ulanqab-employee", "maternity", "9000.00", episode={"delivery": "vaginal", "extra_births": births})
        for births in (0, 2, 1)
    ]
    none, two, one = (limits(size)["maternity.limit"] for size in sizes)
    assert (two - none, one - none) == (1_000_00, 500_00)


def test_what_is_kept_of_one_kind_is_bounded(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ulanqab: births with ever more children, and room for two plans; each still has its own limit."""
    monkeypatch.setattr(plan, "PLANS_MAX", 2)
    birth = {"delivery": "vaginal"}
    for births in (*range(5), 0):
        bill = bill_of("ulanqab-employee", "maternity", "9000.00", episode=birth | {"extra_births": births})
        # 第三十四条(一)1、4: 2000.00 for a birth, 500.00 for each further child.
        assert limits(law.settle(bill))["maternity.limit"] == 2_000_00 + births * 500_00
        assert len(law._choose(bill).rows.plans) <= 2


def test_kinds_are_remembered_beside_each_other(law: Law) -> None:
    """The rows of one tier are not chosen anew because another was asked for meanwhile."""
    stays = [bill_of("yantai-employee", "inpatient", "900.00", provider={"tier": tier}) for tier in (1, 2, 1)]
    first, other, again = (law._choose(stay).rows for stay in stays)
    assert first is again is not other


def test_kinds_that_are_forgotten_are_chosen_again(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for two, each tier of hospital still has its own line, the first one again at the end (第十二条)."""
    monkeypatch.setattr(kinds, "KINDS_MAX", 2)
    lines = []
    for tier in (1, 2, 3, 1):
        one = settle(law, "yantai-employee", "inpatient", "900.00", provider={"tier": tier})
        lines.append(one.deductible)
        assert len(law._kinds._rows) <= 2
    assert lines == [200_00, 500_00, 800_00, 200_00]


def test_an_account_that_pays_nothing_says_why_each_time(law: Law) -> None:
    """Sealed, then open, then sealed: the notice is the bill's, not the kind's."""
    told = []
    for status in ("sealed", "open", "sealed"):
        account = {"balance": "100.00", "status": status}
        one = settle(law, "yantai-employee", "inpatient", "900.00", account=account)
        told.append((one.account, any(notice.startswith("account-sealed:") for notice in one.notices)))
    assert told == [(0, True), (100_00, False), (0, True)]


def test_a_quiet_year_relieves_who_had_one(law: Law) -> None:
    """Tianjin employees: at most 1500.00 in the year before makes the line 500.00, then 0.00 ((十四))."""
    lines = []
    for expense, admissions in (("1500.01", 0), ("1500.00", 0), ("1500.00", 1), (None, 0)):
        year = {"previous_year_outpatient_expense": expense, "admissions": admissions}
        lines.append(settle(law, "tianjin-employee", "inpatient", "9000.00", year=year).deductible)
    assert lines == [1_700_00, 500_00, 0, 1_700_00]
