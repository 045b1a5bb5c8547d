"""内蒙古自治区本级基本医疗保险个人帐户: outpatient, and pharmacies on a hospital's prescription (12, 13)."""

from __future__ import annotations

from typing import Any

from tests.reference.account_only import BASIC, SERVICES, never_pooled, never_split
from tests.reference.items import unit_price
from tests.reference.scheme import Bill, Case, Scheme, Scope

APPROVAL_FROM = 200 * 10**6
"""200.00 a unit, in millionths of a yuan."""


def account_scope(case: Case) -> Scope:
    """Basic expense; at a pharmacy only with a prescription (12(一))."""
    prescribed = case.bill["service"] == "outpatient" or case.part("episode").get("prescription", False)
    return BASIC if prescribed else {}


def unapproved(bill: Bill, item: dict[str, Any], place: str) -> bool:
    """A special examination of 200 or more a unit without approval is not paid, unless urgent (part 6, 8 to 11)."""
    if item["kind"] != "special" or item.get("approval") or bill.get("episode", {}).get("urgent", False):
        return False
    return unit_price(item, place) >= APPROVAL_FROM


SCHEME = Scheme(
    first_day="0001-01-01",
    services=SERVICES,
    pooled=never_pooled,
    split=never_split,
    account_scope=account_scope,
    excluded=unapproved,
)
