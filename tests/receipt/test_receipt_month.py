"""The monthly statement in all its forms, read back by programs that are not ours."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from terminal.clock import BEIJING
from terminal.errors import Unavailable
from terminal.receipt.head import TRAINING
from terminal.receipt.month import MonthRow, MonthStatement, Sums, month_statement
from terminal.receipt.month_pdf import as_pdf
from terminal.receipt.month_tables import as_csv, as_xlsx
from terminal.receipt.text import as_text

DAY1, DAY2 = dt.date(2021, 6, 29), dt.date(2021, 6, 30)
PLACE = ("P37060200001", "=烟台大药房", "370602", "芝罘区")
"""Number and name of the institution and of the county."""


@pytest.fixture
def statement() -> MonthStatement:
    """Two days, two groups: 8250.00 + 0.10 + 58.40 - 0.20 in all = 8308.30, worked out by hand."""
    rows = (
        MonthRow(DAY1, *PLACE, "employee", "inpatient", Sums(1, 0, 825000, 574000, 0, 150000, 101000)),
        MonthRow(DAY1, *PLACE, "employee", "pharmacy", Sums(1, 0, 10, 0, 0, 10, 0)),
        MonthRow(DAY2, *PLACE, "employee", "inpatient", Sums(3, 1, 5840, 3000, 0, 0, 2840)),
        MonthRow(DAY2, *PLACE, "employee", "pharmacy", Sums(0, 2, -20, 0, 0, -20, 0)),
    )
    moment = dt.datetime(2021, 7, 1, 9, 0, tzinfo=BEIJING)
    return MonthStatement("=烟台大药房", DAY1.replace(day=1), moment, "0012", rows, (DAY2,), 3, "ab" * 32)


def test_csv_has_every_day_the_groups_and_the_month(statement: MonthStatement) -> None:
    """Opened with the standard reader: exact decimals; a name that looks like a formula is disarmed."""
    rows = list(csv.reader(io.StringIO(as_csv(statement).decode("utf-8-sig"))))
    amounts = ["8250.00", "5740.00", "0.00", "1500.00", "1010.00"]
    assert rows[1] == ["2021-06-29", "'=烟台大药房", "芝罘区", "职工医保", "住院", "1", "0", *amounts]
    assert [row[7] for row in rows[1:8]] == ["8250.00", "0.10", "58.40", "-0.20", "8308.40", "-0.10", "8308.30"]
    assert rows[7][0] == "2021-06 合计"
    notes = ["".join(row) for row in rows[8:]]
    assert "2021-06-30" in notes[0]
    assert notes[1].endswith(": 3")
    assert "ab" * 32 in notes[-1]


def test_xlsx_holds_numbers_to_the_fen_and_no_formula(statement: MonthStatement) -> None:
    """openpyxl reads the file: amounts are numbers, their sum is the month's, texts are texts."""
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(statement))).active
    assert sheet.title == "2021-06"
    assert sheet["B2"].value == "=烟台大药房"
    assert sheet["B2"].data_type == "s"
    totals = [sheet.cell(row, 8).value for row in range(2, 9)]
    assert totals == [8250, 0.1, 58.4, -0.2, 8308.4, -0.1, 8308.3]
    assert sheet["H2"].number_format == "0.00"


def test_every_file_of_a_training_journal_says_so(statement: MonthStatement) -> None:
    """In the heading of CSV and XLSX, which stays in sight there; for business the heading is bare."""
    for mark, first in ((TRAINING, "培训 TRAINING 业务日期 Day"), ("", "业务日期 Day")):
        marked = replace(statement, mark=mark)
        sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(marked))).active
        rows = csv.reader(io.StringIO(as_csv(marked).decode("utf-8-sig")))
        assert (sheet["A1"].value, next(rows)[0]) == (first, first)
        assert sheet.freeze_panes == "A2"


def test_pdf_has_its_font_inside_and_says_the_same(statement: MonthStatement, tmp_path: Path) -> None:
    """Poppler finds every font embedded and reads Chinese and figures back."""
    file = tmp_path / "m.pdf"
    file.write_bytes(as_pdf(statement))
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "月度结算清单 2021-06" in text
    assert "8308.30" in text
    assert "第1页/共1页" in text.replace(" ", "")


def test_a_long_month_repeats_its_heading_on_every_page(statement: MonthStatement, tmp_path: Path) -> None:
    """31 days of two groups do not fit on one page; no row is lost between pages."""
    rows = tuple(replace(row, day=dt.date(2021, 5, day)) for day in range(1, 32) for row in statement.rows[:2])
    file = tmp_path / "m.pdf"
    file.write_bytes(as_pdf(replace(statement, rows=rows, month=dt.date(2021, 5, 1))))
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) > 1
    assert all("月度结算清单 2021-05" in page for page in pages)
    for day in range(1, 32):
        assert text.count(f"2021-05-{day:02d}") >= 2


@pytest.mark.parametrize("columns", [32, 48])
def test_the_paper_shows_groups_sum_and_open_days(statement: MonthStatement, columns: int) -> None:
    """The month in all: 8308.30, of it 5770.00 funds; the day that is not sealed is named."""
    text = as_text(month_statement(statement), columns)
    everything = text[text.index("合计") :]
    assert "8308.30" in everything
    assert "5770.00" in everything
    assert "2021-06-30" in text
    assert "不平" not in text


def test_without_a_font_the_pdf_is_refused(statement: MonthStatement, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other forms need none."""
    monkeypatch.setattr("terminal.receipt.month_pdf.FONTS", ())
    with pytest.raises(Unavailable, match="fonts-wqy-zenhei"):
        as_pdf(statement)
