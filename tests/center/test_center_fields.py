"""Field by field, as the interface's tables have it: the messages that settle, take back and tell of goods."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest
from by_hand import ID_NUMBER, PURSE, purchase, stay, visit

from terminal.center import stock
from terminal.center.amounts import amounts_of
from terminal.center.envelope import Unreadable
from terminal.center.profile import REFERENCE, Profile
from terminal.center.settle_messages import refuse_another, settle_input, settle_references, void_input
from terminal.clock import BEIJING
from terminal.errors import Refused
from terminal.journal.purse_records import PurseDebit, PurseProof
from terminal.journal.records import SettlementRecord
from terminal.journal.stock import Goods, StockMove
from terminal.settlement.codec import convert

HEAD = {
    "psn_no": "37060200000006",
    "mdtrt_cert_type": "02",
    "mdtrt_cert_no": ID_NUMBER,
    "card_sn": "",
    "medfee_sumamt": "111.70",
    "invono": "T120210630000001",
    "insutype": "310",
    "acct_used_flag": "1",
    "med_type": "41",
}
"""What 2102, 2207 and 2304 have in common (3.4, 3.8, 3.9), without `exp_content`."""

SHARES = {
    "fulamt_ownpay_amt": "20.00",
    "overlmt_selfpay": "0.00",
    "preselfpay_amt": "3.33",
    "inscp_scp_amt": "88.37",
}
FUNDS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "hifdm_pay", "oth_pay")
AMOUNTS = SHARES | {
    "medfee_sumamt": "111.70",
    "act_pay_dedc": "0.00",
    "fund_pay_sumamt": "0.00",
    "hosp_part_amt": "0.00",
    "psn_part_amt": "111.70",
    "acct_pay": "75.00",
    "psn_cash_pay": "36.70",
    **dict.fromkeys(FUNDS, "0.00"),
}


def settles(record: SettlementRecord, visit_number: str = "", profile: Profile = REFERENCE) -> dict[str, Any]:
    """What would go into the message that settles it."""
    return settle_input(record, amounts_of(record.settlement), profile, visit_number)


def without_extension(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "exp_content"}


def extension(row: dict[str, Any]) -> dict[str, Any]:
    found = json.loads(row["exp_content"])
    assert isinstance(found, dict)
    return found


def test_a_purchase_has_every_field_of_2102() -> None:
    """3.4: head and lines; a line without price and quantity is one piece at its amount."""
    told = settles(purchase())
    assert set(told) == {"druginfo", "drugdetail"}
    times = {"begntime": "2021-06-30 09:05:07", "dise_codg": "", "dise_name": ""}
    assert without_extension(told["druginfo"]) == HEAD | times
    usual = {"rxno": "", "rx_circ_flag": "0", "fee_ocur_time": "2021-06-30 09:05:07"}
    lines = [
        {"feedetl_sn": "1", "code": "XJ04", "det_item_fee_sumamt": "58.40", "cnt": "1", "pric": "58.40"},
        {"feedetl_sn": "2", "code": "XJ05", "det_item_fee_sumamt": "33.30", "cnt": "3", "pric": "11.1"},
        {"feedetl_sn": "3", "code": "QT01", "det_item_fee_sumamt": "20.00", "cnt": "1", "pric": "20.00"},
    ]
    for line in lines:
        line |= usual | dict.fromkeys(("med_list_codg", "medins_list_codg"), line.pop("code"))
    assert [without_extension(line) for line in told["drugdetail"]] == lines


def test_what_no_field_carries_travels_in_the_extension() -> None:
    """The law, the service, the groups of the day, our own amounts, each line's class: nothing that is usual."""
    told = settles(purchase(till_reference="till-9", bill={"episode": {"disease": "M01600"}}))
    found = extension(told["druginfo"])
    assert (found["provider"]["id"], found["episode"]["disease"]) == ("P37060200001", "M01600")
    assert found == {
        "policy": "yantai-employee",
        "service": "pharmacy",
        "date": "2021-06-30",
        "business_day": "2021-06-30",
        "scheme": "employee",
        "clearing_class": "pharmacy",
        "amounts": AMOUNTS,
        "provider": found["provider"],
        "episode": found["episode"],
        "consent": True,
        "till_reference": "till-9",
        "journal_hash": "ab" * 32,
    }
    assert [extension(line) for line in told["drugdetail"]] == [
        {"kind": "drug", "class": "A", "name": "阿莫西林胶囊"},
        {"kind": "drug", "class": "B", "self_pay_rate": "0.10", "approval": "A77", "priced": True},
        {"kind": "other", "class": "C", "unit_price": "0.5"},
    ]


@pytest.mark.parametrize(
    ("entitlement", "account", "unverified"),
    [
        ("unverified", "open", ["pool"]),
        ("active", "unverified", ["account"]),
        ("unverified", "unverified", ["pool", "account"]),
        ("active", "open", None),
    ],
)
def test_shares_that_nobody_could_verify_are_named(
    entitlement: str, account: str, unverified: list[str] | None
) -> None:
    """The center then believes that they fell to the patient."""
    bill = {"entitlement": {"status": entitlement}, "account": {"status": account}}
    assert extension(settles(purchase(bill=bill))["druginfo"]).get("unverified") == unverified


@pytest.mark.parametrize(
    ("account", "relation", "flag"), [("0.00", "self", "0"), ("75.00", "self", "1"), ("75.00", "parent", "2")]
)
def test_whose_account_pays_is_told(account: str, relation: str, flag: str) -> None:
    """5.8: none, the patient's own, a relative's."""
    record = purchase(bill={"account": {"relation": relation}}, settlement={"account": account})
    assert settles(record)["druginfo"]["acct_used_flag"] == flag


def test_an_outpatient_prescription_of_a_resident_is_told_as_such() -> None:
    """390, an external prescription on every line, a disease on the head, a long number's last 20 characters."""
    bill = {"service": "pharmacy", "episode": {"prescription": True, "disease": "M01600"}}
    told = settles(purchase(scheme="resident", id="LONG-TILL-NAME-20210630000001", bill=bill))
    head = told["druginfo"]
    assert (head["insutype"], head["dise_codg"], head["dise_name"]) == ("390", "M01600", "M01600")
    assert head["invono"] == "-NAME-20210630000001"
    assert [line["rx_circ_flag"] for line in told["drugdetail"]] == ["1", "1", "1"]


def test_a_visit_s_settlement_has_every_field_of_2207() -> None:
    """3.8: the head, the way, the one batch of lines, the four shares."""
    told = settles(visit(), "V7")
    assert set(told) == {"data"}
    own = {"med_type": "11", "psn_setlway": "01", "mdtrt_id": "V7", "chrg_bchno": "1"}
    assert without_extension(told["data"]) == HEAD | SHARES | own
    assert extension(told["data"])["amounts"] == AMOUNTS


def test_a_stay_s_settlement_has_every_field_of_2304() -> None:
    """3.9: as an outpatient's without a batch, and not in the middle of the stay."""
    own = {"med_type": "21", "psn_setlway": "01", "mdtrt_id": "V7", "mid_setl_flag": "0"}
    assert without_extension(settles(stay(), "V7")["data"]) == HEAD | SHARES | own


def test_each_fund_stands_in_its_own_field() -> None:
    """3.5: seven have a name, and what has none is in `oth_pay`."""
    names = {
        **{"pool": "1.00", "civil_servant": "2.00", "enterprise": "3.00", "major_illness": "4.00"},
        **{"large_amount": "5.00", "medical_assistance": "6.00", "disabled_servicemen": "7.00"},
        **{"maternity": "8.00", "municipal": "9.00"},
    }
    told = extension(settles(purchase(settlement={"funds": names}))["druginfo"])["amounts"]
    assert [told[field] for field in FUNDS] == ["1.00", "2.00", "3.00", "4.00", "5.00", "6.00", "7.00", "17.00"]


def test_a_free_line_has_a_price_of_nothing() -> None:
    """A unit price of 0 is a price: the count stays the bill's own."""
    line = {"kind": "drug", "class": "A", "amount": "0.00", "unit_price": "0", "quantity": "2"}
    (told,) = settles(purchase(bill={"items": [line]}))["drugdetail"]
    assert (told["pric"], told["cnt"]) == ("0", "2")


def test_an_extension_holds_4000_characters_and_no_more() -> None:
    """1.6: the longest that fits is sent; what is longer is refused before anything is, and the line is named."""
    record = purchase()
    usual, *_ = settles(record)["drugdetail"]
    room = 4_000 - len(usual["exp_content"]) + len(record.bill.items[0].name)

    def named(length: int) -> SettlementRecord:
        second = msgspec.structs.replace(record.bill.items[0], name="药" * length)
        bill = msgspec.structs.replace(record.bill, items=[record.bill.items[1], second])
        return msgspec.structs.replace(record, bill=bill)

    assert len(settles(named(room))["drugdetail"][1]["exp_content"]) == 4_000
    with pytest.raises(Refused) as refused:
        settles(named(room + 1))
    assert (refused.value.code, refused.value.at) == ("too-long", "drugdetail[1].exp_content")


def test_a_void_has_every_field_of_2103() -> None:
    """3.7: the center's own numbers of what it takes back, the day on which that was done here, and its entry."""
    known = {"setl_id": "S1", "mdtrt_id": "V1", "setl_time": "2021-06-30 09:05:08"}
    void = purchase(kind="void", business_day="2021-07-01", entry_hash="cd" * 32)
    (told,) = void_input(void, purchase(center_references=known)).values()
    assert without_extension(told) == {"setl_id": "S1", "mdtrt_id": "V1", "psn_no": "37060200000006"}
    assert extension(told) == {"business_day": "2021-07-01", "journal_hash": "cd" * 32}


def test_what_a_void_needs_later_is_kept_of_an_answer() -> None:
    """3.5: seven of its fields, those that are there; without a settlement's number it is none."""
    wanted = ("setl_id", "mdtrt_id", "setl_time", "clr_optins", "clr_way", "clr_type", "medins_setl_id")
    row = {name: f"{name} 1" for name in wanted} | {"psn_name": "张六", "clr_way": None}
    assert settle_references(row) == {name: f"{name} 1" for name in wanted if name != "clr_way"}
    with pytest.raises(Unreadable, match="no setl_id"):
        settle_references(row | {"setl_id": ""})


def test_the_journal_s_head_is_told_where_there_is_no_entry_yet() -> None:
    """Of a settlement and of a void: a witness of what was written before them."""
    record = purchase(entry_hash="")
    told = settle_input(record, amounts_of(record.settlement), REFERENCE, "", "ef" * 32)["druginfo"]
    (void,) = void_input(record, purchase(), "ef" * 32).values()
    assert [extension(row)["journal_head"] for row in (told, void)] == ["ef" * 32] * 2
    assert [extension(row).get("journal_hash") for row in (told, void)] == [None] * 2


SETTLED = {"medins_setl_id": "M1", "psn_no": "37060200000006"}


@pytest.mark.parametrize(
    ("row", "message_id", "says"),
    [
        (SETTLED, "M1", ""),
        ({"medins_setl_id": "M1"}, "M1", ""),
        ({"psn_no": "37060200000006"}, "M1", ""),
        ({}, "M1", "neither message nor person"),
        (SETTLED | {"refd_setl_flag": "0", "mdtrt_id": "V9", "init_setl_id": "S9"}, "M1", ""),
        (SETTLED, "M2", "another message"),
        (SETTLED | {"psn_no": "9"}, "M1", "another person"),
    ],
)
def test_the_answer_to_a_settlement_is_about_its_message_and_person(
    row: dict[str, str], message_id: str, says: str
) -> None:
    """Another message or person is none of ours; what a settlement's answer says beyond that is not held against it."""
    if not says:
        refuse_another(row, purchase(), message_id, None)
        return
    with pytest.raises(Unreadable, match=says):
        refuse_another(row, purchase(), message_id, None)


def test_a_void_s_answer_may_name_any_message_and_what_we_never_knew() -> None:
    """3.7: no edition says whose message it names; an original without numbers contradicts none."""
    refuse_another({"medins_setl_id": "M9", "mdtrt_id": "V9", "init_setl_id": "S9"}, purchase(), "", purchase())


DEBIT = {
    "card": PURSE.card,
    "amount_fen": 75_00,
    "balance_before_fen": 100_00,
    "overdraft_fen": 0,
    "counter": 18,
    "key_version": 1,
    "algorithm": 0,
    "card_random": "01020304",
    "terminal_number": "0000000000A1",
    "terminal_counter": 5,
    "transaction_type": 6,
    "moment": "20210630090507",
    "mac1": "00000000",
}


def test_a_purse_is_told_with_the_debit_and_its_proof() -> None:
    """Serial and balance before the bill; once the card has paid, the debit under the card's number after it."""
    held = {"serial": "00000000000000000007", "balance": "100.00"}
    record = purchase()
    assert "purse" not in extension(settles(record)["druginfo"])
    read = msgspec.structs.replace(record, purse=PURSE)
    assert extension(settles(read)["druginfo"])["purse"] == held
    debiting = msgspec.structs.replace(PURSE, debit=PurseDebit(**DEBIT))  # type: ignore[arg-type]
    unproved = msgspec.structs.replace(record, purse=debiting)
    assert extension(settles(unproved)["druginfo"])["purse"] == held
    undebited = msgspec.structs.replace(read, purse_proof=PurseProof(tac="A1B2C3D4"))
    assert extension(settles(undebited)["druginfo"])["purse"] == held
    paid = msgspec.structs.replace(unproved, purse_proof=PurseProof(tac="A1B2C3D4"))
    debit = {
        **{"amount": "75.00", "counter": 19, "terminal_number": "0000000000A1", "terminal_counter": 5},
        **{"transaction_type": 6, "moment": "20210630090507", "tac": "A1B2C3D4"},
    }
    assert extension(settles(paid)["druginfo"])["purse"] == held | {"debit": debit}


GOODS = {
    **{
        "code": "86900000000000000000000000000012345",
        "name": "阿莫西林胶囊",
        "quantity": "1.5",
        "unit_price": "10.123456",
    },
    **{"lot": "L1", "made_on": "2021-01-02", "expires_on": "2023-03-04", "prescriber": "李医师"},
    **{"pharmacist": "王药师", "pharmacist_licence": "Y1", "trace_codes": ["81", "82"]},
}
TOLD = {
    "med_list_codg": "86900000000000000000000000000012345",
    "fixmedins_hilist_id": "869000000000000000000000000000",
    "fixmedins_hilist_name": "阿莫西林胶囊",
    "rx_flag": "0",
    "fixmedins_bchno": "T120210630000001002",
    "prsc_dr_name": "李医师",
    "phar_name": "王药师",
    "phar_prac_cert_no": "Y1",
    "hi_feesetl_type": "1",
    "setl_id": "S1",
    "mdtrt_sn": "V1",
    "psn_no": "37060200000006",
    "manu_lotnum": "L1",
    "manu_date": "2021-01-02",
    "expy_end": "2023-03-04",
    "trdn_flag": "0",
    "finl_trns_pric": "10.123456",
    "rtal_docno": "T120210630000001",
    "sel_retn_cnt": "1.5",
    "sel_retn_time": "2021-06-30 09:05:07",
    "sel_retn_opter_name": "0001",
    "mdtrt_setl_type": "1",
    "drugtracinfo": [{"drug_trac_codg": "81"}, {"drug_trac_codg": "82"}],
}
"""3505: the second kind of goods of an insured person's purchase, 30 characters of its long code."""

LATER = dt.datetime(2021, 7, 1, 10, 0, tzinfo=BEIJING)


def move(kind: str, **facts: Any) -> StockMove:
    """The second kind of goods of a purchase on its way."""
    return StockMove(
        message_id="M1",
        settlement_id="T120210630000001",
        line=2,
        kind=kind,  # type: ignore[arg-type]
        goods=convert(GOODS | facts, Goods),
        state="queued",
        attempts=0,
        reason="",
    )


def test_goods_have_every_field_of_3505_and_3506() -> None:
    """3.12: a sale at its settlement's time; a return at its own, under its own serial, naming that of the sale."""
    record = purchase(center_references={"setl_id": "S1", "mdtrt_id": "V1"})
    assert stock.sale_input(move("sale"), record) == {"selinfo": TOLD}
    back = {"fixmedins_bchno": "T120210630000001002R", "medins_prod_sel_no": "T120210630000001002"}
    expected = TOLD | back | {"sel_retn_time": "2021-07-01 10:00:00"}
    assert stock.return_input(move("return"), record, LATER) == {"selinfo": expected}


@pytest.mark.parametrize(("fact", "field"), [("prescription", "rx_flag"), ("split", "trdn_flag")])
def test_a_prescription_and_a_pack_that_was_opened_are_told(fact: str, field: str) -> None:
    """3.12, 5.8: one flag each."""
    told = stock.sale_input(move("sale", **{fact: True}), purchase())["selinfo"]
    assert (told["rx_flag"] + told["trdn_flag"], told[field]) in (("10", "1"), ("01", "1"))
