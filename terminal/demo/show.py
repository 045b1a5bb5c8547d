"""What the demonstration shows: the split as a table with an article behind every fen, and the day's totals."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH_COLUMNS = 110

PAYERS = {
    "pool": "统筹基金",
    "large_amount": "大额救助",
    "major_illness": "大病保险",
    "medical_assistance": "医疗救助",
    "provider": "医疗机构",
    "account": "个人账户",
    "cash": "现金",
}
PARTS = {
    "segment": "分段报销",
    "deductible": "起付线",
    "co_payment": "共付",
    "unpooled": "不纳入统筹",
    "prior_self_pay": "先行自付",
    "over_cap": "超限额",
    "over_limit": "超限价",
    "out_of_catalogue": "目录外",
    "fixed": "定额",
    "package": "包干",
    "aid": "补助",
}


def make_console() -> Console:
    """A console of fixed width, so that the output is the same in a terminal and in a log."""
    return Console(width=WIDTH_COLUMNS, highlight=False, soft_wrap=False)


def split_table(settlement: dict[str, Any]) -> Table:
    """Who pays what, and why: one row a line of the explanation."""
    table = Table(title=f"{settlement['policy']['source']}  {settlement['policy']['version']}", title_justify="left")
    for heading, justify in (
        ("谁付 payer", "left"),
        ("部分 part", "left"),
        ("基数 base", "right"),
        ("比例 rate", "right"),
        ("金额 amount", "right"),
        ("依据 article", "left"),
    ):
        table.add_column(heading, justify=justify, no_wrap=heading != "依据 article")  # type: ignore[arg-type]
    for line in settlement["lines"]:
        table.add_row(
            PAYERS[line["payer"]],
            PARTS[line["part"]],
            line["base"],
            line.get("rate", ""),
            line["amount"],
            line["cite"],
        )
    table.add_row("合计 total", "", "", "", settlement["total"], "", end_section=True)
    return table


def day_table(groups: list[dict[str, Any]]) -> Table:
    """The day's totals by provider, scheme and clearing class."""
    table = Table(title="当日合计 the day's totals", title_justify="left")
    columns = (
        "provider_id",
        "scheme",
        "clearing_class",
        "count",
        "void_count",
        "total",
        "fund_total",
        "account",
        "cash",
    )
    for name in columns:
        table.add_column(name, justify="right" if name not in columns[:3] else "left", no_wrap=True)
    for group in groups:
        table.add_row(*(str(group[name]) for name in columns))
    return table
