"""The picture of one settlement: the axis of eligible expense, what stands beside it, and who pays what in sum.

A stretch is as wide as its expense, and within it each payer as high as its share, so that an area is money; a stretch
too narrow to read is widened, and the picture says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from terminal.explain.axis import axis_of
from terminal.explain.axis_drawing import AXIS_HEIGHT_PIXELS, BESIDE_PIXELS, draw_axis, is_widened
from terminal.explain.drawing import WIDTH_PIXELS, Sheet, side_by_side, wrapped
from terminal.explain.page import head_of, notices_of, payers_of
from terminal.explain.rows import PictureRow, picture_rows
from terminal.explain.words import Language, heading, payer_name
from terminal.money import format_fen
from terminal.settlement.bill import Bill
from terminal.settlement.result import Settlement

LEFT, RIGHT = 40, WIDTH_PIXELS - 40
_ROW_PIXELS = 19
_NAME_X, _PLACE_X, _PAID_X, _CITE_X = LEFT + 24, 180, 350, 650
_BAR_X, _BAR_END_X = 190, 740


def picture_of(bill: Bill, settlement: Settlement, language: Language) -> bytes:
    """The picture as a self-contained SVG file, 900 pixels wide."""
    axis = axis_of(settlement)
    rows = picture_rows(settlement, axis, language)
    title, decree, facts = head_of(bill, settlement, language)
    told = [heading("total", language) + " " + format_fen(settlement.total), *(row.sentence for row in rows)]
    sheet = Sheet(f"{title} {decree}", "; ".join(told), language)
    sheet.text(LEFT, 42, title, size=22, bold=True)
    sheet.text(LEFT, 66, decree, size=13)
    sheet.text(LEFT, 86, f"{facts} · {heading('total', language)} {format_fen(settlement.total)}", size=13)
    if any(notice.startswith("illustrative-supplement") for notice in settlement.notices):
        sheet.text(RIGHT, 42, heading("illustrative", language), size=13, anchor="end", bold=True)
    y = 122
    if axis.stretches:
        sheet.text(LEFT, y, heading("axis", language, format_fen(axis.eligible)), size=14, bold=True)
    if axis.beside:
        sheet.text(RIGHT - BESIDE_PIXELS, y, heading("beside", language), size=14, bold=True)
    draw_axis(sheet, axis, rows, language, y + 14)
    y += AXIS_HEIGHT_PIXELS + 14
    scale = heading("widened" if is_widened(axis) else "to_scale", language)
    sheet.text(LEFT, y, scale, size=11)
    y = _draw_rows(sheet, rows, "，" if language == "zh" else ", ", y + 28)
    y = _draw_payers(sheet, settlement, language, y + 16)
    y = _draw_notices(sheet, notices_of(settlement, language), heading("notices", language), y + 16)
    return sheet.as_svg(y + 10)


def _draw_rows(sheet: Sheet, rows: Sequence[PictureRow], comma: str, y: int) -> int:
    for row in rows:
        names = wrapped(row.name, _PLACE_X - _NAME_X - 8, 12)
        paid = side_by_side(row.paid, comma, _CITE_X - _PAID_X - 10)
        cites = side_by_side(row.cites, "、", RIGHT - _CITE_X)
        if row.number:
            sheet.number(LEFT + 9, y - 4, row.number)
        sheet.text(_PLACE_X, y, row.place)
        for x, column in ((_NAME_X, names), (_PAID_X, paid), (_CITE_X, cites)):
            for index, text in enumerate(column):
                sheet.text(x, y + index * _ROW_PIXELS, text)
        y += max(1, len(names), len(paid), len(cites)) * _ROW_PIXELS + 3
    return y


def _draw_payers(sheet: Sheet, settlement: Settlement, language: Language, y: int) -> int:
    sheet.text(LEFT, y, heading("payers", language), size=14, bold=True)
    paid = payers_of(settlement)
    most = max([1, *(amount for _, amount in paid)])
    for payer, amount in paid:
        y += 26
        name = payer_name(payer, language) if amount > 0 else heading("surplus", language)
        sheet.group(f"{name} {format_fen(abs(amount))}", {"payer": payer, "amount": format_fen(amount)})
        sheet.text(LEFT, y, name, size=13)
        if amount > 0:
            sheet.box(payer, _BAR_X, y - 14, max(2, (_BAR_END_X - _BAR_X) * amount // most), 18)
        sheet.text(RIGHT, y, format_fen(amount), size=13, anchor="end")
        sheet.group("", {})
    y += 10
    sheet.line(LEFT, y, RIGHT, y)
    sheet.text(LEFT, y + 18, heading("total", language), size=13, bold=True)
    sheet.text(RIGHT, y + 18, format_fen(settlement.total), size=13, anchor="end", bold=True)
    return y + 34


def _draw_notices(sheet: Sheet, notices: Sequence[str], title: str, y: int) -> int:
    if not notices:
        return y
    sheet.text(LEFT, y, title, size=14, bold=True)
    for notice in notices:
        for text in wrapped(notice, RIGHT - LEFT, 12):
            y += _ROW_PIXELS
            sheet.text(LEFT, y, text)
    return y + _ROW_PIXELS
