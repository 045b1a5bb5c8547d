"""What the center has booked and taken back by itself on two days: explained on both, reversed on neither."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pytest
from at_the_center import leave_without_answer, sell_unseen, take_back_there, void_at_the_office
from counter_parts import DAY, STAY, Shop, purchase

from terminal.bureau import center as bureau_center
from terminal.center import fields
from terminal.center.profile import Profile
from terminal.limits import LATE_SECONDS_MAX

NEXT_DAY = DAY + dt.timedelta(days=1)
VOIDS_REVERSED = Profile(name="test", repeats="unsafe")
VOIDS_STAND = Profile(name="test", repeats="unsafe", reversible=("2102", "2207", "2304"))


def differences(shop: Shop, day: dt.date) -> list[tuple[str, str]]:
    """Run a day's end; cause and proposal of every difference."""
    return [(one.cause, one.action) for one in shop.counter.close_day(day).differences]


def to_the_next_day(shop: Shop) -> None:
    """The shop opens on the morning after."""
    shop.clock.advance(86_400)
    shop.sign_in()


@pytest.mark.parametrize("profile", [VOIDS_REVERSED, VOIDS_STAND], ids=["voids are reversed", "voids are not"])
@pytest.mark.parametrize("mode", ["local", "online"])
def test_what_the_center_took_back_by_itself_on_another_day_is_explained_on_both(
    tmp_path: Path, mode: Literal["local", "online"], profile: Profile
) -> None:
    """Booked there on one day, unknown here, and taken back by the office on the next: each day is sealed at once, and
    the center's books stay as they are."""
    with Shop(tmp_path, mode=mode, profile=profile, center_profile=profile) as shop:
        shop.settle(purchase("20.00"))
        shop.upload_all()
        sell_unseen(shop, 1, "pharmacy")
        to_the_next_day(shop)
        take_back_there(shop, shop.books.settlements()[1][0], NEXT_DAY)
        there = [(one.sign, state) for one, state in shop.books.settlements()]
        assert differences(shop, DAY) == [("date-boundary", "none")]
        assert differences(shop, NEXT_DAY) == [("date-boundary", "none")]
        assert [shop.journal.day_state(day) for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]
        assert [(one.sign, state) for one, state in shop.books.settlements()] == there
        assert shop.identify().person.account.balance == 148_000


def test_what_the_center_took_back_by_itself_on_one_day_is_shown_and_reversed_nowhere(shop: Shop) -> None:
    """A sale and its void in our name, both unknown here, beside a sale that the center has lost: they are named with
    their person and numbers, explain nothing of the totals, and keep no day open once the lost one is there again."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    ((ours, _),) = shop.books.settlements()
    sell_unseen(shop, 1, "pharmacy")
    take_back_there(shop, shop.books.settlements()[1][0], DAY)
    _, (foreign, _), (void, _) = shop.books.settlements()
    shop.books.set_state(ours.settlement_id, "reversed")
    report = shop.counter.close_day(DAY)
    assert [(one.cause, one.action, one.center_number) for one in report.differences] == [
        ("cancelled", "none", foreign.settlement_id),
        ("cancelled", "none", void.settlement_id),
        ("missing-there", "send-again", ours.settlement_id),
    ]
    assert {one.person_number for one in report.differences} == {ours.person_number}
    assert "两笔相抵" in report.differences[0].text_zh
    shop.books.set_state(ours.settlement_id, "booked")
    assert shop.counter.close_day(DAY).state == "sealed"


def test_a_pair_that_cancels_explains_no_totals(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The center's totals are not ours, and beside the pair its details hold the same rows: said, and not sealed."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "pharmacy")
    take_back_there(shop, shop.books.settlements()[1][0], DAY)
    answer = {"stmtinfo": {"setl_optins": "370602", "stmt_rslt": "3", "stmt_rslt_dscr": "other totals"}}
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.TOTALS, lambda work: answer)
    report = shop.counter.close_day(DAY)
    assert [one.cause for one in report.differences if one.cause != "totals"] == ["cancelled", "cancelled"]
    assert "totals" in [one.cause for one in report.differences]
    assert report.state == "frozen"


def test_what_was_never_heard_and_is_taken_back_there_the_same_day_is_ours_all_the_same(shop: Shop) -> None:
    """The center booked it unheard, the office took it back at once: adopted, taken back here, the day is sealed."""
    number = shop.settle(purchase("20.00"))["id"]
    leave_without_answer(shop)
    take_back_there(shop, shop.books.settlements()[0][0], DAY)
    for action in ("adopt-settlement", "void-here"):
        (proposed,) = [one for one in shop.counter.close_day(DAY).differences if one.action != "none"]
        assert proposed.action == action
        shop.counter.repair(DAY, proposed.id)
    assert shop.counter.close_day(DAY).state == "sealed"
    assert shop.journal.settlement(number).state == "voided"


def test_what_may_yet_be_ours_is_not_explained_away(shop: Shop) -> None:
    """The center booked a purchase and was never heard, the office took it back a day later. The later day, closed
    first, waits for the number; then the purchase is adopted, and taken back here."""
    number = shop.settle(purchase("20.00"))["id"]
    leave_without_answer(shop)
    to_the_next_day(shop)
    take_back_there(shop, shop.books.settlements()[0][0], NEXT_DAY)
    (difference,) = shop.counter.close_day(NEXT_DAY).differences
    assert (difference.cause, difference.action) == ("void-one-sided", "none")
    assert "first close 2021-06-30" in difference.text
    assert "2021-06-30" in difference.text_zh
    assert differences(shop, DAY) == [("missing-here", "adopt-settlement")]
    shop.counter.repair(DAY, shop.counter.close_day(DAY).differences[0].id)
    (difference,) = shop.counter.close_day(NEXT_DAY).differences
    shop.counter.repair(NEXT_DAY, difference.id)
    assert [shop.counter.close_day(day).state for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]
    assert shop.journal.settlement(number).state == "voided"
    assert shop.identify().person.account.balance == 150_000


def upload_until_accepted(shop: Shop, number: str) -> None:
    """Let the upload work until the center's word on this record is heard."""
    while shop.journal.settlement(number).upload_state != "accepted":
        shop.upload_all()
        shop.clock.advance(60)


def settled_twice_in_one_visit(shop: Shop) -> str:
    """A stay is undone and settled anew; the center lets the undone one stand again, and takes it back a day later. The
    number of what counts."""
    shop.center.faults.inject("drop-after", infno="2304")
    number = shop.settle(STAY)["id"]
    upload_until_accepted(shop, number)
    (undone, state), (stands, _) = shop.books.settlements()
    assert (state, undone.visit_id) == ("reversed", stands.visit_id)
    shop.books.set_state(undone.settlement_id, "booked")
    to_the_next_day(shop)
    take_back_there(shop, undone, NEXT_DAY)
    return str(number)


def test_the_void_of_an_undone_attempt_takes_back_nothing_of_the_same_visit(tmp_path: Path) -> None:
    """What counts here stays, though the center's void names its visit."""
    with Shop(tmp_path, profile=VOIDS_STAND) as shop:
        number = settled_twice_in_one_visit(shop)
        assert differences(shop, DAY) == [("date-boundary", "none")]
        assert differences(shop, NEXT_DAY) == [("date-boundary", "none")]
        assert shop.journal.settlement(number).state == "committed"


def test_of_two_voids_of_one_visit_the_one_that_took_ours_back_is_adopted(tmp_path: Path) -> None:
    """What counts is taken back too, the void's answer unheard: it gets its own number there, not the other one's."""
    with Shop(tmp_path, profile=VOIDS_STAND) as shop:
        number = settled_twice_in_one_visit(shop)
        shop.center.faults.inject("drop-after", infno="2305")
        void = shop.void(number)["id"]
        upload_until_accepted(shop, void)
        found = shop.counter.close_day(NEXT_DAY).differences
        assert [(one.cause, one.action) for one in found] == [
            ("date-boundary", "none"),
            ("void-one-sided", "adopt-settlement"),
        ]
        shop.counter.repair(NEXT_DAY, found[1].id)
        shop.clock.advance(LATE_SECONDS_MAX)
        assert [shop.counter.close_day(day).state for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]
        ours, _ = shop.books.settlements()[-1]
        assert shop.journal.settlement(void).center_references["setl_id"] == ours.settlement_id


def test_an_office_void_of_ours_on_another_day_is_still_made_here(shop: Shop) -> None:
    """What the office takes back of ours the day after is no pair: it is taken back here too."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    to_the_next_day(shop)
    void_at_the_office(shop, number, NEXT_DAY)
    assert differences(shop, NEXT_DAY) == [("void-one-sided", "void-here")]
