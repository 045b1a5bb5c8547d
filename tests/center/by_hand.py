"""Settlements written by hand, as the journal hands them out: what must go into a message can be read off here."""

from __future__ import annotations

from typing import Any

from terminal.journal.purse_records import PurseUse
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert

ID_NUMBER = "370602197001010006"
LINES: list[dict[str, Any]] = [
    {"kind": "drug", "class": "A", "code": "XJ04", "name": "阿莫西林胶囊", "amount": "58.40"},
    {"kind": "drug", "class": "B", "code": "XJ05", "amount": "33.30", "unit_price": "11.1", "quantity": "3"}
    | {"self_pay_rate": "0.10", "approval": "A77"},
    {"kind": "other", "class": "C", "code": "QT01", "amount": "20.00", "unit_price": "0.5"},
]
"""111.70 in all: 20.00 outside the catalogue, 3.33 of the second line borne first, 88.37 eligible."""

SPLIT: dict[str, Any] = {
    "policy": {"id": "yantai-employee", "version": "2021-01-01", "source": ""},
    "total": "111.70",
    "out_of_catalogue": "20.00",
    "over_limit": "0.00",
    "prior_self_pay": "3.33",
    "eligible": "88.37",
    "deductible": "0.00",
    "funds": {},
    "fund_total": "0.00",
    "provider_borne": "0.00",
    "personal": "111.70",
    "account": "75.00",
    "cash": "36.70",
    "account_balance": "0.00",
    "year": {},
    "lines": [],
    "items": [],
    "limits": [],
    "notices": [],
}
"""Of these 111.70 the account pays 75.00."""

PURSE = convert(
    {
        "card": {
            **{"identification_code": "1", "issuer": "2", "serial": "00000000000000000007", "valid_from": "2020-01-01"},
            **{"valid_until": "2030-01-01", "dialect": "pboc", "kind": 2},
        },
        "balance_before_fen": 100_00,
    },
    PurseUse,
)


def purchase(**changes: Any) -> SettlementRecord:
    """A purchase of these lines on 2021-06-30 at 09:05:07; `bill`, `settlement`: what is otherwise in those."""
    bill = {
        "date": "2021-06-30",
        "service": "pharmacy",
        "items": LINES,
        "policy": "yantai-employee",
        "provider": {"id": "P37060200001", "kind": "pharmacy"},
        "patient": {"id": ID_NUMBER, "name": "张六"},
        "consent": True,
    }
    record = {
        "id": "T120210630000001",
        "kind": "settlement",
        "business_day": "2021-06-30",
        "at": "2021-06-30T09:05:07+08:00",
        "operator": "0001",
        "provider_id": "P37060200001",
        "scheme": "employee",
        "clearing_class": "pharmacy",
        "person_number": "37060200000006",
        "entry_hash": "ab" * 32,
        "bill": bill | changes.pop("bill", {}),
        "settlement": SPLIT | changes.pop("settlement", {}),
    }
    return convert(record | changes, SettlementRecord)


def visit(**changes: Any) -> SettlementRecord:
    """The same lines as an outpatient's, for a disease."""
    bill = {"service": "outpatient", "episode": {"disease": "M01600"}} | changes.pop("bill", {})
    return purchase(clearing_class="outpatient", bill=bill, **changes)


def stay(**changes: Any) -> SettlementRecord:
    """The same lines as an inpatient's, for a disease."""
    return visit(bill={"service": "inpatient"} | changes.pop("bill", {}), **changes)
