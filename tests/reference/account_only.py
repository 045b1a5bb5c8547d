"""What the account-only schemes share: no pooling fund takes part, only the account pays."""

from __future__ import annotations

from tests.reference.scheme import Bill, Case, Scope, Split, unpooled

SERVICES = ("outpatient", "pharmacy")
BASIC: Scope = {"unpooled": None, "prior_self_pay": None}
"""Basic medical expense: what is in the catalogue and inside the payment standard."""


def never_pooled(bill: Bill) -> bool:
    """No service of an account-only scheme is pooled."""
    return False


def never_split(case: Case) -> Split:
    """Never reached: nothing is pooled."""
    return unpooled(case)
