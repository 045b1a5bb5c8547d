"""The bytes for the printer, read back by an interpreter that prints as a Chinese printer would."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.simulated.printer import Interpreter
from terminal.receipt.blocks import Cut, Document, Heading, ItemLine, Mark, Pair, Paragraph, QrCode, Total
from terminal.receipt.characters import PRINTER_ALONE
from terminal.receipt.escpos import as_escpos
from terminal.receipt.head import TRAINING, ReceiptHead
from terminal.receipt.layout import settlement_receipt, void_receipt
from terminal.receipt.text import as_text
from terminal.settlement.bill import Item
from terminal.settlement.result import Settlement

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


def printed(document: Document, columns: int) -> Interpreter:
    """The printer after the document."""
    printer = Interpreter(columns)
    printer.feed(as_escpos(document, columns))
    return printer


@pytest.mark.parametrize("columns", [32, 48])
def test_paper_and_text_are_the_same_line_for_line(
    settlement: Settlement, head: ReceiptHead, bill_items: list[Item], columns: int
) -> None:
    """Receipt and void: one paper each, no fault, the QR says the settlement number."""
    documents = [
        settlement_receipt(settlement, replace(head, mark=TRAINING), bill_items),
        void_receipt(settlement, head, "S20210630-000016"),
    ]
    for document in documents:
        printer = printed(document, columns)
        assert printer.faults == []
        assert printer.papers == [as_text(document, columns).splitlines()]
        assert printer.lines == []
        assert printer.qr_codes == [b"S20210630-000017"]
        assert printer.drawer_pulses == 0


def test_chinese_mode_follows_initialise_and_no_code_page_is_ever_sent(
    settlement: Settlement, head: ReceiptHead
) -> None:
    """Models differ in their power-on mode; a code-page switch would garble the rest of the receipt."""
    data = as_escpos(settlement_receipt(settlement, head))
    assert data.startswith(b"\x1b\x40\x1c\x26")
    assert b"\x1bt" not in data
    assert data.endswith(b"\x1d\x56\x42\x00")


@pytest.mark.parametrize("columns", [32, 48])
@settings(deadline=None)
@given(name=ANYTHING)
def test_no_name_can_command_the_printer_or_print_rubbish(columns: int, name: str) -> None:
    """Any text, in every kind of block: one paper with the text's own lines, no fault, no drawer."""
    document = Document(
        (
            Mark(name),
            Heading(name, large=True),
            Heading(name),
            Pair(name, name, name),
            Total(name, name),
            ItemLine(name, name, name),
            Paragraph(name, indent=2),
            QrCode(name, name),
            Cut(),
        )
    )
    printer = printed(document, columns)
    assert printer.faults == []
    assert printer.papers == [as_text(document, columns, PRINTER_ALONE).splitlines()]
    assert printer.drawer_pulses == 0
    assert len(printer.qr_codes) <= 1


@pytest.mark.parametrize(
    "attack",
    ["\x1bp\x00\x32\x32", "\x1d\x56\x00", "\x10\x14\x01\x00\x01", "\x1c.", "\x1b@", "\x9bp", "\u202e"],
)
def test_commands_in_a_name_lose_their_control_characters(attack: str) -> None:
    """Drawer, cut, mode switch, reset, C1 controls, reversed reading: only harmless letters stay."""
    rest = "".join(c for c in attack if c in string.printable and c >= " ")
    printer = printed(Document((Paragraph(f"张{attack}三"), Cut())), 48)
    assert printer.papers == [[f"张{rest}三"]]
    assert printer.faults == []


@pytest.mark.parametrize("name", ["¥12.00", "é", "阿卜杜拉·买买提", "—“①×℃”…", "镕碁喆", "\u00a0\u3000", "a\r\nb\tc"])
def test_signs_that_trip_printers_come_out_whole(name: str) -> None:
    """The yen sign, accents, the ambiguous widths, GBK extras, odd blanks."""
    document = Document((Pair("姓名", name), Cut()))
    printer = printed(document, 32)
    assert printer.faults == []
    assert printer.papers == [as_text(document, 32).splitlines()]
