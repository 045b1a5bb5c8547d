"""Whose answer it is: what must be said for a success to be that of this settlement, or of this void, and no other."""

from __future__ import annotations

import re
from random import Random

import msgspec
import pytest
from till import Till, one_each
from town import Town
from watched import Telling

from terminal.center.answers import Accepted, Institution, Outcome, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.upload import Upload

PURCHASE = {"medfee_sumamt": "111.70", "psn_part_amt": "111.70", "acct_pay": "75.00", "psn_cash_pay": "36.70"}
"""E6 as an old edition tells it: no funds, and nothing borne by the institution."""
SMALLER = {"medfee_sumamt": "58.40", "psn_part_amt": "58.40", "acct_pay": "58.40", "psn_cash_pay": "0.00"}
OURS = {"setl_id": "S1", "psn_no": "37060200000006"}


def told(row: dict[str, str], sign: str = "") -> str:
    """An answer of success with this row; sign: before each of its amounts."""
    signed = {name: f"{sign}{text}" if name in PURCHASE else text for name, text in row.items()}
    return msgspec.json.encode({"infcode": 0, "output": {"setlinfo": signed}}).decode()


def settled(town: Town, row: dict[str, str], sign: str = "") -> Outcome:
    """What becomes of the purchase E6 (111.70) where the center answers so."""
    return town.send(town.purchase(), desk=town.new_desk(Telling(town, "2102", told(row, sign))))


def test_an_edition_that_tells_no_funds_has_none(town: Town) -> None:
    """Sum, person's share, account and cash are told and add up: accepted, and the funds that are not told paid
    nothing.
    """
    outcome = settled(town, OURS | PURCHASE)
    assert isinstance(outcome, Accepted)
    assert outcome.differences == ()
    assert outcome.sums is not None
    assert (outcome.sums.total, outcome.sums.account, outcome.sums.cash) == (111_70, 75_00, 36_70)
    assert (outcome.sums.fund_total, outcome.sums.provider_borne) == (0, 0)


@pytest.mark.parametrize(
    ("row", "sign", "says"),
    [
        (OURS, "", "no medfee_sumamt"),
        (OURS | {"hosp_part_amt": "0.00"}, "", "no medfee_sumamt"),
        (OURS | SMALLER, "", "another bill: medfee_sumamt 58.40, sent 111.70"),
        (OURS | PURCHASE, "-", "another bill: medfee_sumamt -111.70, sent 111.70"),
        (OURS | dict.fromkeys(PURCHASE, ""), "", "another bill: medfee_sumamt 0.00"),
        ({"setl_id": "S1"} | PURCHASE, "", "neither message nor person"),
    ],
    ids=["no amounts", "no sum", "another bill", "a void's", "empty amounts", "of nobody"],
)
def test_a_success_that_is_not_this_settlement_s_is_unknown(
    town: Town, row: dict[str, str], sign: str, says: str
) -> None:
    """A bare number, another bill's sum, negative amounts, or neither message nor person: in doubt, and kept."""
    outcome = settled(town, row, sign)
    assert isinstance(outcome, Unknown)
    assert says in outcome.reason
    assert b"S1" in outcome.answer


BELOW_ZERO = [
    {"acct_pay": "111.71", "psn_cash_pay": "-0.01"},
    {"acct_pay": "-0.01", "psn_cash_pay": "111.71"},
    {"fund_pay_sumamt": "-1.00", "hifp_pay": "-1.00", "psn_part_amt": "112.70", "psn_cash_pay": "37.70"},
    {"fund_pay_sumamt": "0.00", "hifp_pay": "-1.00", "oth_pay": "1.00"},
]
"""Amounts of E6 that add up, of which somebody pays less than nothing."""


@pytest.mark.parametrize("row", BELOW_ZERO, ids=["cash", "account", "funds", "one fund"])
def test_nobody_pays_less_than_nothing(town: Town, row: dict[str, str]) -> None:
    """A success whose amounts add up, but with a payer below zero (settlement.md section 1), is in doubt."""
    outcome = settled(town, OURS | PURCHASE | row)
    assert isinstance(outcome, Unknown)
    assert "is below zero" in outcome.reason


def test_the_provider_alone_may_have_a_surplus(town: Town) -> None:
    """What a package pays beyond its bill stands as less than nothing with the provider, and is kept as told."""
    surplus = {"fund_pay_sumamt": "5.00", "hifp_pay": "5.00", "hosp_part_amt": "-5.00"}
    outcome = settled(town, OURS | PURCHASE | surplus)
    assert isinstance(outcome, Accepted)
    assert outcome.sums is not None
    assert (outcome.sums.fund_total, outcome.sums.provider_borne) == (5_00, -5_00)


@pytest.mark.parametrize("sign", ["", "-"], ids=["positive", "negative"])
@pytest.mark.parametrize("row", [{}, *BELOW_ZERO], ids=["ours", "cash", "account", "funds", "one fund"])
def test_a_void_s_amounts_have_one_sign(town: Town, sign: str, row: dict[str, str]) -> None:
    """2103 may tell them positive or negative, all of them alike; one payer of the other sign: in doubt."""
    record = town.purchase()
    done = town.send(record)
    assert isinstance(done, Accepted)
    names = {"init_setl_id": done.references["setl_id"], "psn_no": OURS["psn_no"], "setl_id": "S2"}
    amounts = PURCHASE | row
    turned = {name: f"{sign}{text}".replace("--", "") for name, text in amounts.items()}
    answer = msgspec.json.encode({"infcode": 0, "output": {"setlinfo": names | turned}}).decode()
    town.desk = town.new_desk(Telling(town, "2103", answer))
    outcome = town.send_void(record, done.references)
    assert isinstance(outcome, Unknown if row else Accepted)
    if isinstance(outcome, Accepted):
        assert outcome.differences == ()
        assert outcome.sums is not None
        assert (outcome.sums.total, outcome.sums.account, outcome.sums.cash) == (111_70, 75_00, 36_70)


@pytest.mark.parametrize(
    ("row", "accepted"),
    [
        ({"setl_id": "S2"} | SMALLER, False),
        ({"setl_id": "S2"}, False),
        ({"setl_id": "S2", "mdtrt_id": "the original's"} | SMALLER, True),
        ({"setl_id": "S2", "init_setl_id": "the original's"} | SMALLER, True),
        ({"setl_id": "the original's"} | SMALLER, True),
        ({"setl_id": "the original's"}, False),
    ],
    ids=["another sum", "no sum", "its visit", "its number", "under its number", "no sum under its number"],
)
def test_the_void_of_another_bill_is_not_this_one_s(town: Town, row: dict[str, str], accepted: bool) -> None:
    """2103 with another sum is another void's, unless it says itself what it takes back, which the center may have
    booked with another sum: then the difference is shown. Without a sum it is none's.
    """
    record = town.purchase()
    done = town.send(record)
    assert isinstance(done, Accepted)
    theirs = {"init_setl_id": "setl_id"}
    named = {
        name: done.references[theirs.get(name, name)] if text == "the original's" else text
        for name, text in row.items()
    }
    town.desk = town.new_desk(Telling(town, "2103", told(named)))
    outcome = town.send_void(record, done.references)
    assert isinstance(outcome, Accepted if accepted else Unknown)
    if isinstance(outcome, Accepted):
        assert "medfee_sumamt: center -58.40, terminal -111.70" in outcome.differences


class Stale:
    """A lane on which the second settlement is answered once with the number of the first, as if that were its own."""

    def __init__(self, town: Town) -> None:
        self._link, self._numbers = town.new_link(), list[bytes]()

    def post(self, body: bytes) -> bytes:
        answer = self._link.post(body)
        number = re.search(rb'"setl_id":"([0-9]+)"', answer)
        if b'"infno":"2102"' not in body or number is None:
            return answer
        self._numbers.append(number[1])
        return answer.replace(number[1], self._numbers[0]) if len(self._numbers) == 2 else answer

    def send(self, body: bytes) -> None:
        self._body = body

    def receive(self) -> bytes:
        return self.post(self._body)


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_a_number_that_another_settlement_has_is_not_taken(town: Town, till: Till, together: bool) -> None:
    """Two persons' purchases of one price, and for the second the first one's number: in doubt, and its answer is kept;
    the same message again brings its own.
    """
    first, second = one_each(town, till)[:2]
    stale = Stale(town)
    names = {provider_id: provider.name for provider_id, provider in town.providers.items()}
    stamp = till.journal.next_message_stamp
    desk = CenterDesk(stale, Institution("370602", names), stamp, 1, town.clock, town.profile, lanes=[stale])
    upload = Upload(till.journal, desk, town.clock, Random(7))
    step = upload.run if together else upload.tick
    while step(town.clock.now()):
        assert till.state(second) in ("queued", "unknown")
    (message,) = till.journal.queue()
    assert (message.settlement_id, message.state) == (second.id, "unknown")
    assert "number of another settlement" in message.reason
    assert b"setl_id" in message.answer
    town.clock.advance(2)
    upload.run(town.clock.now())
    assert [till.state(record) for record in (first, second)] == ["accepted"] * 2
    known = [till.journal.settlement(record.id).center_references["setl_id"] for record in (first, second)]
    assert known == [booked.settlement_id for booked, _ in town.books.settlements()][:2]
    assert till.journal.verify() == []
