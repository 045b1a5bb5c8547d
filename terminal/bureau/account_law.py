"""What a decree says about crediting personal accounts: a monthly credit by formula, and interest; as cited data.

One file a policy stands beside its pack (`account.toml`); what a decree leaves open there (`from = "bureau"`) is
answered by a file of the same form that the operator supplies, and refused by name until it is. Sums are rounded once,
half up to the fen. Nothing here touches an account.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from terminal.bureau.persons import Person
from terminal.errors import Refused
from terminal.money import Fen, Rate
from terminal.settlement.bill import Category
from terminal.settlement.toml_form import bad_file, read_toml

WHOLE = 10_000
"""A rate of 1, in basis points."""

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Age = Annotated[int, Meta(ge=0, le=150)]


class Form(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """Base of the rows: an unknown key is refused; the days on which a row counts, both inclusive."""

    cite: Text
    from_: Literal["decree", "bureau"] = "decree"
    left_to: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def counts_on(self, day: dt.date) -> bool:
        """Whether this row is in force on a day."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose credit it is: of a category, below an age in full years."""

    category: Category | None = None
    age_below: Age | None = None


class CreditRow(Form, frozen=True, kw_only=True):
    """A month's credit: a share of the monthly base, a sum for each year of age, or a fixed amount (fen)."""

    when: When = When()
    base_rate: Rate | None = None
    for_each_year_of_age: Fen | None = None
    amount: Fen | None = None


class KeptRow(Form, frozen=True, kw_only=True):
    """The share of a credit that stays on the account; the rest goes to the person's bank."""

    share: Rate


class InterestRow(Form, frozen=True, kw_only=True):
    """The yearly rate on each day's balance, and how many days the bank counts to a year."""

    rate: Rate | None = None
    days_in_year: Literal[360, 365] = 360


class AccountRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file. age_on: whether age is that before the month begins, or that of the last day of the year before."""

    policy: Text
    age_on: Literal["month", "last-year-end"] = "month"
    credit: Sequence[CreditRow] = ()
    kept: Sequence[KeptRow] = ()
    interest: Sequence[InterestRow] = ()
    source: str = ""


class Credit(Struct, frozen=True):
    """What a person is credited for a month, in fen, and the article."""

    amount: Fen
    cite: str


class NotOnFile(Refused):
    """A value of this one person that the formula rests on stands on no file."""


R = TypeVar("R", bound=Form)


class AccountLaw:
    """The rules of every policy that has accounts, and what the operator supplied."""

    def __init__(self, rules: Iterable[AccountRules], supplied: Iterable[AccountRules] = ()) -> None:
        self._rules = {one.policy: one for one in rules}
        self._supplied: dict[str, list[AccountRules]] = {}
        for one in supplied:
            self._supplied.setdefault(one.policy, []).append(one)

    def credit(self, person: Person, month: dt.date) -> Credit:
        """The credit of the month that begins on `month`. Raises Refused naming the value that is missing: NotOnFile
        where it is the person's own.
        """
        rules = self._of(person.policy)
        rows = [*rules.credit, *(row for one in self._supplied.get(person.policy, []) for row in one.credit)]
        for row in rows:
            if row.from_ == "decree" and row.counts_on(month) and _is_meant(row.when, person, rules.age_on, month):
                amount = _amount(row, person, rules.age_on, month)
                kept = next((one.share for one in rules.kept if one.counts_on(month)), Rate(WHOLE))
                return Credit(Fen(rounded(amount * kept, WHOLE)), row.cite)
        raise _left_open(person.policy, "credit", rules.credit)

    def interest(self, policy: str, day: dt.date) -> InterestRow:
        """The rate in force on a day. Raises Refused naming what it is left to."""
        rules = self._of(policy)
        rows = [*rules.interest, *(row for one in self._supplied.get(policy, []) for row in one.interest)]
        for row in rows:
            if row.rate is not None and row.counts_on(day):
                return row
        raise _left_open(policy, "interest", rules.interest)

    def _of(self, policy: str) -> AccountRules:
        if policy not in self._rules:
            raise Refused("no-account", f"{policy} has no personal accounts", f"{policy} 没有个人账户", "policy")
        return self._rules[policy]


def load_account_law(supplied: Iterable[Path] = ()) -> AccountLaw:
    """Read the files beside the packs, and those supplied. Raises Refused with file and line."""
    root = Path(str(resources.files("terminal.settlement.packs")))
    shipped = [_read(path) for path in sorted(root.glob("*/account.toml"))]
    return AccountLaw(shipped, [_read(path) for path in supplied])


def age_of(person: Person, day: dt.date) -> int:
    """Age in full years on a day, by the ID number's birth date, else as on file. Raises NotOnFile."""
    digits = person.id_number[6:14]
    try:
        born = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        if person.patient.age is None:
            raise NotOnFile("missing-value", "the person's age is on no file", "缺少年龄", "patient.age") from None
        return person.patient.age
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def rounded(value: int, divisor: int) -> int:
    """value ÷ divisor, half up; both are not negative."""
    return (2 * value + divisor) // (2 * divisor)


def last_day_of(month: dt.date) -> dt.date:
    """The last day of the month that holds `month`."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _read(path: Path) -> AccountRules:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise bad_file(f"cannot be read: {error.strerror}", str(path)) from None
    rules = read_toml(data, AccountRules, path.name)
    for place, row in enumerate(rules.credit):
        given = [row.base_rate, row.for_each_year_of_age, row.amount]
        if len([value for value in given if value is not None]) != (row.from_ == "decree"):
            raise bad_file(f"credit[{place}]: one of base_rate, for_each_year_of_age, amount", path.name)
    return rules


def _is_meant(when: When, person: Person, age_on: str, month: dt.date) -> bool:
    category = person.patient.category or "employee"
    if when.category is not None and when.category != category:
        return False
    return when.age_below is None or _age(person, age_on, month) < when.age_below


def _age(person: Person, age_on: str, month: dt.date) -> int:
    day = dt.date(month.year - 1, 12, 31) if age_on == "last-year-end" else month - dt.timedelta(days=1)
    return age_of(person, day)


def _amount(row: CreditRow, person: Person, age_on: str, month: dt.date) -> int:
    if row.amount is not None:
        return row.amount
    if row.for_each_year_of_age is not None:
        return row.for_each_year_of_age * _age(person, age_on, month)
    if person.monthly_base is None:
        message = "the monthly base (wage or pension) is on no file"
        raise NotOnFile("missing-value", message, "缺少月缴费基数", "person.monthly_base")
    return rounded(person.monthly_base * (row.base_rate or 0), WHOLE)


def _left_open(policy: str, what: str, rows: Sequence[Form]) -> Refused:
    row = next((row for row in rows if row.from_ == "bureau"), None)
    instrument = f"{row.cite}, left to {row.left_to}" if row else "no row counts on this day"
    message = f"{policy}: the {what} is given by the bureau ({instrument}); supply it"
    return Refused("missing-value", message, f"{policy}：缺少由经办机构给定的参数", f"{policy}.{what}")
