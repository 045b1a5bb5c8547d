"""Printing: every committed document reaches paper or stays visibly pending, and says what it is."""

from __future__ import annotations

import pytest
from counter_parts import ID_NUMBER, STAY, Shop, purchase


def test_settlement_and_void_are_printed_from_the_journal(shop: Shop) -> None:
    """Two papers with number, split and masked identity, nothing that a printer would garble."""
    number = shop.settle(STAY)["id"]
    void_number = shop.void(number)["id"]
    first, second = shop.print_all()
    assert number in first
    assert "7610.00" in first
    assert "补打" not in first + second
    assert all(word in second for word in (number, void_number, "撤销", "退货"))
    assert ID_NUMBER not in first + second
    assert shop.printer.faults == []
    assert shop.journal.print_queue() == []


@pytest.mark.parametrize(
    ("sensor", "why"), [("paper_out", "paper-out"), ("cover_open", "cover-open"), ("silent", "no-answer")]
)
def test_a_printer_that_fails_never_blocks_a_sale(shop: Shop, sensor: str, why: str) -> None:
    """The sale is made; its job is visibly pending with the reason, and is printed when the printer is well."""
    setattr(shop.printer, sensor, True)
    shop.settle(purchase("10.00"))
    assert shop.print_all() == []
    (job,) = shop.journal.print_queue()
    assert (job.state, job.why, job.repeat) == ("queued", why, False)
    shop.settle(purchase("10.00"))
    setattr(shop.printer, sensor, False)
    shop.clock.advance(60)
    papers = shop.print_all()
    assert len(papers) == 2
    assert "REPEAT" not in "".join(papers)


def test_paper_that_runs_out_in_the_middle_is_repeated_with_a_mark(shop: Shop) -> None:
    """Half a receipt on paper: the whole one comes again and says that the first was interrupted."""
    shop.printer.fail_after_lines(5, "paper_out")
    shop.settle(purchase("10.00"))
    shop.print_all()
    (job,) = shop.journal.print_queue()
    assert (job.why, job.repeat) == ("paper-out", True)
    shop.printer.paper_out = False
    shop.clock.advance(60)
    assert "REPEAT" in shop.print_all()[-1]
    assert shop.journal.print_queue() == []


def test_a_print_that_a_crash_interrupted_is_repeated_with_a_mark(shop: Shop) -> None:
    """The power goes while the printer works: after the restart the receipt is printed whole and marked."""
    shop.settle(purchase("10.00"))
    (job,) = shop.journal.print_queue()
    shop.journal.mark_printing(job.id)
    shop.crash()
    (paper,) = shop.print_all()
    assert "REPEAT" in paper


def test_a_reprint_says_that_it_is_one(shop: Shop) -> None:
    """The first reprint is number 1, the second number 2."""
    number = shop.settle(purchase("10.00"))["id"]
    shop.counter.reprint(number)
    shop.counter.reprint(number)
    papers = shop.print_all()
    assert ["REPRINT" in paper for paper in papers] == [False, True, True]
    assert "REPRINT 1" in papers[1]
    assert "REPRINT 2" in papers[2]


def test_a_document_that_cannot_be_made_holds_up_no_other(shop: Shop) -> None:
    """A job for a settlement that does not exist stays visible with its reason; the next one is printed."""
    shop.journal.queue_print("settlement", "T1-none", shop.clock.now())
    shop.settle(purchase("10.00"))
    assert len(shop.print_all()) == 1
    (job,) = shop.journal.print_queue()
    assert (job.subject, job.why) == ("T1-none", "no-such-settlement")
