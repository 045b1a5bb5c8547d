"""The test page: one numbered line an encoding, and a scale of the columns. The cashier picks the line that reads well.

Printed at installation and whenever Chinese comes out wrong. The last sentence of each line holds what cheap
printers get wrong: the yuan sign, a character of GBK that GB2312 lacks, and full-width punctuation.
"""

from __future__ import annotations

from terminal.receipt.blocks import Block, Centred, Cut, Document, Heading, InEncoding, Paragraph, QrCode, Rule
from terminal.receipt.characters import Encoding

CHOICES: tuple[Encoding, ...] = ("gb18030", "gbk", "utf-8")
"""Line 1, 2 and 3 of the page."""

SAMPLE = "医保结算 镕 ￥12.50"
"""24 cells at most, so that it is one line on every paper."""

QR_SAMPLE = "TEST-0123456789"


def test_page(columns: int) -> Document:
    """The page for a paper of `columns` cells. No mark: nobody can take it for a receipt."""
    lines: list[Block] = []
    for number, encoding in enumerate(CHOICES, 1):
        lines += [Paragraph(f"{number}  {encoding.upper()}"), InEncoding(f"{number}  {SAMPLE}", encoding)]
    return Document(
        (
            Heading("TEST PAGE", large=True),
            Paragraph("Pick the line that reads well and set [printer] encoding to it."),
            Rule(),
            *lines,
            Rule(),
            Paragraph(f"{columns} columns: the ruler must fill one line and no more."),
            Paragraph(_ruler(columns)),
            Heading("Bold and wide", large=True),
            QrCode(QR_SAMPLE, "QR"),
            Centred("end"),
            Cut(),
        )
    )


def _ruler(columns: int) -> str:
    return "".join(str(place % 10) for place in range(1, columns + 1))
