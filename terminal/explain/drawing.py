"""A sheet of SVG: boxes filled for a payer, texts and lines. Self-contained: no font, picture or style from outside.

Coordinates are whole pixels, x to the right, y down. A payer has a light colour and a pattern of its own, so that it is
known without colour; texts are dark and have a white halo, so that they stand out from any pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from terminal.explain.words import Language, printable

WIDTH_PIXELS = 900
FONTS = "'Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Zen Hei','Microsoft YaHei','PingFang SC',sans-serif"
INK = "#1a1a1a"
FAINT = "#555555"
_NAMESPACE = "http://www.w3.org/2000/svg"
_TILE_PIXELS = 8
_PAINTS = {
    "pool": ("#b3d4f5", ""),
    "large_amount": ("#bfe3b4", "M0 8L8 0"),
    "major_illness": ("#dccaf0", "M2 2h2M6 6h2"),
    "medical_assistance": ("#f8cfa6", "M0 4h8"),
    "account": ("#fbe796", "M4 0v8"),
    "cash": ("#f5c3c0", "M0 0L8 8"),
    "provider": ("#dcdcdc", "M0 0L8 8M0 8L8 0"),
    "other": ("#c9e8e6", "M0 4h8M4 0v8"),
}
"""Payer: colour, and the strokes of its pattern in a tile of 8 by 8. Dark text stands out by more than 7 to 1."""
_WORDS = re.compile(r"[!-~]+|.", re.DOTALL)


def text_pixels(text: str, size: int) -> int:
    """About how wide a text is: a full-width character is as wide as high, a Latin one three fifths of that."""
    return sum(size * 10 if ord(character) > 0x2E7F or character in "《》“”·" else size * 6 for character in text) // 10


def wrapped(text: str, width: int, size: int) -> list[str]:
    """Cut a text into lines of about `width` pixels; Latin words stay whole."""
    lines = [""]
    for word in _WORDS.findall(printable(text)):
        if lines[-1] and text_pixels(lines[-1] + word, size) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += word if lines[-1] or word != " " else ""
    return lines


def side_by_side(pieces: Sequence[str], comma: str, width: int, size: int = 12) -> list[str]:
    """Pieces side by side as far as they fit into `width` pixels; a piece that alone is wider is cut."""
    lines: list[str] = []
    for piece in pieces:
        both = f"{lines[-1]}{comma}{piece}" if lines else piece
        if lines and text_pixels(both, size) <= width:
            lines[-1] = both
        else:
            lines += wrapped(piece, width, size)
    return lines


class Sheet:
    """A white sheet of 900 pixels' width whose height is said at the end."""

    def __init__(self, title: str, description: str, language: Language) -> None:
        speech = "zh-CN" if language == "zh" else "en"
        self._root = ElementTree.Element("svg", {"xmlns": _NAMESPACE, "role": "img", "xml:lang": speech})
        self._root.set("aria-labelledby", "title description")
        ElementTree.SubElement(self._root, "title", {"id": "title"}).text = printable(title)
        ElementTree.SubElement(self._root, "desc", {"id": "description"}).text = printable(description)
        self._root.set("font-family", FONTS)
        definitions = ElementTree.SubElement(self._root, "defs")
        for payer, (colour, strokes) in _PAINTS.items():
            self._pattern(definitions, payer, colour, strokes)
        self._paper = ElementTree.SubElement(self._root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
        self._into = self._root

    def group(self, description: str, facts: Mapping[str, str]) -> None:
        """What is drawn from here on belongs together: `facts` become data-… attributes; "" goes back to the sheet."""
        self._into = self._root
        if description:
            named = {f"data-{name}": value for name, value in facts.items()}
            self._into = ElementTree.SubElement(self._root, "g", named)
            ElementTree.SubElement(self._into, "title").text = printable(description)

    def box(self, payer: str, x: int, y: int, width: int, height: int) -> None:
        """A box in the payer's colour and pattern, with a thin border."""
        paint = payer if payer in _PAINTS else "other"
        place = {"x": str(x), "y": str(y), "width": str(width), "height": str(height)}
        ElementTree.SubElement(self._into, "rect", {**place, "fill": f"url(#{paint})", "stroke": INK})

    def line(self, x: int, y: int, to_x: int, to_y: int) -> None:
        """A thin line."""
        place = {"x1": str(x), "y1": str(y), "x2": str(to_x), "y2": str(to_y)}
        ElementTree.SubElement(self._into, "line", {**place, "stroke": FAINT})

    def text(self, x: int, y: int, text: str, size: int = 12, anchor: str = "start", bold: bool = False) -> None:
        """A line of text; y is its baseline, x its start, middle or end."""
        form = {"font-size": str(size), "text-anchor": anchor, "fill": INK}
        if bold:
            form["font-weight"] = "bold"
        halo = {"stroke": "#ffffff", "stroke-width": "3", "stroke-linejoin": "round", "paint-order": "stroke"}
        ElementTree.SubElement(self._into, "text", {"x": str(x), "y": str(y), **form, **halo}).text = printable(text)

    def number(self, x: int, y: int, number: int) -> None:
        """A number in a circle, centred at x, y."""
        circle = {"cx": str(x), "cy": str(y), "r": "9", "fill": INK}
        ElementTree.SubElement(self._into, "circle", circle)
        form = {"font-size": "12", "text-anchor": "middle", "fill": "#ffffff", "font-weight": "bold"}
        ElementTree.SubElement(self._into, "text", {"x": str(x), "y": str(y + 4), **form}).text = str(number)

    def as_svg(self, height: int) -> bytes:
        """The sheet as a file."""
        self._root.set("viewBox", f"0 0 {WIDTH_PIXELS} {height}")
        self._root.set("width", str(WIDTH_PIXELS))
        self._root.set("height", str(height))
        return bytes(ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)) + b"\n"

    def _pattern(self, into: ElementTree.Element, payer: str, colour: str, strokes: str) -> None:
        size = str(_TILE_PIXELS)
        tile = {"id": payer, "patternUnits": "userSpaceOnUse", "width": size, "height": size}
        pattern = ElementTree.SubElement(into, "pattern", tile)
        ElementTree.SubElement(pattern, "rect", {"width": size, "height": size, "fill": colour})
        if strokes:
            ElementTree.SubElement(
                pattern, "path", {"d": strokes, "stroke": "#000000", "stroke-opacity": "0.25", "stroke-width": "1"}
            )
