"""The monthly statement as PDF: A4 across, the heading on every page, the Chinese font inside the file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from terminal.errors import Unavailable
from terminal.money import format_fen
from terminal.receipt.month import MonthStatement, Sums
from terminal.receipt.month_tables import HEADINGS, TEXTS, notes, table

FONTS = ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/truetype/arphic/uming.ttc")
"""TrueType fonts with Chinese and Latin: Debian's fonts-wqy-zenhei, fonts-arphic-uming."""

_WIDTHS_MM = (25, 42, 20, 16, 14, 12, 12, 28, 28, 28, 26, 26)
_TEXT_POINTS, _TITLE_POINTS, _LINE_MM = 9, 15, 5.5


def as_pdf(statement: MonthStatement, title: str = "月度结算清单", fonts: Sequence[str] = ()) -> bytes:
    """The statement as a PDF file. fonts: own TrueType files, tried first. Raises Unavailable `no-font`."""
    # The font's own bitmaps are not taken along, and the library says so at every file.
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    page = _page(statement, title, font_of(fonts))
    page.add_page()
    with page.table(
        col_widths=_WIDTHS_MM,
        text_align=["LEFT"] * TEXTS + ["RIGHT"] * (len(HEADINGS) - TEXTS),
        line_height=_LINE_MM,
        borders_layout="HORIZONTAL_LINES",
        padding=(0.6, 0.8),
    ) as rows:
        rows.row([heading.replace(" ", "\n", 1) for heading in HEADINGS])
        for texts, sums in table(statement):
            rows.row([*texts, *_figures(sums)])
    page.ln(4)
    for note in notes(statement):
        page.multi_cell(0, _LINE_MM, note, new_x="LMARGIN", new_y="NEXT")
    page.multi_cell(0, 3 * _LINE_MM, "经办 Prepared：____________      复核 Checked：____________")
    return bytes(page.output())


def _page(statement: MonthStatement, title: str, font: str) -> Any:
    from fpdf import FPDF

    class Page(FPDF):
        def header(self) -> None:
            self.set_font("chinese", size=_TITLE_POINTS)
            self.cell(0, 9, f"{title} {statement.name}", align="C", new_x="LMARGIN", new_y="NEXT")
            self.set_font("chinese", size=_TEXT_POINTS)
            marked = f"{statement.provider_name}  {statement.mark}"
            self.cell(0, _LINE_MM, marked, align="C", new_x="LMARGIN", new_y="NEXT")
            self.ln(2)

        def footer(self) -> None:
            self.set_y(-12)
            self.cell(0, _LINE_MM, f"第 {self.page_no()} 页 / 共 {{nb}} 页", align="C")

    page = Page(orientation="landscape", format="A4")
    page.set_creation_date(statement.printed_at)
    page.set_title(f"{title} {statement.name}")
    page.set_auto_page_break(True, 16)
    page.set_margins(10, 10)
    page.add_font("chinese", "", font)
    page.add_font("chinese", "B", font)
    page.set_font("chinese", size=_TEXT_POINTS)
    return page


def _figures(sums: Sums) -> list[str]:
    amounts = (sums.total, sums.fund_total, sums.provider_borne, sums.account, sums.cash)
    return [str(sums.count), str(sums.void_count), *map(format_fen, amounts)]


def font_of(fonts: Sequence[str]) -> str:
    """The first font that there is, own ones before Debian's. Raises Unavailable `no-font`."""
    for font in (*fonts, *FONTS):
        if Path(font).is_file():
            return font
    raise Unavailable(
        "no-font",
        "no Chinese TrueType font is installed for the PDF; install fonts-wqy-zenhei",
        "未安装中文字体，无法生成 PDF，请安装 fonts-wqy-zenhei",
        "statement",
    )
