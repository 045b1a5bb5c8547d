"""南昌市城镇职工基本医疗保险个人帐户: outpatient basic expense, drugs at pharmacies (6, 11)."""

from __future__ import annotations

from tests.reference.account_only import BASIC, SERVICES, never_pooled, never_split
from tests.reference.scheme import Case, Scheme, Scope

DRUGS = frozenset(("drug",))
DRUG_PARTS = ("unpooled", "prior_self_pay", "over_limit", "out_of_catalogue")


def account_scope(case: Case) -> Scope:
    """At a clinic basic expense (6(一)); at a pharmacy every drug (6(二)), in or out of the catalogue."""
    return BASIC if case.bill["service"] == "outpatient" else dict.fromkeys(DRUG_PARTS, DRUGS)


SCHEME = Scheme(
    first_day="0001-01-01",
    services=SERVICES,
    pooled=never_pooled,
    split=never_split,
    account_scope=account_scope,
)
