"""A document as ESC/POS bytes for a Chinese thermal printer.

python-escpos' Dummy builds the commands. Its `text()` is never called: it sends code-page switches and loses
full-width signs (printer.md 2); Chinese goes through `_raw` in one place, as GB18030, in Chinese mode.
"""

from __future__ import annotations

from typing import Any

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from terminal.receipt.blocks import Document
from terminal.receipt.lines import CutHere, Printed, QrGraphic, TextLine, set_in_lines

CHINESE_MODE_ON = b"\x1c\x26"

QR_DOTS_PER_MODULE = 6
"""A settlement number of 30 characters makes about 170 of a 58 mm paper's 384 dots."""


def as_escpos(document: Document, columns: int = 48) -> bytes:
    """The bytes of one document, from initialise to cut. Raises ValueError for a width that no paper has."""
    builder: Any = Dummy()
    builder.hw("INIT")
    builder._raw(CHINESE_MODE_ON)
    style = TextLine("")
    for line in set_in_lines(document, columns):
        style = _restyle(builder, style, line)
        match line:
            case TextLine(text):
                builder._raw(text.rstrip(" ").encode("gb18030") + b"\n")
            case QrGraphic(data):
                builder.qr(data, ec=QR_ECLEVEL_M, size=QR_DOTS_PER_MODULE, native=True)
            case CutHere():
                # Feeds to the cutter by itself, then cuts in part, so that the paper does not fall.
                builder.cut(mode="PART", feed=False)
    output: bytes = builder.output
    return output


def _restyle(builder: Any, old: TextLine, line: Printed) -> TextLine:
    """Send what differs from the style in force, at the start of a line, and return the new style."""
    new = line if isinstance(line, TextLine) else TextLine("", centred=isinstance(line, QrGraphic))
    if new.centred != old.centred:
        builder.set(align="center" if new.centred else "left")
    if new.bold != old.bold:
        builder.set(bold=new.bold)
    if (new.wide, new.tall) != (old.wide, old.tall):
        builder.set(custom_size=True, width=new.wide, height=new.tall)
    return new
