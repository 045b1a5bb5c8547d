"""The reference center by its messages alone: what it takes, what it refuses, and how often it books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.bureau.persons import load_persons, load_providers
from terminal.center.extension import PurseExtension, read_extension
from terminal.clock import BEIJING, SetClock
from terminal.settlement.law import Law

DATA = Path(__file__).parent / "data"
LAW = Law.load()
PHARMACY = "P37060200001"
BUYER = "37060200000006"


class Counter:
    """Speaks to the center in plain JSON, as any terminal might."""

    def __init__(self, place: str) -> None:
        persons = load_persons(DATA / "persons.toml")
        self.clock = SetClock(dt.datetime(2021, 6, 30, 9, tzinfo=BEIJING))
        self.books = Books(persons, load_providers(DATA / "providers.toml"), place)
        self.center = Center(self.books, LAW, self.clock)
        self.number = 0
        signed = self.ask("9001", {"signIn": {"opter_no": "0001", "mac": "", "ip": ""}})
        self.sign_number = signed["output"]["signinoutb"]["sign_no"]

    def ask(self, infno: str, data: Any, **envelope: Any) -> dict[str, Any]:
        """One request, with what `envelope` changes, and its answer."""
        self.number += 1
        request = {
            "infno": infno,
            "msgid": f"M{self.number:029d}",
            "mdtrtarea_admvs": "370602",
            "fixmedins_code": PHARMACY,
            "opter": "0001",
            "sign_no": getattr(self, "sign_number", ""),
            "input": data,
        }
        answer: dict[str, Any] = msgspec.json.decode(self.center.answer(msgspec.json.encode(request | envelope)))
        return answer

    def balance(self) -> int:
        person = self.books.person(BUYER)
        assert person is not None
        return person.account.balance


@pytest.fixture
def counter(books_place: str) -> Iterator[Counter]:
    """A counter at a center with its books in SQLite, and at one with its books in PostgreSQL."""
    counter = Counter(books_place)
    yield counter
    counter.books.close()


def purchase(**changes: Any) -> dict[str, Any]:
    """A 2102 of 50.00 yuan at the pharmacy, paid from the account of 75.00; its head with `changes`."""
    amounts = dict.fromkeys(
        (
            "fulamt_ownpay_amt",
            "overlmt_selfpay",
            "preselfpay_amt",
            "act_pay_dedc",
            "fund_pay_sumamt",
            "hosp_part_amt",
            "psn_cash_pay",
        ),
        "0.00",
    ) | dict.fromkeys(("medfee_sumamt", "inscp_scp_amt", "psn_part_amt", "acct_pay"), "50.00")
    amounts |= changes.pop("amounts", {})
    extension = {
        "policy": "yantai-employee",
        "service": "pharmacy",
        "date": "2021-06-30",
        "business_day": "2021-06-30",
        "scheme": "employee",
        "clearing_class": "pharmacy",
        "amounts": amounts,
    }
    line = {
        "feedetl_sn": "1",
        "med_list_codg": "XJ01",
        "det_item_fee_sumamt": "50.00",
        "pric": "50.00",
        "cnt": "1",
        "exp_content": '{"kind":"drug","class":"A"}',
    }
    extension |= changes.pop("extension", {})
    line |= changes.pop("line", {})
    head = {
        "psn_no": BUYER,
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": "370602197001010006",
        "insutype": "310",
        "med_type": "41",
        "medfee_sumamt": "50.00",
        "exp_content": msgspec.json.encode(extension).decode(),
    }
    return {"druginfo": head | changes, "drugdetail": [line]}


def test_a_purchase_is_booked(counter: Counter) -> None:
    """50.00 of the account's 75.00 are paid; the answer says so and names the message that brought it."""
    answer = counter.ask("2102", purchase())

    row = answer["output"]["setlinfo"]
    assert (answer["infcode"], row["acct_pay"], row["balc"]) == (0, "50.00", "25.00")
    assert row["medins_setl_id"] == f"M{counter.number:029d}"
    assert [fund["fund_pay_type"] for fund in answer["output"]["setldetail"]] == ["310200"]
    assert [line["inscp_scp_amt"] for line in answer["output"]["detlcutinfo"]] == ["50.00"]
    assert counter.balance() == 2_500


def test_numbers_objects_and_text_are_taken_as_well(counter: Counter) -> None:
    """Amounts as JSON numbers, one line as an object, the whole input as a string: another vendor's habits."""
    data = purchase(medfee_sumamt=50)
    data["drugdetail"] = data["drugdetail"][0] | {"det_item_fee_sumamt": 50.0}

    answer = counter.ask("2102", msgspec.json.encode(data).decode())

    assert answer["infcode"] == 0


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"psn_no": "37060299999999"}, "psn_no"),
        ({"mdtrt_cert_no": "370602197001010001"}, "mdtrt_cert_no"),
        ({"mdtrt_cert_type": "03"}, "mdtrt_cert_no"),
        ({"mdtrt_cert_type": "01", "mdtrt_cert_no": "-20210630090000"}, "mdtrt_cert_no"),
        ({"mdtrt_cert_type": "9"}, "mdtrt_cert_type"),
        ({"insutype": "390"}, "insutype"),
        ({"med_type": "21"}, "med_type"),
        ({"medfee_sumamt": "50.01"}, "medfee_sumamt"),
        ({"medfee_sumamt": "50.001"}, "druginfo.medfee_sumamt"),
        ({"exp_content": ""}, "druginfo.exp_content"),
        ({"extension": {"policy": "yantai-resident"}}, "policy"),
        ({"extension": {"amounts": {}}}, "amounts"),
        ({"extension": {"service": "massage"}}, "druginfo.exp_content"),
        ({"line": {"exp_content": "{}"}}, "drugdetail[0]"),
        ({"line": {"exp_content": '{"kind":"drug","class":"D"}'}}, "class"),
        ({"line": {"det_item_fee_sumamt": "-50.00"}}, "drugdetail[0].amount"),
    ],
)
def test_a_purchase_that_contradicts_itself_is_refused(counter: Counter, changes: dict[str, Any], at: str) -> None:
    """Each refusal names the field, and nothing is booked."""
    data = purchase(**changes)

    answer = counter.ask("2102", data)

    assert answer["infcode"] == -1
    assert at in answer["err_msg"]
    assert counter.balance() == 7_500
    assert counter.books.settlements() == []


def test_without_todays_sign_in_nothing_is_done(counter: Counter) -> None:
    """No number, another operator's, yesterday's: refused with a text that says so."""
    refused = [counter.ask("2102", purchase(), sign_no=""), counter.ask("2102", purchase(), opter="0002")]
    counter.clock.advance(86_400)
    refused.append(counter.ask("2102", purchase()))

    assert [answer["infcode"] for answer in refused] == [-1, -1, -1]
    assert all("签到" in answer["err_msg"] for answer in refused)
    assert counter.balance() == 7_500


@pytest.mark.parametrize(
    ("infno", "envelope"),
    [
        ("9999", {}),
        ("2102", {"fixmedins_code": "P99999999999"}),
        ("2102", {"msgid": ""}),
        ("2102", {"msgid": "M" * 31}),
    ],
)
def test_what_the_center_does_not_know_is_refused(counter: Counter, infno: str, envelope: dict[str, Any]) -> None:
    """An unknown transaction, a foreign institution, a message without a proper number."""
    assert counter.ask(infno, purchase(), **envelope)["infcode"] == -1
    assert counter.balance() == 7_500


def test_a_refused_message_may_come_again(counter: Counter) -> None:
    """Only what was booked is remembered: refused for its sign-in, the same message is booked later."""
    refused = counter.ask("2102", purchase(), sign_no="", msgid="M1")
    booked = counter.ask("2102", purchase(), msgid="M1")

    assert (refused["infcode"], booked["infcode"]) == (-1, 0)


def test_a_reversal_undoes_and_may_be_asked_again(counter: Counter) -> None:
    """2601 gives the account back once, says yes each time, and the reversed message is never booked again."""
    counter.ask("2102", purchase(), msgid="M1")
    reversal = {"data": {"psn_no": BUYER, "omsgid": "M1", "oinfno": "2102"}}

    answers = [counter.ask("2601", reversal)["infcode"] for _ in range(2)]
    again = counter.ask("2102", purchase(), msgid="M1")
    anew = counter.ask("2102", purchase(), msgid="M2")

    assert answers == [0, 0]
    assert again["infcode"] == -1
    assert "reversed" in again["err_msg"]
    assert anew["infcode"] == 0
    assert counter.balance() == 2_500


@pytest.mark.parametrize("changes", [{"omsgid": "M7"}, {"oinfno": "2103"}, {"psn_no": "37060200000001"}])
def test_a_reversal_of_what_is_not_there_is_refused(counter: Counter, changes: dict[str, str]) -> None:
    """Another message, another transaction, another person: no, and nothing moves."""
    counter.ask("2102", purchase(), msgid="M1")

    answer = counter.ask("2601", {"data": {"psn_no": BUYER, "omsgid": "M1", "oinfno": "2102"} | changes})

    assert answer["infcode"] == -1
    assert counter.balance() == 2_500


def test_a_void_whose_money_is_spent_stands(counter: Counter) -> None:
    """50.00 of 75.00 come back by a void and are spent by another purchase: the reversal of the void finds 25.00 and is
    refused; nothing moves, and the account is worth what its purchases have left.
    """
    sold = counter.ask("2102", purchase())["output"]["setlinfo"]["setl_id"]
    assert counter.ask("2103", {"data": {"setl_id": sold, "psn_no": BUYER}}, msgid="V")["infcode"] == 0
    assert counter.ask("2102", purchase())["infcode"] == 0

    answer = counter.ask("2601", {"data": {"psn_no": BUYER, "omsgid": "V", "oinfno": "2103"}})

    assert (answer["infcode"], "余额不足" in answer["err_msg"]) == (-1, True)
    assert counter.balance() == 2500
    assert [(booked.sign, state) for booked, state in counter.books.settlements()] == [
        (1, "voided"),
        (-1, "booked"),
        (1, "booked"),
    ]


def totals(count: int, total: str, account: str) -> dict[str, Any]:
    return {
        "data": {
            "insutype": "310",
            "clr_type": "41",
            "setl_optins": "370602",
            "stmt_begndate": "2021-06-30",
            "stmt_enddate": "2021-06-30",
            "medfee_sumamt": total,
            "fund_pay_sumamt": "0",
            "acct_pay": account,
            "fixmedins_setl_cnt": count,
        }
    }


@pytest.mark.parametrize(
    ("data", "result"),
    [
        (totals(2, "100.00", "75.00"), "0"),
        (totals(1, "50.00", "50.00"), "1"),
        (totals(3, "100.00", "75.00"), "2"),
        (totals(2, "100.01", "75.00"), "3"),
        (totals(2, "100.00", "74.99"), "3"),
    ],
)
def test_totals_say_who_has_more(counter: Counter, data: dict[str, Any], result: str) -> None:
    """0 balanced, 1 the center has more, 2 the institution has more, 3 the amounts differ."""
    counter.ask("2102", purchase())
    changed = {"psn_part_amt": "50.00", "acct_pay": "25.00", "psn_cash_pay": "25.00"}
    second = purchase()
    extension = msgspec.json.decode(second["druginfo"]["exp_content"])
    extension["amounts"] |= changed
    second["druginfo"]["exp_content"] = msgspec.json.encode(extension).decode()
    assert counter.ask("2102", second)["infcode"] == 0

    assert counter.ask("3201", data)["output"]["stmtinfo"]["stmt_rslt"] == result


def test_a_reversed_attempt_is_in_no_total(counter: Counter) -> None:
    """What was undone by 2601 never happened for the reconciliation."""
    counter.ask("2102", purchase(), msgid="M1")
    counter.ask("2601", {"data": {"psn_no": BUYER, "omsgid": "M1", "oinfno": "2102"}})

    answer = counter.ask("3201", totals(0, "0", "0"))

    assert answer["output"]["stmtinfo"]["stmt_rslt"] == "0"


NUL = "a\0b"
FILE = {"clr_type": "41", "setl_optins": "370602", "stmt_begndate": "2021-06-30", "stmt_enddate": "2021-06-30"}


@pytest.mark.parametrize(
    ("infno", "data", "envelope"),
    [
        ("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": NUL}}, {}),
        ("9001", {"signIn": {"opter_no": NUL}}, {"opter": NUL}),
        ("2102", {"druginfo": {"psn_no": NUL}}, {}),
        ("2601", {"data": {"psn_no": BUYER, "omsgid": NUL, "oinfno": "2102"}}, {}),
        ("3202", {"data": FILE | {"clr_type": NUL, "file_qury_no": "1"}}, {}),
        ("5206", {"data": {"psn_no": BUYER}}, {"sign_no": NUL}),
        ("5206", {"data": {"psn_no": BUYER}}, {"msgid": NUL}),
        ("3202", {"data": FILE | {"file_qury_no": "9" * 30}}, {}),
        ("3202", {"data": FILE | {"file_qury_no": "9" * 5000}}, {}),
        ("9102", {"fsDownloadIn": {"file_qury_no": "9" * 30}}, {}),
        ("9102", {"fsDownloadIn": {"file_qury_no": "9" * 5000}}, {}),
        ("1301", {"data": {"ver": "9" * 5000}}, {}),
        ("2102", {"druginfo": {"psn_no": BUYER, "medfee_sumamt": 2**64}}, {}),
    ],
)
def test_what_no_field_holds_is_refused_alone(
    counter: Counter, infno: str, data: dict[str, Any], envelope: dict[str, Any]
) -> None:
    """Texts with a NUL, numbers of thousands of digits: legal JSON that only some storages hold. The message is refused
    with a reason whatever the storage, and the one that arrived with it is carried out.
    """
    answer = counter.ask(infno, data, **envelope)

    assert answer["infcode"] == -1
    assert answer["err_msg"]
    assert counter.ask("2102", purchase())["infcode"] == 0


def test_a_serial_is_no_longer_than_an_index_holds(counter: Counter) -> None:
    """Goods told under a serial of a thousand characters: refused by its name on both storages."""
    settled = counter.ask("2102", purchase())["output"]["setlinfo"]["setl_id"]
    row = {"fixmedins_bchno": "9" * 1000, "setl_id": settled, "sel_retn_cnt": "1", "drugtracinfo": []}

    answer = counter.ask("3505", {"selinfo": row})

    assert (answer["infcode"], answer["err_msg"][:16]) == (-1, "fixmedins_bchno:")
    assert counter.ask("3505", {"selinfo": row | {"fixmedins_bchno": "9" * 20}})["infcode"] == 0


@pytest.mark.parametrize(
    "odd", [{"counter": 2**64 - 1}, {"terminal_counter": 2**64 - 1}, {"counter": -1}, {"terminal_number": NUL}]
)
def test_a_purse_s_counters_are_those_of_a_card(odd: dict[str, Any]) -> None:
    """What no card and no PSAM can have counted is not read as a debit, so that no storage is asked for it."""
    debit = {"amount": "50.00", "counter": 1, "terminal_number": "370600000001", "terminal_counter": 1}
    debit |= {"transaction_type": 6, "moment": "20210630090000", "tac": ""}
    purse = {"serial": "37060200000000000001", "balance": "75.00"}
    assert read_extension(msgspec.json.encode(purse | {"debit": debit}).decode(), PurseExtension).debit is not None
    with pytest.raises(ValueError, match="exp_content"):
        read_extension(msgspec.json.encode(purse | {"debit": debit | odd}).decode(), PurseExtension)


LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=8) | st.floats(allow_nan=False)
KEYS = st.sampled_from(["infno", "msgid", "input", "sign_no", "data", "druginfo", "drugdetail", "psn_no", "2102"])
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=8
)
IN_PURCHASE = st.sampled_from(["psn_no", "insutype", "med_type", "medfee_sumamt", "exp_content"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(body=st.binary(max_size=60) | JSON.map(msgspec.json.encode), field=IN_PURCHASE, value=JSON)
def test_nothing_that_is_sent_breaks_the_center(counter: Counter, body: bytes, field: str, value: Any) -> None:
    """Garbage, any JSON, and a purchase with any one field replaced: an answer with `infcode` each time."""
    counter.center.answer(body)
    data = purchase()
    data["druginfo"][field] = value

    answer = counter.ask("2102", data)

    assert answer["infcode"] in (0, -1)
