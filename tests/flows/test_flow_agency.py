"""A center that clears some people with another agency than the configured one: each agency's day is its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_center import leave_without_answer, passed, sell_unseen, void_at_the_office
from counter_parts import DAY, Shop, card, person, purchase

from terminal.bureau.arrivals import arrivals
from terminal.center.answers import TAKEN_BACK
from terminal.center.profile import Profile
from terminal.counter.day import DayReport

ELSEWHERE = "370999"


@pytest.fixture
def two_agencies(tmp_path: Path) -> Iterator[Shop]:
    """Person 1 is cleared with the agency of the place, as configured, person 2 with another one; each has bought."""
    with Shop(tmp_path, person(1), person(2, clearing_agency=ELSEWHERE)) as shop:
        shop.settle(purchase("30.00"))
        shop.reader.insert(card(2))
        shop.settle(purchase("20.00"))
        shop.upload_all()
        yield shop


def counted(report: DayReport) -> dict[str, tuple[int, int, int]]:
    """Of each agency that was asked: sales, voids and the total in fen."""
    return {one.group.agency: (one.group.count, one.group.void_count, one.group.total) for one in report.groups}


def test_each_agency_is_asked_for_its_own_and_the_day_is_sealed(two_agencies: Shop) -> None:
    """3201 goes to both with the sums of each; nothing differs, nothing keeps the day open."""
    report = two_agencies.counter.close_day(DAY)
    asked = {one.group.agency: (one.group.count, one.group.total) for one in report.groups}
    assert asked == {"370602": (1, 3_000), ELSEWHERE: (1, 2_000)}
    assert (report.state, report.differences) == ("sealed", [])
    assert len(arrivals(two_agencies.books.storage, infno="3202")) == 0


def test_a_void_counts_with_the_agency_of_what_it_takes_back(two_agencies: Shop) -> None:
    """Sold and taken back: that agency has nothing in sum, the other one its sale."""
    two_agencies.void(two_agencies.counter.last(1)[0].id)
    report = two_agencies.counter.close_day(DAY)
    assert counted(report) == {"370602": (1, 0, 3_000), ELSEWHERE: (1, 1, 0)}
    assert report.state == "sealed"


def test_a_void_that_is_refused_counts_with_no_agency(two_agencies: Shop) -> None:
    """Sold and not taken back there: each agency is asked for its sale, and both agree."""
    two_agencies.void(two_agencies.counter.last(1)[0].id)
    two_agencies.center.faults.inject("refuse", infno="2103")
    report = two_agencies.counter.close_day(DAY)
    assert counted(report) == {"370602": (1, 0, 3_000), ELSEWHERE: (1, 0, 2_000)}
    assert all(one.balanced for one in report.groups)


def test_a_void_whose_answer_was_lost_counts_with_the_agency_of_what_it_takes_back(tmp_path: Path) -> None:
    """The center reverses no voids, and says of the sale that it is taken back: no answer has named the void's agency.
    Each agency's sums agree, its row is found with that agency, and the day is sealed."""
    unsafe = Profile(name="test", repeats="unsafe", reversible=("2102",))
    with Shop(tmp_path, person(1, clearing_agency=ELSEWHERE), profile=unsafe) as shop:
        void = shop.void(shop.settle(purchase("20.00"))["id"])["id"]
        shop.center.faults.inject("drop-after", infno="2103")
        passed(shop)
        assert shop.journal.settlement(void).center_references == {"found": TAKEN_BACK}
        report = shop.counter.close_day(DAY)
        assert counted(report) == {"370602": (0, 0, 0), ELSEWHERE: (1, 1, 0)}
        assert all(one.balanced for one in report.groups)
        (difference,) = report.differences
        assert (difference.action, difference.agency) == ("adopt-settlement", ELSEWHERE)
        shop.counter.repair(DAY, difference.id)
        assert shop.counter.close_day(DAY).state == "sealed"


def test_what_another_agency_has_lost_is_sent_again(two_agencies: Shop) -> None:
    """Its details are asked for, and hold it no longer: the one proposal, for this sale alone."""
    shop = two_agencies
    booked, _ = shop.books.settlements()[1]
    shop.books.set_state(booked.settlement_id, "reversed")
    (difference,) = shop.counter.close_day(DAY).differences
    assert (difference.cause, difference.action, difference.agency) == ("missing-there", "send-again", ELSEWHERE)
    shop.books.keep_person(person(2, clearing_agency=ELSEWHERE))
    shop.counter.repair(DAY, difference.id)
    assert shop.counter.close_day(DAY).state == "sealed"


def test_what_the_office_takes_back_at_another_agency_is_taken_back_here(two_agencies: Shop) -> None:
    """The void stands in that agency's details, is made here, and is counted with that agency from then on."""
    number = two_agencies.counter.last(1)[0].id
    void_at_the_office(two_agencies, number)
    (difference,) = two_agencies.counter.close_day(DAY).differences
    assert (difference.action, difference.agency) == ("void-here", ELSEWHERE)
    two_agencies.counter.repair(DAY, difference.id)
    assert two_agencies.counter.close_day(DAY).state == "sealed"
    assert two_agencies.journal.settlement(number).state == "voided"


def test_what_was_never_heard_is_looked_for_with_every_agency_named_lately(two_agencies: Shop) -> None:
    """A second sale to person 2 is booked unheard, on the day after: its row is found with the agency of the first."""
    shop, next_day = two_agencies, DAY + dt.timedelta(days=1)
    assert shop.counter.close_day(DAY).state == "sealed"
    shop.clock.advance(86_400)
    shop.sign_in()
    number = shop.settle(purchase("7.00"))["id"]
    leave_without_answer(shop)
    (difference,) = shop.counter.close_day(next_day).differences
    assert (difference.action, difference.agency, difference.settlement_id) == ("adopt-settlement", ELSEWHERE, number)
    shop.counter.repair(next_day, difference.id)
    report = shop.counter.close_day(next_day)
    assert report.state == "sealed"
    assert {one.group.agency: one.group.total for one in report.groups} == {"370602": 0, ELSEWHERE: 700}


def test_what_stands_only_at_an_agency_of_the_days_before_is_found(two_agencies: Shop) -> None:
    """Nothing of the day was cleared with it here, and a sale that nobody here knows stands there: it is asked all the
    same, shown and reversed. What it has nothing of is no group of the day."""
    shop, next_day = two_agencies, DAY + dt.timedelta(days=1)
    assert shop.counter.close_day(DAY).state == "sealed"
    shop.clock.advance(86_400)
    shop.sign_in()
    sell_unseen(shop, 1, "pharmacy", next_day)
    report = shop.counter.close_day(next_day)
    assert [one.group.agency for one in report.groups] == [ELSEWHERE]
    (difference,) = report.differences
    assert (difference.cause, difference.action, difference.agency) == ("missing-here", "reverse-at-center", ELSEWHERE)
    shop.counter.repair(next_day, difference.id)
    report = shop.counter.close_day(next_day)
    assert (report.state, report.groups) == ("sealed", [])
