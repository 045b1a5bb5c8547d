"""What is done, and what is not, where the center says no, says something else, or cannot be asked."""

from __future__ import annotations

import pytest
from by_hand import visit
from town import OPERATOR, Town, void_of
from watched import Telling, Watched

from terminal.center.answers import TAKEN_BACK, Accepted, NotSent, Rejected
from terminal.center.envelope import decode_answer
from terminal.center.outcome import refused
from terminal.errors import Refused, Unavailable

PHARMACY = "P37060200001"
SETTLED = (
    '{"infcode":0,"err_msg":"签到有效","output":{"setlinfo":{"setl_id":"S1","psn_no":"37060200000006",'
    '"medfee_sumamt":"111.70","psn_part_amt":"111.70","acct_pay":"75.00","psn_cash_pay":"36.70"}}}'
)


def test_a_success_that_speaks_of_the_sign_in_is_a_success(town: Town) -> None:
    """Only a refusal asks for a new one."""
    assert isinstance(town.send(town.purchase(), desk=town.new_desk(Telling(town, "2102", SETTLED))), Accepted)


@pytest.mark.parametrize(
    ("said", "code", "says"),
    [
        ('{"infcode":-1,"err_msg":"没有此文件"}', "center-refused", "没有此文件"),
        ('{"infcode":0,"output":{}}', "center-silent", "an answer, and no file"),
        ('{"code":401,"message":"no"}', "center-unreachable", "gateway code 401: no"),
        ("<html>", "center-silent", "not JSON"),
        ("", "center-silent", "not JSON"),
    ],
)
def test_what_comes_instead_of_a_file_is_told_as_what_it_is(town: Town, said: str, code: str, says: str) -> None:
    """9102 (3.15): a refusal with its reason, a success without a file, a gateway's no, a page, nothing."""
    desk = town.new_desk(Telling(town, "9102", said))
    desk.sign_in(OPERATOR)
    with pytest.raises((Refused, Unavailable)) as error:
        desk.download("F1", "a.zip", PHARMACY)
    assert (error.value.code, says in error.value.message) == (code, True)


def test_a_file_comes_as_its_bytes(town: Town) -> None:
    """Whatever they are."""
    desk = town.new_desk(Telling(town, "9102", "PK\x03\x04 {"))
    desk.sign_in(OPERATOR)
    assert desk.download("F1", "a.zip", PHARMACY) == b"PK\x03\x04 {"


def test_a_void_that_is_refused_while_its_settlement_stands_is_refused(town: Town) -> None:
    """5203 says that it was not taken back: the center's no is the last word, and nothing is undone."""
    record = town.purchase()
    settled = town.send(record)
    assert isinstance(settled, Accepted)
    town.server.faults.inject("refuse", infno="2103")
    town.desk = town.new_desk(wire := Watched(town.new_link()))
    outcome = town.send_void(record, settled.references)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "the center is asked to refuse this"
    assert wire.numbers == ["2103", "5203"]
    assert [state for _, state in town.books.settlements()] == ["booked"]


@pytest.mark.parametrize("fault", ["drop-before", "refuse", "gateway-401"])
def test_a_void_that_is_refused_and_cannot_be_looked_up_is_refused(town: Town, fault: str) -> None:
    """Nobody knows better than the center's no."""
    record = town.purchase()
    settled = town.send(record)
    assert isinstance(settled, Accepted)
    town.send_void(record, settled.references)
    town.server.faults.inject(fault, infno="5203")  # type: ignore[arg-type]
    assert isinstance(town.send_void(record, settled.references), Rejected)
    again = town.send_void(record, settled.references)
    assert isinstance(again, Accepted)
    assert again.references == {"found": TAKEN_BACK}
    assert again.sums is not None
    assert (again.sums.total, again.sums.account) == (111_70, 75_00)


def test_a_refusal_is_kept_without_names() -> None:
    """The center repeats the person in its no: what is kept of it names nobody."""
    told = b'{"infcode":-1,"err_msg":"no","output":{"psn_name":"\xe5\xbc\xa0","certno":"370602197001010006"}}'
    outcome = refused(decode_answer(told))
    assert outcome.answer == '{"infcode":-1,"err_msg":"no","output":{"psn_name":"…","certno":"…"}}'.encode()
    assert outcome.reason == "no"


def test_a_void_of_what_has_no_number_there_is_not_looked_up(town: Town) -> None:
    """The refusal stands; there is nothing to ask 5203 for, and an operator's question is refused here."""
    record = town.purchase()
    town.desk = town.new_desk(wire := Watched(town.new_link()))
    assert isinstance(town.send_void(record, {}), Rejected)
    assert wire.numbers == ["2103"]
    town.desk.sign_in(OPERATOR)
    with pytest.raises(Refused) as refused:
        town.desk.inquire(void_of(record, {})[1])
    assert (refused.value.code, refused.value.at) == ("not-at-center", "settlement_id")


def test_a_reversal_is_handed_over_before_it_leaves(town: Town) -> None:
    """Its bytes, once, and while nothing of it is at the center."""
    seen: list[bytes] = []
    ask = (PHARMACY, OPERATOR, "37060200000006", "M" * 30, "2102")
    town.server.down()
    assert isinstance(town.desk.reverse(*ask, seen.append), NotSent)
    assert [b'"omsgid":"' + b"M" * 30 in request for request in seen] == [True]


def test_nothing_is_handed_over_while_nobody_can_sign_in(town: Town) -> None:
    """A new day and no line: neither a settlement, nor a reversal, nor goods count as sent."""
    record, seen = town.purchase(), list[bytes]()
    town.clock.advance(86_400)
    town.server.down()
    outcomes = [
        town.desk.send(record, None, "M1", "settle", seen.append),
        town.desk.reverse(PHARMACY, OPERATOR, "37060200000006", "M" * 30, "2102", seen.append),
        town.desk.tell("3505", record, {"selinfo": {}}, "M2", seen.append),
    ]
    for outcome in outcomes:
        assert isinstance(outcome, NotSent)
        assert outcome.reason.startswith("sign-in: the center cannot be reached")
        assert not outcome.waits_alone
    assert seen == []


def test_a_sign_in_of_yesterday_is_not_signed_out(town: Town) -> None:
    """9002 only where somebody is signed in today; the operator is gone either way."""
    town.desk = town.new_desk(wire := Watched(town.new_link()))
    town.desk.sign_in(OPERATOR)
    town.clock.advance(86_400)
    town.desk.sign_out(OPERATOR)
    assert (wire.numbers, town.desk.operator) == ([], "")


def test_a_visit_waits_for_the_line_with_all_others(town: Town) -> None:
    """A registration that surely never left is no fault of its own; one that was not answered is."""
    record = visit(provider_id="H37060200003")
    town.server.down()
    gone = town.send(record)
    town.server.up()
    town.server.faults.inject("drop-before", infno="2201")
    silent = town.send(record)
    assert isinstance(gone, NotSent)
    assert isinstance(silent, NotSent)
    assert (gone.waits_alone, silent.waits_alone) == (False, True)
