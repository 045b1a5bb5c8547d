"""One settlement as a short page of text: along the axis, beside it, payer by payer, with limits and articles.

Promises: its rows are the settlement's own lines, every one of them once, and nothing of the patient's person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET

from terminal.explain.articles import quoted_articles
from terminal.explain.axis import on_this_axis
from terminal.explain.columns import in_columns
from terminal.explain.words import (
    OFF_AXIS,
    PARTS,
    Language,
    heading,
    limit_name,
    part_name,
    payer_name,
    printable,
    service_name,
)
from terminal.money import format_fen, format_percent
from terminal.settlement.bill import Bill
from terminal.settlement.result import Line, Settlement

_ORDER = {part: number for number, part in enumerate(PARTS)}


def page_of(bill: Bill, settlement: Settlement, subjects: Mapping[str, str], language: Language) -> str:
    """The page, every line ended by a line feed. subjects: what the decree's articles are about."""
    lines = sorted(settlement.lines, key=lambda line: _ORDER.get(line.part, len(_ORDER)))
    along = [line for line in lines if line.part not in OFF_AXIS]
    beside = [line for line in lines if line.part in OFF_AXIS]
    eligible = heading("axis", language, format_fen(settlement.eligible))
    quotes = quoted_articles(lines, settlement.policy.source, subjects, language)
    sections = [
        (heading("made_of", language), _made_of(settlement, language)),
        (eligible, _rows(along, settlement, language)),
        (heading("beside", language), _rows(beside, settlement, language)),
        (heading("payers", language), _payers(settlement, language)),
        (heading("limits", language), _limits(settlement, language)),
        (heading("articles", language), in_columns(quotes)),
        (heading("notices", language), [f"  {text}" for text in notices_of(settlement, language)]),
    ]
    shown = ["\n".join([title, *rows]) for title, rows in sections if rows]
    return "\n\n".join(["\n".join(head_of(bill, settlement, language)), *shown]) + "\n"


def head_of(bill: Bill, settlement: Settlement, language: Language) -> list[str]:
    """What it is, by which decree, and of which day and service."""
    policy = settlement.policy
    facts = [bill.date.isoformat(), service_name(bill.service, language)]
    if bill.provider.tier is not None:
        facts.append(
            heading("tier", language, "一二三"[bill.provider.tier - 1] if language == "zh" else str(bill.provider.tier))
        )
    return [
        heading("title", language),
        f"《{policy.source}》 {policy.id} {policy.version}",
        " · ".join(facts),
    ]


def notices_of(settlement: Settlement, language: Language) -> list[str]:
    """The notices; in Chinese without the code before the colon, which is for programs."""
    notices = [printable(notice) for notice in settlement.notices]
    return [notice.partition(": ")[2] or notice for notice in notices] if language == "zh" else notices


def payers_of(settlement: Settlement) -> list[tuple[str, int]]:
    """What each payer pays in sum, in fen, those that pay nothing left out; together they are the total."""
    paid = [(fund, int(amount)) for fund, amount in settlement.funds.items()]
    paid += [("account", settlement.account), ("cash", settlement.cash), ("provider", settlement.provider_borne)]
    return [(payer, int(amount)) for payer, amount in paid if amount]


def _made_of(settlement: Settlement, language: Language) -> list[str]:
    rows = [(heading("total", language), format_fen(settlement.total))]
    rows += [(f"  {part_name(part, language)}", format_fen(getattr(settlement, part))) for part in reversed(OFF_AXIS)]
    rows.append((f"  {heading('eligible', language)}", format_fen(settlement.eligible)))
    return in_columns(rows, right={1})


def _rows(lines: Iterable[Line], settlement: Settlement, language: Language) -> list[str]:
    rows = [_row(line, settlement, language) for line in lines]
    columns = ("from_to", "part", "base", "rate", "amount", "payer", "cite")
    head = [heading(name, language) if any(row[at] for row in rows) else "" for at, name in enumerate(columns)]
    return in_columns([head, *rows], right={2, 3, 4}) if rows else []


def _row(line: Line, settlement: Settlement, language: Language) -> list[str]:
    return [
        place_of(line, settlement, language),
        part_name(line.part, language),
        format_fen(line.base),
        "" if line.rate is UNSET else format_percent(line.rate),
        format_fen(line.amount),
        payer_name(line.payer, language),
        printable(line.cite),
    ]


def place_of(line: Line, settlement: Settlement, language: Language) -> str:
    """Where on the axis a line stands, or on the year's running sums; "" where it has no place."""
    if line.from_ is UNSET or line.to is UNSET:
        return ""
    if on_this_axis(line, settlement):
        return f"{format_fen(line.from_)}-{format_fen(line.to)}"
    # On the year's running sums; a place that begins at nothing is a mere sum, which the base says already.
    return f"{heading('year', language)}{format_fen(line.from_)}-{format_fen(line.to)}" if line.from_ else ""


def _payers(settlement: Settlement, language: Language) -> list[str]:
    rows = [(payer_name(payer, language), format_fen(amount)) for payer, amount in payers_of(settlement)]
    return in_columns([*rows, (heading("total", language), format_fen(settlement.total))], right={1})


def _limits(settlement: Settlement, language: Language) -> list[str]:
    rows = [
        (printable(limit_name(limit.name, language, limit.disease_zh)), format_fen(limit.cap), format_fen(limit.left))
        for limit in settlement.limits
    ]
    head = ("", heading("limit", language), heading("left", language))
    return in_columns([head, *rows], right={1, 2}) if rows else []
