"""How long the bytes of a receipt of 40 items take, beside python-escpos printing the same lines by itself.

Ratios count, not microseconds: the machine is shared. `make bench` prints them; nothing is asserted as a time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from escpos.printer import Dummy
from pytest_benchmark.fixture import BenchmarkFixture

from terminal.receipt.characters import PRINTER_ALONE
from terminal.receipt.escpos import as_escpos
from terminal.receipt.glyphs import Glyphs
from terminal.receipt.head import ReceiptHead
from terminal.receipt.layout import settlement_receipt
from terminal.receipt.lines import TextLine, set_in_lines
from terminal.receipt.picture import as_png
from terminal.receipt.svg import as_svg
from terminal.receipt_command import _head
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

BILL = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "patient": {"name": "张三", "id": "370602197001011234"},
    "account": {"balance": "1500.00"},
    "items": [
        {
            "kind": "drug",
            "class": "A",
            "amount": "210.00",
            "name": f"注射用头孢哌酮钠舒巴坦钠（进口分装）{n} 号",
            "code": f"X{n}",
        }
        for n in range(40)
    ],
}
Receipt = tuple[Settlement, ReceiptHead, Bill]


@pytest.fixture(scope="module")
def receipt() -> Receipt:
    """A settled bill of 40 items and its head."""
    bill = decode_bill(json.dumps(BILL))
    return Law.load().settle(bill), _head(bill), bill


def test_escpos_bytes(benchmark: BenchmarkFixture, receipt: Receipt) -> None:
    """From the settlement to the bytes: what stands between a commit and the first byte on the line."""
    settlement, head, bill = receipt
    glyphs = Glyphs()
    data = benchmark(lambda: as_escpos(settlement_receipt(settlement, head, bill.items), 48, glyphs=glyphs))
    assert len(data) > 5000


def test_peer_python_escpos_text(benchmark: BenchmarkFixture, receipt: Receipt) -> None:
    """The peer: python-escpos' own `text()` on the finished lines, without layout, columns or full-width signs."""
    settlement, head, bill = receipt
    document = settlement_receipt(settlement, head, bill.items)
    lines = [one.text for one in set_in_lines(document, 48, PRINTER_ALONE) if isinstance(one, TextLine)]

    def run() -> bytes:
        printer: Any = Dummy()
        for line in lines:
            printer.text(f"{line}\n")
        return bytes(printer.output)

    assert len(benchmark(run)) > 5000


def test_svg(benchmark: BenchmarkFixture, receipt: Receipt) -> None:
    """The electronic receipt as a drawing."""
    settlement, head, bill = receipt
    assert "</svg>" in benchmark(lambda: as_svg(settlement_receipt(settlement, head, bill.items)))


def test_png(benchmark: BenchmarkFixture, receipt: Receipt) -> None:
    """The electronic receipt as a picture; off the counter's thread."""
    settlement, head, bill = receipt
    glyphs = Glyphs()
    assert benchmark(lambda: as_png(settlement_receipt(settlement, head, bill.items), 48, glyphs))
