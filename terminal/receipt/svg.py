"""A document as SVG: real text that can be searched and scaled, every character at the place of its cell."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from terminal.receipt import qr
from terminal.receipt.blocks import Document
from terminal.receipt.characters import EVERYTHING, cells
from terminal.receipt.glyphs import CELL_DOTS, GLYPH_DOTS
from terminal.receipt.lines import Printed, QrGraphic, TextLine, set_in_lines
from terminal.receipt.picture import LINE_GAP_DOTS, MARGIN_DOTS, line_height

_FONTS = "'WenQuanYi Zen Hei Mono','Noto Sans Mono CJK SC','Sarasa Mono SC','SimSun',monospace"
_FONT_DOTS = GLYPH_DOTS - 2


def as_svg(document: Document, columns: int = 48) -> str:
    """The document as one SVG file, a unit a dot of the paper. Raises ValueError for a width no paper has."""
    lines = set_in_lines(document, columns, EVERYTHING)
    width, height = columns * CELL_DOTS + 2 * MARGIN_DOTS, sum(map(line_height, lines)) + 2 * MARGIN_DOTS
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}">',
            # Browsers give each text a white-space of its own, whatever is said around it.
            "<style>text{white-space:pre}</style>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<g font-family="{_FONTS}" font-size="{_FONT_DOTS}" xml:space="preserve">',
            *_drawn(lines, columns),
            "</g>",
            "</svg>\n",
        ]
    )


def _drawn(lines: list[Printed], columns: int) -> Iterator[str]:
    top = MARGIN_DOTS
    for line in lines:
        if isinstance(line, TextLine) and line.text.strip(" "):
            yield _text(line, top, columns)
        elif isinstance(line, QrGraphic):
            yield _code(line.data, top, columns)
        top += line_height(line)


def _text(line: TextLine, top: int, columns: int) -> str:
    room = columns - cells(line.text) * line.wide
    left = MARGIN_DOTS + (room * CELL_DOTS // 2 if line.centred else 0)
    base = top + LINE_GAP_DOTS // 2 + line.tall * GLYPH_DOTS * 5 // 6
    # A cell is 12 units before the scale; each character stands in the middle of its own.
    places, at = [], 0
    for character in line.text:
        room = cells(character) * CELL_DOTS
        places.append(str(at + room // 2))
        at += room
    weight = ' font-weight="bold"' if line.bold else ""
    return (
        f'<text transform="translate({left} {base}) scale({line.wide} {line.tall})" text-anchor="middle"{weight}'
        f' x="{" ".join(places)}" y="0">{escape(line.text)}</text>'
    )


def _code(data: str, top: int, columns: int) -> str:
    rows, size = qr.modules(data), qr.DOTS_PER_MODULE
    left = MARGIN_DOTS + (columns * CELL_DOTS - len(rows) * size) // 2
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, black in enumerate(row) if black)
    place = f"translate({left} {top + qr.QUIET_MODULES * size}) scale({size})"
    return f'<path transform="{place}" shape-rendering="crispEdges" d="{squares}"/>'
