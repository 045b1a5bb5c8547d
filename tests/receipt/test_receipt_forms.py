"""A pharmacy changes its papers by a file of its own, and hears of a mistake with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.errors import Refused
from terminal.receipt.forms import load_forms, standard_forms
from terminal.receipt.head import ReceiptHead
from terminal.receipt.layout import settlement_receipt, void_receipt
from terminal.receipt.text import as_text
from terminal.settlement.result import Settlement


def written(folder: Path, text: str) -> Path:
    """The layout file."""
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_lines_titles_labels_and_order_reach_the_paper(
    settlement: Settlement, head: ReceiptHead, tmp_path: Path
) -> None:
    """Header, footer, another word for cash, the code on top, no English; what is not named stays."""
    forms = load_forms(
        written(
            tmp_path,
            """
[paper]
english = false
[settlement]
title = "购药凭证"
header = ["欢迎光临"]
footer = ["药品离柜，非质量问题概不退换"]
blocks = ["marks", "qr", "provider", "header", "title", "numbers", "items", "split", "cash", "explanation",
    "consent", "footer"]
[labels]
cash = ["应付现金", "To pay"]
""",
        )
    )
    lines = [line.strip() for line in as_text(settlement_receipt(settlement, head, forms=forms), 48).splitlines()]
    assert lines[0] == "结算号 S20210630-000017"
    assert lines.index("欢迎光临") < lines.index("购药凭证")
    assert lines[-1] == "药品离柜，非质量问题概不退换"
    assert any(line.startswith("应付现金") and line.endswith("￥1010.00") for line in lines)
    assert not any("Cash" in line or "To pay" in line for line in lines)
    assert "医疗保险撤销单" in as_text(void_receipt(settlement, head, "S1", forms=forms))


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('[settlement]\ntitle = "a"\nblocks = ["marks"]\n', 3, "may be moved but not left out"),
        ('\n[void]\nblocks = ["marks", "fireworks"]\n', 3, "'fireworks'"),
        ('[labels]\ncash = ["a", "b"]\nmoney = ["a", "b"]\n', 3, "labels.money"),
        ('[labels]\nnumber = ["a", "b"]\ncash = ["a"]\n', 3, "labels.cash"),
        ("[paper]\nitems_printed_max = 0\n", 2, "items_printed_max"),
        ('[settlement]\nheader = ["a"]\ncolour = "red"\n', 3, "colour"),
        ("[settlement\n", None, "not TOML"),
        ('[settlement]\nheader = "one line"\n', 2, "header"),
    ],
)
def test_a_mistake_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int | None, word: str) -> None:
    """Nothing is printed by a layout that is half understood, nor one without what the patient must see."""
    path = written(tmp_path, text)
    with pytest.raises(Refused) as caught:
        load_forms(path)
    assert word in caught.value.message
    assert caught.value.at == (f"{path}:{line}" if line else str(path))


def test_every_block_that_may_stand_stands_in_the_standard_layout() -> None:
    """The standard file is the list to copy from: no block is a secret."""
    from terminal.receipt.forms import ALLOWED

    for paper, allowed in ALLOWED.items():
        assert set(getattr(standard_forms(), paper).blocks) == set(allowed)


def test_a_missing_layout_is_refused_by_name(tmp_path: Path) -> None:
    """A wrong path stops the start, not the first receipt."""
    with pytest.raises(Refused, match=r"none\.toml: cannot read"):
        load_forms(tmp_path / "none.toml")
