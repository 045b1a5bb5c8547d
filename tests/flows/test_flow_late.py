"""A void that arrives behind its own reversal: nobody is refused for good, and the books agree at the day's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from counter_parts import DAY, STAY, Shop

from terminal.center.link import Silence
from terminal.center.profile import REFERENCE, Profile
from terminal.errors import InDoubt, Refused
from terminal.limits import LATE_SECONDS_MAX

UNSAFE = Profile(name="test", repeats="unsafe")
VOIDS_STAY = Profile(name="test", repeats="unsafe", reversible=("2304",))
VOID = b'"infno":"2305"'


@contextmanager
def held_up(shop: Shop) -> Iterator[Callable[[], None]]:
    """The void that is sent meanwhile is held up on its way, and nobody hears of it. Gives what lets it arrive."""
    post, held = shop.link.post, []

    def holding(body: bytes) -> bytes:
        if VOID not in body:
            return post(body)
        held.append(body)
        raise Silence("no answer: TimeoutError timed out")

    shop.link.post = holding  # type: ignore[method-assign]
    yield lambda: [post(body) for body in held] and None
    shop.link.post = post  # type: ignore[method-assign]


def states(shop: Shop) -> list[str]:
    """What the center has: the state of each of its rows."""
    return [state for _, state in shop.books.settlements()]


def closed(shop: Shop) -> str:
    """The day's end, with everything that it proposes carried out once; the state of the day."""
    shop.clock.advance(LATE_SECONDS_MAX)
    report = shop.counter.close_day(DAY)
    for difference in (one for one in report.differences if one.action != "none"):
        shop.counter.repair(DAY, difference.id)
    return shop.counter.close_day(DAY).state


@pytest.mark.parametrize("profile", [REFERENCE, UNSAFE, VOIDS_STAY], ids=["recognised", "unsafe", "not-reversible"])
def test_a_void_that_came_late_is_found_when_it_is_asked_for_again(tmp_path: Path, profile: Profile) -> None:
    """Online: the first void is silent, undone in vain and booked late; the second is not refused for ever, the money
    comes back once, and day end finds the row that did it.
    """
    with Shop(tmp_path, mode="online", profile=profile) as shop:
        number = shop.settle(STAY)["id"]
        with held_up(shop) as arrive, pytest.raises(InDoubt):
            shop.void(number)
        shop.upload_all()
        arrive()
        assert states(shop) == ["voided", "booked"]
        void = shop.void(number)
        assert (void["upload"], void["center"]["sums"]["fund_total"]) == ("accepted", "7610.00")
        assert shop.journal.settlement(number).voided_by == void["id"]
        assert states(shop) == ["voided", "booked"]
        assert shop.identify().person.account.balance == 150_000
        assert closed(shop) == "sealed"
        assert shop.journal.settlement(void["id"]).center_references["setl_id"] != ""
        assert shop.journal.verify() == []


def test_a_void_that_was_booked_in_silence_where_none_is_reversed(tmp_path: Path) -> None:
    """Online, Hunan: the center has booked the void and its answer is lost; asked again, it is found."""
    with Shop(tmp_path, mode="online", profile=VOIDS_STAY) as shop:
        number = shop.settle(STAY)["id"]
        shop.center.faults.inject("drop-after", infno="2305")
        with pytest.raises(InDoubt):
            shop.void(number)
        shop.upload_all()
        assert shop.void(number)["upload"] == "accepted"
        assert (states(shop), closed(shop)) == (["voided", "booked"], "sealed")


def test_a_void_that_came_late_is_found_by_the_upload(tmp_path: Path) -> None:
    """Local: the void goes anew after its reversal and is taken for what it is, with no word from an operator."""
    with Shop(tmp_path, profile=UNSAFE) as shop:
        number = shop.settle(STAY)["id"]
        shop.upload_all()
        void = shop.void(number)["id"]
        with held_up(shop) as arrive:
            shop.upload.tick(shop.clock.now())
            shop.upload.tick(shop.clock.now())
        arrive()
        shop.clock.advance(LATE_SECONDS_MAX)
        shop.upload_all()
        assert shop.journal.settlement(void).upload_state == "accepted"
        assert (states(shop), closed(shop)) == (["voided", "booked"], "sealed")


@pytest.mark.parametrize("fault", ["", "drop-before", "refuse"])
def test_a_refused_void_stays_refused_where_the_center_has_not_taken_back(tmp_path: Path, fault: str) -> None:
    """Refused for another reason, and 5203 says that it stands, or cannot be had: nothing is taken back."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as shop:
        number = shop.settle(STAY)["id"]
        shop.center.faults.inject("refuse", infno="2305")
        if fault:
            shop.center.faults.inject(fault, infno="5203")  # type: ignore[arg-type]
        with pytest.raises(Refused):
            shop.void(number)
        assert (shop.journal.settlement(number).state, states(shop)) == ("committed", ["booked"])
