"""Day end takes what waits to the center first: as long as somebody is there to hear it, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from at_the_center import answer_between
from counter_parts import DAY, Shop, card, person, purchase

from terminal.center.profile import Profile

PEOPLE = range(1, 6)
UNSAFE = Profile(name="test", repeats="unsafe")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop with five customers, at a center that promises nothing about repeats."""
    with Shop(tmp_path, *map(person, PEOPLE), profile=UNSAFE) as opened:
        yield opened


@pytest.fixture
def asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """How many messages of a transaction have left for the center so far."""
    bodies: list[bytes] = []
    answer_between(monkeypatch, shop, bodies.append)
    return lambda infno: sum(f'"infno":"{infno}"'.encode() in body for body in bodies)


def sell_to_each(shop: Shop) -> list[str]:
    """A purchase of 5.00 each; the settlements' numbers."""
    numbers = []
    for number in PEOPLE:
        shop.reader.insert(card(number))
        numbers.append(shop.settle(purchase("5.00"))["id"])
    return numbers


def test_a_center_that_takes_nothing_back_is_still_there(shop: Shop, asked: Callable[[str], int]) -> None:
    """Five answers were lost, and each reversal is refused: day end asks for all five once more, not for three."""
    sell_to_each(shop)
    shop.center.faults.inject("drop-after", times=5, infno="2102")
    shop.center.faults.inject("refuse", times=10, infno="2601")
    shop.upload_all()
    assert (asked("2102"), asked("2601")) == (5, 5)
    assert shop.counter.close_day(DAY).state == "frozen"
    assert asked("2601") == 10


def test_a_center_that_says_nothing_is_left_alone_after_the_third_time(shop: Shop, asked: Callable[[str], int]) -> None:
    """Five voids wait, and none is answered: the cashier does not wait for the fourth silence and the fifth."""
    sold = sell_to_each(shop)
    shop.upload_all()
    for number in sold:
        shop.void(number)
    shop.center.faults.inject("drop-before", times=5, infno="2103")
    shop.center.faults.inject("drop-before", times=5, infno="2601")
    assert shop.counter.close_day(DAY).state == "frozen"
    assert asked("2103") + asked("2601") == 3
