"""The month's statement: by county, scheme and clearing class, adding up to its days to the fen."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from counter_parts import DAY, HOSPITAL, NAMES, PHARMACY, STAY, Shop, card, person, purchase

from terminal.counter.documents import month_statement_of
from terminal.counter.month import StatementDue, due_on, month_statement, statement_due
from terminal.errors import Refused
from terminal.money import format_fen
from terminal.receipt.month import MonthStatement
from terminal.receipt.month_pdf import as_pdf
from terminal.receipt.month_tables import as_csv, as_xlsx

JUNE, JULY = dt.date(2021, 6, 1), dt.date(2021, 7, 1)
COUNTIES = {"370602": "芝罘区", "370611": "福山区"}


SUMS = ("total", "fund_total", "provider_borne", "account", "cash")


def as_csv_rows(statement: MonthStatement) -> list[list[str]]:
    """The office's file, as the standard reader has it."""
    return list(csv.reader(io.StringIO(as_csv(statement).decode("utf-8-sig"))))


def month_row(rows: list[list[Any]]) -> list[Any]:
    """Counts and amounts of the row that says what the whole month comes to."""
    (found,) = [row for row in rows if "合计" in str(row[0])]
    return found[5:]


def two_counties(folder: Path) -> Shop:
    """Two insured persons of two counties."""
    return Shop(folder, person(1), person(2, insured_place="370611"))


def test_a_month_adds_up_to_its_days(tmp_path: Path) -> None:
    """A stay, purchases of two counties, a void on the next day: each line, and the sum of the days."""
    with two_counties(tmp_path) as shop:
        shop.settle(STAY)
        back = shop.settle(purchase("20.00"))["id"]
        shop.reader.insert(card(2))
        shop.settle(purchase("30.00"))
        assert shop.counter.close_day(DAY).state == "sealed"
        june = month_statement(shop.journal, JUNE, COUNTIES, shop.clock.now().date())
        assert not june.ready
        shop.clock.advance(86_400)
        shop.counter.sign_in("007")
        shop.void(back)
        june = month_statement(shop.journal, JUNE, COUNTIES, shop.clock.now().date())
        assert june.ready
        assert [(one.county, one.clearing_class, one.count, one.total, one.fund_total) for one in june.lines] == [
            ("芝罘区", "inpatient", 1, 1_000_000, 761_000),
            ("福山区", "pharmacy", 1, 3_000, 0),
            ("芝罘区", "pharmacy", 1, 2_000, 0),
        ]
        days = shop.journal.group_totals(DAY)
        for name in ("total", "fund_total", "provider_borne", "account", "cash"):
            assert getattr(june.totals, name) == sum(getattr(group, name) for group in days)
        july = month_statement(shop.journal, JULY, COUNTIES, shop.clock.now().date())
        assert [(one.count, one.void_count, one.total) for one in july.lines] == [(0, 1, -2_000)]
        assert (july.ready, july.open_days) == (False, [JULY])


def test_what_the_center_refused_stands_in_no_statement(tmp_path: Path) -> None:
    """Refused there, and taken back here: neither of the two is counted, only what the center has taken in."""
    with two_counties(tmp_path) as shop:
        refused = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("refuse", infno="2102")
        shop.upload_all()
        shop.settle(purchase("30.00"))
        shop.upload_all()
        for taken_back in (False, True):
            if taken_back:
                shop.void(refused)
            june = month_statement(shop.journal, JUNE, COUNTIES, shop.clock.now().date())
            assert [(one.count, one.void_count, one.total) for one in june.lines] == [(1, 0, 3_000)]
            assert june.totals.total == 3_000


def test_the_file_for_the_office_has_a_row_for_each_county(tmp_path: Path) -> None:
    """Every day by county, then each county's sum, then the month's; amounts in yuan."""
    with two_counties(tmp_path) as shop:
        shop.settle(purchase("20.00"))
        shop.reader.insert(card(2))
        shop.settle(purchase("30.00"))
        statement = month_statement_of(shop.journal, DAY, {PHARMACY: "示例大药房"}, COUNTIES, "007")
    rows = as_csv_rows(statement)
    assert rows[0][2] == "参保地 County"
    assert [row[:3] + row[7:8] for row in rows[1:6]] == [
        ["2021-06-30", "示例大药房", "福山区", "30.00"],
        ["2021-06-30", "示例大药房", "芝罘区", "20.00"],
        ["2021-06 小计", "示例大药房", "福山区", "30.00"],
        ["2021-06 小计", "示例大药房", "芝罘区", "20.00"],
        ["2021-06 合计", "", "", "50.00"],
    ]


def test_counties_and_institutions_of_one_name_are_lines_of_their_own(tmp_path: Path) -> None:
    """Two divisions called 城区, a hospital and a pharmacy of one name: each is cleared apart, with its number."""
    names, counties = {PHARMACY: "示例", HOSPITAL: "示例"}, {"370602": "城区", "370611": "城区"}
    with two_counties(tmp_path) as shop:
        shop.settle(STAY)
        shop.settle(purchase("20.00"))
        shop.reader.insert(card(2))
        shop.settle(purchase("30.00"))
        june = month_statement(shop.journal, JUNE, counties, DAY)
        statement = month_statement_of(shop.journal, DAY, names, counties, "007")
    assert [(one.place, one.county, one.total) for one in june.lines] == [
        ("370602", "城区 (370602)", 1_000_000),
        ("370602", "城区 (370602)", 2_000),
        ("370611", "城区 (370611)", 3_000),
    ]
    assert [(*words[:2], sums.total) for words, sums in statement.groups] == [
        (f"示例 ({HOSPITAL})", "城区 (370602)", 1_000_000),
        (f"示例 ({PHARMACY})", "城区 (370602)", 2_000),
        (f"示例 ({PHARMACY})", "城区 (370611)", 3_000),
    ]


def test_every_form_of_the_statement_says_what_the_days_say(tmp_path: Path) -> None:
    """Two days of July, two counties, a void: CSV, XLSX and PDF, read back by other programs, have the month as the sum
    of its days in the journal's own tables: 10000.00 + 20.00 + 30.00 - 20.00, of it 7610.00 funds, by hand."""
    with two_counties(tmp_path) as shop:
        shop.clock.advance(86_400)
        shop.counter.sign_in("007")
        shop.settle(STAY)
        back = shop.settle(purchase("20.00"))["id"]
        assert shop.counter.close_day(JULY).state == "sealed"
        shop.clock.advance(86_400)
        shop.counter.sign_in("007")
        shop.void(back)
        shop.reader.insert(card(2))
        shop.settle(purchase("30.00"))
        groups = [group for day in shop.journal.days_of_month(JULY) for group in shop.journal.group_totals(day)]
        statement = month_statement_of(shop.journal, JULY, NAMES, COUNTIES, "007")
    days = [format_fen(sum(getattr(group, name) for group in groups)) for name in SUMS]
    assert days[:2] == ["10030.00", "7610.00"]
    assert month_row(as_csv_rows(statement)) == ["3", "1", *days]
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(statement))).active
    numbers = month_row([list(row) for row in sheet.iter_rows(values_only=True)])
    assert [f"{number:.2f}" for number in numbers[2:]] == days
    (tmp_path / "july.pdf").write_bytes(as_pdf(statement))
    read = ["pdftotext", "-layout", str(tmp_path / "july.pdf"), "-"]
    printed = subprocess.run(read, capture_output=True, text=True, check=True).stdout.splitlines()
    (line,) = [line for line in printed if "合计" in line]
    assert line.split()[-7:] == ["3", "1", *days]


def test_a_month_is_named_by_its_first_day(tmp_path: Path) -> None:
    """Any other day is refused; the agreed day is one of the following month."""
    with two_counties(tmp_path) as shop, pytest.raises(Refused):
        month_statement(shop.journal, DAY, COUNTIES, DAY)
    assert due_on(JUNE, 5) == dt.date(2021, 7, 5)
    assert due_on(dt.date(2021, 12, 1), 5) == dt.date(2022, 1, 5)


def test_a_statement_that_is_due_is_noticed(shop: Shop) -> None:
    """Agreed for the 5th: open while a day of June is, overdue from the 6th, ready when all are sealed."""
    shop.settle(STAY)
    fifth, sixth, due = dt.date(2021, 7, 5), dt.date(2021, 7, 6), dt.date(2021, 7, 5)
    assert statement_due(shop.journal, 0, fifth) is None
    assert statement_due(shop.journal, 5, DAY) is None
    assert statement_due(shop.journal, 5, fifth) == StatementDue(JUNE, due, "open", [DAY])
    assert statement_due(shop.journal, 5, sixth) == StatementDue(JUNE, due, "overdue", [DAY])
    shop.counter.close_day(DAY)
    assert statement_due(shop.journal, 5, sixth) == StatementDue(JUNE, due, "ready", [])
