"""A document as ESC/POS bytes for a Chinese thermal printer.

python-escpos' Dummy builds the commands. Its `text()` is never called: it sends code-page switches and loses
full-width signs (printer.md 2); Chinese goes through `_raw` in one place, in the printer's own encoding. A line
with a character that the printer lacks is sent as a picture of just that line.
"""

from __future__ import annotations

import re
from typing import Any

from PIL import Image

from terminal.receipt import qr
from terminal.receipt.blocks import Document
from terminal.receipt.characters import Encoding, Repertoire, cells
from terminal.receipt.glyphs import CELL_DOTS, Glyphs
from terminal.receipt.lines import CutHere, Printed, QrGraphic, TextLine, set_in_lines
from terminal.receipt.picture import LINE_GAP_DOTS
from terminal.receipt.printer_library import builder_class

CHINESE_MODE_ON = b"\x1c\x26"
CHINESE_MODE_OFF = b"\x1c\x2e"

QR_LEVEL_M = 1
"""The library's number for it; some 15% of the code may be unreadable."""

_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")
_BLACK_BELOW = 128


def as_escpos(
    document: Document,
    columns: int = 48,
    encoding: Encoding = "gb18030",
    glyphs: Glyphs | None = None,
    draws_qr: bool = True,
) -> bytes:
    """The bytes of one document, from initialise to cut.

    encoding: the printer's. glyphs: fonts for what the printer lacks; without them `□` stands for it, and a note.
    draws_qr: the printer knows QR codes (`1D 28 6B`); one that does not gets them as pictures.
    Raises ValueError for a width that no paper has, Unavailable `no-font` where a picture is needed.
    """
    repertoire = Repertoire(encoding, glyphs.has) if glyphs else Repertoire(encoding)
    builder = builder_class()()
    builder.hw("INIT")
    builder._raw(_mode(encoding))
    style = TextLine("")
    for line in set_in_lines(document, columns, repertoire):
        if isinstance(line, TextLine) and glyphs and not line.encoding and not repertoire.prints(line.text):
            style = _restyle(builder, style, TextLine(""))
            builder._raw(_raster(_drawn(line, columns, glyphs)))
            continue
        style = _restyle(builder, style, line)
        match line:
            case TextLine(text):
                _send(builder, text.rstrip(" "), encoding, line.encoding)
            case QrGraphic(data) if draws_qr:
                builder.qr(data, ec=QR_LEVEL_M, size=qr.DOTS_PER_MODULE, native=True)
            case QrGraphic(data):
                builder._raw(_raster(qr.draw(data, columns * CELL_DOTS)))
            case CutHere():
                # Feeds to the cutter by itself, then cuts in part, so that the paper does not fall.
                builder.cut(mode="PART", feed=False)
    output: bytes = builder.output
    return output


def _mode(encoding: Encoding) -> bytes:
    # In Chinese mode bytes pair up, which would tear a character of three bytes.
    return CHINESE_MODE_OFF if encoding == "utf-8" else CHINESE_MODE_ON


def _send(builder: Any, text: str, encoding: Encoding, own: Encoding | None) -> None:
    if own is None or own == encoding:
        builder._raw(text.encode(encoding) + b"\n")
    else:
        builder._raw(_mode(own) + text.encode(own) + b"\n" + _mode(encoding))


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


def _drawn(line: TextLine, columns: int, glyphs: Glyphs) -> Image.Image:
    """The line with the white below it, as wide as the paper."""
    drawn = glyphs.draw(line.text, line.wide, line.tall, line.bold)
    band = Image.new("L", (columns * CELL_DOTS, drawn.height + LINE_GAP_DOTS), 255)
    room = columns - cells(line.text) * line.wide
    band.paste(drawn, (room * CELL_DOTS // 2 if line.centred else 0, 0))
    return band


def _raster(band: Image.Image) -> bytes:
    """`1D 76 30`: a picture as wide as the paper."""
    dots = band.point(lambda shade: 255 if shade < _BLACK_BELOW else 0).convert("1", dither=Image.Dither.NONE)
    # Printers obey real-time commands also within a picture: one dot more keeps its bytes from being one.
    data = _REAL_TIME.sub(b"\x11", dots.tobytes())
    width, height = (dots.width + 7) // 8, dots.height
    return b"\x1d\x76\x30\x00" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + data
