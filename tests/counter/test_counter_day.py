"""Day end: frozen, drained, reconciled, reported, and sealed only where everything agrees; sales go on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import msgspec
import pytest
from counter_parts import DAY, MORNING, STAY, Shop, card, person, purchase

from terminal.clock import SetClock
from terminal.counter.day import CHANGED_MEANWHILE, ask_center
from terminal.errors import Conflict, Refused
from terminal.journal.center_clock import ClockOffset

NEXT_DAY = DAY + dt.timedelta(days=1)


def test_a_day_is_drained_reconciled_reported_and_sealed(shop: Shop) -> None:
    """What waits is uploaded, the center agrees group by group, the report is printed and kept with the day."""
    shop.settle(STAY)
    shop.void(shop.settle(purchase("20.00"))["id"])
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation, report.open_matters) == ("sealed", "matched", [])
    assert report.uploads == {"accepted": 3}
    assert [group.group.clearing_class for group in report.groups] == ["inpatient", "pharmacy"]
    assert shop.journal.day_state(DAY) == "sealed"
    kept = shop.journal.day_report(DAY)
    assert kept is not None
    assert msgspec.json.decode(kept)["groups"][0]["group"]["total"] == "10000.00"
    paper = shop.print_all()[-1]
    assert all(word in paper for word in ("日终报告", "matched", "10000.00", report.journal_head[:40]))
    assert shop.journal.verify() == []


def test_a_day_is_closed_once(shop: Shop) -> None:
    """A sealed day is not closed again, not even after the clock was set back; a day to come cannot be closed."""
    shop.settle(STAY)
    shop.counter.close_day(DAY)
    with pytest.raises(Refused) as refused:
        shop.counter.close_day(NEXT_DAY)
    assert refused.value.code == "day-to-come"
    shop.clock.set(shop.clock.now() - dt.timedelta(hours=5))
    with pytest.raises(Conflict) as refused:
        shop.counter.close_day(DAY)
    assert refused.value.code == "day-closed"


def test_the_business_day_does_not_go_back_with_the_clock(shop: Shop) -> None:
    """A sealed day, a sale on the next, then the clock stands three days before: a sale counts on the newest open day,
    behind everything, and the terminal says that the clock is to be set; an early day end is no such case.
    """
    shop.settle(purchase("20.00"))
    shop.counter.close_day(DAY)
    shop.settle(purchase("10.00"))
    assert shop.counter.day_ahead_of_clock() is None
    shop.clock.advance(24 * 3600)
    shop.sign_in()
    assert shop.settle(purchase("10.00"))["business_day"] == NEXT_DAY.isoformat()
    shop.clock.set(shop.clock.now() - dt.timedelta(days=4))
    shop.reopen()
    shop.sign_in()
    assert shop.counter.day_ahead_of_clock() == NEXT_DAY
    earlier = purchase("5.00", date=(DAY - dt.timedelta(days=3)).isoformat())
    assert shop.settle(earlier)["business_day"] == NEXT_DAY.isoformat()
    shop.clock.set(shop.clock.now() + dt.timedelta(days=4))
    assert shop.counter.day_ahead_of_clock() is None
    shop.sign_in()
    assert shop.counter.close_day(NEXT_DAY).state == "sealed"


@pytest.mark.parametrize(("days", "ahead"), [(0, None), (-1, DAY), (-30, DAY)])
def test_a_clock_before_a_sealed_day_is_told(shop: Shop, days: int, ahead: dt.date | None) -> None:
    """Nothing was sold behind the seal: the next open day takes the sale, whatever the clock says."""
    shop.settle(purchase("20.00"))
    shop.counter.close_day(DAY)
    shop.clock.set(shop.clock.now() + dt.timedelta(days=days))
    assert shop.counter.day_ahead_of_clock() == ahead
    assert shop.counter.business_day() == NEXT_DAY


def test_a_day_to_come_that_the_clock_made_is_called_so_and_closed(shop: Shop) -> None:
    """A sale under a clock a year ahead pins the business day there when the clock is right again, and it cannot be
    closed. An operator says what it was: sales count today again, both days are closed, and the audit finds it good.
    """
    shop.clock.set(MORNING + dt.timedelta(days=370))
    shop.sign_in()
    ahead = shop.clock.now().date()
    assert shop.settle(purchase("20.00", date=ahead.isoformat()))["business_day"] == ahead.isoformat()
    shop.clock.set(MORNING)
    shop.reopen()
    shop.sign_in()
    assert shop.settle(purchase("10.00"))["business_day"] == ahead.isoformat()
    with pytest.raises(Refused) as refused:
        shop.counter.close_day(ahead)
    assert refused.value.code == "day-to-come"
    shop.counter.note_clock_mistake(ahead, "the battery was empty")
    assert shop.counter.day_ahead_of_clock() is None
    assert shop.settle(purchase("5.00"))["business_day"] == DAY.isoformat()
    assert [shop.counter.close_day(day).state for day in (ahead, DAY)] == ["sealed", "sealed"]
    assert shop.counter.business_day() == NEXT_DAY
    assert shop.journal.verify() == []
    shop.journal._connection.execute("DELETE FROM clock_mistakes")
    assert any("mistake of the clock was changed" in one for one in shop.journal.verify())


def test_no_other_day_is_called_a_mistake_of_the_clock(shop: Shop) -> None:
    """Today with its sales, a day to come without any, and the next day behind an early day end: each is refused."""
    shop.settle(purchase("20.00"))
    days = [DAY, NEXT_DAY + dt.timedelta(days=9)]
    shop.counter.close_day(DAY)
    shop.settle(purchase("10.00"))
    for day in [*days, NEXT_DAY]:
        with pytest.raises(Refused) as refused:
            shop.counter.note_clock_mistake(day, "")
        assert refused.value.code == "no-clock-mistake"


@pytest.mark.parametrize(
    ("seconds", "signs_in"), [(1_800, True), (-1_800, True), (1_801, False), (-1_801, False), (86_400, False)]
)
def test_a_clock_far_from_the_center_s_signs_nobody_in(shop: Shop, seconds: int, signs_in: bool) -> None:
    """Half an hour is borne, and told; a second more and nobody sells until the clock is right, not even who was signed
    in before. How far it was is known after a restart too.
    """
    shop.clock = SetClock(MORNING + dt.timedelta(seconds=seconds))
    shop.reopen()
    if signs_in:
        assert shop.sign_in() == "007"
    else:
        with pytest.raises(Refused) as refused:
            shop.sign_in()
        assert refused.value.code == "clock-off"
        assert shop.counter.signed_in == ""
    shop.reopen()
    assert shop.counter.clock_offset == ClockOffset(seconds, MORNING)
    shop.clock.set(MORNING)
    assert shop.sign_in() == "007"
    assert shop.counter.clock_offset == ClockOffset(0, MORNING)


def test_sales_after_day_end_count_in_the_next_day(shop: Shop) -> None:
    """The counter goes on selling at once; the closed day's totals do not move; a void counts in the next day too."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.counter.close_day(DAY)
    before = shop.journal.group_totals(DAY)
    assert shop.settle(purchase("10.00"))["business_day"] == "2021-07-01"
    assert shop.void(number)["business_day"] == "2021-07-01"
    assert shop.journal.group_totals(DAY) == before
    shop.upload_all()
    shop.clock.advance(24 * 3600)
    assert shop.counter.close_day(NEXT_DAY).state == "sealed"


def test_what_changes_while_the_center_is_asked_is_not_sealed_unseen(shop: Shop) -> None:
    """Between the center's word and the seal something of the day changes at the counter: that run seals nothing and
    says why; the next one, with nothing in between, does."""
    number = shop.settle(purchase("20.00"))["id"]
    heard = ask_center(shop.journal, shop.desk, DAY, "007", Random(1))
    shop.void(number)
    report = shop.counter.conclude_day(heard)
    assert (report.state, report.reconciliation, report.detail) == ("frozen", "pending", CHANGED_MEANWHILE)
    assert shop.journal.day_state(DAY) == "frozen"
    assert shop.counter.close_day(DAY).state == "sealed"


def test_a_center_that_is_away_leaves_the_day_frozen_until_it_is_back(shop: Shop) -> None:
    """Not sealed, said so on paper, sales go on; closed again with the center back it is sealed."""
    known = shop.counter.identify_card()
    number = shop.settle(purchase("20.00"), known)["id"]
    shop.center.down()
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("frozen", "pending")
    assert [(matter.settlement_id, matter.upload_state) for matter in report.open_matters] == [(number, "queued")]
    assert "PENDING" in shop.print_all()[-1]
    assert shop.settle(purchase("5.00"), known)["business_day"] == "2021-07-01"
    shop.center.up()
    assert shop.counter.close_day(DAY).state == "sealed"


@pytest.mark.parametrize("fault", ["html", "drop-before"])
def test_a_center_that_talks_nonsense_does_not_hold_the_counter_for_long(tmp_path: Path, fault: str) -> None:
    """After three messages without a last word day end stops asking, and reports all five as open."""
    with Shop(tmp_path, *(person(number) for number in range(1, 6))) as shop:
        for number in range(1, 6):
            shop.reader.insert(card(number))
            shop.settle(purchase("1.00"))
        shop.center.faults.inject(fault, 50, "2102")
        report = shop.counter.close_day(DAY)
        assert report.state == "frozen"
        assert [matter.upload_state for matter in report.open_matters] == ["unknown"] * 3 + ["queued"] * 2
        shop.center.faults.clear()
        assert shop.counter.close_day(DAY).state == "sealed"


def test_what_the_center_refused_keeps_the_day_open_until_it_is_taken_back(shop: Shop) -> None:
    """The center knows another balance: it refuses; the operator sees why, voids, and the day is sealed."""
    known = shop.counter.identify_card()
    number = shop.settle(purchase("20.00"), known)["id"]
    insured = shop.books.person(known.person.person_number)
    assert insured is not None
    empty = msgspec.structs.replace(insured.account, balance=type(insured.account.balance)(0))
    shop.books.keep_person(msgspec.structs.replace(insured, account=empty))
    report = shop.counter.close_day(DAY)
    assert report.state == "frozen"
    (matter,) = report.open_matters
    assert (matter.settlement_id, matter.upload_state) == (number, "refused")
    assert "acct_pay" in matter.reason
    shop.void(number)
    assert shop.counter.close_day(DAY).state == "sealed"
    shop.clock.advance(24 * 3600)
    assert shop.counter.close_day(NEXT_DAY).state == "sealed"


def test_totals_that_differ_keep_the_day_open(shop: Shop) -> None:
    """One settlement that the center has lost: the report says different, and the day is not sealed."""
    shop.settle(STAY)
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    shop.books.set_state(booked.settlement_id, "reversed")
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("frozen", "different")
    assert "DIFFERENT" in shop.print_all()[-1]


def test_the_report_of_an_unsealed_day_is_printed_after_a_restart_too(shop: Shop) -> None:
    """The paper is made from the journal: without the counter's memory it says pending, with the day's sums."""
    shop.settle(STAY)
    shop.center.down()
    shop.counter.close_day(DAY)
    shop.reopen()
    paper = shop.print_all()[-1]
    assert "PENDING" in paper
    assert "10000.00" in paper


def test_recovery_after_a_crash_in_the_middle_of_an_upload(shop: Shop) -> None:
    """The request had left when the power went: unknown, sent again under the same id, booked once."""
    number = shop.settle(STAY)["id"]
    message = shop.journal.due(shop.clock.now())
    assert message is not None
    record = shop.journal.settlement(number)
    shop.desk.send(
        record,
        None,
        message.message_id,
        "settle",
        lambda request: shop.journal.mark_sent(message.message_id, request, shop.clock.now()),
    )
    shop.crash()
    assert shop.journal.settlement(number).upload_state == "unknown"
    shop.upload_all()
    assert shop.journal.settlement(number).upload_state == "accepted"
    assert len(shop.books.settlements()) == 1
