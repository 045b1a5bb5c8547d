"""A bill's numbers as the C core wants them: facts, accumulators, items."""

from __future__ import annotations

from typing import Any

from terminal.errors import Refused
from terminal.settlement.bill import Bill, Item
from terminal.settlement.facts import ACCUMULATORS, ITEM_FACTS, matches
from terminal.settlement.pack import ClassRow
from terminal.settlement.plan import KINDS, class_order
from terminal.settlement.pooling import designated
from terminal.settlement.select import Selection


def usable_balance(chosen: Selection) -> tuple[int, str]:
    """What the account can pay, in fen, and a notice where it is less than the balance (settlement-rules.md 5.5)."""
    bill = chosen.case.bill
    account = bill.account
    cite = chosen.account.cite if chosen.account is not None else chosen.pack.policy.waterfall_cite
    if not chosen.case.has_account or chosen.account is None:
        return 0, (f"no-account: 无个人账户可用 ({cite})" if account.balance else "")
    if bill.entitlement.status == "suspended":
        return 0, f"account-suspended: 待遇暂停期间个人账户不支付 ({chosen.pack.conditions.entitlement})"
    if account.status != "open":
        return 0, f"account-{account.status}: 个人账户状态为“{_STATUS[account.status]}”，不支付 ({cite})"
    if account.relation not in chosen.account.relations:
        return 0, f"account-relation: 该账户不可为他人支付 ({cite})"
    if not designated(chosen.case, chosen.pack):
        return 0, ""
    return account.balance, ""


_STATUS = {"sealed": "封存", "closed": "注销", "lost": "挂失", "frozen": "冻结", "unverified": "未核实"}


def fill_claim(claim: Any, chosen: Selection, item_start: int) -> None:
    """Write one `settle_claim`. Accumulators beyond a room's size are the core's business: a room is never below 0."""
    case = chosen.case
    bill = case.bill
    claim.pooled = 1 if chosen.pooled else 0
    claim.item_start = item_start
    claim.item_count = len(bill.items)
    claim.days = bill.episode.days
    claim.days_before = bill.episode.days_before
    row = chosen.deductible
    if row is not None:
        merged = 1 if bill.episode.merged and bill.year.admissions else 0
        claim.line_count = bill.year.admissions - merged if row.count else 0
        claim.line_raise = bill.episode.merged_line if row.raised_to else 0
        claim.line_paid = ACCUMULATORS[row.less](case)
    claim.cap_paid = ACCUMULATORS[chosen.cap.less](case) if chosen.cap is not None else 0
    claim.limit_paid = ACCUMULATORS[chosen.limit.less](case) if chosen.limit is not None else 0
    claim.expense_before = bill.year.eligible_expense
    claim.expense_quota = bill.year.carried_outpatient_quota
    claim.burden_before = bill.year.personal_burden
    claim.self_pay_before = bill.year.in_scope_self_pay
    claim.usable = usable_balance(chosen)[0]
    for index, fund in enumerate(chosen.funds):
        claim.stage_paid[index] = ACCUMULATORS[fund.less](case)


def fill_items(items: Any, start: int, chosen: Selection) -> None:
    """Write the bill's `settle_item`s from `start` on. Raises Refused: a class B item without a rate, a price limit
    without price and quantity; neither where the bill is paid as a whole.
    """
    bill = chosen.case.bill
    classes = class_order(chosen.classes)
    for index, given in enumerate(bill.items):
        _check_price_limit(given, chosen, index)
        item = items[start + index]
        item.amount = given.amount
        item.unit_price = -1 if given.unit_price is None else given.unit_price
        item.quantity = -1 if given.quantity is None else given.quantity
        item.price_limit = -1 if given.price_limit is None else given.price_limit
        item.self_pay_rate = _self_pay_rate(given, chosen, index)
        item.excluded = 1 if given.class_ == "C" else 0
        item.rate_class = _rate_class(given, bill, classes)
        item.kind = KINDS.index(given.kind)


def _check_price_limit(item: Item, chosen: Selection, index: int) -> None:
    if item.price_limit is None or item.class_ == "C" or chosen.service.method == "shared-package":
        return
    if item.unit_price is None or item.quantity is None:
        missing = "unit_price" if item.unit_price is None else "quantity"
        at = f"items[{index}].{missing}"
        raise Refused("missing-fact", "a price_limit needs unit_price and quantity", "限价项目须给出单价和数量", at)


def _self_pay_rate(item: Item, chosen: Selection, index: int) -> int:
    if item.self_pay_rate is not None:
        return item.self_pay_rate
    if item.class_ == "B" and chosen.service.method != "shared-package":
        raise Refused(
            "missing-rate",
            f"a class B item needs its self_pay_rate; {chosen.pack.policy.id} gives none",
            "乙类项目缺少先行自付比例",
            f"items[{index}].self_pay_rate",
        )
    return 0


def _rate_class(item: Item, bill: Bill, classes: list[ClassRow]) -> int:
    """The highest class that the item belongs to; 0 is ordinary."""
    for index in range(len(classes), 0, -1):
        known_by = classes[index - 1].item
        if all(matches(ITEM_FACTS[fact](item, bill), wanted) for fact, wanted in known_by.items()):
            return index
    return 0
