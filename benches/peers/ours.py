"""Our own ways through the same rule: the general plan of the policy pack, one bill, a batch, columns, JSON to JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from benches.peers.rule import Claim, Shares
from native._settle import ffi, lib
from terminal.settlement.claim import fill_claim, fill_items
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law

POOL, AID = 0, 1


def bill_json(claim: Claim) -> bytes:
    """The claim as a till sends it."""
    bill = {
        "policy": "yantai-employee",
        "date": "2021-06-30",
        "service": "inpatient",
        "provider": {"tier": 3},
        "patient": {"category": "retiree" if claim.retired else "employee"},
        "account": {"balance": _yuan(claim.balance)},
        "year": {"pool_paid": _yuan(claim.pool_paid), "large_amount_paid": _yuan(claim.aid_paid)},
        "items": [{"kind": "drug", "class": "A", "amount": _yuan(claim.eligible)}],
    }
    return json.dumps(bill).encode()


def by_json(law: Law, bill: bytes) -> Shares:
    """From the till's bytes to the answer's bytes, read back here to be compared."""
    answer = json.loads(answer_json(law, bill))
    shares = (answer["deductible"], answer["funds"]["pool"], answer["funds"]["large_amount"], answer["account"])
    return Shares(*(_fen(share) for share in (*shares, answer["cash"])))


def answer_json(law: Law, bill: bytes) -> bytes:
    """Decode, check, select, split, explain, encode."""
    return encode(law.settle(decode_bill(bill)))


class Core:
    """The plans of both categories, as the pack compiles them, and one bill's memory."""

    def __init__(self, law: Law) -> None:
        self.plans = ffi.new("settle_plan[2]")
        for retired in (0, 1):
            chosen = law._choose(decode_bill(bill_json(Claim(100_000, 0, 0, retired, 0))))
            self.plans[retired] = law._plan(chosen)[0]
        self.claim, self.item = ffi.new("settle_claim *"), ffi.new("settle_item *")
        fill_claim(self.claim, chosen, 0)
        fill_items(self.item, 0, chosen)
        self.split, self.lines = ffi.new("settle_split *"), ffi.new("settle_line[]", lib.SETTLE_LINES_MAX)
        self.line_count, self.item_split = ffi.new("int32_t *"), ffi.new("settle_item_split *")

    def one(self, given: Claim) -> Shares:
        """One bill with its lines, its numbers written and read by Python."""
        claim, split = self.claim, self.split
        self.item.amount, claim.cap_paid, claim.stage_paid[0] = given.eligible, given.pool_paid, given.aid_paid
        claim.usable = given.balance
        self.bare_call(given.retired)()
        return Shares(split.deductible, split.funds[POOL], split.funds[AID], split.account, split.cash)

    def bare_call(self, retired: int = 0) -> Callable[[], int]:
        """The bare call on the bill as it stands, with lines and items."""
        plan = self.plans + retired
        return partial(
            lib.settle_bill, self.split, self.lines, self.line_count, self.item_split, plan, self.claim, self.item
        )


class Batch:
    """An array of bills, each of one item, filled once."""

    def __init__(self, core: Core, claims: list[Claim]) -> None:
        self.plans, self.count = core.plans, len(claims)
        self.claims, self.items = ffi.new("settle_claim[]", self.count), ffi.new("settle_item[]", self.count)
        self.splits, self.codes = ffi.new("settle_split[]", self.count), ffi.new("int32_t[]", self.count)
        for index, given in enumerate(claims):
            claim, item = self.claims[index], self.items[index]
            self.claims[index], self.items[index] = core.claim[0], core.item[0]
            claim.plan, claim.item_start, claim.cap_paid = given.retired, index, given.pool_paid
            claim.stage_paid[0], claim.usable, item.amount = given.aid_paid, given.balance, given.eligible

    def run(self) -> int:
        """One call. Returns how many bills it did not settle."""
        failed: int = lib.settle_bills(
            self.splits, self.codes, self.plans, 2, self.claims, self.count, self.items, self.count
        )
        return failed

    def shares(self) -> list[Shares]:
        """The results as the other engines give them."""
        return [Shares(s.deductible, s.funds[POOL], s.funds[AID], s.account, s.cash) for s in self.splits]


class Columns:
    """The same arrays that NumPy is given, through the general plans; the results as arrays."""

    def __init__(self, core: Core, columns: list[Any]) -> None:
        import numpy as np

        self.plans, self.count = core.plans, len(columns[0])
        self.results = [np.zeros(self.count, dtype=np.int64) for _ in Shares._fields]
        self.codes = ffi.new("int32_t[]", self.count)
        self._facts, self._splits = ffi.new("settle_facts_columns *"), ffi.new("settle_split_columns *")
        eligible, paid, aid_paid, retired, balance = self._kept = [
            ffi.from_buffer("int64_t[]", column) for column in columns
        ]
        facts, splits = self._facts, self._splits
        facts.eligible[0], facts.cap_paid, facts.stage_paid[0] = eligible, paid, aid_paid
        facts.plan, facts.usable = retired, balance
        self._outs = [ffi.from_buffer("int64_t[]", result, require_writable=True) for result in self.results]
        splits.deductible, splits.funds[POOL], splits.funds[AID], splits.account, splits.cash = self._outs

    def run(self) -> int:
        """One call. Returns how many rows it did not settle."""
        failed: int = lib.settle_columns(self._splits, self.codes, self.plans, 2, self._facts, self.count)
        return failed


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fen(yuan: str) -> int:
    return int(yuan.replace(".", ""))
