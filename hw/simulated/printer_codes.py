"""Pictures that the simulated printer makes by itself: QR codes, bands of dots, line-drawing characters."""

from __future__ import annotations

from functools import lru_cache

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageOps

GRAPHIC_CHARACTERS = {
    0x90: "┴", 0x91: "┬", 0x92: "┤", 0x93: "├", 0x95: "─", 0x96: "│", 0x98: "┌", 0x99: "┐", 0x9A: "└", 0x9B: "┘",
}  # fmt: skip
"""Line drawing of code page 1 (Katakana), which printers of the region have outside Chinese mode."""

_LEVELS = (1, 0, 3, 2)
"""The command's L M Q H (from 30) as the library's numbers."""


def band(data: bytes, width_bytes: int) -> Image.Image:
    """Rows of `width_bytes`, most significant bit left, 1 is black; as a mask with 255 for black."""
    height = len(data) // width_bytes
    return Image.frombytes("1", (width_bytes * 8, height), data).convert("L")


@lru_cache(maxsize=64)
def qr_dots(data: bytes, dots_per_module: int, level: int) -> Image.Image:
    """A QR code with its quiet zone; as a mask with 255 for black."""
    code = qrcode.QRCode(error_correction=_LEVELS[level], box_size=dots_per_module, border=4)
    code.add_data(data)
    return ImageOps.invert(code.make_image().get_image().convert("L"))
