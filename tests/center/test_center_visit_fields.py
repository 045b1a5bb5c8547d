"""Field by field, as the interface's tables have it: what goes before a visit's settlement, and takes it back."""

from __future__ import annotations

import json

import pytest
from by_hand import ID_NUMBER, purchase, stay, visit

from terminal.center import visit_messages as messages
from terminal.center.envelope import Answer, Unreadable
from terminal.center.profile import REFERENCE, Department, Profile
from terminal.journal.records import SettlementRecord

WARD = Profile(name="test", department=Department(code="03", name="内科", category="A03"))
PERSON = "37060200000006"
OWN = "T120210630000001"
DIAGNOSES = [
    {
        "diag_type": "1",
        "diag_srt_no": "1",
        "diag_code": "M01600",
        "diag_name": "M01600",
        "diag_dept": "03",
        "dise_dor_no": "",
        "dise_dor_name": "",
        "diag_time": "2021-06-30 09:05:07",
        "vali_flag": "1",
    }
]
ENTRY = {
    "psn_no": PERSON,
    "insutype": "310",
    "begntime": "2021-06-30 09:05:07",
    "mdtrt_cert_type": "02",
    "mdtrt_cert_no": ID_NUMBER,
    "card_sn": "",
    "atddr_no": "",
}
"""What 2201 and 2401 have in common (3.8, 3.9)."""


def test_a_registration_has_every_field_of_2201() -> None:
    """3.8: the person by ID, our own number, the profile's department."""
    own = {"ipt_otp_no": OWN, "dr_name": "", "dept_code": "03", "dept_name": "内科", "caty": "A03"}
    assert messages.register_input(visit(), WARD) == {"data": ENTRY | own}
    assert messages.register_input(visit(scheme="resident"), WARD)["data"]["insutype"] == "390"


def test_an_admission_has_every_field_of_2401() -> None:
    """3.9: as a registration, with ward, diagnosis and kind of care."""
    own = {
        **{"ipt_no": OWN, "med_type": "21", "chfpdr_name": "", "adm_bed": ""},
        **{"adm_diag_dscr": "M01600", "adm_dept_codg": "03", "adm_dept_name": "内科"},
        **{"dscg_maindiag_code": "M01600", "dscg_maindiag_name": "M01600"},
    }
    assert messages.register_input(stay(), WARD) == {"mdtrtinfo": ENTRY | own, "diseinfo": DIAGNOSES}


def test_a_description_has_every_field_of_2203() -> None:
    """3.8: kind of care and diagnosis; where the till knows no disease, none is made up."""
    head = {"mdtrt_id": "V7", "psn_no": PERSON, "med_type": "11", "begntime": "2021-06-30 09:05:07"}
    disease = {"main_cond_dscr": "", "dise_codg": "M01600", "dise_name": "M01600"}
    assert messages.describe_input(visit(), "V7", WARD) == {"mdtrtinfo": head | disease, "diseinfo": DIAGNOSES}
    healthy = messages.describe_input(visit(bill={"episode": {}}), "V7", WARD)
    assert (healthy["mdtrtinfo"]["dise_codg"], healthy["diseinfo"]) == ("", [])


USUAL = {"rxno": "", "rx_circ_flag": "0", "fee_ocur_time": "2021-06-30 09:05:07", "psn_no": PERSON}
AROUND = USUAL | {
    **{"mdtrt_id": "V7", "dise_codg": "M01600", "bilg_dept_codg": "03", "bilg_dept_name": "内科"},
    **{"bilg_dr_codg": "", "bilg_dr_name": ""},
}


@pytest.mark.parametrize(
    ("record", "own"),
    [(visit(), {"chrg_bchno": "1"}), (stay(), {"med_type": "21", "drord_no": "", "init_feedetl_sn": ""})],
    ids=["2204", "2301"],
)
def test_lines_have_every_field_of_2204_and_2301(record: SettlementRecord, own: dict[str, str]) -> None:
    """3.8, 3.9: one batch of an outpatient's; an approved item says so."""
    (told,) = messages.lines_input(record, "V7", WARD).values()
    shown = [{name: value for name, value in line.items() if name != "exp_content"} for line in told]
    codes = ("med_list_codg", "medins_list_codg")
    assert shown == [
        AROUND | own | dict.fromkeys(codes, code) | dict(zip(("cnt", "pric"), priced, strict=True)) | last
        for code, priced, last in (
            ("XJ04", ("1", "58.40"), {"feedetl_sn": "1", "det_item_fee_sumamt": "58.40", "hosp_appr_flag": "0"}),
            ("XJ05", ("3", "11.1"), {"feedetl_sn": "2", "det_item_fee_sumamt": "33.30", "hosp_appr_flag": "1"}),
            ("QT01", ("1", "20.00"), {"feedetl_sn": "3", "det_item_fee_sumamt": "20.00", "hosp_appr_flag": "0"}),
        )
    ]
    assert json.loads(told[1]["exp_content"])["approval"] == "A77"


def test_what_takes_a_visit_back_has_every_field() -> None:
    """2205 and 2302 with all lines (`0000`); 2202, 2404 and 2405 with our own number."""
    lines = {"mdtrt_id": "V7", "psn_no": PERSON, "chrg_bchno": "0000", "feedetl_sn": "0000"}
    assert messages.withdraw_input(visit(), "V7") == {"data": lines}
    assert messages.cancel_input(visit(), "V7") == {"data": {"mdtrt_id": "V7", "psn_no": PERSON, "ipt_otp_no": OWN}}


def test_a_discharge_has_every_field_of_2402() -> None:
    """3.9: cured or not, the stay is over; with the diagnosis."""
    told = {"mdtrt_id": "V7", "psn_no": PERSON, "insutype": "310", "endtime": "2021-06-30 09:05:07"}
    told |= {"dscg_dept_codg": "03", "dscg_dept_name": "内科", "dscg_bed": "", "dscg_way": "1"}
    assert messages.discharge_input(stay(), "V7", WARD) == {"dscginfo": told, "diseinfo": DIAGNOSES}


def test_visits_are_looked_for_a_day_around_the_settlement() -> None:
    """5201 (3.13): from the same time of yesterday to that of tomorrow, of this kind of care."""
    times = {"begntime": "2021-06-29 09:05:07", "endtime": "2021-07-01 09:05:07"}
    assert messages.find_input(stay()) == {"data": {"psn_no": PERSON, "med_type": "21", "mdtrt_id": ""} | times}


def test_a_general_practice_is_named_where_the_profile_names_none() -> None:
    """全科医疗科, 02."""
    told = messages.register_input(visit(), REFERENCE)["data"]
    assert (told["dept_code"], told["dept_name"], told["caty"]) == ("02", "全科医疗科", "02")


@pytest.mark.parametrize(
    ("service", "number", "registers"),
    [
        ("inpatient", "21", "2401"),
        ("maternity", "52", "2401"),
        ("bed-day", "21", "2401"),
        ("emergency", "13", "2201"),
        ("outpatient", "11", "2201"),
        ("chronic", "14", "2201"),
        ("special-drug", "18", "2201"),
        ("accident", "19", "2201"),
        ("pharmacy", "41", ""),
    ],
)
def test_each_service_has_its_number_and_its_set(service: str, number: str, registers: str) -> None:
    """5.5: the kind of care that the center is told, and whether a stay, a visit or nothing is registered for it."""
    record = purchase(bill={"service": service})
    assert messages.find_input(record)["data"]["med_type"] == number
    assert REFERENCE.numbers_of(record.bill.service).register == registers


def test_a_registration_that_names_nobody_is_taken_at_its_number() -> None:
    """3.8, 3.9: person and own number may be left out of 2201's and 2401's answer."""
    for name in ("data", "result"):
        assert messages.read_registered(Answer(0, "", {name: {"mdtrt_id": "V7"}}, b""), stay()) == "V7"
    with pytest.raises(Unreadable, match="another visit"):
        messages.read_registered(Answer(0, "", {"data": {"mdtrt_id": "V7", "ipt_otp_no": "T9"}}, b""), stay())
