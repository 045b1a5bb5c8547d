"""A visit that was given up stands open at the center no longer, however often the line is cut: what was not heard to
be taken back is asked again, also after a restart, and holds up nobody else.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import pytest
from at_the_center import passed, void_at_the_office
from counter_parts import DAY, STAY, Shop, bill, card, purchase
from purse_shop import PurseShop

from terminal.bureau.faults import FaultName
from terminal.center.desk import CenterDesk
from terminal.center.link import Silence
from terminal.center.profile import Profile
from terminal.errors import InDoubt, Refused, Unavailable
from terminal.settlement.bill import Bill

UNSAFE = Profile(name="test", repeats="unsafe")
CLINIC = bill("outpatient", {"amount": "100.00"})


def standing(shop: Shop) -> tuple[int, int]:
    """What the center has of visits that were not taken back: how many, and how many lines."""
    [row] = shop.books.storage.rows(
        "SELECT count(*) AS visits, (SELECT count(*) FROM visit_lines) AS lines FROM visits WHERE state <> 'cancelled'"
    )
    return row["visits"], row["lines"]


def asked_again(shop: Shop, seconds: int = 120) -> int:
    """Let time pass; how often something was asked about visits that were left open."""
    times = 0
    for _ in range(seconds // 10):
        shop.clock.advance(10)
        while shop.left_visits.tick(shop.clock.now()):
            times += 1
    return times


@pytest.mark.parametrize(
    ("mode", "asked", "lost", "fault"),
    [
        ("local", CLINIC, "2205", "drop-before"),
        ("local", CLINIC, "2205", "drop-after"),
        ("local", CLINIC, "2202", "drop-before"),
        ("local", CLINIC, "2202", "drop-after"),
        ("local", STAY, "2405", "drop-after"),
        ("local", STAY, "2302", "drop-before"),
        ("online", CLINIC, "2202", "drop-after"),
        ("online", STAY, "2404", "drop-before"),
    ],
)
def test_a_step_that_is_lost_behind_a_void_is_asked_again(
    tmp_path: Path, mode: Literal["local", "online"], asked: Bill, lost: str, fault: FaultName
) -> None:
    """Whether or not it arrived: the void is told at once, the day is sealed, and no visit and no line is left."""
    with Shop(tmp_path, mode=mode) as shop:
        number = shop.settle(asked)["id"]
        shop.upload_all()
        shop.center.faults.inject(fault, infno=lost)
        shop.void(number)
        shop.upload_all()
        assert shop.counter.last(1)[0].upload_state == "accepted"
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.reopen()
        assert asked_again(shop) == 1
        assert standing(shop) == (0, 0)
        assert (shop.journal.stuck_visits(), asked_again(shop)) == ([], 0)


def test_a_visit_that_is_left_open_holds_up_nobody(shop: Shop) -> None:
    """The center answers nothing about it for an hour: asked ever more seldom, while the next patient, and the same
    one, are served; then it answers."""
    number = shop.settle(CLINIC)["id"]
    shop.upload_all()
    shop.center.faults.inject("drop-before", infno="2205", times=0)
    shop.void(number)
    shop.upload_all()
    assert 3 <= asked_again(shop, 3_600) <= 40
    for _ in range(2):
        shop.sign_in()
        shop.settle(purchase("20.00"))
        shop.reader.insert(card(2))
    shop.upload_all()
    assert [one.upload_state for one in shop.counter.last(2)] == ["accepted", "accepted"]
    shop.center.faults.clear()
    asked_again(shop, 600)
    assert standing(shop) == (0, 0)


def test_a_visit_that_the_center_keeps_open_is_told_and_goes_again_when_asked_for(shop: Shop) -> None:
    """Its no is the center's word: it is listed with its reason, is not asked again by itself, and is gone from the
    list when the operator has had it asked again."""
    number = shop.settle(CLINIC)["id"]
    shop.upload_all()
    shop.center.faults.inject("refuse", infno="2202", times=2)
    shop.void(number)
    shop.upload_all()
    asked_again(shop)
    (stuck,) = shop.journal.stuck_visits()
    assert (stuck.record.id, "asked to refuse this" in stuck.reason) == (number, True)
    assert shop.journal.progress(shop.clock.now()).visits_stuck == 1
    assert asked_again(shop) == 0
    assert shop.journal.ask_visit_again(number, shop.clock.now())
    assert asked_again(shop) == 1
    assert (shop.journal.stuck_visits(), standing(shop)) == ([], (0, 0))
    assert not shop.journal.ask_visit_again(number, shop.clock.now())


def test_a_center_that_answers_nothing_about_a_visit_is_not_asked_for_ever(shop: Shop) -> None:
    """It answers everything else: after thirty tries the visit rests for the operator."""
    number = shop.settle(CLINIC)["id"]
    shop.upload_all()
    shop.center.faults.inject("empty", infno="2205", times=0)
    shop.void(number)
    shop.upload_all()
    times = 0
    for _ in range(40):
        times += asked_again(shop, 300)
        shop.sign_in()
    assert (times, len(shop.journal.stuck_visits())) == (30, 1)


def test_online_a_visit_that_was_cut_off_before_its_settlement_is_taken_back(tmp_path: Path) -> None:
    """The lines arrive unheard, and the line is dead: nothing was settled, nothing of it is in the journal, and its
    visit is gone when the line is back, also after a restart."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        quote = shop.quote(CLINIC)
        shop.center.faults.inject("drop-after", infno="2204")
        shop.center.faults.inject("drop-before", infno="2205")
        with pytest.raises(Unavailable):
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert standing(shop) == (1, 1)
        assert shop.counter.last(1) == []
        shop.reopen()
        asked_again(shop)
        assert standing(shop) == (0, 0)


@pytest.mark.parametrize("asked", [CLINIC, STAY])
def test_online_a_registration_that_was_not_heard_leaves_no_visit(tmp_path: Path, asked: Bill) -> None:
    """The center has registered the patient, its answer is lost, and the sale is refused: nobody knows the visit's
    number, and when nothing can be on its way any more, it is looked up and taken back, also after a restart."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        quote = shop.quote(asked)
        shop.center.faults.inject("drop-after", infno="2401" if asked is STAY else "2201")
        with pytest.raises(Unavailable):
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert standing(shop) == (1, 0)
        shop.reopen()
        assert (asked_again(shop, 120), asked_again(shop, 240)) == (0, 1)
        assert standing(shop) == (0, 0)


def test_online_an_end_before_the_sale_is_written_down_leaves_no_visit(tmp_path: Path) -> None:
    """The power goes when the visit is registered and nothing of the sale is in the journal: found at the next start,
    and taken back. A sale that is settled keeps its visit."""

    class PowerIsGone(BaseException):
        pass

    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        shop.settle(CLINIC)
        quote = shop.quote(CLINIC)
        with patch.object(shop.journal, "open_intent", side_effect=PowerIsGone), pytest.raises(PowerIsGone):
            shop.counter.settle(quote.id, quote.hash, False, "", "k2")
        assert standing(shop) == (2, 2)
        shop.reopen()
        asked_again(shop, 360)
        assert standing(shop) == (1, 1)
        assert (shop.journal.stuck_visits(), shop.journal.due_visit(shop.clock.now())) == ([], None)


def test_a_card_that_did_not_pay_leaves_no_visit(tmp_path: Path) -> None:
    """The center has looked at the visit, and the card refuses the debit (its PSAM is another bureau's): nothing was
    settled, and nothing of the visit stays."""
    with PurseShop(tmp_path, mode="online") as shop:
        shop.psam_inside._master_key = bytes(16)
        quote = shop.quote(CLINIC)
        with pytest.raises(Refused) as caught:
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert (caught.value.code, standing(shop)) == ("not-debited", (1, 1))
        assert asked_again(shop) == 1
        assert standing(shop) == (0, 0)


def test_a_void_that_is_found_done_leaves_no_visit(tmp_path: Path) -> None:
    """Its answer is lost, and the center reverses no voids: a look (5203) finds it done, and the visit goes as well."""
    unreversed = Profile(name="test", repeats="unsafe", reversible=["2102", "2207"])
    with Shop(tmp_path, profile=unreversed) as shop:
        number = shop.settle(CLINIC)["id"]
        shop.upload_all()
        shop.center.faults.inject("drop-after", infno="2208")
        shop.void(number)
        passed(shop)
        assert shop.counter.last(1)[0].upload_state == "accepted"
        asked_again(shop)
        assert standing(shop) == (0, 0)


def test_what_the_office_took_back_leaves_no_visit(shop: Shop) -> None:
    """Day end finds its void and takes it back here; the visit that was left open there is taken back too."""
    number = shop.settle(CLINIC)["id"]
    shop.upload_all()
    for lost in ("2205", "2202"):
        shop.center.faults.inject("drop-before", infno=lost, times=0)
    void_at_the_office(shop, number)
    shop.center.faults.clear()
    (difference,) = shop.counter.close_day(DAY).differences
    shop.counter.repair(DAY, difference.id)
    asked_again(shop)
    assert (standing(shop), shop.counter.close_day(DAY).state) == ((0, 0), "sealed")


def test_a_registration_that_comes_behind_the_taking_back_leaves_no_visit(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first registration is lost on the line, the second one is settled and taken back; then the first arrives and
    makes another visit, which nobody asked for: it is found four minutes later.
    """
    late, post = list[bytes](), shop.link.post

    def lose_the_first(body: bytes) -> bytes:
        if not late and body.startswith(b'{"infno":"2201"'):
            late.append(body)
            raise Silence("lost")
        return post(body)

    monkeypatch.setattr(shop.link, "post", lose_the_first)
    number = shop.settle(CLINIC)["id"]
    passed(shop)
    shop.void(number)
    shop.upload_all()
    assert [one.upload_state for one in shop.counter.last(2)] == ["accepted", "accepted"]
    assert standing(shop) == (0, 0)
    shop.link.post(late[0])
    assert standing(shop) == (1, 0)
    asked_again(shop, 600)
    assert (standing(shop), shop.journal.due_visit(shop.clock.now() + dt.timedelta(days=1))) == ((0, 0), None)


def test_a_visit_of_what_was_reversed_is_taken_back_though_the_power_goes(tmp_path: Path) -> None:
    """Online, the answer is lost, and the center undoes what it booked; the power goes before the visit is asked for:
    that it is given up was written down with the sale's end, and it waited for the reversal.
    """

    class PowerIsGone(BaseException):
        pass

    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        quote = shop.quote(CLINIC)
        shop.center.faults.inject("drop-after", infno="2207")
        with pytest.raises(InDoubt):
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert (asked_again(shop), standing(shop)) == (0, (1, 1))
        with patch.object(CenterDesk, "give_up", side_effect=PowerIsGone), pytest.raises(PowerIsGone):
            passed(shop)
        shop.reopen()
        asked_again(shop, 600)
        assert standing(shop) == (0, 0)
