"""A generator that is not ours (receiptline, Apache-2.0, from npm) fed to our interpreter: a second opinion on both.

Its own drawing (SVG) of the same receipt says what must stand on the paper. It is installed into build/ once.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hw.simulated.printer import Interpreter

pytestmark = pytest.mark.xdist_group("receiptline")
"""One worker installs it, and has it whole before it is asked."""

FOLDER = Path(__file__).parents[2] / "build" / "receiptline-4.0.4"
RECEIPT = """^^^医保结算单

-
阿莫西林胶囊 | 2100.00
注射用头孢哌酮钠舒巴坦钠 | 6000.00
合计 TOTAL | ^￥8100.00元
{code:S20210630-000017;option:qrcode,4,m}
=
"""
SCRIPT = """
const {transform} = require("receiptline");
const [text, cpl, command] = process.argv.slice(1);
const made = transform(text, {cpl: Number(cpl), encoding: "gb18030", command});
process.stdout.write(command === "svg" ? made : Buffer.from(made, "binary"));
"""


@pytest.fixture(scope="session")
def receiptline() -> Path:
    """The folder in which Node finds the package."""
    if not (FOLDER / "node_modules" / "receiptline").is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), "receiptline@4.0.4"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return FOLDER


def made(folder: Path, columns: int, command: str) -> bytes:
    """The receipt as this generator makes it."""
    arguments = ["node", "-e", SCRIPT, RECEIPT, str(columns), command]
    return subprocess.run(arguments, cwd=folder, check=True, capture_output=True, timeout=60).stdout


@pytest.mark.parametrize("columns", [32, 48])
def test_a_foreign_receipt_stands_on_our_paper_as_its_author_draws_it(
    receiptline: Path, tmp_path: Path, columns: int
) -> None:
    """The same words in the same order, figures at the right edge, no fault, and a code that zbar reads."""
    printer = Interpreter(columns, strict=False)
    printer.feed(made(receiptline, columns, "escpos"))
    assert printer.faults == []
    lines = [line for line in printer.papers[0] if line.strip()]
    drawn = ElementTree.fromstring(made(receiptline, columns, "svg"))
    words = "".join("".join(text.itertext()) for text in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert "".join(words.split()).replace("─", "") == "".join("".join(lines).split()).replace("─", "")
    amounts = [line for line in lines if line.endswith(".00")]
    assert len(amounts) == 2
    assert all(len(line.encode("gb18030")) == columns for line in amounts)
    file = tmp_path / "paper.png"
    printer.cut[0].image(columns).save(file)
    read = subprocess.run(["zbarimg", "-q", "--raw", str(file)], capture_output=True, text=True, check=True)
    assert read.stdout.strip() == "S20210630-000017"
