"""The reference's door: one bill in its public JSON form in, one settlement in its public JSON form out."""

from __future__ import annotations

from typing import Any

from tests.reference import (
    beijing_account,
    huangshi_employee,
    inner_mongolia_account,
    nanchang_account,
    shanxi_resident,
    tianjin_employee,
    tianjin_resident,
    ulanqab_employee,
    yantai_employee,
    yantai_resident,
)
from tests.reference.amounts import BILL_FEN_MAX, ReferenceRefusal, fen, rate_text, yuan
from tests.reference.items import Shares, check_agreement, item_shares, whole_share
from tests.reference.scheme import PARTS, Case, Scheme, Scope, Split, designated, unpooled
from tests.reference.year import year_after, year_before

SCHEMES: dict[str, Scheme] = {
    "yantai-employee": yantai_employee.SCHEME,
    "yantai-resident": yantai_resident.SCHEME,
    "ulanqab-employee": ulanqab_employee.SCHEME,
    "huangshi-employee": huangshi_employee.SCHEME,
    "tianjin-employee": tianjin_employee.SCHEME,
    "tianjin-resident": tianjin_resident.SCHEME,
    "shanxi-resident": shanxi_resident.SCHEME,
    "nanchang-account": nanchang_account.SCHEME,
    "inner-mongolia-account": inner_mongolia_account.SCHEME,
    "beijing-account": beijing_account.SCHEME,
}
FUNDS = ("pool", "large_amount", "major_illness", "medical_assistance")
OF_ITEMS = {
    "unpooled": "eligible",
    "prior_self_pay": "prior_self_pay",
    "over_limit": "over_limit",
    "out_of_catalogue": "out_of_catalogue",
}
"""The parts that are a sum over items, and the item's share that they are the sum of."""


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
    year = year_after(case, split, scheme) if pooled else year_before(bill)
    return _settlement(case, scheme, split) | {"year": year}


def _check(bill: dict[str, Any], scheme: Scheme) -> None:
    if not scheme.first_day <= bill["date"] <= scheme.last_day:
        raise ReferenceRefusal("date")
    if bill["service"] not in scheme.services:
        raise ReferenceRefusal("service")
    if bill.get("patient", {}).get("category", scheme.categories[0]) not in scheme.categories:
        raise ReferenceRefusal("patient.category")
    if not bill["items"]:
        raise ReferenceRefusal("items")
    for n, item in enumerate(bill["items"]):
        check_agreement(item, f"items[{n}]")
    _check_service(bill["service"], bill.get("episode", {}), bill.get("patient", {}).get("minor", False))
    limited = bill["service"] == "inpatient" and bill.get("episode", {}).get("limited_disease", False)
    if limited and not scheme.paid_as_a_whole(bill):
        raise ReferenceRefusal("service")


def _check_service(service: str, episode: dict[str, Any], minor: bool) -> None:
    """Refuse a bill that contradicts its own service (settlement rules 5.1)."""
    if service == "accident" and not minor:
        raise ReferenceRefusal("patient.minor")
    if episode.get("limited_disease") and not minor:
        raise ReferenceRefusal("episode.limited_disease")
    if service == "maternity" and bool(episode.get("delivery")) == bool(episode.get("procedure")):
        raise ReferenceRefusal("episode.delivery")
    if service == "bed-day" and episode.get("days", 0) < 1:
        raise ReferenceRefusal("episode.days")


def _case(bill: dict[str, Any], scheme: Scheme, bureau: dict[str, Any]) -> Case:
    if scheme.paid_as_a_whole(bill):
        shares = [whole_share(item) for item in bill["items"]]
    else:
        shares = [item_shares(bill, n, scheme.pack_rate, scheme.excluded) for n in range(len(bill["items"]))]
    sums = Shares(*(sum(column) for column in zip(*shares, strict=True)))
    if sums.amount > BILL_FEN_MAX:
        raise ReferenceRefusal("items")
    return Case(bill, shares, sums, bureau)


def _usable_balance(bill: dict[str, Any], scheme: Scheme) -> int:
    account = bill.get("account", {})
    usable = (
        bill.get("patient", {}).get("has_account", scheme.has_account)
        and account.get("status", "open") == "open"
        and account.get("relation", "self") in scheme.relations
        and bill.get("entitlement", {}).get("status", "active") != "suspended"
        and designated(bill, scheme.emergency_designates)
    )
    return fen(account.get("balance", "0.00")) if usable else 0


def _in_scope(case: Case, scope: Scope, part: str, amount: int) -> int:
    """What of one part the account may pay: all of it, that of the named kinds of items, or nothing."""
    if part not in scope:
        return 0
    kinds = scope[part]
    if kinds is None:
        return amount
    of_kinds = (share for share, item in zip(case.shares, case.bill["items"], strict=True) if item["kind"] in kinds)
    in_scope: int = sum(getattr(share, OF_ITEMS[part]) for share in of_kinds)
    return min(amount, in_scope)


def _pay_parts(case: Case, scheme: Scheme, split: Split) -> tuple[int, dict[str, dict[str, str]]]:
    """Let the account pay the parts in its scope, in their order; the rest is cash."""
    usable = left = _usable_balance(case.bill, scheme)
    scope = scheme.account_scope(case) if usable else {}
    lines = {}
    for part in PARTS:
        amount = split.parts.get(part, 0)
        paid = min(left, _in_scope(case, scope, part, amount))
        left -= paid
        payers = {"account": paid, "cash": amount - paid}
        shown = {payer: yuan(sum_) for payer, sum_ in payers.items() if sum_}
        if shown:
            lines[part] = shown
    return usable - left, lines


def _settlement(case: Case, scheme: Scheme, split: Split) -> dict[str, Any]:
    sums = case.sums
    fund_total = sum(split.funds.values())
    personal = sums.amount - fund_total - split.provider_borne
    account, parts = _pay_parts(case, scheme, split)
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
