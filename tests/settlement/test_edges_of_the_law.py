"""Where a rule of a decree begins and ends, to the fen, and which of its words a bill is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.codec import convert
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

YANTAI = {"policy": "yantai-employee", "date": "2021-06-30", "provider": {"tier": 3}}
SPECIAL: dict[str, Any] = {
    "policy": "inner-mongolia-account",
    "date": "2021-06-30",
    "service": "outpatient",
    "provider": {"tier": 3},
    "account": {"balance": "1000.00"},
}


def settle(law: Law, bill: dict[str, Any], **changes: Any) -> Settlement:
    """The settlement of a bill with changes."""
    return law.settle(convert(bill | changes, Bill))


@pytest.mark.parametrize(
    ("price", "extra", "excluded_fen"),
    [
        ("199.99", {}, 0),
        ("200.00", {}, 200_00),
        ("200.00", {"approval": "A-17"}, 0),
        ("200.00", {"kind": "service"}, 0),
    ],
)
def test_an_examination_from_200_yuan_needs_an_approval(
    law: Law, price: str, extra: dict[str, Any], excluded_fen: int
) -> None:
    """Inner Mongolia, articles 8 to 11 on special examinations: from 200.00 a piece, of that kind, without approval."""
    item = {"kind": "special", "class": "A", "amount": price, "unit_price": price, "quantity": "1"}
    assert settle(law, SPECIAL, items=[item | extra]).out_of_catalogue == excluded_fen


def test_an_urgent_examination_needs_no_approval(law: Law) -> None:
    """The same in an emergency."""
    item = {"kind": "special", "class": "A", "amount": "500.00", "unit_price": "500.00", "quantity": "1"}
    assert settle(law, SPECIAL, items=[item], episode={"urgent": True}).out_of_catalogue == 0


@pytest.mark.parametrize(
    ("policy", "on_card"), [("nanchang-account", True), ("beijing-account", False), ("yantai-employee", False)]
)
def test_the_law_of_the_day_says_where_the_account_lies(law: Law, policy: str, on_card: bool) -> None:
    """Nanchang's articles 2, 3 and 8 put it on the card; the others leave it in the center's books."""
    assert law.account_is_on_card(policy, dt.date(2021, 6, 30)) is on_card


@pytest.mark.parametrize(
    ("service", "more", "articles"),
    [
        ("inpatient", {}, ["第三十一条", "第三十二条"]),
        ("chronic", {"episode": {"disease": "uraemia", "chronic_class": "A"}}, ["第三十一条", "第三十二条"]),
        ("pharmacy", {}, []),
        ("inpatient", {"entitlement": {"status": "arrears"}}, []),
    ],
)
def test_what_other_decrees_may_pay_is_named_where_the_pool_pays(
    law: Law, service: str, more: dict[str, Any], articles: list[str]
) -> None:
    """Yantai's articles 31 and 32 leave further insurances to others: said of stays and chronic care, no other bill."""
    items = [{"kind": "drug", "class": "A", "amount": "900.00"}]
    notices = settle(law, YANTAI, service=service, items=items, **more).notices
    assert [notice.rpartition("(")[2].rstrip(")") for notice in notices if notice.startswith("left-out:")] == articles


BOUND = """
[supplement]
policy = "ulanqab-employee"
source = "示例 (illustrative)"
effective_from = 2024-04-01

[[service.pharmacy.deductible]]
when = {{ category = ["employee", "retiree"] }}
base = "{base}"
cite = "示例"
"""


def test_a_supplement_may_set_a_line_up_to_the_decrees_bound() -> None:
    """Ulanqab, article 26: at most 500.00 a year."""
    assert Law.load([BOUND.format(base="500.00").encode()])
    with pytest.raises(Refused, match=r"the decree allows at most 500\.00"):
        Law.load([BOUND.format(base="500.01").encode()])
