"""Repairs of a day's end while something else happens: the power goes in the middle of one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from at_the_center import leave_without_answer, void_at_the_office
from counter_parts import DAY, Shop, purchase
from power import UNSAFE, PoweredShop

from tests.simulation.power import Power, PowerCut


def repaired_but_for_the_power(shop: PoweredShop, cut_at: int) -> bool:
    """Carry out what day end proposes; the power goes at the call `cut_at` of it, and the upload works after the next
    start. Whether there was such a call."""
    (difference,) = shop.counter.close_day(DAY).differences
    shop.power.cut_after(cut_at)
    try:
        shop.counter.repair(DAY, difference.id)
    except PowerCut:
        shop.crash()
        shop.upload_all()
        shop.counter.sign_in("007")
        return True
    shop.power.hold()
    return False


def sold_and_taken_back_at_the_office(shop: Shop) -> None:
    """A purchase that somebody at the insurance office takes back."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    void_at_the_office(shop, number)


def sold_and_never_heard_of(shop: Shop) -> None:
    """A purchase that the center has booked, and whose message is parked here."""
    shop.settle(purchase("20.00"))
    leave_without_answer(shop)


@pytest.mark.parametrize("begin", [sold_and_taken_back_at_the_office, sold_and_never_heard_of])
def test_an_end_in_the_middle_of_a_repair_leaves_it_done_or_to_be_done(
    tmp_path: Path, begin: Callable[[Shop], None]
) -> None:
    """At any call of a repair: what the center has already does not go to it again, where it would be refused or
    booked twice. It is done once, and who wanted it is written down."""
    for cut_at in itertools.count(1):
        folder = tmp_path / str(cut_at)
        folder.mkdir()
        with PoweredShop(folder, Power(), profile=UNSAFE) as shop:
            shop.counter.sign_in("007")
            begin(shop)
            there = [state for _, state in shop.books.settlements()]
            was_cut = repaired_but_for_the_power(shop, cut_at)
            report = shop.counter.close_day(DAY)
            if report.state == "frozen":
                shop.counter.repair(DAY, report.differences[0].id)
                report = shop.counter.close_day(DAY)
            assert report.state == "sealed"
            assert [state for _, state in shop.books.settlements()] == there
            assert len(shop.journal.repairs_of(DAY)) == 1
            assert "refused" not in shop.journal.counts()
            assert shop.journal.verify() == []
        if not was_cut:
            assert cut_at > 4
            return
