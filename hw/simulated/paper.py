"""The paper of the simulated printer: what stands on it as cells, and the same as pixels.

Dots as at 203 dpi: a cell is 12 dots wide, a character 24 high, a line a sixth of an inch (printer.md 1.6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from PIL import Image, ImageDraw, ImageFont

CELL_DOTS, GLYPH_DOTS, LINE_DOTS = 12, 24, 34

FONT, FONT_FACE = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 1
"""Debian's fonts-wqy-zenhei, the face with half-width Latin: stands for the printer's own font."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character where it stands: `at` dots from the left of its line's area."""

    character: str
    at: int
    cells: int
    wide: int
    tall: int
    bold: bool

    @property
    def dots(self) -> int:
        """How far it moves the print head."""
        return self.cells * self.wide * CELL_DOTS


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of characters. text: with its indent in cells, without trailing blanks."""

    glyphs: tuple[Glyph, ...]
    left: int
    text: str
    height: int


@dataclass(frozen=True, slots=True)
class PrintedPicture:
    """One band of dots, 1 is black; `left` dots from the edge."""

    left: int
    dots: Image.Image

    @property
    def height(self) -> int:
        """How far it moves the paper on."""
        return self.dots.height


@dataclass(slots=True)
class Paper:
    """One paper from its first line to the cut."""

    marks: list[PrintedLine | PrintedPicture] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The lines of characters as text."""
        return [mark.text for mark in self.marks if isinstance(mark, PrintedLine)]

    @property
    def pictures(self) -> list[Image.Image]:
        """The bands of dots, codes among them."""
        return [mark.dots for mark in self.marks if isinstance(mark, PrintedPicture)]

    def image(self, columns: int) -> Image.Image:
        """The paper as it looks, black 0 on white 255, `columns` cells wide."""
        width = columns * CELL_DOTS
        page = Image.new("L", (width, max(1, sum(mark.height for mark in self.marks))), 255)
        top = 0
        for mark in self.marks:
            if isinstance(mark, PrintedPicture):
                page.paste(0, (mark.left, top), mark.dots)
            else:
                for glyph in mark.glyphs:
                    _stamp(page, glyph, mark.left + glyph.at, top)
            top += mark.height
        return page


def _stamp(page: Image.Image, glyph: Glyph, left: int, top: int) -> None:
    box = Image.new("L", (glyph.cells * CELL_DOTS, GLYPH_DOTS), 0)
    pen = ImageDraw.Draw(box)
    for shift in range(1 + glyph.bold):
        place = (box.width // 2 + shift, GLYPH_DOTS * 5 // 6)
        pen.text(place, glyph.character, fill=255, font=_font(), anchor="ms")
    sized = box.resize((box.width * glyph.wide, box.height * glyph.tall), Image.Resampling.NEAREST)
    page.paste(0, (left, top), sized.point(lambda shade: 255 if shade > 127 else 0))


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, GLYPH_DOTS - 2, index=FONT_FACE)
