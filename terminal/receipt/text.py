"""A document as plain text, line for line what the printer puts on paper (without QR graphics)."""

from __future__ import annotations

from terminal.receipt.blocks import Document
from terminal.receipt.characters import EVERYTHING, Repertoire, cells
from terminal.receipt.lines import TextLine, set_in_lines


def as_text(document: Document, columns: int = 48, repertoire: Repertoire = EVERYTHING) -> str:
    """The document in lines of at most `columns` cells, each ended by a line feed, without trailing blanks.

    Columns line up by the printer's rule (two cells for a two-byte character). Double-width text is centred
    as the printer centres it, and written once. Raises ValueError for a width that no paper has.
    """
    lines = [line for line in set_in_lines(document, columns, repertoire) if isinstance(line, TextLine)]
    return "".join(f"{_placed(line, columns)}\n" for line in lines)


def _placed(line: TextLine, columns: int) -> str:
    room = columns - cells(line.text) * line.wide if line.centred else 0
    return (" " * (room // 2) + line.text).rstrip(" ")
