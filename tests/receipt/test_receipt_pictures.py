"""Pictures of receipts: read back by a code reader that is not ours, and lines that a printer lacks glyphs for."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from hw.simulated.printer import Interpreter
from terminal.errors import Unavailable
from terminal.receipt.blocks import Cut, Document, Pair, Paragraph
from terminal.receipt.escpos import as_escpos
from terminal.receipt.glyphs import CELL_DOTS, Glyphs
from terminal.receipt.head import ReceiptHead
from terminal.receipt.layout import settlement_receipt
from terminal.receipt.picture import MARGIN_DOTS, as_picture, as_png
from terminal.receipt.svg import as_svg
from terminal.receipt.text import as_text
from terminal.settlement.bill import Item
from terminal.settlement.result import Settlement

WIDTHS = pytest.mark.parametrize("columns", [32, 48])
NUMBER = "S20210630-000017"


def read_codes(image: Image.Image, folder: Path) -> str:
    """What zbar reads from a picture."""
    file = folder / "page.png"
    image.save(file)
    return subprocess.run(["zbarimg", "-q", "--raw", str(file)], capture_output=True, text=True, check=False).stdout


@WIDTHS
def test_the_code_on_the_picture_and_on_the_paper_says_the_settlement_number(
    settlement: Settlement, head: ReceiptHead, tmp_path: Path, columns: int
) -> None:
    """zbar reads it from our PNG, and from the pixels that the interpreter draws from our bytes."""
    document = settlement_receipt(settlement, head)
    assert read_codes(as_picture(document, columns), tmp_path).strip() == NUMBER
    printer = Interpreter(columns)
    printer.feed(as_escpos(document, columns))
    assert read_codes(printer.cut[0].image(columns), tmp_path).strip() == NUMBER
    assert as_png(document, columns).startswith(b"\x89PNG")


@WIDTHS
def test_a_printer_that_knows_no_codes_gets_a_picture_that_reads(
    settlement: Settlement, head: ReceiptHead, tmp_path: Path, columns: int
) -> None:
    """Without a single QR command the paper has the same code, in the middle."""
    document = settlement_receipt(settlement, head)
    data = as_escpos(document, columns, draws_qr=False)
    assert b"\x1d(k" not in data
    printer = Interpreter(columns)
    printer.feed(data)
    assert read_codes(printer.cut[0].image(columns), tmp_path).strip() == NUMBER


@WIDTHS
def test_every_line_of_the_drawing_stands_in_its_columns(
    settlement: Settlement, head: ReceiptHead, bill_items: list[Item], columns: int
) -> None:
    """The SVG is XML, has the text of every line in order, and no character left or right of the paper."""
    document = settlement_receipt(settlement, head, bill_items)
    root = ElementTree.fromstring(as_svg(document, columns))
    texts = root.findall(".//{http://www.w3.org/2000/svg}text")
    wanted = [line.strip() for line in as_text(document, columns).splitlines() if line.strip()]
    assert [(text.text or "").strip() for text in texts] == wanted
    for text in texts:
        left = int(text.attrib["transform"].split("(")[1].split()[0])
        wide = int(text.attrib["transform"].split("scale(")[1].split()[0])
        places = [left + wide * int(place) for place in text.attrib["x"].split()]
        assert min(places) > MARGIN_DOTS
        assert max(places) < MARGIN_DOTS + columns * CELL_DOTS


def test_markup_in_a_name_stays_text() -> None:
    """A name cannot add elements to the drawing."""
    root = ElementTree.fromstring(as_svg(Document((Paragraph("<script>&amp;</script>"), Cut()))))
    assert [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")] == ["<script>&amp;</script>"]


def test_only_the_line_with_a_character_the_printer_lacks_is_a_picture() -> None:
    """㐱 has four bytes in GB18030: its line comes as dots at the line's own place, all others as text."""
    document = Document((Pair("姓名", "李㐱"), Paragraph("第二行"), Cut()))
    printer = Interpreter(32)
    printer.feed(as_escpos(document, 32, glyphs=Glyphs()))
    assert printer.faults == []
    assert printer.papers == [["第二行"]]
    (picture,) = printer.cut[0].pictures
    box = picture.getbbox()
    assert picture.width == 32 * CELL_DOTS
    assert box is not None
    assert box[0] < 2 * CELL_DOTS
    assert 30 * CELL_DOTS < box[2] <= 32 * CELL_DOTS
    gap = picture.crop((5 * CELL_DOTS, 0, 27 * CELL_DOTS, picture.height))
    assert gap.getbbox() is None


def test_a_gbk_printer_lacks_less_than_it_seems_and_the_euro_is_drawn_for_it() -> None:
    """€ has two bytes in GB18030 and none in GBK: text for one printer, a picture for the other."""
    document = Document((Paragraph("€ 镕 ￥"), Cut()))
    for encoding, pictures in (("gb18030", 0), ("gbk", 1)):
        printer = Interpreter(48)
        printer.feed(as_escpos(document, 48, encoding, Glyphs()))
        assert printer.faults == []
        assert len(printer.cut[0].pictures) == pictures


def test_what_no_font_has_is_named_on_the_paper(head: ReceiptHead) -> None:
    """𠮷 is not in the font: □ and its number, as without a font."""
    printer = Interpreter(48)
    printer.feed(as_escpos(Document((Paragraph("李𠮷"), Cut())), 48, glyphs=Glyphs()))
    assert printer.papers == [["李□", "注：□ 代替打印机没有的字 (U+20BB7)"]]


def test_a_missing_font_is_said_and_costs_only_the_documents_that_need_one(
    monkeypatch: pytest.MonkeyPatch, settlement: Settlement, head: ReceiptHead
) -> None:
    """Without any font an ordinary receipt prints; one with a rare name is an error with its remedy."""
    monkeypatch.setattr("terminal.receipt.glyphs.DEFAULT_FONTS", ("/nowhere.ttf",))
    plain = settlement_receipt(settlement, head)
    assert as_escpos(plain, 48, glyphs=Glyphs())
    rare = settlement_receipt(settlement, replace(head, patient_name="李㐱"))
    with pytest.raises(Unavailable, match="fonts-wqy-zenhei") as caught:
        as_escpos(rare, 48, glyphs=Glyphs())
    assert caught.value.code == "no-font"


def test_dots_never_hold_a_real_time_command() -> None:
    """`10 04`, `10 05`, `10 14` within a picture would be obeyed by some printers at once."""
    glyphs = Glyphs()
    for start in range(0x3400, 0x3400 + 400, 10):
        name = "".join(map(chr, range(start, start + 10)))
        data = as_escpos(Document((Paragraph(name), Cut())), 48, glyphs=glyphs)
        assert not any(bytes((0x10, second)) in data for second in (0x04, 0x05, 0x14))
