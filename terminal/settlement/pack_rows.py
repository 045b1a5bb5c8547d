"""The rows of a policy pack: one value each, with its article, and when it counts.

A rule is a list of rows, asked from the top; the first whose `when` holds counts. A row is either a value with its
citation or `from = "bureau"`, with the instrument that it is left to (`left_to`): such a value is read from a
supplement, or the bill is refused by name. `note` holds an interpretation ("I: …") in words.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.limits import COUNT_MAX
from terminal.money import Fen, Rate
from terminal.settlement.bill import Service
from terminal.settlement.facts import Condition

Cite = Annotated[str, Meta(min_length=1, max_length=200)]
ServiceName = Literal[Service, "limited-price"]
PartName = Literal[
    "unpooled", "deductible", "co_payment", "prior_self_pay", "over_cap", "over_limit", "out_of_catalogue"
]
FundName = Literal["large_amount", "major_illness", "medical_assistance"]
FUNDS: tuple[str, ...] = ("pool", "large_amount", "major_illness", "medical_assistance")


class Form(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """Base of everything in a pack: an unknown key is an error."""


class Row(Form, frozen=True, kw_only=True):
    """One row of a rule: when it counts, the article it rests on, and whether the bureau gives its value.

    answer_names: facts that a supplement's row must name to answer this one, lest a local value answer for elsewhere.
    first_day, last_day: the days on which this row counts, where they differ from the version's; both inclusive.
    """

    cite: Cite
    when: dict[str, Condition] = {}
    note: str = ""
    from_: Literal["decree", "bureau"] = "decree"
    left_to: str = ""
    answer_names: tuple[str, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class DeductibleRow(Row, frozen=True, kw_only=True):
    """The line L: base less `step` for each `count` (at most `steps_max`), times `share`, not below `floor`.

    `less`: what has been paid under it already. Fen; share in basis points. `at_most`: the decree's bound on what the
    bureau may give.
    """

    base: Fen | None = None
    step: Fen = Fen(0)
    steps_max: Annotated[int, Meta(ge=0, le=COUNT_MAX)] = COUNT_MAX
    share: Rate = Rate(10_000)
    floor: Fen = Fen(0)
    at_most: Fen | None = None
    count: Literal["", "year.admissions", "year.quiet_outpatient_years"] = ""
    raised_to: Literal["", "episode.merged_line"] = ""
    less: str = ""


class SegmentsRow(Row, frozen=True, kw_only=True):
    """Segment bounds (inclusive above; one fewer than the rates) and the pool's rate in each."""

    to: list[Fen] = []
    rates: list[Rate] = []


class PointsRow(Row, frozen=True, kw_only=True):
    """Points added to the rate of every segment."""

    points: Rate


class ReductionsRow(Row, frozen=True, kw_only=True):
    """Points taken off, segment by segment."""

    reductions: list[Rate]


class ClassRow(Row, frozen=True, kw_only=True):
    """Items that earn more: known by `item`, with a bonus in points or a rate of their own."""

    item: dict[str, Condition]
    bonus: Rate | None = None
    rate: Rate | None = None


class ReliefRow(Row, frozen=True, kw_only=True):
    """A line that is at most `first` (then `later`) after a year whose outpatient expense was not above a sum. Fen."""

    previous_year_expense_to: Fen
    first: Fen
    later: Fen


class LimitRow(Row, frozen=True, kw_only=True):
    """A limit of the service's own, in fen: times `share`, more for each further birth, less what was used of it."""

    amount: Fen | None = None
    share: Rate = Rate(10_000)
    per_extra_birth: Fen = Fen(0)
    less: str = ""


class CeilingRow(Row, frozen=True, kw_only=True):
    """A ceiling of the year's expense that pooling looks at, in fen, with the quota carried over on top."""

    amount: Fen | None = None
    less: str = "year.eligible_expense"
    quota: Literal["", "year.carried_outpatient_quota"] = ""


class BedRow(Row, frozen=True, kw_only=True):
    """Bed-day payment: a standard a day by the day of the stay (bounds inclusive), and the patient's own part a day."""

    to: list[int] = []
    per_day: Annotated[list[Fen], Meta(min_length=1)]
    own_per_day: Fen


class PackageRow(Row, frozen=True, kw_only=True):
    """A package shared by two funds: the pool's share, and the fund that pays the rest."""

    rate: Rate
    fund: FundName


class RecognitionRow(Row, frozen=True, kw_only=True):
    """Whether the disease must be among the recognised ones; `first`: only the first so many count (0: all)."""

    first: Annotated[int, Meta(ge=0, le=32)] = 0


class ExcludesRow(Row, frozen=True, kw_only=True):
    """What the service's article does not cover: pooling takes no part, and the notice says so."""

    code: Literal["not-covered", "not-enrolled"] = "not-covered"
    text: Annotated[str, Meta(min_length=1)]


class CapRow(Row, frozen=True, kw_only=True):
    """The year's room of the pool over the named services, in fen."""

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    amount: Fen | None = None
    less: str = "year.pool_paid"
    bureau_may_raise: bool = False


class FundRow(Row, frozen=True, kw_only=True):
    """A further fund, for those enrolled in it, up to `room` fen a year. Its parts are summed and rounded once:
    `rate` on what the year's cap left over; `co_payment_rate` on the co-payment beyond the point at which the pool's
    year reaches `co_payment_from`; `window_rate` on the expense between `window_from` (no lower than the ceiling,
    if `window_widened`) and `window_to`; `burden_rates` on the year's burden between the bounds `burden_to`, of which
    the first is where it begins. `guarantee_from` makes it instead pay the year's self-pay in scope above that sum.
    """

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    fund: FundName
    enrolment: Literal["", "large_amount_enrolled"] = ""
    rate: Rate | None = None
    co_payment_rate: Rate = Rate(0)
    co_payment_from: Fen = Fen(0)
    window_rate: Rate = Rate(0)
    window_from: Fen = Fen(0)
    window_to: Fen | None = None
    window_widened: bool = False
    burden_to: list[Fen] = []
    burden_rates: list[Rate] = []
    guarantee_from: Fen | None = None
    room: Fen | None = None
    less: str = ""


class SelfPayRow(Row, frozen=True, kw_only=True):
    """The pack's prior self-pay of items without a rate of their own, by class and kind: one `rate`, or `rates` by
    unit price (bounds inclusive above, one fewer than the rates; the whole item at one rate).
    """

    services: list[ServiceName] = []
    classes: Annotated[list[str], Meta(min_length=1)]
    kinds: Annotated[list[str], Meta(min_length=1)]
    rate: Rate | None = None
    unit_price_to: list[Fen] = []
    rates: list[Rate] = []


class ApprovalRow(Row, frozen=True, kw_only=True):
    """Items of these kinds from this unit price on need the bureau's approval, or are outside the catalogue."""

    kinds: Annotated[list[str], Meta(min_length=1)]
    unit_price_from: Fen


class AccountRow(Row, frozen=True, kw_only=True):
    """Which parts the personal account may pay, in these services; `kinds`: of which item kinds only.

    `why_not`: where it may pay nothing, the words of the notice.
    """

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    parts: list[PartName]
    kinds: dict[PartName, list[str]] = {}
    relations: tuple[str, ...] = ("self",)
    why_not: str = ""
