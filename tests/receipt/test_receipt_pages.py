"""The test page, the doctor's report, and the bill that is too long for paper."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from hw.simulated.printer import Interpreter
from terminal.clock import BEIJING
from terminal.money import Fen
from terminal.receipt.doctor import Check, DoctorReport, doctor_report
from terminal.receipt.escpos import as_escpos
from terminal.receipt.head import ReceiptHead
from terminal.receipt.layout import settlement_receipt
from terminal.receipt.test_page import SAMPLE
from terminal.receipt.test_page import test_page as make_test_page
from terminal.receipt.text import as_text
from terminal.settlement.bill import Item
from terminal.settlement.result import ItemShares, Settlement


@pytest.mark.parametrize(("encoding", "reading"), [("gb18030", {1, 2}), ("utf-8", {3})])
@pytest.mark.parametrize("columns", [32, 48])
def test_the_line_that_reads_well_is_the_printers_encoding(encoding: str, reading: set[int], columns: int) -> None:
    """A GB printer reads lines 1 and 2, a UTF-8 printer line 3; the ruler fills exactly one line."""
    printer = Interpreter(columns, encoding=encoding)
    printer.feed(as_escpos(make_test_page(columns), columns))
    lines = printer.papers[0]
    assert {number for number in (1, 2, 3) if f"{number}  {SAMPLE}" in lines} == reading
    assert [len(line) for line in lines if line.startswith("1234567890")] == [columns]
    assert not any("beyond" in fault for fault in printer.faults)


def test_ten_thousand_items_are_summed_up_by_class_and_it_is_said(settlement: Settlement, head: ReceiptHead) -> None:
    """6,000 of class A at 1.00, 4,000 of class B at 2.00 with 0.10 self-paid each: two lines, and the words."""
    count_a, count_b = 6000, 4000
    shares = [ItemShares("A", Fen(100), Fen(0), Fen(0), Fen(0), Fen(100))] * count_a
    shares += [ItemShares("B", Fen(200), Fen(0), Fen(0), Fen(10), Fen(190))] * count_b
    items = [Item("drug", "A", Fen(100), "A", "甲药")] * count_a + [Item("drug", "B", Fen(200), "B", "乙药")] * count_b
    text = as_text(settlement_receipt(msgspec.structs.replace(settlement, items=shares), head, items), 48)
    lines = text.splitlines()
    assert len(lines) < 100
    row = lines.index("[甲] 共 6000 项")
    assert lines[row + 1].split() == ["6000.00", "0.00"]
    assert lines[row + 3].split() == ["8000.00", "400.00"]
    assert "本单共 10000 项，按类别汇总打印" in text


def test_two_hundred_items_are_still_printed_each(settlement: Settlement, head: ReceiptHead) -> None:
    """The last bill that is printed item by item."""
    shares = [ItemShares(f"X{n}", Fen(100), Fen(0), Fen(0), Fen(0), Fen(100)) for n in range(200)]
    text = as_text(settlement_receipt(msgspec.structs.replace(settlement, items=shares), head), 32)
    assert all(f"\nX{n}\n" in text for n in range(200))


def test_the_doctor_says_the_worst_and_the_remedy() -> None:
    """What is not known is no good health; a good check needs no remedy."""
    checks = (
        Check("打印机 printer", "good", "ready", "never shown"),
        Check("时钟 clock", "warning", "off by 40 s", "set the clock"),
        Check("医保中心 center", "unknown", "not asked yet", "sign in once"),
    )
    report = DoctorReport("T00000001", "0.1.0", dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING), checks)
    text = as_text(doctor_report(report), 32)
    assert "不明 UNKNOWN" in text.splitlines()[-1]
    assert "→ set the clock" in text
    assert "never shown" not in text
    assert DoctorReport("T1", "0", report.printed_at, ()).verdict == "unknown"
