"""Drawing characters by ourselves: whole lines as pictures, cell by cell, so that columns stay in line.

A printer lacks characters that patients' names hold; a line with such a character is drawn here and sent as
dots. The same drawing makes the picture of a whole receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from terminal.errors import Unavailable
from terminal.receipt.characters import cells

CELL_DOTS = 12
"""Width of one cell: font A of every printer of 203 dpi (printer.md 1.6)."""

GLYPH_DOTS = 24
"""Height of a character."""

DEFAULT_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)
"""Where Debian's fonts-wqy-zenhei, fonts-droid-fallback and fonts-noto-cjk put them."""

_MONO_FACE = 1
"""The face of wqy-zenhei.ttc whose Latin is half as wide as its Chinese."""

_NO_CHARACTER = "\uffff"


class Glyphs:
    """One or more font files, opened when the first character is drawn.

    fonts: own files, asked before Debian's. Raises Unavailable `no-font` at use where none can be opened.
    """

    def __init__(self, fonts: Sequence[str] = ()) -> None:
        self._paths = [Path(font) for font in (*fonts, *DEFAULT_FONTS)]
        self._font_of: dict[str, ImageFont.FreeTypeFont | None] = {}

    def has(self, character: str) -> bool:
        """Whether a font draws this character, and not the box for what it lacks."""
        return self._font(character) is not None

    def draw(self, text: str, wide: int = 1, tall: int = 1, bold: bool = False) -> Image.Image:
        """A cleaned text as black (0) on white (255), 12 x 24 dots a cell times `wide` and `tall`."""
        image = Image.new("L", (max(1, cells(text)) * CELL_DOTS, GLYPH_DOTS), 255)
        pen, at = ImageDraw.Draw(image), 0
        for character in text:
            room = cells(character) * CELL_DOTS
            self._draw_one(pen, character, at, room, bold)
            at += room
        if (wide, tall) == (1, 1):
            return image
        return image.resize((image.width * wide, image.height * tall), Image.Resampling.LANCZOS)

    def _draw_one(self, pen: ImageDraw.ImageDraw, character: str, at: int, room: int, bold: bool) -> None:
        font = self._font(character) or self._fonts[0]
        # Anchored at the middle of its cells and on one base line: fonts disagree about everything else.
        place, base = at + room // 2, GLYPH_DOTS * 5 // 6
        pen.text((place, base), character, fill=0, font=font, anchor="ms")
        if bold:
            pen.text((place + 1, base), character, fill=0, font=font, anchor="ms")

    def _font(self, character: str) -> ImageFont.FreeTypeFont | None:
        if character not in self._font_of:
            drawing = (font for font in self._fonts if character == " " or _drawn(font, character))
            self._font_of[character] = next(drawing, None)
        return self._font_of[character]

    @cached_property
    def _fonts(self) -> list[ImageFont.FreeTypeFont]:
        fonts = [font for path in self._paths if (font := _opened(path)) is not None]
        if not fonts:
            raise Unavailable(
                "no-font",
                "no Chinese font is installed to draw what the printer lacks; install fonts-wqy-zenhei",
                "未安装中文字体，无法绘制打印机没有的字，请安装 fonts-wqy-zenhei",
                "printer",
            )
        return fonts


def _opened(path: Path) -> ImageFont.FreeTypeFont | None:
    for face in (_MONO_FACE, 0):
        try:
            return ImageFont.truetype(str(path), GLYPH_DOTS - 2, index=face)
        except OSError:
            continue
    return None


def _drawn(font: ImageFont.FreeTypeFont, character: str) -> bool:
    drawn, lacking = font.getmask(character), font.getmask(_NO_CHARACTER)
    return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))
