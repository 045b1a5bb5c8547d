"""How long a split takes: through Python, and in the C core's batch call, beside the same rule in plain Python ints.

Ratios count, not microseconds: the machine is shared. `make bench` prints them; nothing is asserted as a time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from native._settle import ffi, lib
from terminal.settlement.claim import fill_claim, fill_items
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law

BATCH_BILLS = 1_000_000
BILL = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "account": {"balance": "1500.00"},
    "items": [{"kind": "drug", "class": "A", "amount": "7800.00"}],
}


@pytest.fixture(scope="module")
def law() -> Law:
    """The packs, loaded once."""
    return Law.load()


def by_hand(eligible: int, paid: int, balance: int) -> tuple[int, int, int, int]:
    """The same rule (Yantai, tier 3, in service, cap, large-amount aid, account) written out in Python ints."""
    line = min(eligible, 80_000)
    first = max(0, min(eligible, 500_000) - line)
    second = max(0, min(eligible, 1_000_000) - max(line, 500_000))
    third = max(0, eligible - max(line, 1_000_000))
    exact = first * 8000 + second * 8500 + third * 9000
    room = max(0, 25_000_000 - paid)
    pool = min((exact + 5000) // 10_000, room)
    account = min(balance, eligible - pool)
    return pool, line, account, eligible - pool - account


def test_one_bill_from_json_to_json(benchmark: BenchmarkFixture, law: Law) -> None:
    """What a till waits for: decode, check, select, split, explain, encode."""
    data = json.dumps(BILL).encode()
    answer = benchmark(lambda: encode(law.settle(decode_bill(data))))
    assert b'"5740.00"' in answer


def test_one_bill_decoded(benchmark: BenchmarkFixture, law: Law) -> None:
    """Select, split and explain."""
    bill = decode_bill(json.dumps(BILL))
    assert benchmark(lambda: law.settle(bill)).funds["pool"] == 574_000


def test_one_bill_in_the_core(benchmark: BenchmarkFixture, law: Law) -> None:
    """The C call alone, lines and items included."""
    plan, claims, items = prepared(law, 1)
    split, lines = ffi.new("settle_split *"), ffi.new("settle_line[]", lib.SETTLE_LINES_MAX)
    count, shares = ffi.new("int32_t *"), ffi.new("settle_item_split[]", 1)
    assert benchmark(lambda: lib.settle_bill(split, lines, count, shares, plan, claims, items)) == 0
    assert split.funds[0] == 574_000


def test_one_bill_by_hand_in_python(benchmark: BenchmarkFixture) -> None:
    """The peer: one rule, no items, no lines, no law as data."""
    assert benchmark(lambda: by_hand(780_000, 0, 150_000))[0] == 574_000


def test_a_million_bills_in_one_batch_call(benchmark: BenchmarkFixture, law: Law) -> None:
    """The batch call on a million bills of one item. Divide by a million for the time of one."""
    plan, claims, items = prepared(law, BATCH_BILLS)
    splits, codes = ffi.new("settle_split[]", BATCH_BILLS), ffi.new("int32_t[]", BATCH_BILLS)

    def run() -> int:
        failed: int = lib.settle_bills(splits, codes, plan, 1, claims, BATCH_BILLS, items, BATCH_BILLS)
        return failed

    assert benchmark.pedantic(run, rounds=5) == 0
    assert splits[BATCH_BILLS - 1].funds[0] == 574_000


def test_a_million_bills_as_columns(benchmark: BenchmarkFixture, law: Law) -> None:
    """The columns call on the same bills, summed. Divide by a million for the time of one."""
    plan = law._plan(law._choose(decode_bill(json.dumps(BILL))))
    eligible, usable = ffi.new("int64_t[]", BATCH_BILLS), ffi.new("int64_t[]", BATCH_BILLS)
    pool, cash = ffi.new("int64_t[]", BATCH_BILLS), ffi.new("int64_t[]", BATCH_BILLS)
    codes = ffi.new("int32_t[]", BATCH_BILLS)
    for index in range(BATCH_BILLS):
        eligible[index], usable[index] = 780_000, 150_000
    facts, splits = ffi.new("settle_facts_columns *"), ffi.new("settle_split_columns *")
    facts.eligible[0], facts.usable, splits.funds[0], splits.cash = eligible, usable, pool, cash

    def run() -> int:
        failed: int = lib.settle_columns(splits, codes, plan, 1, facts, BATCH_BILLS)
        return failed

    assert benchmark.pedantic(run, rounds=9) == 0
    assert (pool[BATCH_BILLS - 1], cash[BATCH_BILLS - 1]) == (574_000, 56_000)


def prepared(law: Law, count: int) -> tuple[Any, Any, Any]:
    """The plan, and `count` copies of the sample bill's claim and item."""
    chosen = law._choose(decode_bill(json.dumps(BILL)))
    claims, items = ffi.new("settle_claim[]", count), ffi.new("settle_item[]", count)
    fill_claim(claims[0], chosen, 0)
    fill_items(items, 0, chosen)
    for index in range(1, count):
        claims[index] = claims[0]
        claims[index].item_start = index
        items[index] = items[0]
    return law._plan(chosen), claims, items
