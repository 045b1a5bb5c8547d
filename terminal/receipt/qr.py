"""A QR code as a picture, for the forms without a printer, and for printers that cannot draw one themselves."""

from __future__ import annotations

from functools import lru_cache

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageDraw

_MEDIUM_CORRECTION = 0
"""The library's number of level M, 15%."""

DOTS_PER_MODULE = 6
"""A settlement number of 30 characters makes about 170 of a 58 mm paper's 384 dots."""

QUIET_MODULES = 4
"""White around a code, without which it is not read (ISO/IEC 18004)."""


@lru_cache(maxsize=8)
def modules(data: str) -> list[list[bool]]:
    """The code's rows, true for black, without its quiet zone; error correction M."""
    code = qrcode.QRCode(error_correction=_MEDIUM_CORRECTION, border=0)
    code.add_data(data)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def height_dots(data: str) -> int:
    """Dots that the code takes of the paper, with its quiet zone."""
    return (len(modules(data)) + 2 * QUIET_MODULES) * DOTS_PER_MODULE


def draw(data: str, width_dots: int) -> Image.Image:
    """The code, black on white, in the middle of a band as wide as the paper; its quiet zone above and below."""
    band = Image.new("L", (width_dots, height_dots(data)), 255)
    pen, rows = ImageDraw.Draw(band), modules(data)
    left, top = (width_dots - len(rows) * DOTS_PER_MODULE) // 2, QUIET_MODULES * DOTS_PER_MODULE
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                corner = (left + x * DOTS_PER_MODULE, top + y * DOTS_PER_MODULE)
                pen.rectangle((corner, (corner[0] + DOTS_PER_MODULE - 1, corner[1] + DOTS_PER_MODULE - 1)), fill=0)
    return band
