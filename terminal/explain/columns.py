"""Text in columns that line up on a screen: a Chinese character takes two cells, a Latin letter one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.cells import cell_len

GAP = "  "

Cell = str | Sequence[str]
"""One line, or several beneath each other."""


def padded(text: str, width: int, to_the_right: bool = False) -> str:
    """The text filled up with spaces to `width` cells; a longer text stays whole."""
    space = " " * max(0, width - cell_len(text))
    return space + text if to_the_right else text + space


def in_columns(rows: Sequence[Sequence[Cell]], right: Collection[int] = (), indent: int = 2) -> list[str]:
    """Rows of cells as lines. right: numbers of the columns set to the right. Empty columns are left out."""
    lines: list[list[str]] = []
    for row in rows:
        cells = [[cell] if isinstance(cell, str) else list(cell) for cell in row]
        for number in range(max(len(cell) for cell in cells)):
            lines.append([cell[number] if number < len(cell) else "" for cell in cells])
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(lines[0]))] if lines else []
    shown = [column for column, width in enumerate(widths) if width]
    return [
        (" " * indent + GAP.join(padded(line[one], widths[one], one in right) for one in shown)).rstrip(" ")
        for line in lines
    ]
