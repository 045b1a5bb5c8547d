"""What holds for every settlement, whatever the law: identities, monotony, order, batches, a year's chain."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from terminal.errors import Refused
from terminal.settlement.law import Law
from tests.reference.amounts import fen
from tests.reference.compare import payer_sums
from tests.reference.product import settle_all_json, settle_json
from tests.settlement.strategies import bills, random_bill, yuan

POOL_CAPS_FEN = {
    "yantai-employee": 25_000_000,
    "yantai-resident": 22_000_000,
    "ulanqab-employee": 26_000_000,
    "huangshi-employee": 12_000_000,
    "shanxi-resident": 7_000_000,
}
AID_CAPS_FEN = {"yantai-employee": 40_000_000, "ulanqab-employee": 12_000_000}
RELATIVES_MAY_PAY = ("ulanqab-employee",)
NO_ACCOUNT = (
    *("yantai-resident", "tianjin-resident", "shanxi-resident"),
    *("huangshi-employee", "tianjin-employee"),
)
"""Residents have none; Huangshi and Tianjin leave its scope to the bureau, which has given none."""
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def counts_into_the_cap(policy: str, service: str) -> bool:
    """Whether what the pool pays for the service counts into the policy's yearly cap."""
    if policy == "ulanqab-employee":
        return True
    return service == "inpatient" if policy == "shanxi-resident" else service not in ("outpatient", "pharmacy")


def settled(law: Law, bill: dict[str, Any]) -> dict[str, Any]:
    """The product's settlement; a bill that is to be refused is another test's."""
    try:
        return settle_json(law, bill)
    except Refused:
        assume(False)
        raise


def totals(settlement: dict[str, Any]) -> dict[str, Any]:
    """Everything of a settlement but its list of items and its lines."""
    return {key: value for key, value in settlement.items() if key not in ("items", "lines")}


@MANY
@given(bill=bills())
def test_every_yuan_is_accounted_for_once(law: Law, bill: dict[str, Any]) -> None:
    """The identities of a settlement hold to the fen; no amount is negative but a provider's surplus on bed-days."""
    result = settled(law, bill)
    amount = {key: fen(value) for key, value in result.items() if isinstance(value, str)}
    funds = {fund: fen(value) for fund, value in result["funds"].items()}
    scope = ("out_of_catalogue", "over_limit", "prior_self_pay", "eligible")
    assert amount["total"] == sum(amount[key] for key in scope)
    assert amount["total"] == sum(amount[key] for key in ("fund_total", "provider_borne", "account", "cash"))
    assert amount["personal"] == amount["account"] + amount["cash"]
    assert amount["fund_total"] == sum(funds.values())
    assert amount["deductible"] <= amount["eligible"]
    if bill["service"] == "bed-day":
        del amount["provider_borne"]
    assert min(*amount.values(), *funds.values()) >= 0


@MANY
@given(bill=bills())
def test_items_add_up(law: Law, bill: dict[str, Any]) -> None:
    """Each item's four parts add up to it, and the items add up to the bill."""
    result = settled(law, bill)
    parts = ("out_of_catalogue", "over_limit", "prior_self_pay", "eligible")
    assert [item["amount"] for item in result["items"]] == [item["amount"] for item in bill["items"]]
    for item in result["items"]:
        assert fen(item["amount"]) == sum(fen(item[part]) for part in parts)
    for part in parts:
        assert fen(result[part]) == sum(fen(item[part]) for item in result["items"])


@MANY
@given(bill=bills())
def test_account_pays_within_its_balance_and_only_when_it_may(law: Law, bill: dict[str, Any]) -> None:
    """The account never pays more than it holds; closed, foreign or suspended it pays nothing."""
    result = settled(law, bill)
    account = bill.get("account", {})
    balance = fen(account.get("balance", "0.00"))
    assert fen(result["account"]) <= balance
    assert fen(result["account_balance"]) == balance - fen(result["account"])
    foreign = account.get("relation", "self") != "self" and bill["policy"] not in RELATIVES_MAY_PAY
    stopped = (
        foreign
        or account.get("status", "open") != "open"
        or bill.get("entitlement", {}).get("status") == "suspended"
        or bill["policy"] in NO_ACCOUNT
    )
    assert not stopped or result["account"] == "0.00"


@MANY
@given(bill=bills())
def test_lines_explain_every_payer_and_cite_the_law(law: Law, bill: dict[str, Any]) -> None:
    """Lines add up to each payer and over all payers to the total; each has its rule and article."""
    result = settled(law, bill)
    payers = result["funds"] | {key: result[key] for key in ("account", "cash")}
    payers["provider"] = result["provider_borne"]
    paying = {payer: amount for payer, amount in payers.items() if amount != "0.00"}
    assert payer_sums(result["lines"]) == paying
    assert sum(fen(line["amount"]) for line in result["lines"]) == fen(result["total"])
    assert all(line["rule"].strip() and line["cite"].strip() for line in result["lines"])


@MANY
@given(bill=bills())
def test_no_fund_pays_above_what_is_left_of_its_cap(law: Law, bill: dict[str, Any]) -> None:
    """The pool stays in the year's cap, the aid in its own; what a limit has left is never negative."""
    result = settled(law, bill)
    policy, year = bill["policy"], bill.get("year", {})
    if policy in POOL_CAPS_FEN and counts_into_the_cap(policy, bill["service"]):
        left = max(0, POOL_CAPS_FEN[policy] - fen(year.get("pool_paid", "0.00")))
        assert fen(result["funds"]["pool"]) <= left
    if policy in AID_CAPS_FEN:
        left = max(0, AID_CAPS_FEN[policy] - fen(year.get("large_amount_paid", "0.00")))
        assert fen(result["funds"]["large_amount"]) <= left
    assert all(0 <= fen(limit["left"]) <= fen(limit["cap"]) for limit in result["limits"])


@MANY
@given(bill=bills(), grows_by=st.integers(1, 200_000), where=st.randoms(use_true_random=False))
def test_no_fund_falls_when_the_eligible_amount_grows(
    law: Law, bill: dict[str, Any], grows_by: int, where: Random
) -> None:
    """A further item in scope never takes anything from any fund."""
    more = copy.deepcopy(bill)
    extra = {"kind": "drug", "class": "A", "amount": yuan(grows_by), "essential": where.random() < 0.5}
    extra |= {"high_cost_therapy": where.random() < 0.5, "traditional": where.random() < 0.5}
    more["items"].append(extra)
    before, after = settled(law, bill), settled(law, more)
    assert fen(after["eligible"]) == fen(before["eligible"]) + grows_by
    for fund, amount in before["funds"].items():
        assert fen(after["funds"][fund]) >= fen(amount)


@MANY
@given(bill=bills(), random=st.randoms(use_true_random=False))
def test_order_of_items_changes_no_total(law: Law, bill: dict[str, Any], random: Random) -> None:
    """The same items in another order give the same amounts, year, limits and notices."""
    shuffled = copy.deepcopy(bill)
    random.shuffle(shuffled["items"])
    one, other = settled(law, bill), settled(law, shuffled)
    assert totals(one) == totals(other)
    assert one["lines"] == other["lines"]


@settings(MANY, max_examples=60)
@given(batch=st.lists(bills(), min_size=1, max_size=12))
def test_a_bill_settles_alone_as_in_a_batch(law: Law, batch: list[dict[str, Any]]) -> None:
    """Neighbours in a batch, of other policies and refused ones too, change nothing of a settlement or refusal."""
    for bill, in_batch in zip(batch, settle_all_json(law, batch), strict=True):
        assert outcome(law, bill) == (str(in_batch) if isinstance(in_batch, Refused) else in_batch)


def outcome(law: Law, bill: dict[str, Any]) -> dict[str, Any] | str:
    """The settlement of one bill alone, or the text of its refusal."""
    try:
        return settle_json(law, bill)
    except Refused as refusal:
        return str(refusal)


@settings(MANY, max_examples=60)
@given(random=st.randoms(use_true_random=True), policy=st.sampled_from(tuple(POOL_CAPS_FEN)))
def test_a_year_of_bills_never_passes_its_caps(law: Law, random: Random, policy: str) -> None:
    """Sixty bills, each on the year that the one before left: no total passes its cap, and none falls."""
    year: dict[str, Any] = {}
    pool = aid = 0
    for bill in year_of_bills(random, policy, bills_max=60):
        result = outcome(law, bill | {"year": year})
        if isinstance(result, str):
            continue
        pool += fen(result["funds"]["pool"]) if counts_into_the_cap(policy, bill["service"]) else 0
        aid += fen(result["funds"]["large_amount"])
        assert fen(result["year"]["pool_paid"]) == pool <= POOL_CAPS_FEN[policy]
        assert fen(result["year"]["large_amount_paid"]) == aid <= AID_CAPS_FEN.get(policy, aid)
        assert not shrunk(year, result["year"])
        year = {key: value for key, value in result["year"].items() if value is not None}


def year_of_bills(random: Random, policy: str, bills_max: int) -> Sequence[dict[str, Any]]:
    """Bills of one person, large enough that the year's caps are met; of Yantai's residents, a minor."""
    chain = []
    for _ in range(bills_max):
        bill = random_bill(random, policy)
        bill["items"].append({"kind": "service", "class": "A", "amount": yuan(random.randint(1, 3_000_000))})
        if policy == "yantai-resident":
            bill["patient"] = {"minor": True}
        chain.append(bill)
    return chain


def shrunk(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The accumulators in yuan that are smaller than before."""
    amounts = [key for key, value in before.items() if isinstance(value, str)]
    return [key for key in amounts if fen(after[key]) < fen(before[key])]
