"""The front of settlement: the law on the shelf, asked about one bill or many. Pure once it is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from terminal.errors import Broken, Refused
from terminal.money import Fen
from terminal.settlement import core
from terminal.settlement.accumulate import year_after
from terminal.settlement.bill import Bill
from terminal.settlement.bill_checks import check_bill
from terminal.settlement.claim import fill_claim, fill_items, usable_balance
from terminal.settlement.explain import limits_of, lines_of
from terminal.settlement.pack import FUNDS
from terminal.settlement.plan import compile_plan
from terminal.settlement.result import ItemShares, PolicyName, Settlement
from terminal.settlement.select import Selection, Selector, refuse_if_reached
from terminal.settlement.shelf import Shelf, load_shelf


class Law:
    """Settles bills by the packs and supplements on its shelf. Plans are compiled once and kept."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._selector = Selector(shelf)
        self._plans: dict[tuple[object, ...], Any] = {}

    @classmethod
    def load(cls, supplements: Iterable[Path | bytes] = (), lapsed_goes_on: Iterable[str] = ()) -> Law:
        """Load the packs, and the supplements given. Raises Refused naming file and line of a fault."""
        return cls(load_shelf(supplements, frozenset(lapsed_goes_on)))

    def settle(self, bill: Bill) -> Settlement:
        """Split one bill. Raises Refused with the place, or with the name of what no one has given."""
        chosen = self._choose(bill)
        claim, items = core.new_claim(), core.new_items(len(bill.items))
        fill_claim(claim, chosen, 0)
        fill_items(items, 0, chosen)
        explained = core.Explained(self._plan(chosen), claim, items, len(bill.items))
        return _settlement(chosen, explained)

    def settle_many(self, bills: Sequence[Bill]) -> list[Settlement | Refused]:
        """Split many bills through the core's batch call. A refused bill does not stop the others."""
        chosen = [self._chosen_or_refused(bill) for bill in bills]
        batch = core.Batch(len(bills), sum(len(bill.items) for bill in bills))
        plans: dict[int, int] = {}
        start = 0
        for index, one in enumerate(chosen):
            claim = batch.claims[index]
            claim.plan = -1
            if isinstance(one, Refused):
                continue
            try:
                fill_items(batch.items, start, one)
            except Refused as refusal:
                chosen[index] = refusal
                continue
            fill_claim(claim, one, start)
            plan = self._plan(one)
            if id(plan) not in plans:
                plans[id(plan)] = len(batch.plans)
                batch.plans.append(plan)
            claim.plan = plans[id(plan)]
            start += len(one.case.bill.items)
        batch.run()
        return [self._batch_result(batch, index, one) for index, one in enumerate(chosen)]

    def supplement_digests(self, bill: Bill) -> list[str]:
        """SHA-256 of every supplement that this bill's settlement rests on, as hex."""
        return [given.digest for given in self._choose(bill).given]

    def _choose(self, bill: Bill) -> Selection:
        check_bill(bill)
        return self._selector.select(bill)

    def _chosen_or_refused(self, bill: Bill) -> Selection | Refused:
        try:
            return self._choose(bill)
        except Refused as refusal:
            return refusal

    def _plan(self, chosen: Selection) -> Any:
        plan = self._plans.get(chosen.key)
        if plan is None:
            plan = self._plans[chosen.key] = compile_plan(chosen)
        return plan

    def _batch_result(self, batch: core.Batch, index: int, one: Selection | Refused) -> Settlement | Refused:
        if isinstance(one, Refused):
            return one
        claim = batch.claims[index]
        items = batch.items + claim.item_start
        explained = core.Explained(self._plan(one), batch.claims + index, items, claim.item_count)
        if explained.code != batch.codes[index] or not core.same_split(explained.split, batch.splits + index):
            raise Broken("broken-core", "a bill settles differently in a batch", "批量结算与单笔结算不一致")
        try:
            return _settlement(one, explained)
        except Refused as refusal:
            return refusal


def _settlement(chosen: Selection, explained: core.Explained) -> Settlement:
    explained.check()
    split = explained.split
    refuse_if_reached(chosen, split)
    funds = {name: Fen(split.funds[index]) for index, name in enumerate(FUNDS)}
    bill, head = chosen.case.bill, chosen.pack.policy
    counts_pool = chosen.ruleset in head.pool_paid_counts
    year = bill.year
    if chosen.pooled:
        year = year_after(bill, funds, split.eligible, split.deductible, counts_pool, chosen.case.disease)
    return Settlement(
        policy=PolicyName(head.id, chosen.pack.version, head.title),
        total=Fen(split.total),
        out_of_catalogue=Fen(split.out_of_catalogue),
        over_limit=Fen(split.over_limit),
        prior_self_pay=Fen(split.prior_self_pay),
        eligible=Fen(split.eligible),
        deductible=Fen(split.deductible),
        funds=funds,
        fund_total=Fen(split.fund_total),
        provider_borne=Fen(split.provider_borne),
        personal=Fen(split.personal),
        account=Fen(split.account),
        cash=Fen(split.cash),
        account_balance=Fen(bill.account.balance - split.account),
        year=year,
        lines=lines_of(chosen, explained.lines, split),
        items=_items(bill, explained.item_splits),
        limits=limits_of(chosen, split),
        notices=_notices(chosen, split),
    )


def _items(bill: Bill, splits: Any) -> list[ItemShares]:
    return [
        ItemShares(
            item.code,
            item.amount,
            Fen(split.out_of_catalogue),
            Fen(split.over_limit),
            Fen(split.prior_self_pay),
            Fen(split.eligible),
        )
        for item, split in zip(bill.items, splits, strict=True)
    ]


def _notices(chosen: Selection, split: Any) -> list[str]:
    """Everything that the cashier and the patient must know beside the figures; `code: text (article)`."""
    bill, pack = chosen.case.bill, chosen.pack
    notices = [reason.notice for reason in chosen.reasons]
    if chosen.lapsed:
        notices.append(f"lapsed: 政策已于 {pack.policy.effective_to} 到期，按配置延用 ({pack.policy.title})")
    for fund in chosen.not_enrolled:
        notices.append(f"not-enrolled: 未参加{_FUND_NAMES[fund.fund]}，该基金不支付 ({fund.cite})")
    account = usable_balance(chosen)[1]
    if account:
        notices.append(account)
    if split.out_of_catalogue and not bill.consent:
        notices.append(f"consent-needed: 含目录外费用，须患者知情同意 ({pack.conditions.catalogue})")
    for given in chosen.given:
        head = given.supplement.supplement
        code = "illustrative-supplement" if head.illustrative else "supplement"
        notices.append(f"{code}: 使用补充参数 ({head.source})")
    if chosen.pooled:
        left_out = (one for one in pack.left_out if chosen.ruleset in one.services)
        notices.extend(f"left-out: {one.text} ({one.cite})" for one in left_out)
    return notices


_FUND_NAMES = {"large_amount": "大额救助金", "major_illness": "大病保险", "medical_assistance": "医疗救助"}
