"""Which rules a bill has reached: names for a histogram, so that a mass of bills is known to try them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.reference import branches_accounts, branches_others, branches_tianjin, branches_ulanqab, branches_yantai
from tests.reference.amounts import fen

Bill = dict[str, Any]
Result = dict[str, Any]

ITEMS = ("over limit", "prior self-pay", "out of catalogue")
NOT_POOLED = tuple(f"unpooled by {why}" for why in ("status", "designation", "qualification", "exclusion"))
LINES = ("below the line", "in-region")
CAPPED = ("pool up to its room", "room empty before")
ACCOUNT = (
    *("account pays all in scope", "account runs dry", "account of a relative not in scope", "account not open"),
    *("account missing", "account of a suspended person", "account undesignated"),
)
POOLED = (*ITEMS, *NOT_POOLED, *LINES)
EXPECTED: dict[str, tuple[str, ...]] = {
    "yantai-employee": (*POOLED, *CAPPED, *ACCOUNT, *branches_yantai.EMPLOYEE),
    "yantai-resident": (*POOLED, *CAPPED, *branches_yantai.RESIDENT),
    "ulanqab-employee": (*POOLED, *CAPPED, *branches_ulanqab.EXPECTED),
    "huangshi-employee": (*POOLED, *CAPPED, *branches_others.HUANGSHI),
    "tianjin-employee": (*POOLED, *branches_tianjin.COMMON, *branches_tianjin.EMPLOYEE),
    "tianjin-resident": (*POOLED, *branches_tianjin.COMMON, *branches_tianjin.RESIDENT),
    "shanxi-resident": (*POOLED, *CAPPED, *branches_others.SHANXI),
    "nanchang-account": (*ITEMS, *ACCOUNT, *branches_accounts.NANCHANG),
    "inner-mongolia-account": (*ITEMS, *ACCOUNT, *branches_accounts.INNER_MONGOLIA),
    "beijing-account": (*ITEMS, *ACCOUNT, *branches_accounts.BEIJING),
}
"""What every mass of bills of a policy must reach at least once."""

_OWN: dict[str, Callable[[Bill, Result, bool], Iterator[str]]] = {
    "yantai": branches_yantai.reached,
    "ulanqab": branches_ulanqab.reached,
    "huangshi": branches_others.huangshi,
    "shanxi": branches_others.shanxi,
    "tianjin": branches_tianjin.reached,
    "nanchang": branches_accounts.reached,
    "inner": branches_accounts.reached,
    "beijing": branches_accounts.reached,
}


def branches(bill: Bill, result: Result) -> set[str]:
    """The rules that one settled bill has reached."""
    moved = any(fen(result[key]) for key in ("fund_total", "deductible", "provider_borne"))
    pooled = "unpooled" not in result["parts"] and (moved or "over_cap" in result["parts"])
    found = {*_items(result), *_not_pooled(bill, result), *_account(bill, result)}
    if pooled:
        found |= {*_pool(bill, result)}
    return found | {*_OWN[bill["policy"].split("-")[0]](bill, result, pooled)}


def _items(result: Result) -> Iterator[str]:
    if fen(result["over_limit"]):
        yield "over limit"
    if fen(result["prior_self_pay"]):
        yield "prior self-pay"
    if fen(result["out_of_catalogue"]):
        yield "out of catalogue"


def _not_pooled(bill: Bill, result: Result) -> Iterator[str]:
    if "unpooled" not in result["parts"]:
        return
    provider = bill.get("provider", {})
    if bill.get("entitlement", {}).get("status", "active") != "active":
        yield "unpooled by status"
    elif not provider.get("designated", True) and not provider.get("emergency"):
        yield "unpooled by designation"
    elif not provider.get("designated", True) and not bill["policy"].startswith("yantai"):
        yield "emergency undesignated unpooled"
    elif not provider.get("qualified", True):
        yield "unpooled by qualification"
    elif bill.get("episode", {}).get("exclusion"):
        yield "unpooled by exclusion"
    elif bill["service"] == "chronic":
        yield "unpooled by recognition"


def _account(bill: Bill, result: Result) -> Iterator[str]:
    for part, payers in result["parts"].items():
        if "account" in payers:
            yield f"account pays {part}"
    account, provider = bill.get("account", {}), bill.get("provider", {})
    if fen(result["account"]):
        yield "account runs dry" if result["account_balance"] == "0.00" else "account pays all in scope"
        if account.get("relation", "self") != "self":
            yield f"account of a {account['relation']} pays"
        return
    if not fen(account.get("balance", "0.00")):
        return
    if account.get("relation", "self") != "self":
        yield "account of a relative not in scope"
    elif account.get("status", "open") != "open":
        yield "account not open"
    elif not bill.get("patient", {}).get("has_account", True):
        yield "account missing"
    elif bill.get("entitlement", {}).get("status") == "suspended":
        yield "account of a suspended person"
    elif not provider.get("designated", True) and not provider.get("emergency"):
        yield "account undesignated"


def _pool(bill: Bill, result: Result) -> Iterator[str]:
    if not bill.get("provider", {}).get("designated", True):
        yield "emergency undesignated pooled"
    if bill.get("provider", {}).get("locality") == "in-region":
        yield "in-region"
    if fen(result["eligible"]) and result["deductible"] == result["eligible"]:
        yield "below the line"
    if len(result["pool_lines"]) > 1:
        yield {2: "two pool lines", 3: "three pool lines"}.get(len(result["pool_lines"]), "more pool lines")
    if is_capped(result):
        yield "pool up to its room" if fen(result["funds"]["pool"]) else "room empty before"


def is_capped(result: Result) -> bool:
    """Whether eligible expense was left above the pool's room."""
    above = "over_cap" in result["parts"] or fen(result["funds"]["large_amount"])
    return bool(fen(result["eligible"]) > fen(result["deductible"]) and above)
