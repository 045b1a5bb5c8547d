"""A message that fails by itself waits alone and is parked; only a dead line lets the others wait."""

from __future__ import annotations

import pytest
from till import CARDS, PHARMACY, Mute, Till, first, one_each, speaking, tick
from town import STAY, Town, items
from watched import Picky

from terminal.center.answers import SignIn
from terminal.center.upload import UNKNOWN_ATTEMPTS_MAX
from terminal.journal.records import SettlementRecord

WAF = '{"code":403,"message":"blocked by WAF"}'
NOT_SIGNED_IN = '{"infcode":-1,"err_msg":"操作员未签到","output":{}}'
STOPPED = '{"infcode":-1,"err_msg":"该工号已停用","output":{}}'


def person_of(town: Town, place: int) -> str:
    """How a request names one of the four persons."""
    return f'"psn_no":"{town.person(CARDS[place]).person_number}"'


def worked_through(town: Town, till: Till, pauses: int) -> None:
    """Let so many of the longest pauses pass, and all be done that is due."""
    for _ in range(pauses):
        while tick(till):
            pass
        town.clock.advance(300)


def states(till: Till, records: list[SettlementRecord]) -> list[str]:
    return [till.state(record) for record in records]


def test_one_message_that_the_gateway_turns_away_blocks_nobody_and_is_parked(town: Town, till: Till) -> None:
    """403 for the first alone: the others go up at once; while others get through it is tried thirty times."""
    records = one_each(town, till)
    speaking(town, till, Picky(town, WAF, '"2102"', person_of(town, 0)))
    while tick(till):
        pass
    assert states(till, records) == ["queued", "accepted", "accepted", "accepted"]
    assert till.upload.reachable
    for _ in range(UNKNOWN_ATTEMPTS_MAX):
        till.commit(town.record(town.bill(CARDS[1], "pharmacy", PHARMACY, items({"code": "XJ01", "amount": "1.00"}))))
        worked_through(town, till, 1)
    assert (till.state(records[0]), first(till).attempts) == ("parked", UNKNOWN_ATTEMPTS_MAX)
    assert first(till).reason == "came to nothing again and again: gateway code 403: blocked by WAF"


def test_alone_in_the_queue_it_is_never_parked_since_it_may_be_the_line(town: Town, till: Till) -> None:
    """A night without any other message: in the morning it goes up."""
    record = till.commit(town.purchase())
    speaking(town, till, Picky(town, WAF, '"2102"'))
    worked_through(town, till, 2 * UNKNOWN_ATTEMPTS_MAX)
    assert till.state(record) == "queued"
    speaking(town, till)
    worked_through(town, till, 1)
    assert till.state(record) == "accepted"


@pytest.mark.parametrize("stepping", ["one by one", "in batches"])
def test_a_gateway_that_turns_everything_away_is_a_dead_line(town: Town, till: Till, stepping: str) -> None:
    """Three knocks a pause and then rest, for hours; nothing is parked, and all go up when it is open again."""
    records = one_each(town, till)
    wire = speaking(town, till, Picky(town, WAF, '"2102"'))
    step = till.upload.tick if stepping == "one by one" else till.upload.run
    while step(town.clock.now()):
        pass
    assert (wire.numbers, till.upload.reachable) == (["2102"] * 3, False)
    for _ in range(UNKNOWN_ATTEMPTS_MAX + 5):
        while step(town.clock.now()):
            pass
        town.clock.advance(300)
    assert len(wire.numbers) <= 3 * (UNKNOWN_ATTEMPTS_MAX + 6)
    assert states(till, records) == ["queued"] * 4
    speaking(town, till)
    worked_through(town, till, 1)
    assert states(till, records) == ["accepted"] * 4


def test_several_that_are_turned_away_at_the_head_do_not_hide_the_one_behind_them(town: Town, till: Till) -> None:
    """Three of four: after a pause the one that was not tried yet has its turn first."""
    records = one_each(town, till)
    good = person_of(town, 3)
    link = Picky(town, WAF, '"2102"')
    forward = town.new_link()
    speaking(town, till, _Either(good, forward, link))
    worked_through(town, till, 2)
    assert states(till, records) == ["queued", "queued", "queued", "accepted"]


class _Either:
    """One link for requests that hold a text, another for all others."""

    def __init__(self, part: str, yes: object, no: object) -> None:
        self._part, self._yes, self._no = part.encode(), yes, no

    def post(self, body: bytes) -> bytes:
        link = self._yes if self._part in body or b'"9001"' in body else self._no
        answer: bytes = link.post(body)  # type: ignore[attr-defined]
        return answer


def test_a_visit_whose_lines_the_gateway_turns_away_blocks_nobody(town: Town, till: Till) -> None:
    """Its step is a message of its own; the purchase behind it goes up."""
    stay = till.commit(town.record(town.bill("A00000001", "inpatient", "H37060200003", STAY)))
    purchase = till.commit(town.purchase())
    speaking(town, till, Picky(town, WAF, '"2301"'))
    while tick(till):
        pass
    assert states(till, [stay, purchase]) == ["queued", "accepted"]


def test_a_refusal_over_another_s_sign_in_is_a_refusal(town: Town, till: Till) -> None:
    """The pharmacist has not signed in: final at once, with the center's words, and nobody signs in anew."""
    records = one_each(town, till)
    refusal = '{"infcode":-1,"err_msg":"该药师今日未签到，不能结算","output":{}}'
    wire = speaking(town, till, Picky(town, refusal, '"2102"', person_of(town, 0)))
    while tick(till):
        pass
    assert states(till, records) == ["refused", "accepted", "accepted", "accepted"]
    assert first(till).reason == "该药师今日未签到，不能结算"
    assert wire.numbers == ["2102"] * 4
    assert sign_ins(wire.bodies) == []


def sign_ins(bodies: list[dict[str, object]]) -> list[object]:
    """Who signed in, in order."""
    return [body["opter"] for body in bodies if body["infno"] == "9001"]


def test_a_doubted_sign_in_is_renewed_once_for_a_message(town: Town, till: Till) -> None:
    """Refused so again under a fresh one, it is the message: it is refused, and the others go up."""
    records = one_each(town, till)
    wire = speaking(town, till, Picky(town, NOT_SIGNED_IN, '"2102"', person_of(town, 0)))
    while tick(till):
        pass
    assert states(till, records) == ["refused", "accepted", "accepted", "accepted"]
    assert first(till).reason == "操作员未签到"
    assert sign_ins(wire.bodies)[:1] == ["0001"]
    assert len(sign_ins(wire.bodies)) == 2
    assert wire.numbers == ["2102"] * 5


def test_what_a_stopped_operator_left_goes_up_in_the_name_of_who_works_now(town: Town, till: Till) -> None:
    """The center signs 0001 in no more: B1 sends it, and the journal keeps who sold it."""
    records = one_each(town, till)
    wire = speaking(town, till, Picky(town, STOPPED, '"9001"', '"opter":"0001"'))
    town.sign_ins.clear()
    assert isinstance(till.desk.sign_in("B1"), SignIn)
    while tick(till):
        pass
    assert states(till, records) == ["accepted"] * 4
    assert {body["opter"] for body in wire.bodies if body["infno"] == "2102"} == {"B1"}
    assert sign_ins(wire.bodies) == ["B1", "0001"]
    assert {till.journal.settlement(record.id).operator for record in records} == {"0001"}


def test_a_stopped_operator_s_message_waits_alone_where_nobody_else_is_signed_in(town: Town, till: Till) -> None:
    """Another operator's goes up; the next to sign in here takes what waits along."""
    left = till.commit(town.purchase())
    wire = speaking(town, till, Picky(town, STOPPED, '"9001"', '"opter":"0001"'))
    town.sign_ins.clear()
    while tick(till):
        pass
    assert (till.state(left), till.upload.reachable) == ("queued", True)
    assert first(till).reason == "sign-in: the center refuses: 该工号已停用"
    assert wire.numbers == []
    till.desk.sign_in("B1")
    worked_through(town, till, 2)
    assert till.state(left) == "accepted"


def test_a_sign_in_that_is_never_answered_lets_all_wait(town: Town, till: Till) -> None:
    """Three messages knock at 9001 and then rest: nobody's could go."""
    records = one_each(town, till)
    speaking(town, till, Mute(town, "9001"))
    town.sign_ins.clear()
    while tick(till):
        pass
    assert (states(till, records), till.upload.reachable) == (["queued"] * 4, False)
