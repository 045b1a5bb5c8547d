"""The front of settlement: the law on the shelf, asked about one bill or many. Pure once it is loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from terminal.errors import Broken, Refused
from terminal.money import Fen, SignedFen
from terminal.settlement import core
from terminal.settlement.accumulate import year_after
from terminal.settlement.bill import Bill
from terminal.settlement.bill_checks import check_bill
from terminal.settlement.claim import fill_claim, fill_items, usable_balance
from terminal.settlement.explain import limits_of, lines_of
from terminal.settlement.kinds import Kinds
from terminal.settlement.not_advanced import OFFLINE_LIMIT, notices_of
from terminal.settlement.pack_rows import FUNDS
from terminal.settlement.plan import plan_of
from terminal.settlement.result import ItemShares, Settlement
from terminal.settlement.rows import Selection
from terminal.settlement.select import refuse_if_reached
from terminal.settlement.shelf import LawFile, Shelf, load_shelf


class Law:
    """Settles bills by the packs and supplements on its shelf. Rows are chosen, and plans compiled, once a kind."""

    def __init__(self, shelf: Shelf) -> None:
        self._kinds = Kinds(shelf)

    @property
    def shelf(self) -> Shelf:
        """The law as it stands now."""
        return self._kinds.shelf

    def renew(self, shelf: Shelf) -> None:
        """From the next bill on, settle by this shelf. In one step, so that no bill is settled by parts of both."""
        self._kinds = Kinds(shelf)

    @classmethod
    def load(
        cls,
        supplements: Iterable[Path | bytes] = (),
        lapsed_goes_on: Iterable[str] = (),
        bureau_key: bytes | None = None,
    ) -> Law:
        """Load the packs, and the supplements given: signed ones only where the bureau's SM2 key (PEM) is given.

        Raises Refused naming file and line of a fault.
        """
        return cls(load_shelf(supplements, frozenset(lapsed_goes_on), bureau_key))

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

    def rests_on(self, bill: Bill) -> list[LawFile]:
        """The files of law that this bill's settlement rests on: its pack, then each supplement that answered."""
        chosen = self._choose(bill)
        pack, _ = self.shelf.pack(bill.policy, bill.date)
        return [pack.document, *(given.document for given in chosen.rows.given)]

    def account_is_on_card(self, policy: str, day: dt.date) -> bool:
        """Whether the personal account lies on the card as a purse, by the law of that day. Raises Refused."""
        pack, _ = self.shelf.pack(policy, day)
        return pack.policy.account_on == "card"

    def _choose(self, bill: Bill) -> Selection:
        check_bill(bill)
        return self._kinds.select(bill)

    def _chosen_or_refused(self, bill: Bill) -> Selection | Refused:
        try:
            return self._choose(bill)
        except Refused as refusal:
            return refusal

    def _plan(self, chosen: Selection) -> Any:
        return plan_of(chosen)

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
    case, rows, split = chosen.case, chosen.rows, explained.split
    if rows.unanswered:
        refuse_if_reached(rows, split)
    bill = case.bill
    funds = {name: Fen(paid) for name, paid in zip(FUNDS, explained.funds(len(FUNDS)), strict=True)}
    eligible, deductible, account = Fen(split.eligible), Fen(split.deductible), Fen(split.account)
    year = bill.year
    if rows.pooled:
        year = year_after(bill, funds, eligible, deductible, rows.counts_pool, case.disease)
    return Settlement(
        policy=rows.policy_name,
        total=Fen(split.total),
        out_of_catalogue=Fen(split.out_of_catalogue),
        over_limit=Fen(split.over_limit),
        prior_self_pay=Fen(split.prior_self_pay),
        eligible=eligible,
        deductible=deductible,
        funds=funds,
        fund_total=Fen(split.fund_total),
        provider_borne=SignedFen(split.provider_borne),
        personal=Fen(split.personal),
        account=account,
        cash=Fen(split.cash),
        account_balance=Fen(bill.account.balance - account),
        year=year,
        lines=lines_of(rows, explained.lines(), split),
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
    rows = chosen.rows
    notices = list(rows.notices_first)
    is_pool_concerned = any(reason.code == OFFLINE_LIMIT for reason in rows.reasons)
    notices.extend(notices_of(chosen.case.bill.not_advanced, is_pool_concerned, split.cash))
    _, why_not = usable_balance(chosen)
    if why_not:
        notices.append(why_not)
    if split.out_of_catalogue and not chosen.case.bill.consent:
        notices.append(f"consent-needed: 含目录外费用，须患者知情同意 ({rows.pack.conditions.catalogue})")
    notices.extend(rows.notices_last)
    return notices
