"""Hand-built settlements whose figures stand in the decree's worked examples, not in our own output."""

from __future__ import annotations

import datetime as dt

import pytest

from terminal.clock import BEIJING
from terminal.money import Fen, Quantity, Rate, UnitPrice
from terminal.receipt.head import ReceiptHead
from terminal.settlement.bill import Item, Year
from terminal.settlement.result import ItemShares, Limit, Line, PolicyName, Settlement


def line(part: str, base: int, amount: int, payer: str, cite: str, **axis: int) -> Line:
    """One line of the explanation; amounts in fen."""
    rate = {"rate": Rate(axis.pop("rate"))} if "rate" in axis else {}
    places = {name: Fen(value) for name, value in axis.items()}
    return Line(
        part=part,
        base=Fen(base),
        amount=Fen(amount),
        payer=payer,
        rule=f"rule.{part}",
        cite=cite,
        **places,
        **rate,
    )


@pytest.fixture
def settlement() -> Settlement:
    """Example E1: yantai-employee, inpatient, tier 3 (settlement-rules.md 5.9)."""
    return Settlement(
        policy=PolicyName("yantai-employee", "2018-01-01", "烟台市职工基本医疗保险实施办法"),
        total=Fen(825000),
        out_of_catalogue=Fen(15000),
        over_limit=Fen(10000),
        prior_self_pay=Fen(20000),
        eligible=Fen(780000),
        deductible=Fen(80000),
        funds={"pool": Fen(574000), "large_amount": Fen(0)},
        fund_total=Fen(574000),
        provider_borne=Fen(0),
        personal=Fen(251000),
        account=Fen(150000),
        cash=Fen(101000),
        account_balance=Fen(0),
        year=Year(pool_paid=Fen(574000)),
        lines=[
            line("segment", 420000, 336000, "pool", "第十一条", from_=80000, to=500000, rate=8000),
            line("segment", 280000, 238000, "pool", "第十一条", from_=500000, to=780000, rate=8500),
            line("deductible", 80000, 80000, "account", "第十一条"),
            line("co_payment", 126000, 70000, "account", "第十八条"),
            line("co_payment", 126000, 56000, "cash", "第十八条"),
            line("prior_self_pay", 20000, 20000, "cash", "第十二条"),
            line("over_limit", 10000, 10000, "cash", "第十二条"),
            line("out_of_catalogue", 15000, 15000, "cash", "第十二条"),
        ],
        items=[
            ItemShares("XA01", Fen(600000), Fen(0), Fen(0), Fen(0), Fen(600000)),
            ItemShares("XB02", Fen(210000), Fen(0), Fen(10000), Fen(20000), Fen(180000)),
            ItemShares("XC03", Fen(15000), Fen(15000), Fen(0), Fen(0), Fen(0)),
        ],
        limits=[Limit("pool", Fen(25000000), Fen(24426000))],
        notices=["third-party: 第三人不支付或者无法确定第三人的，由基金先行支付并有权追偿 (第二十四条)"],
    )


@pytest.fixture
def bill_items() -> list[Item]:
    """The items of E1, one name longer than any line."""
    return [
        Item("drug", "A", Fen(600000), "XA01", "注射用头孢哌酮钠舒巴坦钠（进口分装，每支含头孢哌酮1.0g）"),
        Item("drug", "B", Fen(210000), "XB02", "阿莫西林胶囊", UnitPrice(105000000), Quantity(200000)),
        Item("drug", "C", Fen(15000), "XC03", "自费药"),
    ]


@pytest.fixture
def head() -> ReceiptHead:
    """A head whose patient has the number 370602197001011234."""
    return ReceiptHead(
        provider_name="烟台市第一医院",
        settlement_number="S20210630-000017",
        till_reference="POS-7",
        business_date=dt.date(2021, 6, 30),
        settled_at=dt.datetime(2021, 6, 30, 9, 8, 7, tzinfo=BEIJING),
        operator="0012",
        patient_name="阿卜杜拉·买买提",
        patient_id="370602197001011234",
        balance_before=150000,
        journal_hash="0123456789abcdef" * 4,
    )
