"""The messages that settle and take back, in the form of each set: the purchase with its lines (2102), a visit whose
lines are at the center already (2207, 2304), and the void of each (2103, 2208, 2305).

A message names what the person showed as far as the record keeps it, else the identity number. Pure: the same record
gives the same `input`, so that a repeat under the same `msgid` is the same message. Source: 3.4, 3.7, 3.8, 3.9.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from terminal.center import fields
from terminal.center.amounts import Amounts, written
from terminal.center.details import CenterRow
from terminal.center.envelope import Unreadable, moment_text, text_of
from terminal.center.extension import SettleExtension, VoidExtension, line_extension, write_extension
from terminal.center.profile import Profile
from terminal.center.purse import purse_extension
from terminal.journal.records import SettlementRecord
from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_fen, format_scaled
from terminal.settlement.bill import Bill, Item

Input = dict[str, Any]

BY_ITEM = "01"
"""`psn_setlway`: by item, not by quota."""


_REFERENCES = ("setl_id", "mdtrt_id", "setl_time", "clr_optins", "clr_way", "clr_type", "medins_setl_id")


def settle_input(
    record: SettlementRecord, own: Amounts, profile: Profile, visit_number: str = "", journal_head: str = ""
) -> Input:
    """2102 with its lines; 2207 or 2304 of the visit `visit_number`. own: `amounts_of` the settlement.

    journal_head: the journal's newest hash, where the record has no entry of its own yet. Raises Refused where the
    extension is too long.
    """
    amounts = written(own)
    medical_set = profile.set_of(record.bill.service)
    if medical_set == "pharmacy":
        times = {"begntime": moment_text(record.at)}
        disease = {"dise_codg": record.bill.episode.disease, "dise_name": record.bill.episode.disease}
        return {
            "druginfo": _head(record, amounts, journal_head, "druginfo.exp_content") | times | disease,
            "drugdetail": [line_of(number, item, record, profile) for number, item in enumerate(record.bill.items, 1)],
        }
    shares = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    data = _head(record, amounts, journal_head, "data.exp_content") | {name: amounts[name] for name in shares}
    data |= {"psn_setlway": BY_ITEM, "mdtrt_id": visit_number}
    data |= {"chrg_bchno": fields.CHARGE_BATCH} if medical_set == "outpatient" else {"mid_setl_flag": "0"}
    return {"data": data}


def credential_of(record: SettlementRecord) -> Input:
    """What the person of a record showed, as 1101 was told: card with its identification code, e-credential, ID."""
    shown = record.shown_as
    return {
        "mdtrt_cert_type": fields.CREDENTIAL_KINDS[shown.kind if shown else "id"],
        "mdtrt_cert_no": shown.number if shown else record.bill.patient.id,
        "card_sn": shown.card_identification if shown else "",
    }


def _head(record: SettlementRecord, amounts: dict[str, str], journal_head: str, at: str) -> Input:
    bill = record.bill
    return {
        "psn_no": record.person_number,
        **credential_of(record),
        "medfee_sumamt": format_fen(record.settlement.total),
        "invono": record.id[-20:],
        "insutype": fields.INSURANCE_TYPES[record.scheme],
        "acct_used_flag": _account_used(record),
        "med_type": fields.MEDICAL_TYPES[bill.service],
        "exp_content": write_extension(_extension(record, amounts, journal_head), at),
    }


def _extension(record: SettlementRecord, amounts: dict[str, str], journal_head: str) -> SettleExtension:
    bill = record.bill
    return SettleExtension(
        policy=bill.policy,
        service=bill.service,
        date=bill.date,
        business_day=record.business_day,
        scheme=record.scheme,
        clearing_class=record.clearing_class,
        amounts=amounts,
        provider=bill.provider,
        episode=bill.episode,
        consent=bill.consent,
        till_reference=record.till_reference,
        journal_hash=record.entry_hash,
        journal_head=journal_head,
        unverified=_unverified(bill),
        purse=purse_extension(record),
    )


def settle_references(row: dict[str, Any]) -> dict[str, str]:
    """The numbers by which the center knows what it has booked. Raises Unreadable where there is none."""
    references = {name: text for name in _REFERENCES if (text := text_of(row.get(name)))}
    if "setl_id" not in references:
        raise Unreadable("the answer has no setl_id")
    return references


def refuse_another(
    row: dict[str, Any], record: SettlementRecord, message_id: str, original: SettlementRecord | None
) -> None:
    """Raises Unreadable where an answer names another message or another person than asked about ("": any), or neither
    of them; of the void of `original`, another visit or settlement than that one's.
    """
    known = original.center_references if original else {}
    for name, theirs in (("mdtrt_id", "mdtrt_id"), ("init_setl_id", "setl_id")):
        named, expected = text_of(row.get(name)), known.get(theirs, "")
        if named and expected and named != expected:
            raise Unreadable("the answer is about another settlement")
    if original and text_of(row.get("refd_setl_flag")) in ("0", "00"):
        raise Unreadable("the answer is to a settlement, not to its void")
    message, person = text_of(row.get("medins_setl_id")), text_of(row.get("psn_no"))
    if message_id and message and message != message_id:
        raise Unreadable("the answer is to another message")
    if person and person != record.person_number:
        raise Unreadable("the answer is about another person")
    if not (message or person or original):
        raise Unreadable("the answer names neither message nor person")


def takes_back(row: dict[str, Any], original: SettlementRecord) -> bool:
    """Whether the answer to a void itself names `original`, by its visit or its number."""
    known = original.center_references
    pairs = (("mdtrt_id", "mdtrt_id"), ("init_setl_id", "setl_id"), ("setl_id", "setl_id"))
    return any(known.get(theirs) and text_of(row.get(name)) == known[theirs] for name, theirs in pairs)


def void_input(record: SettlementRecord, original: SettlementRecord, journal_head: str = "") -> Input:
    """2103, 2208, 2305: takes back the settlement that the center knows by the references of `original`. journal_head:
    as of `settle_input`.
    """
    references = original.center_references
    numbers = references.get("setl_id", ""), references.get("mdtrt_id", "")
    return _void(*numbers, record.person_number, VoidExtension(record.business_day, record.entry_hash, journal_head))


def row_void_input(row: CenterRow, business_day: dt.date) -> Input:
    """As `void_input`, of a row of the center behind which nothing stands here."""
    return _void(row.center_number, row.visit_number, row.person_number, VoidExtension(business_day))


def _void(center_number: str, visit_number: str, person_number: str, extension: VoidExtension) -> Input:
    return {
        "data": {
            "setl_id": center_number,
            "mdtrt_id": visit_number,
            "psn_no": person_number,
            "exp_content": write_extension(extension, "data.exp_content"),
        }
    }


def line_of(number: int, item: Item, record: SettlementRecord, profile: Profile) -> Input:
    """One line of a bill as every set writes it; `number` from 1."""
    # Without both, the line is one piece at its amount.
    price, count = format_fen(item.amount), "1"
    if item.unit_price is not None and item.quantity is not None:
        price = format_scaled(item.unit_price, UNIT_PRICE_PLACES)
        count = format_scaled(item.quantity, QUANTITY_PLACES)
    return {
        "feedetl_sn": profile.line_name(number),
        "rxno": "",
        "rx_circ_flag": "1" if record.bill.episode.prescription else "0",
        "fee_ocur_time": moment_text(record.at),
        "med_list_codg": item.code,
        "medins_list_codg": item.code,
        "det_item_fee_sumamt": format_fen(item.amount),
        "cnt": count,
        "pric": price,
        "exp_content": write_extension(line_extension(item), f"drugdetail[{number - 1}].exp_content"),
    }


def _unverified(bill: Bill) -> tuple[Literal["pool", "account"], ...]:
    pool: tuple[Literal["pool"], ...] = ("pool",) if bill.entitlement.status == "unverified" else ()
    account: tuple[Literal["account"], ...] = ("account",) if bill.account.status == "unverified" else ()
    return (*pool, *account)


def _account_used(record: SettlementRecord) -> str:
    if record.settlement.account == 0:
        return "0"
    return "1" if record.bill.account.relation == "self" else "2"
