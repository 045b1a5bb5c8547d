"""Field by field, as the interface's tables have it: envelope, sign-in, questions, and a day's reconciliation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from by_hand import ID_NUMBER, purchase

from terminal.center import messages, publications
from terminal.center.answers import Credential, Institution, InsuredPerson
from terminal.center.entitlement import entitlement_input
from terminal.center.exchange import Exchange
from terminal.center.machine import Machine, machine_towards
from terminal.center.profile import REFERENCE, Profile, load_profile
from terminal.clock import BEIJING, SetClock
from terminal.journal.records import GroupTotals
from terminal.money import Fen
from terminal.settlement.bill import Account, Entitlement, Patient, Year

NOW = dt.datetime(2021, 6, 30, 9, 5, 7, 654_321, tzinfo=BEIJING)
DAY = NOW.date()
PHARMACY = "P37060200001"
NAME = "烟台市芝罘区第一医药连锁大药房有限公司南大街店"
MACHINE = Machine("0A-1B-2C-3D-4E-5F", "192.0.2.7")


class Answering:
    """A link that notes what is sent, and has one answer to all of it."""

    def __init__(self, output: str = "{}") -> None:
        self.sent: list[dict[str, Any]] = []
        self._answer = f'{{"infcode":0,"output":{output}}}'.encode()

    def post(self, body: bytes) -> bytes:
        self.sent.append(json.loads(body))
        return self._answer


def exchange(
    link: Answering, profile: Profile = REFERENCE, till_number: int = 7, machine: Callable[[], Machine] = Machine
) -> Exchange:
    """The way to the center of two institutions; this is its till 7."""
    institution = Institution("370602", {PHARMACY: NAME, "H3706": "院"}, "T1", "370699")
    return Exchange(link, institution, lambda: (NOW, 42), till_number, SetClock(NOW), profile, machine=machine)


def test_the_envelope_has_every_field() -> None:
    """1.2: all that is required, the name cut to 20 characters, the moment without its fraction; nothing signed."""
    link = Answering()
    speaks = exchange(link)
    link.post(speaks.encode(speaks.request("5206", PHARMACY, "0001", {"data": {}}, "S9")))
    assert link.sent == [
        {
            "infno": "5206",
            "msgid": "P3706020000120210630090507" + "07" + "42",
            "mdtrtarea_admvs": "370602",
            "insuplc_admdvs": "",
            "recer_sys_code": "MBS_LOCAL",
            "dev_no": "T1",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "0001",
            "inf_time": "2021-06-30 09:05:07",
            "fixmedins_code": PHARMACY,
            "fixmedins_name": "烟台市芝罘区第一医药连锁大药房有限公司南",
            "sign_no": "S9",
            "input": {"data": {}},
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "enc_type": "",
        }
    ]
    assert len(link.sent[0]["fixmedins_name"]) == 20


def test_a_message_id_has_30_characters_whatever_the_institution_s_code() -> None:
    """1.4: 12 of the institution, filled up with noughts, 14 of the second, two of the till, two of the counter."""
    assert exchange(Answering()).new_message_id("H3706") == "H37060000000" + "20210630090507" + "0742"


@pytest.mark.parametrize(
    ("message_id", "another"),
    [
        ("P37060200001202106300905070842", True),
        ("H37060000000202106300905070842", True),
        ("P37060200001202106300905070742", False),
        ("P37060200002202106300905070842", False),
        ("P3706020000120210630090507084", False),
        ("P370602000012021063009050708421", False),
    ],
)
def test_a_message_of_another_till_is_known_by_its_id(message_id: str, another: bool) -> None:
    """Ours, of another till of either institution, of a third institution's, a shorter one, a longer one."""
    assert exchange(Answering()).is_of_another_till(message_id) is another


def test_numbers_are_numbers_where_the_province_wants_them() -> None:
    """1.6, 3.4, 3.11, 3.12: amounts, counts and prices of every transaction; codes and names never."""
    numbers = {"medfee_sumamt": "111.70", "fund_pay_sumamt": "0.00", "acct_pay": "-75.00", "cash_payamt": "36.70"}
    numbers |= {"fixmedins_setl_cnt": "12", "inscp_scp_amt": "88.37", "preselfpay_amt": "3.33"}
    numbers |= {"fulamt_ownpay_amt": "20.00", "overlmt_selfpay": "1.00"}
    line = {"cnt": "1.5", "pric": "11.123456", "det_item_fee_sumamt": "33.30"}
    goods = {"finl_trns_pric": "10.123456", "sel_retn_cnt": "1.5"}
    texts = {"psn_no": "37060200000006", "insutype": "310", "chrg_bchno": "1", "acct_used_flag": "1"}
    link = Answering()
    speaks = exchange(link, msgspec.structs.replace(REFERENCE, numbers="as-numbers"))
    told = {"data": numbers | texts | {"cash_payamt": ""}, "feedetail": [line], "selinfo": goods}
    body = speaks.encode(speaks.request("2207", PHARMACY, "0001", told, "S9"))
    written = json.loads(body, parse_float=str, parse_int=str)["input"]
    assert written == told
    read = json.loads(body)["input"]
    assert {type(value) for value in [*read["feedetail"][0].values(), *read["selinfo"].values()]} == {float}
    kinds = {name: type(value) for name, value in read["data"].items() if type(value) is not str}
    assert kinds == {name: int if name == "fixmedins_setl_cnt" else float for name in numbers if name != "cash_payamt"}


def test_a_sign_in_and_a_sign_out_have_every_field() -> None:
    """3.1: 9001 without a number yet, 9002 under its own; both for the first institution."""
    link = Answering('{"signinoutb":{"sign_no":"S9","sign_time":"2021-06-30 09:05:08"}}')
    speaks = exchange(link, machine=lambda: MACHINE)
    assert speaks.sign_in("0001").sign_number == "S9"
    speaks.sign_out("0001")
    speaks.sign_out("0001")
    assert [(one["infno"], one["sign_no"], one["fixmedins_code"], one["input"]) for one in link.sent] == [
        ("9001", "", PHARMACY, {"signIn": {"opter_no": "0001", "mac": MACHINE.mac, "ip": MACHINE.ip}}),
        ("9002", "S9", PHARMACY, {"signOut": {"sign_no": "S9", "opter_no": "0001"}}),
    ]


def test_the_machine_is_the_one_on_the_way_to_the_center() -> None:
    """Towards loopback it has the loopback's addresses; where a name leads nowhere, none are made up."""
    assert machine_towards("127.0.0.1") == Machine("00-00-00-00-00-00", "127.0.0.1")
    assert machine_towards("no-such-center.invalid") == Machine("", "")


@pytest.mark.parametrize(
    ("credential", "told"),
    [
        (Credential("card", "A1", "37060200FF"), {"mdtrt_cert_type": "03", "card_sn": "37060200FF"}),
        (Credential("qr", "A1", name="张六"), {"mdtrt_cert_type": "01", "psn_name": "张六"}),
        (Credential("id", "A1"), {"mdtrt_cert_type": "02", "psn_cert_type": "01", "certno": "A1"}),
    ],
    ids=["card", "qr", "id"],
)
def test_a_question_who_somebody_is_has_every_field_of_1101(credential: Credential, told: dict[str, str]) -> None:
    """3.2: a card with its identification code; an ID number as document too."""
    names = ("card_sn", "begntime", "psn_cert_type", "certno", "psn_name")
    assert messages.person_input(credential) == {"data": {"mdtrt_cert_no": "A1"} | dict.fromkeys(names, "") | told}


def test_a_question_about_entitlement_has_every_field_of_2001() -> None:
    """3.3: from this moment on, of the person's own insurance."""
    parts = (Patient(), Entitlement(), Account(), Year())
    person = InsuredPerson("37060200000006", ID_NUMBER, "张六", "yantai-resident", "370602", *parts)
    assert entitlement_input(person, "11", PHARMACY, NOW) == {
        "data": {
            "psn_no": "37060200000006",
            "insutype": "390",
            "fixmedins_code": PHARMACY,
            "med_type": "11",
            "begntime": "2021-06-30 09:05:07",
        }
    }


SUMS = GroupTotals(
    provider_id=PHARMACY,
    scheme="resident",
    clearing_class="outpatient",
    count=5,
    void_count=2,
    total=Fen(111_70),
    fund_total=Fen(11_00),
    account=Fen(75_00),
    cash=Fen(25_70),
    provider_borne=Fen(0),
)
ALIKE = {
    "clr_type": "11",
    "setl_optins": "370699",
    "stmt_begndate": "2021-06-30",
    "stmt_enddate": "2021-06-30",
    "medfee_sumamt": "111.70",
    "fund_pay_sumamt": "11.00",
    "fixmedins_setl_cnt": "3",
    "fixmedins_refd_setl_flag": "1",
}
"""What 3201 and 3202 have in common (3.11): voids count negative in the amounts, and so in the number."""


@pytest.mark.parametrize(
    ("spelling", "flag"), [("lower", {"refd_setl_flag": "1"}), ("upper", {"REFD_SETL_FLAG": "1"}), ("none", {})]
)
def test_a_day_s_totals_and_details_have_every_field(spelling: str, flag: dict[str, str]) -> None:
    """3.11: the account in 3201, the cash in 3202, refunds included in the province's spelling."""
    reconciliation = msgspec.structs.replace(REFERENCE.reconciliation, refund_flag=spelling)
    profile = msgspec.structs.replace(REFERENCE, reconciliation=reconciliation)
    totals = messages.totals_input(DAY, SUMS, "370699", profile)
    assert totals == {"data": ALIKE | flag | {"insutype": "390", "acct_pay": "75.00"}}
    details = messages.details_input((DAY, dt.date(2021, 7, 2)), SUMS, "370699", "F1", profile)
    own = {"file_qury_no": "F1", "cash_payamt": "25.70", "stmt_enddate": "2021-07-02"}
    assert details == {"data": ALIKE | flag | own}


@pytest.mark.parametrize(("clearing_class", "code"), [("outpatient", "11"), ("inpatient", "21"), ("pharmacy", "41")])
def test_each_clearing_class_has_its_code(clearing_class: str, code: str) -> None:
    """5.10."""
    group = msgspec.structs.replace(SUMS, clearing_class=clearing_class, scheme="employee")
    told = messages.totals_input(DAY, group, "370699", REFERENCE)["data"]
    assert (told["clr_type"], told["insutype"]) == (code, "310")


def test_files_and_queries_have_every_field() -> None:
    """2601, 5203, 9101 in both encodings, 9102, 1901, 1301: 3.10, 3.13, 3.14, 3.15."""
    reverse = {"psn_no": "37060200000006", "omsgid": "M1", "oinfno": "2102"}
    assert messages.reverse_input("37060200000006", "M1", "2102") == {"data": reverse}
    known = purchase(center_references={"setl_id": "S1", "mdtrt_id": "V1"})
    row = {"psn_no": "37060200000006", "setl_id": "S1", "mdtrt_id": "V1"}
    assert messages.query_input(known) == {"data": row}
    file = {"filename": "a.zip", "fixmedins_code": PHARMACY}
    assert messages.upload_input("a.zip", PHARMACY) == {"fsUploadIn": file}
    assert messages.upload_input("a.zip", PHARMACY, b"") == {"fsUploadIn": file | {"in": []}}
    assert messages.upload_input("a.zip", PHARMACY, b"P\xff") == {"fsUploadIn": file | {"in": [80, 255]}}
    assert messages.download_input("F1", "a.zip", "plc") == {"fsDownloadIn": file | row_of_file("F1", "plc")}
    listing = {"type": "PUBLISHED", "parent_value": "", "admdvs": "370602", "date": "", "Vali_Flag": "1"}
    assert publications.list_input("370602") == {"data": listing}
    versions = [publications.catalogue_input(version)["data"]["ver"] for version in (0, 1, 20210630)]
    assert versions == ["0", "1", "20210630"]


def row_of_file(number: str, owner: str) -> dict[str, str]:
    return {"file_qury_no": number, "fixmedins_code": owner}


@pytest.mark.parametrize(
    ("name", "balanced", "not_balanced"),
    [
        ("baseline", ("0", "00", "000000"), ("1", "2", "3", "000101", "", "01")),
        ("hunan", ("0",), ("1",)),
        ("hubei", ("000000",), ("000101", "000102", "000103")),
    ],
)
def test_what_a_result_of_a_reconciliation_means(
    name: str, balanced: tuple[str, ...], not_balanced: tuple[str, ...]
) -> None:
    """5.13: stripped of noughts, nothing is left; and each center writes its own four words."""
    profile = load_profile(name)
    assert [profile.is_balanced(result) for result in balanced + not_balanced] == (
        [True] * len(balanced) + [False] * len(not_balanced)
    )


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("guangdong", ["0", "1", "2", "3"]),
        ("hunan", ["0", "1", "1", "1"]),
        ("hubei", ["000000", "000101", "000102", "000103"]),
    ],
)
def test_each_center_writes_a_result_in_its_own_code(name: str, codes: list[str]) -> None:
    """5.13: digits, only yes and no, six digits."""
    assert [load_profile(name).code_of(result) for result in "0123"] == codes
