"""Papers of what never happened, or no longer stands: none is given, or it says so wherever it can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from counter_parts import Shop, purchase
from purse_shop import PurseShop
from purse_shop import purchase as by_purse

from hw.simulated.script import Step
from terminal.center.profile import Profile
from terminal.errors import Conflict, InDoubt
from terminal.receipt.text import as_text

UNSAFE = Profile(name="test", repeats="unsafe")


@pytest.fixture
def online(tmp_path: Path) -> Iterator[Shop]:
    """A shop in online mode, at a center that promises nothing about repeats."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as opened:
        yield opened


def settled_in_silence(shop: Shop) -> str:
    """A sale whose settlement the center books and does not answer; its number."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("drop-after", infno="2102")
    with pytest.raises(InDoubt):
        shop.counter.settle(quote.id, quote.hash, False, "", "silent")
    return shop.counter.last(1)[0].id


def refused(paper: Callable[[str], object], number: str) -> tuple[str, str]:
    """The code with which a paper is refused, and whether money moved."""
    with pytest.raises(Conflict) as caught:
        paper(number)
    return caught.value.code, caught.value.money_moved


def text_of(shop: Shop, number: str) -> str:
    """The receipt as it is had now."""
    return as_text(shop.counter.papers.receipt(number))


def marks_of(paper: str) -> list[str]:
    """What stands above the name of the pharmacy."""
    lines = [line.strip() for line in paper.splitlines()]
    return lines[: lines.index("示例大药房")]


def test_no_paper_is_had_of_a_sale_that_was_abandoned(online: Shop) -> None:
    """Silent, then reversed: neither receipt nor reprint, and nothing waits for the printer. It is told as in doubt
    until its reversal is answered, and as nothing from then on; what the center is told of it is never queued."""
    number = settled_in_silence(online)
    papers = online.counter.papers
    for upload_state, money_moved in (("reversing", "unknown"), ("none", "no")):
        record = online.journal.settlement(number)
        assert (record.state, record.upload_state) == ("abandoned", upload_state)
        for paper in (papers.receipt, papers.reprint):
            assert refused(paper, number) == ("not-settled", money_moved)
        online.upload_all()
    assert online.journal.newest_print_jobs(9) == []


def test_no_paper_is_had_while_nobody_knows_whether_the_card_has_paid(tmp_path: Path) -> None:
    """The card left in the middle of the debit: in doubt is said, and no receipt is given; once it is known that the
    card has paid, there is one, and the first on paper is the original."""
    with PurseShop(tmp_path) as shop:
        quote = shop.quote(by_purse("36.80"))
        shop.misbehave(Step("pull-after", ins=0x54))
        with pytest.raises(InDoubt):
            shop.counter.settle(quote.id, quote.hash, False, "", "torn")
        number = shop.counter.last(1)[0].id
        for paper in (shop.counter.papers.receipt, shop.counter.papers.reprint):
            assert refused(paper, number) == ("not-settled", "unknown")
        shop.reinsert()
        shop.identify()
        assert marks_of(text_of(shop, number)) == []
        assert [job.copy for job in shop.journal.newest_print_jobs(9)] == [0]


def test_the_paper_of_what_was_taken_back_names_its_void(shop: Shop) -> None:
    """Receipt, reprint, and a first print that came late say 已撤销 with the void's number; the void's own does not."""
    number = shop.settle(purchase("10.00"))["id"]
    assert marks_of(text_of(shop, number)) == []
    void = shop.void(number)["id"]
    shop.counter.papers.reprint(number)
    late, of_void, again = (marks_of(paper) for paper in shop.print_all())
    voided = ["已撤销 VOID", void]
    assert marks_of(text_of(shop, number)) == voided
    assert (late, again) == (voided, [*voided, "补打 REPRINT 1"])
    assert of_void == marks_of(text_of(shop, void)) == ["撤销 VOID"]


def test_the_paper_of_what_the_center_refused_says_so(shop: Shop) -> None:
    """Receipt and reprint of a refused sale; taken back, they say both. Its void, which the center need not take in, is
    no refused one."""
    number = shop.settle(purchase("10.00"))["id"]
    shop.center.faults.inject("refuse", infno="2102")
    shop.upload_all()
    assert marks_of(text_of(shop, number)) == ["医保中心拒绝 REFUSED"]
    shop.counter.papers.reprint(number)
    assert marks_of(shop.print_all()[-1]) == ["医保中心拒绝 REFUSED", "补打 REPRINT 1"]
    void = shop.void(number)["id"]
    shop.upload_all()
    assert marks_of(text_of(shop, number)) == ["已撤销 VOID", void, "医保中心拒绝 REFUSED"]
    assert marks_of(text_of(shop, void)) == ["撤销 VOID"]


def test_the_paper_of_a_void_that_the_center_refused_says_so(shop: Shop) -> None:
    """The settlement stands there still: the void's own paper says that it was refused."""
    number = shop.settle(purchase("10.00"))["id"]
    shop.upload_all()
    void = shop.void(number)["id"]
    shop.center.faults.inject("refuse", infno="2103")
    shop.upload_all()
    assert marks_of(text_of(shop, void)) == ["撤销 VOID", "医保中心拒绝 REFUSED"]
