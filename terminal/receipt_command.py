"""`terminal receipt preview`: what a receipt will look like, from a bill or a settlement, without a terminal.

The layout of a pharmacy is tried out here: the same blocks, lines and pictures as on paper.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from terminal.clock import BEIJING
from terminal.errors import Refused
from terminal.receipt.blocks import Document
from terminal.receipt.characters import Encoding
from terminal.receipt.escpos import as_escpos
from terminal.receipt.forms import load_forms
from terminal.receipt.glyphs import Glyphs
from terminal.receipt.head import TRAINING, ReceiptHead
from terminal.receipt.layout import settlement_receipt, void_receipt
from terminal.receipt.picture import as_png
from terminal.receipt.svg import as_svg
from terminal.receipt.text import as_text
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill, decode_given
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

Form = Literal["text", "png", "svg", "escpos"]

SAMPLE_NUMBER = "T000000012021063000001"
SAMPLE_HASH = "0123456789abcdef" * 4


def preview(
    data: bytes,
    law: Law,
    out: BinaryIO,
    form: Form = "text",
    columns: int = 48,
    layout: Path | None = None,
    fonts: Sequence[str] = (),
    encoding: Encoding = "gb18030",
    void: bool = False,
) -> None:
    """Write the receipt of a bill (settled under `law` now) or of a settlement, marked as training.

    void: the paper of its void instead. Raises TerminalError: the bill is refused, the layout is faulty, no font.
    """
    bill, settlement = _read(data, law)
    forms = load_forms(layout)
    head = _head(bill)
    if void:
        document = void_receipt(settlement, head, SAMPLE_NUMBER, "预览 preview", forms)
    else:
        document = settlement_receipt(settlement, head, bill.items if bill else (), forms)
    out.write(_rendered(document, form, columns, Glyphs(fonts), encoding))


def _read(data: bytes, law: Law) -> tuple[Bill | None, Settlement]:
    """A bill and its split, or a split alone: the two are told apart by their keys."""
    try:
        keys = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        keys = None
    if isinstance(keys, dict) and "lines" in keys and "fund_total" in keys:
        return None, decode_given(data, Settlement, "the settlement")
    bill = decode_bill(data)
    return bill, law.settle(bill)


def _rendered(document: Document, form: Form, columns: int, glyphs: Glyphs, encoding: Encoding) -> bytes:
    match form:
        case "text":
            return as_text(document, columns).encode()
        case "png":
            return as_png(document, columns, glyphs)
        case "svg":
            return as_svg(document, columns).encode()
        case "escpos":
            return as_escpos(document, columns, encoding, glyphs)
    raise Refused("bad-form", f"there is no form {form}", f"没有格式 {form}", "form")


def _head(bill: Bill | None) -> ReceiptHead:
    """A head as a till would have it; what a bill does not say is made up and says so."""
    day = bill.date if bill else dt.date(2021, 6, 30)
    return ReceiptHead(
        provider_name="预览机构 Preview",
        settlement_number=SAMPLE_NUMBER,
        till_reference="PREVIEW",
        business_date=day,
        settled_at=dt.datetime.combine(day, dt.time(10, 30), BEIJING),
        operator="0001",
        patient_name=(bill.patient.name if bill else "") or "示例",
        patient_id=(bill.patient.id if bill else "") or "110101199003070011",
        balance_before=bill.account.balance if bill else None,
        journal_hash=SAMPLE_HASH,
        mark=TRAINING,
    )
