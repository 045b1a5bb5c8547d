"""The monthly statement as tables for an office: CSV and XLSX. Every day and group a row, then sums.

Promise: amounts are exact to the fen in both, no text can be taken for a formula by a spreadsheet, and a statement that
is marked (training) says so in its heading, which a spreadsheet keeps in sight.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from terminal.money import format_fen
from terminal.receipt.month import MonthStatement, Sums

HEADINGS = (
    "业务日期 Day",
    "机构 Provider",
    "参保地 County",
    "险种 Scheme",
    "类别 Class",
    "结算 Count",
    "撤销 Voids",
    "医疗费总额 Total",
    "基金支付 Funds",
    "机构负担 Provider-borne",
    "个人账户 Account",
    "现金 Cash",
)
"""Five columns of text, two of counts, five of yuan."""

TEXTS, COUNTS = 5, 2
FEN_OF_YUAN = 100
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table(statement: MonthStatement) -> Iterator[tuple[tuple[str, ...], Sums]]:
    """The rows: their five texts and their sums; days first, then groups, then the whole month."""
    for row in statement.rows:
        yield (row.day.isoformat(), *row.words), row.sums
    for words, sums in statement.groups:
        yield (f"{statement.name} 小计", *words), sums
    yield (f"{statement.name} 合计", "", "", "", ""), statement.everything


def as_csv(statement: MonthStatement) -> bytes:
    """UTF-8 with a byte order mark, as the office's spreadsheet expects Chinese; lines end with CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_headings(statement))
    for texts, sums in table(statement):
        writer.writerow([*map(_harmless, texts), *_counts(sums), *map(format_fen, _amounts(sums))])
    for note in notes(statement):
        writer.writerow([_harmless(note)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(statement: MonthStatement) -> bytes:
    """One sheet, heading frozen. Amounts are numbers of yuan with two places, exact to the fen."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": statement.name, "created": statement.printed_at.replace(tzinfo=None)})
        sheet = book.add_worksheet(statement.name)
        bold, yuan = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        for column, heading in enumerate(_headings(statement)):
            sheet.write_string(0, column, heading, bold)
        row = 0
        for row, (texts, sums) in enumerate(table(statement), start=1):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            for column, count in enumerate(_counts(sums), start=TEXTS):
                sheet.write_number(row, column, count)
            for column, amount in enumerate(_amounts(sums), start=TEXTS + COUNTS):
                # The file holds the decimal text of the exact fraction; no float is ours.
                sheet.write_number(row, column, Fraction(amount, FEN_OF_YUAN), yuan)
        for note in notes(statement):
            row += 1
            sheet.write_string(row, 0, note)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, len(HEADINGS) - 1, 16)
    return out.getvalue()


def notes(statement: MonthStatement) -> Iterator[str]:
    """What the reader must know of the sums: open days, what is left out, and the journal they come from."""
    if statement.open_days:
        yield f"未关账日 Days not sealed: {' '.join(day.isoformat() for day in statement.open_days)}"
    if statement.excluded:
        yield f"中心拒收，未列入 Refused by the center, not counted: {statement.excluded}"
    yield f"打印 Printed {statement.printed_at.isoformat(timespec='seconds')} {statement.operator}"
    yield f"账本校验 Chain hash {statement.chain_hash}"


def _headings(statement: MonthStatement) -> tuple[str, ...]:
    first, *others = HEADINGS
    return f"{statement.mark} {first}".strip(), *others


def _counts(sums: Sums) -> tuple[int, int]:
    return sums.count, sums.void_count


def _amounts(sums: Sums) -> tuple[int, ...]:
    return sums.total, sums.fund_total, sums.provider_borne, sums.account, sums.cash


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
