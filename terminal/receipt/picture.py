"""A document as a picture, dot for dot as wide as the paper: for the screen, a phone, and the preview."""

from __future__ import annotations

import io

from PIL import Image

from terminal.receipt import qr
from terminal.receipt.blocks import Document
from terminal.receipt.characters import Repertoire
from terminal.receipt.glyphs import CELL_DOTS, GLYPH_DOTS, Glyphs
from terminal.receipt.lines import CutHere, Printed, QrGraphic, TextLine, set_in_lines

LINE_GAP_DOTS = 10
"""White between two lines: a sixth of an inch is 34 dots, 24 of them the character."""

MARGIN_DOTS = 24


def as_picture(document: Document, columns: int = 48, glyphs: Glyphs | None = None) -> Image.Image:
    """The document on white paper of `columns` cells and a margin. Raises ValueError, Unavailable `no-font`."""
    glyphs = glyphs or Glyphs()
    width = columns * CELL_DOTS
    parts = [_part(line, width, glyphs) for line in set_in_lines(document, columns, Repertoire(drawn=glyphs.has))]
    height = sum(part.height for part in parts)
    page = Image.new("L", (width + 2 * MARGIN_DOTS, height + 2 * MARGIN_DOTS), 255)
    top = MARGIN_DOTS
    for part in parts:
        page.paste(part, (MARGIN_DOTS, top))
        top += part.height
    return page


def as_png(document: Document, columns: int = 48, glyphs: Glyphs | None = None) -> bytes:
    """`as_picture` as the bytes of a PNG file."""
    out = io.BytesIO()
    as_picture(document, columns, glyphs).save(out, "PNG", compress_level=4)
    return out.getvalue()


def line_height(line: Printed) -> int:
    """Dots that a line of the document moves the paper on."""
    match line:
        case TextLine():
            return line.tall * GLYPH_DOTS + LINE_GAP_DOTS
        case QrGraphic(data):
            return qr.height_dots(data)
        case CutHere():
            return 0


def _part(line: Printed, width: int, glyphs: Glyphs) -> Image.Image:
    if isinstance(line, QrGraphic):
        return qr.draw(line.data, width)
    band = Image.new("L", (width, line_height(line)), 255)
    match line:
        case TextLine(text):
            drawn = glyphs.draw(text, line.wide, line.tall, line.bold)
            left = (width - drawn.width) // 2 if line.centred else 0
            band.paste(drawn, (left, LINE_GAP_DOTS // 2))
        case CutHere():
            pass
    return band
