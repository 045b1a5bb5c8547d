"""The reference's door: one bill in its public JSON form in, one settlement in its public JSON form out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.reference import yantai_employee, yantai_resident
from tests.reference.amounts import BILL_FEN_MAX, ReferenceRefusal, fen, rate_text, yuan
from tests.reference.items import Shares, check_agreement, item_shares, whole_share
from tests.reference.scheme import PARTS, Case, Split, designated, unpooled
from tests.reference.year import year_after, year_before

SCHEMES: dict[str, ModuleType] = {"yantai-employee": yantai_employee, "yantai-resident": yantai_resident}
FUNDS = ("pool", "large_amount", "major_illness", "medical_assistance")
FIRST_DAY, LAST_DAY = "2018-01-01", "2022-12-31"


def reference_settle(bill: dict[str, Any], bureau: dict[str, Any]) -> dict[str, Any]:
    """Settle one bill by the decree of its policy.

    bureau: what supplements give, by policy id. The result is the public settlement with two keys of its own
    in the place of `lines`: `parts` (part -> payer -> yuan, zeros left out) and `pool_lines` (from, rate,
    amount). Raises ReferenceRefusal.
    """
    scheme = SCHEMES.get(bill.get("policy", ""))
    if scheme is None:
        raise ReferenceRefusal("policy")
    _check(bill, scheme)
    case = _case(bill, scheme, bureau.get(bill["policy"], {}))
    pooled = scheme.pooled(bill)
    split = scheme.split(case) if pooled else unpooled(case)
    year = year_after(case, split) if pooled else year_before(bill)
    return _settlement(case, scheme, split) | {"year": year}


def _check(bill: dict[str, Any], scheme: ModuleType) -> None:
    if not FIRST_DAY <= bill["date"] <= LAST_DAY:
        raise ReferenceRefusal("date")
    if bill["service"] not in scheme.SERVICES:
        raise ReferenceRefusal("service")
    if bill.get("patient", {}).get("category", scheme.DEFAULT_CATEGORY) not in scheme.CATEGORIES:
        raise ReferenceRefusal("patient.category")
    if not bill["items"]:
        raise ReferenceRefusal("items")
    for n, item in enumerate(bill["items"]):
        check_agreement(item, f"items[{n}]")
    scheme.check(bill)


def _case(bill: dict[str, Any], scheme: ModuleType, bureau: dict[str, Any]) -> Case:
    if scheme.paid_as_a_whole(bill):
        shares = [whole_share(item) for item in bill["items"]]
    else:
        shares = [item_shares(item, f"items[{n}]") for n, item in enumerate(bill["items"])]
    sums = Shares(*(sum(column) for column in zip(*shares, strict=True)))
    if sums.amount > BILL_FEN_MAX:
        raise ReferenceRefusal("items")
    return Case(bill, shares, sums, bureau)


def _usable_balance(bill: dict[str, Any], scheme: ModuleType) -> int:
    account = bill.get("account", {})
    usable = (
        bill.get("patient", {}).get("has_account", scheme.HAS_ACCOUNT)
        and account.get("status", "open") == "open"
        and account.get("relation", "self") in scheme.RELATIONS
        and bill.get("entitlement", {}).get("status", "active") != "suspended"
        and designated(bill)
    )
    return fen(account.get("balance", "0.00")) if usable else 0


def _pay_parts(split: Split, scope: tuple[str, ...], usable: int) -> tuple[int, dict[str, dict[str, str]]]:
    """Let the account pay the parts in its scope, in their order; the rest is cash."""
    left, lines = usable, {}
    for part in PARTS:
        amount = split.parts.get(part, 0)
        paid = min(left, amount) if part in scope else 0
        left -= paid
        payers = {"account": paid, "cash": amount - paid}
        shown = {payer: yuan(sum_) for payer, sum_ in payers.items() if sum_}
        if shown:
            lines[part] = shown
    return usable - left, lines


def _settlement(case: Case, scheme: ModuleType, split: Split) -> dict[str, Any]:
    sums = case.sums
    fund_total = sum(split.funds.values())
    personal = sums.amount - fund_total - split.provider_borne
    usable = _usable_balance(case.bill, scheme)
    account, parts = _pay_parts(split, scheme.account_scope(case.bill["service"]), usable)
    amounts = {
        "total": sums.amount,
        **_item_parts(sums),
        "deductible": split.deductible,
        "fund_total": fund_total,
        "provider_borne": split.provider_borne,
        "personal": personal,
        "account": account,
        "cash": personal - account,
        "account_balance": case.fen("account", "balance") - account,
    }
    return {
        **{key: yuan(amount) for key, amount in amounts.items()},
        "funds": {fund: yuan(split.funds.get(fund, 0)) for fund in FUNDS},
        "items": [
            {"code": item.get("code", ""), "amount": yuan(share.amount), **_shown(_item_parts(share))}
            for item, share in zip(case.bill["items"], case.shares, strict=True)
        ],
        "parts": parts,
        "pool_lines": [
            {"from": yuan(line.start), "rate": rate_text(line.rate), "amount": yuan(line.amount)}
            for line in split.pool_lines
            if line.amount
        ],
    }


def _item_parts(share: Shares) -> dict[str, int]:
    return {
        "out_of_catalogue": share.out_of_catalogue,
        "over_limit": share.over_limit,
        "prior_self_pay": share.prior_self_pay,
        "eligible": share.eligible,
    }


def _shown(amounts: dict[str, int]) -> dict[str, str]:
    return {key: yuan(amount) for key, amount in amounts.items()}
