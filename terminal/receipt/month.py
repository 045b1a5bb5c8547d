"""The monthly statement: what an institution settled in a month, by day, county and group, for clearing.

A pure function over rows that the journal gives; sums are worked out here and checked against the identity.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from terminal.money import format_fen
from terminal.receipt.blocks import Block, Document, Paragraph, Rule
from terminal.receipt.forms import Forms, standard_forms
from terminal.receipt.frame import Builders, compose
from terminal.receipt.words import CLASS_OF_CARE, SCHEME_NAMES

Group = tuple[str, str, str, str]
"""What is cleared together: institution, county, scheme and class of care."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Amounts in fen, net of voids; count settlements and void_count voids."""

    count: int = 0
    void_count: int = 0
    total: int = 0
    fund_total: int = 0
    provider_borne: int = 0
    account: int = 0
    cash: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Sums)))

    @property
    def difference(self) -> int:
        """What the payers' sums lack of the total, in fen; anything but 0 is a broken promise of ours."""
        return self.total - self.fund_total - self.provider_borne - self.account - self.cash


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One group of one business day: institution and county of the insured, each by number and name; scheme, class of
    care. Two institutions or counties of one name are two groups: whoever makes the rows names them apart.
    """

    day: dt.date
    provider_id: str
    provider: str
    place: str
    county: str
    scheme: str
    clearing_class: str
    sums: Sums

    @property
    def group(self) -> Group:
        """The group by its numbers and codes."""
        return self.provider_id, self.place, self.scheme, self.clearing_class

    @property
    def words(self) -> Group:
        """The group as it is shown: names instead of numbers and codes."""
        scheme = SCHEME_NAMES.get(self.scheme, self.scheme)
        return self.provider, self.county, scheme, CLASS_OF_CARE.get(self.clearing_class, self.clearing_class)


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """One month. rows: by day. open_days: days with sales that are not sealed: their sums may still change.

    excluded: settlements that the center refused and that are in no sum. chain_hash: hex hash of the journal's
    newest entry when the statement was made. mark: as on a receipt.
    """

    provider_name: str
    month: dt.date
    printed_at: dt.datetime
    operator: str
    rows: tuple[MonthRow, ...]
    open_days: tuple[dt.date, ...]
    excluded: int
    chain_hash: str
    mark: str = ""

    @property
    def name(self) -> str:
        """The month as YYYY-MM."""
        return f"{self.month:%Y-%m}"

    @property
    def groups(self) -> list[tuple[Group, Sums]]:
        """The month's sums of each group, under its words and in their order."""
        words = {row.group: row.words for row in self.rows}
        found: dict[Group, Sums] = {}
        for row in self.rows:
            found[row.group] = found.get(row.group, Sums()) + row.sums
        return [(words[group], found[group]) for group in sorted(found, key=lambda group: (words[group], group))]

    @property
    def everything(self) -> Sums:
        """The month's sums."""
        return total_of(row.sums for row in self.rows)


def total_of(sums: Iterable[Sums]) -> Sums:
    """The sum of sums; of none, all zeros."""
    return sum(sums, Sums())


def month_statement(statement: MonthStatement, forms: Forms | None = None) -> Document:
    """The statement as a paper for the receipt printer: the groups and their sum. Days stand in the files."""
    forms = forms or standard_forms()
    open_days = [day.isoformat() for day in statement.open_days]
    own: Builders = {
        "month": lambda: [
            forms.pair("month", statement.name),
            forms.pair("printed_at", statement.printed_at.strftime("%Y-%m-%d %H:%M:%S")),
            forms.pair("operator", statement.operator),
            Rule(),
        ],
        "groups": lambda: [
            *(block for words, sums in statement.groups for block in _sums(forms, " ".join(words), sums)),
            *_sums(forms, forms.both("everything"), statement.everything),
        ],
        "open-days": lambda: [
            *([Paragraph(f"{forms.both('open_days')}：{'、'.join(open_days)}")] if open_days else []),
            *([forms.pair("excluded", str(statement.excluded))] if statement.excluded else []),
        ],
        "chain": lambda: [Paragraph(f"{forms.both('hash')} {statement.chain_hash}")],
        "signature": lambda: [Paragraph(f"{forms.both('signature')}：________")],
    }
    return compose(forms.month, statement.provider_name, [statement.mark], own)


def _sums(forms: Forms, name: str, sums: Sums) -> Iterator[Block]:
    yield Paragraph(name)
    yield forms.pair("count", f"{sums.count} / {sums.void_count}")
    yield forms.pair("group_total", format_fen(sums.total))
    yield forms.pair("group_funds", format_fen(sums.fund_total))
    if sums.provider_borne:
        yield forms.pair("group_provider", format_fen(sums.provider_borne))
    yield forms.pair("group_account", format_fen(sums.account))
    yield forms.pair("group_cash", format_fen(sums.cash))
    if sums.difference:
        yield forms.total("difference", format_fen(sums.difference))
    yield Rule()
