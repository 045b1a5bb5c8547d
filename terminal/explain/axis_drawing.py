"""Draws the axis of eligible expense: a bar of stretches, in each of them the payers above each other, and ticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terminal.explain.axis import WHOLE, Axis, Stretch
from terminal.explain.drawing import WIDTH_PIXELS, Sheet, side_by_side, text_pixels
from terminal.explain.rows import PictureRow, parts_of, stretch_name
from terminal.explain.words import Language, part_name, payer_name
from terminal.money import format_fen, format_percent

AXIS_HEIGHT_PIXELS = 284
"""From the names above the bar to the second row of ticks below it."""

_LEFT, _RIGHT = 40, WIDTH_PIXELS - 40
BESIDE_PIXELS = 170
_BESIDE_GAP_PIXELS = 30
_STRETCH_PIXELS_MIN = 96
_BAR_PIXELS = 200
_LABEL_PIXELS = 16
_PATIENT = ("account", "cash")


def draw_axis(sheet: Sheet, axis: Axis, rows: Sequence[PictureRow], language: Language, y: int) -> None:
    """Draw it from `y` down. rows: what the numbers stand for."""
    top, x = y + 26, _LEFT
    numbered = [row for row in rows if row.number]
    for number, (stretch, width) in enumerate(zip(axis.stretches, _widths(axis), strict=True), 1):
        sheet.group(numbered[number - 1].sentence, _facts(stretch))
        _draw_stretch(sheet, axis, stretch, language, (x, top, width))
        name = stretch_name(axis, stretch, language)
        sheet.number(x + 10, top - 13, number)
        if text_pixels(name, 12) <= width - 24:
            sheet.text(x + 22, top - 9, name)
        sheet.group("", {})
        x += width
    _draw_ticks(sheet, axis, top + _BAR_PIXELS)
    for index, part in enumerate(axis.beside):
        row = numbered[len(axis.stretches) + index]
        _draw_beside(sheet, axis, part, row, language, top + index * (_BAR_PIXELS // len(axis.beside)))


def is_widened(axis: Axis) -> bool:
    """Whether a stretch is drawn wider than to scale."""
    room = _room(axis)
    return any(one.width * room // max(1, axis.eligible) < _STRETCH_PIXELS_MIN for one in axis.stretches)


def _facts(stretch: Stretch) -> dict[str, str]:
    rate = {} if stretch.rate is None else {"rate": format_percent(stretch.rate)}
    return {
        "stretch": stretch.kind,
        "from": format_fen(stretch.start),
        "to": format_fen(stretch.end),
        "pool": format_fen(stretch.pool),
        **rate,
    }


def _room(axis: Axis) -> int:
    return _RIGHT - _LEFT - (BESIDE_PIXELS + _BESIDE_GAP_PIXELS if axis.beside else 0)


def _widths(axis: Axis) -> list[int]:
    """Pixels of every stretch: to scale, but none narrower than can be read; together the whole room."""
    room, count = _room(axis), len(axis.stretches)
    least = min(_STRETCH_PIXELS_MIN, room // max(1, count))
    narrow: set[int] = set()
    while True:
        wide = [one.width for index, one in enumerate(axis.stretches) if index not in narrow]
        shared, expense = room - least * len(narrow), sum(wide)
        more = {
            index
            for index, one in enumerate(axis.stretches)
            if index not in narrow and one.width * shared // expense < least
        }
        if not more:
            break
        narrow |= more
    ends, place = [], 0
    for index, one in enumerate(axis.stretches):
        place += 0 if index in narrow else one.width
        ends.append(place * shared // max(1, expense) + least * sum(1 for other in narrow if other <= index))
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _draw_stretch(sheet: Sheet, axis: Axis, stretch: Stretch, language: Language, place: tuple[int, int, int]) -> None:
    """The pool at the foot, above it whoever pays the rest; place: left, top and width in pixels."""
    x, top, width = place
    foot = top + _BAR_PIXELS
    paid = _paid(axis, stretch)
    whole = sum(amount for _, amount, _ in paid)
    for number, (payer, amount, known) in enumerate(paid, 1):
        height = min(max(3, _BAR_PIXELS * amount // whole), foot - top)
        upper = top if number == len(paid) else foot - height
        sheet.box(payer, x, upper, width, foot - upper)
        labels = _labels(stretch, payer, amount if known else 0, language)
        _draw_labels(sheet, labels, x, upper, width, foot - upper)
        foot = upper


def _paid(axis: Axis, stretch: Stretch) -> list[tuple[str, int, bool]]:
    """Payer, fen, and whether these fen are known of this stretch or only of its part: then they are a proportion."""
    rest = stretch.width - stretch.pool
    paid = {payer: amount for payer, amount in axis.payers[stretch.part].items() if amount > 0}
    known = len(parts_of(axis, stretch.part)) == 1 or len(paid) == 1 or stretch.kind in WHOLE
    whole = sum(paid.values())
    shares = [
        (payer, rest * amount // whole if stretch.kind not in WHOLE else amount, known)
        for payer, amount in paid.items()
    ]
    pool = [("pool", stretch.pool, True)] if stretch.pool else []
    return [*pool, *(share for share in shares if share[1] > 0)]


def _labels(stretch: Stretch, payer: str, amount: int, language: Language) -> list[str]:
    """Most needed first. amount: 0 where it is not known of this stretch."""
    by_rate = stretch.rate is not None and payer not in _PATIENT and (payer == "pool") == (stretch.kind == "segment")
    labels = [format_fen(amount)] if amount else []
    if by_rate and stretch.rate is not None:
        labels += [format_percent(stretch.rate), payer_name(payer, language), stretch.rate_cite.partition("；")[0]]
        return labels
    labels.append(payer_name(payer, language))
    if stretch.kind in WHOLE or (payer in _PATIENT and stretch.kind != "segment"):
        labels += [article.partition("；")[0] for article in stretch.cites if article != stretch.rate_cite][:1]
    return labels


def _draw_labels(sheet: Sheet, labels: Sequence[str], x: int, y: int, width: int, height: int) -> None:
    lines = (height - 2) // _LABEL_PIXELS
    both = " ".join(reversed(labels[:2]))
    if lines == 1 and text_pixels(both, 12) <= width - 8:
        labels = [both]
    shown = [label for label in labels if text_pixels(label, 12) <= width - 8][:lines]
    start = y + (height - len(shown) * _LABEL_PIXELS) // 2 + 12
    for index, label in enumerate(shown):
        sheet.text(x + width // 2, start + index * _LABEL_PIXELS, label, anchor="middle")


def _draw_ticks(sheet: Sheet, axis: Axis, y: int) -> None:
    """The bounds below the bar, in two rows where they would run into each other."""
    last_end = [-WIDTH_PIXELS, -WIDTH_PIXELS]
    for x, label in _ticks(axis):
        half = text_pixels(label, 12) // 2 + 4
        x_text = min(max(x, half), WIDTH_PIXELS - half)
        row = 0 if last_end[0] <= x_text - half else 1
        last_end[row] = x_text + half
        sheet.line(x, y, x, y + 6 + row * 16)
        sheet.text(x_text, y + 19 + row * 16, label, anchor="middle")


def _ticks(axis: Axis) -> Iterator[tuple[int, str]]:
    x = _LEFT
    for stretch, width in zip(axis.stretches, _widths(axis), strict=True):
        yield x, format_fen(stretch.start)
        x += width
    if axis.stretches:
        yield x, format_fen(axis.eligible)


def _draw_beside(sheet: Sheet, axis: Axis, part: str, row: PictureRow, language: Language, y: int) -> None:
    """One part off the axis: a box, side by side whoever pays it, not to scale."""
    x, width = _RIGHT - BESIDE_PIXELS, BESIDE_PIXELS
    height = min(90, _BAR_PIXELS // len(axis.beside) - 8)
    amount, paid = axis.beside[part], axis.payers[part]
    sheet.group(row.sentence, {"beside": part, "amount": format_fen(amount)})
    left = x
    for payer, fen in paid.items():
        piece = width * fen // amount
        sheet.box(payer, left, y, piece, height)
        left += piece
    sheet.number(x + 14, y + 16, row.number)
    sheet.text(x + 28, y + 20, f"{part_name(part, language)} {format_fen(amount)}")
    lines = side_by_side([payer_name(payer, language) for payer in paid], " ", width - 34)
    lines += side_by_side([article.partition("；")[0] for article in row.cites], "、", width - 34)
    room = (height - 24) // _LABEL_PIXELS
    for number, text in enumerate(lines[:room], 1):
        more = "…" if number == room < len(lines) else ""
        sheet.text(x + 28, y + 20 + number * _LABEL_PIXELS, text + more)
    sheet.group("", {})
