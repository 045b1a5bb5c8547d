"""The nodes of a settlement's answer: `setlinfo`, `setldetail`, `detlcutinfo` (interface 3.5, 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terminal.bureau.bookings import Booked
from terminal.bureau.persons import Person
from terminal.center import fields
from terminal.center.amounts import amounts_of, negated, written
from terminal.center.envelope import moment_text
from terminal.center.extension import EXTENSION_CHARACTERS_MAX
from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_fen, format_rate, format_scaled
from terminal.settlement.bill import Item
from terminal.settlement.codec import encode
from terminal.settlement.result import ItemShares, Settlement

NO_PRICE_CEILING = "999999"


def settled_nodes(booked: Booked, person: Person, amounts: Mapping[str, str]) -> dict[str, Any]:
    """The output of 2102. amounts: its settlement's, as they are written."""
    pairs = zip(booked.bill.items, booked.settlement.items, strict=True)
    cuts = [_cut(str(number), item, shares) for number, (item, shares) in enumerate(pairs, 1)]
    return {"setlinfo": _info(booked, person, amounts), "setldetail": _details(booked), "detlcutinfo": cuts}


def voided_nodes(booked: Booked, person: Person) -> dict[str, Any]:
    """The output of 2103: as 2102's without the lines; every amount negative."""
    amounts = amounts_of(booked.settlement)
    told = written(amounts if booked.sign > 0 else negated(amounts))
    return {"setlinfo": _info(booked, person, told), "setldetail": _details(booked)}


def _info(booked: Booked, person: Person, amounts: Mapping[str, str]) -> dict[str, Any]:
    scheme = fields.scheme_of(person.policy)
    return {
        "setl_id": booked.settlement_id,
        "mdtrt_id": booked.visit_id,
        "psn_no": person.person_number,
        "psn_name": person.name,
        "psn_cert_type": "01",
        "certno": person.id_number,
        "gend": "9",
        "naty": "",
        "brdy": "",
        "age": person.patient.age or 0,
        "insutype": booked.insurance_type,
        "psn_type": fields.PERSON_TYPES[person.patient.category or scheme],
        "cvlserv_flag": "0",
        "setl_time": moment_text(booked.booked_at),
        "mdtrt_cert_type": booked.credential_kind,
        "med_type": fields.MEDICAL_TYPES[booked.bill.service],
        **amounts,
        "pool_prop_selfpay": _pool_rate(booked.settlement),
        "balc": format_fen(person.account.balance),
        "acct_mulaid_pay": "0.00",
        "medins_setl_id": booked.message_id,
        "clr_optins": booked.agency,
        "clr_way": "1",
        "clr_type": booked.clearing_type,
        "refd_setl_flag": "1" if booked.sign < 0 else "0",
        "init_setl_id": booked.original,
        "exp_content": "",
    }


def _pool_rate(settlement: Settlement) -> str:
    rates = {line.rate for line in settlement.lines if line.payer == "pool" and isinstance(line.rate, int)}
    return format_rate(rates.pop()) if len(rates) == 1 else "0"


def _details(booked: Booked) -> list[dict[str, Any]]:
    settlement = booked.settlement
    paid = {**settlement.funds, "account": settlement.account}
    return [_detail(booked, payer, amount) for payer, amount in paid.items() if amount]


def _detail(booked: Booked, payer: str, amount: int) -> dict[str, Any]:
    scheme = next(name for name, code in fields.INSURANCE_TYPES.items() if code == booked.insurance_type)
    lines = [line for line in booked.settlement.lines if line.payer == payer]
    trace = encode(lines).decode()
    left = next((limit.left + amount for limit in booked.settlement.limits if limit.name == payer), 0)
    return {
        "fund_pay_type": fields.FUND_TYPES.get((scheme, payer), fields.OTHER_FUND_TYPE),
        "fund_pay_type_name": payer,
        "inscp_scp_amt": format_fen(booked.sign * booked.settlement.eligible),
        "crt_payb_lmt_amt": format_fen(left),
        "fund_payamt": format_fen(booked.sign * amount),
        "setl_proc_info": trace if len(trace) <= EXTENSION_CHARACTERS_MAX else "[]",
    }


def line_node(name: str, item: Item) -> dict[str, Any]:
    """What the center has taken in of a line, before it is settled."""
    priced = item.unit_price is not None and item.quantity is not None
    ceiling = NO_PRICE_CEILING if item.price_limit is None else format_scaled(item.price_limit, UNIT_PRICE_PLACES)
    return {
        "feedetl_sn": name,
        "det_item_fee_sumamt": format_fen(item.amount),
        "cnt": format_scaled(item.quantity or 0, QUANTITY_PLACES) if priced else "1",
        "pric": format_scaled(item.unit_price or 0, UNIT_PRICE_PLACES) if priced else format_fen(item.amount),
        "pric_uplmt_amt": ceiling,
        "lmt_used_flag": "0",
        "chrgitm_lv": fields.CATALOGUE_CLASSES[item.class_],
        "med_chrgitm_type": fields.CHARGE_KINDS[item.kind],
        "memo": "",
    }


def _cut(name: str, item: Item, shares: ItemShares) -> dict[str, Any]:
    return line_node(name, item) | {
        "fulamt_ownpay_amt": format_fen(shares.out_of_catalogue),
        "overlmt_amt": format_fen(shares.over_limit),
        "preselfpay_amt": format_fen(shares.prior_self_pay),
        "inscp_scp_amt": format_fen(shares.eligible),
    }
