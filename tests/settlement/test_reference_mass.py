"""A mass of random bills of each policy: product and reference agree to the fen in every field, and the reference's
amounts add up.

REFERENCE_BILLS is the number of bills of a Yantai policy (20,000, and 100,000 with `make reference`), of every other
three tenths of it; REFERENCE_SEED is the seed of the mass. A disagreement shows the seed and the bill;
`random_bill(Random(seed), policy)` gives it again.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import repeat
from random import Random
from typing import Any, NamedTuple

import pytest

from terminal.errors import Broken, Refused
from terminal.settlement.law import Law
from tests.reference import ReferenceRefusal, reference_settle
from tests.reference.amounts import fen
from tests.reference.branches import EXPECTED, branches
from tests.reference.bureau import ILLUSTRATIVE, NONE
from tests.reference.compare import differences
from tests.reference.product import load_law, settle_all_json, settle_json
from tests.settlement.strategies import POLICIES, YANTAI, random_bill

BILLS = int(os.environ.get("REFERENCE_BILLS", "20000"))
SEED = os.environ.get("REFERENCE_SEED", "2018-01-01")
SIZES = {policy: BILLS if policy in YANTAI else BILLS * 3 // 10 for policy in POLICIES}
UNSUPPLEMENTED_BILLS_MAX = 5_000
PROCESSES = 2
CHUNK_BILLS = 2_000
DISAGREEMENTS_SHOWN_MAX = 5
SETTLED_PERCENT_MIN = 80


class Tally(NamedTuple):
    """What one chunk came to: how many settled, which branches were reached, and where the two disagreed."""

    settled: int
    reached: Counter[str]
    disagreements: list[str]


@cache
def law_of_this_process(supplemented: bool) -> Law:
    """The law, loaded once in each worker."""
    return load_law(supplemented)


def compare_chunk(policy: str, first: int, size: int, supplemented: bool) -> Tally:
    """Settle one chunk of bills by both, the product's in one batch."""
    seeds = [f"{SEED} {policy} {n}" for n in range(first, first + size)]
    bills = [random_bill(Random(seed), policy) for seed in seeds]
    bureau = ILLUSTRATIVE if supplemented else NONE
    reached: Counter[str] = Counter()
    found: list[str] = []
    products = by_product(law_of_this_process(supplemented), bills)
    for seed, bill, product in zip(seeds, bills, products, strict=True):
        reference = by_reference(bill, bureau)
        if isinstance(reference, dict):
            reached.update({"settled", *branches(bill, reference)})
        wrong = [*uneven(reference), *disagreement(product, reference)]
        found += [f"seed {seed!r}: {what}\n{json.dumps(bill)}" for what in wrong]
    return Tally(reached.pop("settled", 0), reached, found)


def by_product(law: Law, bills: list[dict[str, Any]]) -> list[dict[str, Any] | Refused | Broken]:
    """The product's settlements in one batch; if the batch breaks, one by one, to show which bill breaks it."""
    try:
        return [*settle_all_json(law, bills)]
    except Broken:
        return [by_product_alone(law, bill) for bill in bills]


def by_product_alone(law: Law, bill: dict[str, Any]) -> dict[str, Any] | Refused | Broken:
    """The product's settlement of one bill, its refusal, or how it breaks."""
    try:
        return settle_json(law, bill)
    except (Refused, Broken) as error:
        return error


def by_reference(bill: dict[str, Any], bureau: dict[str, Any]) -> dict[str, Any] | ReferenceRefusal:
    """The reference's settlement, or its refusal."""
    try:
        return reference_settle(bill, bureau)
    except ReferenceRefusal as refusal:
        return refusal


def uneven(reference: dict[str, Any] | ReferenceRefusal) -> list[str]:
    """Which of the reference's own sums does not come to its whole."""
    if isinstance(reference, ReferenceRefusal):
        return []
    payers = sum(fen(reference[key]) for key in ("fund_total", "provider_borne", "account", "cash"))
    patient = sum(fen(amount) for payers in reference["parts"].values() for amount in payers.values())
    sums = {"total": payers, "personal": patient}
    return [f"reference: {key} is not {found} fen" for key, found in sums.items() if fen(reference[key]) != found]


def disagreement(product: dict[str, Any] | Refused | Broken, reference: dict[str, Any] | ReferenceRefusal) -> list[str]:
    """Where the two differ; both refusing is agreement, one refusing is not."""
    if isinstance(product, Broken):
        return [f"product breaks: {product}"]
    if isinstance(product, Refused):
        both = isinstance(reference, ReferenceRefusal)
        return [] if both else [f"product refuses {product}, the reference settles"]
    if isinstance(reference, ReferenceRefusal):
        return [f"product settles, the reference refuses {reference}"]
    return ["; ".join(fields)] if (fields := differences(product, reference)) else []


def compare_mass(policy: str, size: int, supplemented: bool) -> Tally:
    """Settle `size` bills by both, in two processes."""
    starts = range(0, size, CHUNK_BILLS)
    sizes = [min(CHUNK_BILLS, size - start) for start in starts]
    settled, reached, found = 0, Counter[str](), list[str]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        tallies: Iterator[Tally] = pool.map(compare_chunk, repeat(policy), starts, sizes, repeat(supplemented))
        for tally in tallies:
            settled += tally.settled
            reached += tally.reached
            found += tally.disagreements
    return Tally(settled, reached, found)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_bill_is_settled_as_the_decree_says(policy: str) -> None:
    """Amounts, funds, account, year, items and lines agree on every bill and add up; the mass reaches every rule."""
    tally = compare_mass(policy, SIZES[policy], supplemented=True)
    assert not tally.disagreements, "\n".join(
        [
            f"{len(tally.disagreements)} of {SIZES[policy]} bills disagree",
            *tally.disagreements[:DISAGREEMENTS_SHOWN_MAX],
        ]
    )
    assert tally.settled * 100 > SIZES[policy] * SETTLED_PERCENT_MIN
    missed = [name for name in EXPECTED[policy] if not tally.reached[name]]
    assert not missed, f"no bill reached: {missed}; reached: {dict(tally.reached)}"


@pytest.mark.parametrize("policy", POLICIES)
def test_without_supplements_only_what_needs_the_bureau_is_refused(policy: str) -> None:
    """With nothing from the bureau the same bills settle or are refused as the decree alone allows."""
    tally = compare_mass(policy, min(SIZES[policy], UNSUPPLEMENTED_BILLS_MAX), supplemented=False)
    assert not tally.disagreements, "\n".join(tally.disagreements[:DISAGREEMENTS_SHOWN_MAX])
