"""A bill's numbers as the C core wants them: facts, accumulators, items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from terminal.settlement.bill import Bill, Item
from terminal.settlement.facts import ACCUMULATORS, ITEM_FACTS, Case, matches
from terminal.settlement.item_rules import is_excluded, self_pay_rate
from terminal.settlement.pack_rows import ClassRow
from terminal.settlement.plan import KINDS
from terminal.settlement.pooling import designated
from terminal.settlement.rows import Selection


def usable_balance(chosen: Selection) -> tuple[int, str]:
    """What the account can pay, in fen, and a notice where it is less than the balance (settlement-rules.md 5.5)."""
    case, rows = chosen.case, chosen.rows
    bill, row, left_out = case.bill, rows.account, rows.account_left_out
    account = bill.account
    if left_out is not None and case.has_account:
        return 0, f"left-out: 个人账户支付范围由{left_out.left_to}规定，尚无补充参数，账户不支付 ({left_out.cite})"
    if not case.has_account or row is None:
        cite = row.cite if row is not None else rows.pack.policy.waterfall_cite
        return 0, (f"no-account: 无个人账户可用 ({cite})" if account.balance else "")
    if bill.entitlement.status == "suspended":
        conditions = rows.pack.conditions
        return 0, f"account-suspended: 待遇暂停期间个人账户不支付 ({conditions.suspension or conditions.entitlement})"
    if bill.not_advanced is not UNSET and bill.not_advanced.account is not UNSET:
        return 0, ""
    if account.status != "open":
        return 0, f"account-{account.status}: 个人账户状态为“{_STATUS[account.status]}”，不支付 ({row.cite})"
    if account.relation not in row.relations:
        return 0, f"account-relation: 该账户不可为他人支付 ({row.cite})"
    if not designated(case, rows.pack):
        return 0, ""
    if row.why_not:
        return 0, f"account-scope: {row.why_not} ({row.cite})"
    return account.balance, ""


_COUNTS: dict[str, Callable[[Case], int]] = {
    "": lambda case: 0,
    "year.admissions": lambda case: case.earlier_admissions,
    "year.quiet_outpatient_years": lambda case: case.bill.year.quiet_outpatient_years,
}
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_STATUS = {"sealed": "封存", "closed": "注销", "lost": "挂失", "frozen": "冻结", "unverified": "未核实"}


def fill_claim(claim: Any, chosen: Selection, item_start: int) -> None:
    """Write one `settle_claim`. Accumulators beyond a room's size are the core's business: a room is never below 0."""
    case, rows = chosen.case, chosen.rows
    bill = case.bill
    claim.pooled = 1 if rows.pooled else 0
    claim.item_start = item_start
    claim.item_count = len(bill.items)
    claim.days = bill.episode.days
    claim.days_before = bill.episode.days_before
    row = rows.deductible
    if row is not None:
        claim.line_count = _COUNTS[row.count](case)
        claim.line_raise = bill.episode.merged_line if row.raised_to else 0
        claim.line_paid = ACCUMULATORS[row.less](case)
    claim.cap_paid = ACCUMULATORS[rows.cap.less](case) if rows.cap is not None else 0
    claim.limit_paid = ACCUMULATORS[rows.limit.less](case) if rows.limit is not None else 0
    ceiling = rows.ceiling
    claim.expense_before = ACCUMULATORS[ceiling.less](case) if ceiling is not None else bill.year.eligible_expense
    claim.expense_quota = bill.year.carried_outpatient_quota if ceiling is not None and ceiling.quota else 0
    claim.burden_before = bill.year.personal_burden
    claim.self_pay_before = bill.year.in_scope_self_pay
    claim.usable = usable_balance(chosen)[0]
    for index, fund in enumerate(rows.funds):
        claim.stage_paid[index] = ACCUMULATORS[fund.less](case)


def fill_items(items: Any, start: int, chosen: Selection) -> None:
    """Write the bill's `settle_item`s from `start` on. Raises Refused with the place: a class B item without a rate, a
    price limit or a price band without price and quantity; none of them where the bill is paid as a whole.
    """
    bill, rows = chosen.case.bill, chosen.rows
    for index, given in enumerate(bill.items):
        item = items[start + index]
        item.amount = given.amount
        item.unit_price = -1 if given.unit_price is None else given.unit_price
        item.quantity = -1 if given.quantity is None else given.quantity
        item.price_limit = -1 if given.price_limit is None else given.price_limit
        excluded = is_excluded(given, chosen, index)
        item.excluded = 1 if excluded else 0
        item.self_pay_rate = 0 if excluded or rows.whole else self_pay_rate(given, chosen, index)
        item.rate_class = _rate_class(given, bill, rows.classes)
        item.kind = _KIND_NUMBERS[given.kind]


def _rate_class(item: Item, bill: Bill, classes: tuple[ClassRow, ...]) -> int:
    """The highest class that the item belongs to; 0 is ordinary."""
    for index in range(len(classes), 0, -1):
        known_by = classes[index - 1].item
        if all(matches(ITEM_FACTS[fact](item, bill), wanted) for fact, wanted in known_by.items()):
            return index
    return 0
