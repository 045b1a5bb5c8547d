"""Rows are chosen once a kind of bill: what is remembered is what choosing anew gives, for every policy."""

from __future__ import annotations

import datetime as dt
import json
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from terminal.errors import Refused
from terminal.settlement import kinds
from terminal.settlement.bill import Bill, Service
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law
from tests.settlement_path.wild import neighbour, wild_bill

BILLS_A_POLICY = 100
NEIGHBOURS = 12
LAST_DAY_OF_WHAT_GOES_ON = dt.date(2026, 12, 31)
SUPPLEMENTS = sorted((Path(__file__).parents[2] / "examples/supplements").glob("*.toml"))


def wild_bills(law: Law, count: int) -> Iterator[Bill]:
    """The same bills in every run: `count` of each policy, each followed by bills that differ from it in one key."""
    for policy in law.shelf.policies:
        versions = law.shelf.versions(policy)
        first, last = versions[0].policy.effective_from, versions[-1].policy.effective_to or LAST_DAY_OF_WHAT_GOES_ON
        days = [first + n * (last - first) // 3 for n in range(4)]
        services = [name for name in get_args(Service) if versions[-1].service.named(name) is not None]
        for number in range(count):
            random = Random(f"wild {policy} {number}")
            bill = wild_bill(random, policy, services, random.choice(days))
            yield decode_bill(json.dumps(bill))
            for _ in range(NEIGHBOURS):
                yield decode_bill(json.dumps(neighbour(random, bill)))


def outcome(law: Law, bill: Bill) -> bytes:
    """The settlement's bytes, or the refusal's words. Anything else that is raised is a fault of the terminal."""
    try:
        return encode(law.settle(bill))
    except Refused as refusal:
        return f"{refusal.code} {refusal} {refusal.message_zh}".encode()


@pytest.fixture(scope="module")
def law() -> Law:
    """The shelf with every illustrative supplement."""
    return Law.load(SUPPLEMENTS)


@pytest.fixture(scope="module")
def bills(law: Law) -> list[Bill]:
    """Bills of every policy. Neighbours: each one key's difference that a kind does not know would show."""
    return list(wild_bills(law, BILLS_A_POLICY))


@pytest.fixture(scope="module")
def anew(law: Law, bills: list[Bill]) -> list[bytes]:
    """What a law that remembers nothing makes of each bill."""
    return [outcome(Law(law.shelf), bill) for bill in bills]


@pytest.mark.parametrize("supplements", [SUPPLEMENTS, []], ids=["supplemented", "bare"])
def test_a_remembered_kind_settles_as_one_chosen_anew(supplements: list[Path], bills: list[Bill]) -> None:
    """First time and second time, settlement or refusal, to the byte; and many bills share a kind."""
    law = Law.load(supplements)
    expected = [outcome(Law(law.shelf), bill) for bill in bills]
    assert [outcome(law, bill) for bill in bills] == expected
    assert [outcome(law, bill) for bill in bills] == expected
    settled = sum(one.startswith(b"{") for one in expected)
    assert settled > len(bills) // 3


def test_bills_of_one_kind_share_their_rows_and_others_do_not(law: Law, bills: list[Bill]) -> None:
    """Amounts do not make a kind; a fact that the law asks for does."""
    sample = {"policy": "yantai-employee", "date": "2021-06-30", "service": "inpatient", "provider": {"tier": 3}}
    items = [[{"kind": "drug", "class": "A", "amount": amount}] for amount in ("7800.00", "1.00")]
    one, other = (decode_bill(json.dumps({**sample, "items": each})) for each in items)
    elsewhere = decode_bill(json.dumps({**sample, "items": items[0], "provider": {"tier": 2}}))
    assert law._choose(one).rows is law._choose(other).rows
    assert law._choose(one).rows is not law._choose(elsewhere).rows


def test_what_is_remembered_is_bounded(
    law: Law, bills: list[Bill], anew: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for eight kinds, hundreds still settle as they do anew."""
    monkeypatch.setattr(kinds, "KINDS_MAX", 8)
    small = Law(law.shelf)
    for bill, expected in zip(bills, anew, strict=True):
        assert outcome(small, bill) == expected
        assert max(len(small._kinds._rows), len(small._kinds._chapters)) <= 8


def test_several_threads_may_ask_one_law(law: Law, bills: list[Bill], anew: list[bytes]) -> None:
    """Four threads at once over the same bills, from an empty memory."""
    shared = Law(law.shelf)
    with ThreadPoolExecutor(4) as threads:
        rounds = [threads.submit(lambda: [outcome(shared, bill) for bill in bills]) for _ in range(4)]
        assert all(one.result() == anew for one in rounds)


def test_a_batch_settles_what_one_by_one_settles(law: Law, bills: list[Bill], anew: list[bytes]) -> None:
    """The batch call shares kinds and plans among its bills."""
    results = Law(law.shelf).settle_many(bills)
    told = [
        f"{one.code} {one} {one.message_zh}".encode() if isinstance(one, Refused) else encode(one) for one in results
    ]
    assert told == anew


def test_a_remembered_refusal_is_raised_afresh() -> None:
    """What only the bureau can say is refused each time, by an exception that knows nothing of the time before."""
    law = Law.load()
    bill = decode_bill(
        '{"policy": "yantai-employee", "date": "2021-06-30", "service": "chronic", "items": '
        '[{"kind": "drug", "class": "A", "amount": "500.00"}], "episode": {"disease": "gout", "chronic_class": "B"}}'
    )
    seen = []
    for _ in range(3):
        with pytest.raises(Refused, match=r"chronic\.limit is left to") as refused:
            law.settle(bill)
        seen.append(refused.value)
    assert len({id(one) for one in seen}) == 3
    assert len({len(traceback.extract_tb(one.__traceback__)) for one in seen}) == 1


def test_a_package_that_pooling_takes_no_part_in_is_settled() -> None:
    """A limited-price admission at a provider that is not designated: the patient bears it, and nothing breaks."""
    bill = decode_bill(
        '{"policy": "yantai-resident", "date": "2021-06-30", "service": "inpatient", "patient": {"minor": true, '
        '"contribution_tier": 1}, "provider": {"tier": 3, "designated": false}, "episode": {"limited_disease": true, '
        '"disease": "acute-leukaemia"}, "items": [{"kind": "drug", "class": "C", "amount": "900.00"}]}'
    )
    settlement = Law.load().settle(bill)
    assert (settlement.fund_total, settlement.personal, settlement.cash) == (0, 900_00, 900_00)
