"""Reversals that come to no end: what day end adopts is undone no more, and what the center has not is given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from at_the_center import answer_between, booked, passed
from counter_parts import DAY, Shop, card, person, purchase

from terminal.center.profile import Profile
from terminal.center.upload import UNKNOWN_ATTEMPTS_MAX
from terminal.errors import InDoubt
from terminal.journal.rows import queue_reversal
from terminal.limits import LATE_SECONDS_MAX

UNSAFE = Profile(name="test", repeats="unsafe")
VOIDS_STAY = Profile(name="test", repeats="unsafe", reversible=("2102",))
BUSY = "系统繁忙，请稍后再试".encode()
NO_SUCH = "无此交易".encode()
"""Words of a center that no profile knows."""


def says(monkeypatch: pytest.MonkeyPatch, shop: Shop, infno: str, words: bytes) -> Callable[[], None]:
    """The center refuses every message of one number in these words, until what is returned is called."""
    refusal = b'{"infcode":-1,"err_msg":"' + words + b'","output":{}}'
    asked = f'"infno":"{infno}"'.encode()
    return answer_between(monkeypatch, shop, lambda body: refusal if asked in body else None)


def proposals(shop: Shop) -> list[tuple[str, str]]:
    """Run day end; cause and proposal of every difference, each carried out."""
    found = shop.counter.close_day(DAY).differences
    for one in found:
        shop.counter.repair(DAY, one.id)
    return [(one.cause, one.action) for one in found]


@pytest.mark.parametrize("answer", ["busy", "silent"])
def test_what_day_end_adopts_is_not_reversed_behind_the_sealed_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Booked, its answer lost, its reversal refused or unanswered: adopted, it stands at the center for good."""
    with Shop(tmp_path, profile=UNSAFE) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("drop-after", infno="2102")
        if answer == "busy":
            well_again = says(monkeypatch, shop, "2601", BUSY)
        else:
            shop.center.faults.inject("drop-before", 20, infno="2601")
            well_again = shop.center.faults.clear
        shop.upload_all()
        assert proposals(shop) == [("missing-here", "adopt-settlement")]
        well_again()
        report = shop.counter.close_day(DAY)
        assert report.state == "frozen", "the reversal may still be on its way"
        assert [one.settlement_id for one in report.open_matters] == [number]
        shop.clock.advance(LATE_SECONDS_MAX)
        assert shop.counter.close_day(DAY).state == "sealed"
        passed(shop)
        assert booked(shop) == ["booked"]
        assert shop.journal.queue() == []
        assert shop.journal.verify() == []


def test_a_day_waits_for_the_reversals_of_what_stands(shop: Shop) -> None:
    """What is accepted, and is to be undone nevertheless, keeps its day open."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    ((sent, _),) = shop.books.settlements()
    with shop.journal.writing() as connection:
        record = shop.journal.settlement(number)
        queue_reversal(connection, shop.journal.terminal_id, record, sent.message_id, "R1", "", shop.clock.now())
    shop.center.faults.inject("drop-before", 20, infno="2601")
    report = shop.counter.close_day(DAY)
    assert (report.state, [one.settlement_id for one in report.open_matters]) == ("frozen", [number])


def test_a_reversal_of_what_the_center_has_not_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sale never arrived, its reversal is refused in unknown words and parked: the details say the last word, and
    the sale goes again; the person's later sales with it.
    """
    with Shop(tmp_path, profile=UNSAFE) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("drop-before", infno="2102")
        says(monkeypatch, shop, "2601", NO_SUCH)
        passed(shop, 4 * 3_600, 60)
        assert [message.state for message in shop.journal.queue()] == ["unknown", "parked"]
        later = shop.settle(purchase("1.00"))["id"]
        assert proposals(shop) == [("never-booked", "give-up-reversal")]
        shop.upload_all()
        assert booked(shop) == ["booked", "booked"]
        assert {shop.journal.settlement(one).upload_state for one in (number, later)} == {"accepted"}
        shop.clock.advance(LATE_SECONDS_MAX)
        assert shop.counter.close_day(DAY).state == "sealed"
        assert shop.journal.verify() == []


def test_online_too_and_the_person_is_served_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Abandoned, its reversal parked: once that is given up nothing is open, and the person may buy."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        shop.center.faults.inject("drop-before", infno="2102")
        says(monkeypatch, shop, "2601", NO_SUCH)
        with pytest.raises(InDoubt):
            shop.settle(purchase("20.00"))
        passed(shop, 4 * 3_600, 60)
        report = shop.counter.close_day(DAY)
        assert [one.upload_state for one in report.open_matters] == ["parked"]
        assert "冲正" in report.open_matters[0].reason_zh
        assert proposals(shop) == [("never-booked", "give-up-reversal")]
        shop.clock.advance(LATE_SECONDS_MAX)
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.clock.advance(86_400)
        shop.sign_in()
        assert shop.settle(purchase("20.00"))["id"]
        assert booked(shop) == ["booked"]


def test_what_the_center_has_on_any_day_is_not_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands there, counted on the next day by the center's time: nothing is proposed that would book it twice."""
    with Shop(tmp_path, profile=UNSAFE, days_by="center-time") as shop:
        shop.clock.advance(14 * 3_600 + 3_000)
        shop.settle(purchase("20.00"))
        shop.clock.advance(1_200)
        shop.center.faults.inject("drop-after", infno="2102")
        says(monkeypatch, shop, "2601", NO_SUCH)
        passed(shop, 4 * 3_600, 60)
        report = shop.counter.close_day(DAY)
        assert ([one.upload_state for one in report.open_matters], report.differences) == (["parked"], [])
        report = shop.counter.close_day(DAY + dt.timedelta(days=1))
        assert [(one.cause, one.action) for one in report.differences] == [("missing-here", "adopt-settlement")]


def test_a_void_whose_look_the_gateway_turns_away_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The center reverses no voids, and the question after this one is blocked: the other persons' sales go up."""
    with Shop(tmp_path, *(person(number) for number in (1, 2, 3)), profile=VOIDS_STAY) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.upload_all()
        shop.void(number)
        blocked = b'{"code":403,"message":"blocked"}'
        answer_between(monkeypatch, shop, lambda body: blocked if b'"5203"' in body else None)
        shop.center.faults.inject("drop-after", infno="2103")
        shop.upload_all()
        for one in (2, 3):
            shop.reader.insert(card(one))
            shop.settle(purchase("20.00"))
        passed(shop, 1_200)
        assert booked(shop)[-2:] == ["booked", "booked"]
        assert len(shop.books.settlements()) == 4
        (parked,) = [one for one in shop.journal.queue() if one.transaction == "reverse"]
        assert parked.attempts < UNKNOWN_ATTEMPTS_MAX
