"""北京市基本医疗保险个人账户: its states are the decree's, what it may pay is the bureau's (20)."""

from __future__ import annotations

from tests.reference.account_only import SERVICES, never_pooled, never_split
from tests.reference.scheme import Case, Scheme, Scope


def account_scope(case: Case) -> Scope:
    """What a supplement gives for the service; without one the account takes no part."""
    return dict.fromkeys(case.bureau.get("account_scope", ()))


SCHEME = Scheme(
    first_day="0001-01-01",
    services=SERVICES,
    pooled=never_pooled,
    split=never_split,
    account_scope=account_scope,
)
