"""The rules of the account-only schemes that a bill has reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen

Bill = dict[str, Any]
Result = dict[str, Any]
STATUSES = ("waiting", "arrears", "none", "unverified")

COMMON = ("outpatient", "pharmacy", "emergency undesignated unpooled", *(f"account pays in {of}" for of in STATUSES))
BASIC = ("account pays unpooled", "account pays prior_self_pay")
NANCHANG = (
    *COMMON,
    *BASIC,
    "account pays over_limit",
    "account pays out_of_catalogue",
    "account leaves what is no drug",
)
INNER_MONGOLIA = (
    *(*COMMON, *BASIC, "pharmacy with a prescription", "pharmacy without a prescription"),
    *("special without approval", "special approved", "special urgent", "special below 200"),
)
BEIJING = (*COMMON, *BASIC)


def reached(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill."""
    yield bill["service"]
    paid = fen(result["account"])
    status = bill.get("entitlement", {}).get("status", "active")
    if paid and status != "active":
        yield f"account pays in {status}"
    if bill["policy"] == "nanchang-account" and bill["service"] == "pharmacy" and paid:
        others = sum(fen(item["amount"]) for item in bill["items"] if item["kind"] != "drug")
        if others and fen(result["account_balance"]) and fen(result["cash"]) == others:
            yield "account leaves what is no drug"
    if bill["policy"] == "inner-mongolia-account":
        yield from _inner_mongolia(bill, result, paid)


def _inner_mongolia(bill: Bill, result: Result, paid: int) -> Iterator[str]:
    episode = bill.get("episode", {})
    if (
        bill["service"] == "pharmacy"
        and fen(result["eligible"])
        and fen(bill.get("account", {}).get("balance", "0.00"))
    ):
        if paid:
            yield "pharmacy with a prescription"
        elif not episode.get("prescription"):
            yield "pharmacy without a prescription"
    for item, share in zip(bill["items"], result["items"], strict=True):
        if item["kind"] != "special" or item["class"] == "C":
            continue
        if item.get("approval"):
            yield "special approved"
        elif episode.get("urgent"):
            yield "special urgent"
        else:
            yield "special without approval" if fen(share["out_of_catalogue"]) else "special below 200"
