"""`terminal explain`: one bill's settlement as a page, and as a picture of its axis. Touches no journal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import BinaryIO

from terminal.errors import Refused
from terminal.explain.as_of import marked_as_of, under_law_of
from terminal.explain.page import page_of
from terminal.explain.picture import picture_of
from terminal.explain.subjects import subjects_of
from terminal.explain.words import Language
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law


def explain(
    law: Law,
    data: bytes,
    out: BinaryIO,
    language: Language = "zh",
    picture: Path | None = None,
    as_of: dt.date | None = None,
) -> None:
    """Print the page of one bill; write its picture as SVG where a file is named. Raises TerminalError.

    as_of: the day whose law is asked, instead of the bill's own.
    """
    bill = decode_bill(data)
    settlement = marked_as_of(law.settle(under_law_of(bill, as_of)), bill, as_of)
    if picture is not None:
        _write(picture, picture_of(bill, settlement, language))
    subjects = subjects_of(settlement.policy.id, settlement.policy.version)
    out.write(page_of(bill, settlement, subjects, language).encode("utf-8"))


def _write(path: Path, drawn: bytes) -> None:
    try:
        path.write_bytes(drawn)
    except OSError as error:
        raise Refused("no-file", f"cannot write: {error.strerror}", f"无法写入：{error.strerror}", str(path)) from None
