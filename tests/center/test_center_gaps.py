"""An answer of success that lacks what it is for says nothing: it is unreadable, never taken as half an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from town import Town

from terminal.center import messages, publications, visit_messages
from terminal.center.answers import RowThere
from terminal.center.envelope import Answer, Unreadable
from terminal.center.extension import PersonExtension, write_extension
from terminal.center.profile import REFERENCE
from terminal.publication import Head
from terminal.settlement.bill import Account, Entitlement, Patient, Year

SIGN_IN = {"signinoutb": {"sign_no": "S1", "sign_time": "2021-06-30 09:00:00"}}
KNOWN = {"psn_no": "P1", "psn_name": "张一", "certno": "1"}
LAW = PersonExtension("yantai-employee", Patient(), Entitlement(), Account(), Year())
KNOWN["exp_content"] = write_extension(LAW, "exp_content")
PERSON: dict[str, Any] = {
    "baseinfo": KNOWN,
    "insuinfo": [{"insutype": "310", "balc": "75.00", "insuplc_admdvs": "370602"}],
}


def answer(output: dict[str, Any]) -> Answer:
    """A success with this output."""
    return Answer("0", "", output, b"")


def totals(given: Answer) -> tuple[bool, str]:
    """The answer about a day's totals, at the reference center."""
    return messages.read_totals(given, REFERENCE)


@pytest.mark.parametrize(
    ("read", "output"),
    [
        (messages.read_sign_in, {}),
        (messages.read_sign_in, {"signinoutb": SIGN_IN["signinoutb"] | {"sign_no": ""}}),
        (messages.read_sign_in, {"signinoutb": SIGN_IN["signinoutb"] | {"sign_time": "soon"}}),
        (messages.read_person, PERSON | {"baseinfo": KNOWN | {"psn_no": ""}}),
        (messages.read_person, PERSON | {"insuinfo": []}),
        (messages.read_person, PERSON | {"insuinfo": [{"insutype": "310", "balc": "much"}]}),
        (messages.read_accumulators, {"cuminfo": [{"cum_type_code": "1", "cum": "much"}]}),
        (messages.read_taken_back, {"setlinfo": {}}),
        (messages.read_taken_back, {"setlinfo": {"refd_setl_flag": "2"}}),
        (messages.read_row, {"setlinfo": []}),
        (messages.read_upload, {}),
        (messages.read_details, {"fileinfo": {"filename": "a"}}),
        (totals, {"stmtinfo": {"stmt_rslt": " "}}),
        (messages.read_person, PERSON | {"baseinfo": KNOWN | {"exp_content": ""}}),
        (messages.read_person, PERSON | {"baseinfo": KNOWN | {"exp_content": 5}}),
        (messages.read_person, PERSON | {"baseinfo": KNOWN | {"exp_content": "{}"}}),
        (publications.read_list, {"list": [{"value": "F1", "exp_content": "{}"}]}),
        (publications.read_catalogue, {"file_qury_no": "F1"}),
    ],
)
def test_an_answer_without_what_it_is_for_is_unreadable(
    read: Callable[[Answer], object], output: dict[str, Any]
) -> None:
    """A sign-in without number or time, a person without number, insurance or balance, a row without its flag, a file
    without number, totals without a result."""
    with pytest.raises(Unreadable):
        read(answer(output))


@pytest.mark.parametrize(
    ("read", "output", "expected"),
    [
        (messages.read_taken_back, {"setlinfo": {"refd_setl_flag": "0"}}, False),
        (messages.read_taken_back, {"setlinfo": {"refd_setl_flag": "01"}}, True),
        (messages.read_taken_back, {"setlinfo": {"REFD_SETL_FLAG": 1}}, True),
        (messages.read_accumulators, {"cuminfo": [{"cum_type_code": "1", "cum": "2.5"}]}, {"1": 250}),
        (messages.read_upload, {"file_qury_no": 7}, "7"),
        (messages.read_details, {"fileinfo": {"file_qury_no": "7", "filename": "a"}}, ("7", "a")),
        (totals, {"stmtinfo": {"stmt_rslt": " 0 ", "stmt_rslt_dscr": "平"}}, (True, "平")),
        (totals, {"stmtinfo": {"stmt_rslt": "1"}}, (False, "1")),
        (messages.read_taken_back, {"setlinfo": {"refd_setl_flag": "00"}}, False),
        (messages.read_row, {"setlinfo": {"refd_setl_flag": "1"}}, RowThere(True, "")),
        (messages.read_row, {"setlinfo": {"refd_setl_flag": "1", "init_setl_id": "S1"}}, RowThere(False, "S1")),
        (publications.read_newest, {"exp_content": '{"published":{"pack yantai":3}}'}, {"pack yantai": 3}),
        (publications.read_newest, {"exp_content": "[]"}, {}),
        (publications.read_newest, {}, {}),
    ],
)
def test_an_answer_with_what_it_is_for_is_read(
    read: Callable[[Answer], object], output: dict[str, Any], expected: object
) -> None:
    """Numbers and texts alike, names in either case."""
    assert read(output if read is publications.read_newest else answer(output)) == expected  # type: ignore[arg-type]


def test_a_person_is_read_from_the_insurance_of_the_policy() -> None:
    """Of several insurances that of the law which the center names; a balance below zero is none."""
    other = {"insutype": "390", "balc": "9.00", "insuplc_admdvs": "990000"}
    found = messages.read_person(answer(PERSON | {"insuinfo": [other, *PERSON["insuinfo"]]}))
    assert (found.person_number, found.name, found.patient.name) == ("P1", "张一", "张一")
    assert (found.insured_place, found.account.balance) == ("370602", 75_00)
    owing = messages.read_person(answer(PERSON | {"insuinfo": [PERSON["insuinfo"][0] | {"balc": "-1.00"}]}))
    assert owing.account.balance == 0
    bare = messages.read_person(answer(PERSON | {"insuinfo": {"insutype": "310"}}))
    assert (bare.account.balance, bare.insured_place) == (0, "")


@pytest.mark.parametrize(
    "output",
    [
        {"data": {}},
        {"result": {"mdtrt_id": ""}},
        {"data": {"mdtrt_id": "V1", "psn_no": "P-other"}},
        {"data": {"mdtrt_id": "V1", "ipt_otp_no": "another"}},
    ],
)
def test_a_registration_that_is_not_ours_is_none(town: Town, output: dict[str, Any]) -> None:
    """Without a number, of another person, of another visit; ours is known by its number."""
    record = town.purchase()
    with pytest.raises(Unreadable):
        visit_messages.read_registered(answer(output), record)
    ours = {"mdtrt_id": "V1", "psn_no": record.person_number, "ipt_otp_no": visit_messages.own_number(record)}
    assert visit_messages.read_registered(answer({"data": ours}), record) == "V1"


def test_a_visit_is_found_among_the_persons_own(town: Town) -> None:
    """By our own number in either place; none is an answer, another's visit or no list is not."""
    record = town.purchase()
    own, person = visit_messages.own_number(record), record.person_number
    other = {"mdtrt_id": "V0", "psn_no": person, "ipt_otp_no": "other"}
    for name in ("ipt_otp_no", "ipt_no"):
        found = {"mdtrtinfo": [other, {"mdtrt_id": "V1", "psn_no": person, name: own}]}
        assert visit_messages.read_found(answer(found), record) == "V1"
    assert visit_messages.read_found(answer({"mdtrtinfo": [other]}), record) == ""
    for output in ({}, {"mdtrtinfo": [other | {"psn_no": "P-other"}]}):
        with pytest.raises(Unreadable):
            visit_messages.read_found(answer(output), record)


HEAD = Head(kind="pack", name="yantai", version=3, in_force_from=dt.date(2021, 7, 1), digest="ab" * 32)
OFFER = publications.Offer(HEAD, "c2ln", "F1", "yantai-3.zip")


def test_what_is_published_is_offered_with_its_head_and_signature() -> None:
    """1901's rows and a catalogue's answer, field by field (3.14); each is read as it was meant."""
    row = publications.list_row(OFFER)
    told = row.pop("exp_content")
    assert row == {
        **{"type": "PUBLISHED", "label": "pack/yantai", "value": "F1", "parentValue": "yantai-3.zip", "sort": ""},
        **{"valiFlag": "1", "createDate": "2021-07-01", "version": "3"},
    }
    assert publications.read_list(answer({"list": [row | {"exp_content": told}]})) == [OFFER]
    assert publications.read_list(answer({})) == []
    newest = publications.catalogue_row(OFFER)
    named = {"file_qury_no": "F1", "filename": "yantai-3.zip", "dld_end_time": "", "data_cnt": "1"}
    assert newest == named | {"exp_content": told}
    assert publications.read_catalogue(answer(newest)) == OFFER
    nothing = publications.catalogue_row(None)
    assert nothing == {"file_qury_no": "", "filename": "", "dld_end_time": "", "data_cnt": "0"}
    assert publications.read_catalogue(answer(nothing)) is None


def test_each_line_that_went_must_come_back(town: Town) -> None:
    """One row for each line of the bill, no fewer and no more."""
    record = town.purchase()
    count = len(record.bill.items)
    visit_messages.read_lines(answer({"result": [{}] * count}), record)
    for wrong in (count - 1, count + 1):
        with pytest.raises(Unreadable):
            visit_messages.read_lines(answer({"result": [{}] * wrong}), record)
