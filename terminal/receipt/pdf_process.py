"""A month's statement as PDF, made in a process of its own: a Chinese font opened whole takes a hundred megabytes, and
a daemon that runs for years would not give them back.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence

from terminal.receipt.month import MonthStatement

PDF_SECONDS_MAX = 60
"""A statement that takes longer will never be done."""


def as_pdf_apart(statement: MonthStatement, fonts: Sequence[str] = ()) -> bytes:
    """As `month_pdf.as_pdf`, apart. Raises Unavailable `no-font`."""
    from terminal.receipt.month_pdf import font_of

    given = pickle.dumps((statement, [font_of(fonts)]))
    command = [sys.executable, "-m", "terminal.receipt.pdf_process"]
    return subprocess.run(command, input=given, capture_output=True, timeout=PDF_SECONDS_MAX, check=True).stdout


def _make() -> None:
    from terminal.receipt.month_pdf import as_pdf

    # What comes in was written by `as_pdf_apart` a moment ago.
    statement, fonts = pickle.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(as_pdf(statement, fonts=fonts))


if __name__ == "__main__":
    _make()
