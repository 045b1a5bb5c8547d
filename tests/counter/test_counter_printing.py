"""Printing: every committed document reaches paper or stays visibly pending, and says what it is."""

from __future__ import annotations

import pytest
from counter_parts import DAY, ID_NUMBER, STAY, Shop, purchase

from hw.ports import DeviceError
from terminal.counter.printing import PaperlessQueue
from terminal.errors import Refused, Unavailable
from terminal.receipt.doctor import Check, DoctorReport
from terminal.receipt.glyphs import Glyphs


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
def test_a_printer_that_fails_after_a_sale_keeps_its_job(shop: Shop, sensor: str, why: str) -> None:
    """The sale stands; its job is visibly pending with the reason, and is printed when the printer is well."""
    shop.settle(purchase("10.00"))
    shop.settle(purchase("10.00"))
    setattr(shop.printer, sensor, True)
    assert shop.print_all() == []
    job = shop.journal.print_queue()[0]
    assert (job.state, job.why, job.repeat) == ("queued", why, False)
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
    shop.counter.papers.reprint(number)
    shop.counter.papers.reprint(number)
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


@pytest.mark.parametrize("sensor", ["paper_out", "cover_open", "cutter_error", "silent"])
def test_no_sale_is_begun_when_the_printer_cannot_print(shop: Shop, sensor: str) -> None:
    """Refused before anything is written, and good again once the printer is: the same quote settles."""
    quote = shop.quote(purchase("10.00"))
    before = shop.state()
    setattr(shop.printer, sensor, True)
    with pytest.raises(Unavailable) as caught:
        shop.counter.settle(quote.id, quote.hash, False, "", "key-a")
    assert (caught.value.code, caught.value.retry, caught.value.money_moved) == ("printer-not-ready", "after", "no")
    assert shop.state() == before
    setattr(shop.printer, sensor, False)
    shop.counter.settle(quote.id, quote.hash, False, "", "key-a")
    assert len(shop.print_all()) == 1


def test_low_paper_stops_no_sale(shop: Shop) -> None:
    """Near the end is a warning."""
    shop.printer.paper_low = True
    shop.settle(purchase("10.00"))
    assert len(shop.print_all()) == 1


def test_an_electronic_receipt_needs_no_printer_and_leaves_nothing_waiting(shop: Shop) -> None:
    """Settled with the printer off; nothing is printed later, the audit agrees, and paper asked for later is marked."""
    shop.printer.silent = True
    settled = shop.settle(purchase("10.00"), electronic_receipt=True)
    number = settled["id"]
    assert settled["print"] == "electronic", "the till is not told of a paper that never comes"
    assert shop.journal.print_queue() == []
    shop.printer.silent = False
    assert shop.print_all() == []
    assert shop.journal.verify() == []
    shop.counter.papers.reprint(number)
    assert "REPRINT 1" in shop.print_all()[0]


def test_a_torn_paper_is_not_filed_by_a_terminal_that_has_no_printer_any_more(shop: Shop) -> None:
    """Half of a receipt lies on the counter, and the printer is taken away: the job stays to be seen. What no paper
    was begun for is filed, its own reprint too, and then there is nothing to do."""
    torn, _ = (shop.settle(purchase("10.00"))["id"] for _ in range(2))
    shop.printer.fail_after_lines(5, "paper_out")
    assert shop.print_all() == []
    shop.clock.advance(60)
    shop.counter.papers.reprint(torn)
    queue = PaperlessQueue(shop.journal)
    assert [queue.tick(shop.clock.now()) for _ in range(3)] == [True, True, False]
    assert [(job.subject, job.repeat, job.why) for job in shop.journal.print_queue()] == [(torn, True, "paper-out")]


def test_an_electronic_receipt_is_part_of_what_a_key_stands_for(shop: Shop) -> None:
    """The repeat of a key with the other kind of receipt is another request."""
    quote = shop.quote(purchase("10.00"))
    answer = shop.counter.settle(quote.id, quote.hash, False, "", "key-a", True)
    assert shop.counter.settle(quote.id, quote.hash, False, "", "key-a", True) == answer
    with pytest.raises(Refused, match="another request"):
        shop.counter.settle(quote.id, quote.hash, False, "", "key-a")


def test_receipts_come_out_in_the_order_of_the_sales_also_after_a_failure(shop: Shop) -> None:
    """The first receipt is torn, its rest comes out on the new roll; whole and marked it stands before the second."""
    numbers = [shop.settle(purchase("10.00"))["id"] for _ in range(3)]
    shop.printer.fail_after_lines(5, "paper_out")
    assert shop.print_all() == []
    shop.printer.paper_out = False
    assert shop.print_all() == [], "the printer rests a moment"
    shop.clock.advance(60)
    papers = shop.print_all()
    assert [next(n for n in numbers if n in paper) for paper in papers] == [numbers[0], *numbers]
    assert ["REPEAT" in paper for paper in papers] == [False, True, False, False]


def test_a_document_that_fails_again_and_again_lets_the_others_pass(shop: Shop) -> None:
    """A receipt at which the printer always breaks off: after some tries the next one comes out."""
    first = shop.settle(purchase("10.00"))["id"]
    second = shop.settle(purchase("20.00"))["id"]
    whole = shop.printer.print

    def breaks_off(data: bytes) -> None:
        if first.encode() in data:
            raise DeviceError("no-answer", "mute", "无应答")
        whole(data)

    shop.printer.print = breaks_off  # type: ignore[method-assign]
    for _ in range(10):
        shop.print_all()
        shop.clock.advance(61)
    assert [second in paper for paper in shop.print_all()] == [True]
    assert [job.subject for job in shop.journal.print_queue()] == [first]


def test_the_picked_line_of_the_test_page_holds_for_every_document_after_it(shop: Shop) -> None:
    """Line 3, UTF-8: the bytes of the next receipt are UTF-8, also after a restart."""
    shop.counter.papers.print_test_page()
    assert "TEST PAGE" in shop.print_all()[0]
    assert shop.counter.papers.pick_encoding(3) == "utf-8"
    shop.reopen()
    shop.counter.sign_in("007")
    shop.settle(purchase("10.00"))
    shop.print_all()
    assert "医疗保险结算单".encode() in shop.printer.documents[-1]
    with pytest.raises(Refused):
        shop.counter.papers.pick_encoding(4)


def test_a_missing_font_keeps_the_job_with_its_reason(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt of a rare name waits where it is seen; a receipt without one is printed."""
    monkeypatch.setattr("terminal.receipt.glyphs.DEFAULT_FONTS", ())
    shop.prints._glyphs = Glyphs()
    number = shop.settle(purchase("10.00"), till_reference="㐱")["id"]
    shop.settle(purchase("10.00"))
    assert len(shop.print_all()) == 1
    (job,) = shop.journal.print_queue()
    assert (job.subject, job.why) == (number, "no-font")


def test_the_month_is_counted_from_the_journal_net_of_voids(shop: Shop) -> None:
    """Three purchases of 10.00, one voided: 20.00 of the account, printed on request; the day is not sealed yet."""
    numbers = [shop.settle(purchase("10.00"))["id"] for _ in range(3)]
    shop.void(numbers[0])
    statement = shop.counter.papers.month(DAY, "007")
    everything = statement.everything
    assert (everything.count, everything.void_count, everything.total, everything.account) == (3, 1, 2000, 2000)
    assert statement.open_days == (DAY,)
    shop.counter.papers.print_month(DAY)
    assert "月度结算清单" in shop.print_all()[-1]
    assert shop.counter.papers.month(DAY.replace(month=5), "007").rows == ()


def test_the_drawer_stands_in_the_journal_with_who_and_why(shop: Shop) -> None:
    """Before it opens and after; the chain stays whole; nobody signed in opens nothing."""
    before = shop.journal.entry_count()
    shop.counter.note_drawer("找零", "asked")
    shop.counter.note_drawer("找零", "opened")
    assert shop.journal.entry_count() == before + 2
    assert shop.journal.verify() == []
    shop.counter.sign_out()
    with pytest.raises(Refused, match="signed in"):
        shop.counter.note_drawer("找零", "asked")


def test_a_terminal_without_a_printer_files_every_paper(shop: Shop) -> None:
    """Nothing waits for a printer that will never come."""
    number = shop.settle(purchase("10.00"))["id"]
    shop.void(number)
    queue = PaperlessQueue(shop.journal)
    while queue.tick(shop.clock.now()):
        pass
    assert shop.journal.print_queue() == []


def test_the_doctor_s_report_on_paper_is_the_one_that_was_kept(shop: Shop) -> None:
    """Each check with its verdict and what to do; it stands in the chain, and a restart prints it all the same."""
    checks = (
        Check("打印机 receipt printer", "good", "ready"),
        Check("磁盘 disk", "warning", "99 MiB free", "清理磁盘"),
    )
    job = shop.counter.papers.print_diagnosis(DoctorReport("T1", "0.1.0", shop.clock.now(), checks))
    shop.reopen()
    paper = shop.print_all()[0]
    assert job.document == "doctor"
    for words in ("打印机 receipt printer", "正常 good", "99 MiB free", "→ 清理磁盘", "注意 WARNING"):
        assert words in paper
    assert shop.journal.verify() == []
