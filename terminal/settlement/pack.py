"""The form of a policy pack: every value beside its article. A pack says what the law says; it computes nothing.

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
from terminal.settlement.facts import Condition

Cite = Annotated[str, Meta(min_length=1, max_length=200)]
ServiceName = Literal[
    "inpatient",
    "emergency",
    "outpatient",
    "chronic",
    "special-drug",
    "pharmacy",
    "maternity",
    "accident",
    "bed-day",
    "limited-price",
]
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
    """

    cite: Cite
    when: dict[str, Condition] = {}
    note: str = ""
    from_: Literal["decree", "bureau"] = "decree"
    left_to: str = ""
    answer_names: tuple[str, ...] = ()


class DeductibleRow(Row, frozen=True, kw_only=True):
    """The line L: base less `step` for each `count` (at most `steps_max`), times `share`, not below `floor`.

    `less`: what has been paid under it already. Fen; share in basis points.
    """

    base: Fen | None = None
    step: Fen = Fen(0)
    steps_max: Annotated[int, Meta(ge=0, le=COUNT_MAX)] = COUNT_MAX
    share: Rate = Rate(10_000)
    floor: Fen = Fen(0)
    count: Literal["", "year.admissions"] = ""
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


class LimitRow(Row, frozen=True, kw_only=True):
    """A limit of the service's own, in fen, less what has been used of it."""

    amount: Fen | None = None
    less: str = ""


class PackageRow(Row, frozen=True, kw_only=True):
    """A package shared by two funds: the pool's share, and the fund that pays the rest."""

    rate: Rate
    fund: FundName


class RecognitionRow(Row, frozen=True, kw_only=True):
    """Whether the disease must be among the recognised ones; `first`: only the first so many count (0: all)."""

    first: Annotated[int, Meta(ge=0, le=32)] = 0


class ExcludesRow(Row, frozen=True, kw_only=True):
    """What the service's article does not cover: pooling takes no part, and the notice says so."""

    text: Annotated[str, Meta(min_length=1)]


class Service(Form, frozen=True, kw_only=True):
    """What a scheme does for one service."""

    cite: Cite
    pooled: bool = True
    method: Literal["walk", "fixed", "actual", "shared-package"] = "walk"
    deductible: list[DeductibleRow] = []
    segments: list[SegmentsRow] = []
    points: list[PointsRow] = []
    reductions: list[ReductionsRow] = []
    classes: list[ClassRow] = []
    limit: list[LimitRow] = []
    package: list[PackageRow] = []
    recognition: list[RecognitionRow] = []
    excludes: list[ExcludesRow] = []
    provider_kinds: list[str] = []
    measured_from: Literal["zero", "deductible", "year"] = "zero"


class Services(
    Form,
    frozen=True,
    kw_only=True,
    rename={"special_drug": "special-drug", "bed_day": "bed-day", "limited_price": "limited-price"},
):
    """The services that a scheme knows."""

    inpatient: Service | None = None
    emergency: Service | None = None
    outpatient: Service | None = None
    chronic: Service | None = None
    special_drug: Service | None = None
    pharmacy: Service | None = None
    maternity: Service | None = None
    accident: Service | None = None
    bed_day: Service | None = None
    limited_price: Service | None = None

    def named(self, name: str) -> Service | None:
        """The rules of one service, or None where the scheme does not have it."""
        found: Service | None = getattr(self, name.replace("-", "_"))
        return found


class CapRow(Row, frozen=True, kw_only=True):
    """The year's room of the pool over the named services, in fen."""

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    amount: Fen | None = None
    less: str = "year.pool_paid"


class FundRow(Row, frozen=True, kw_only=True):
    """A further fund: at `rate` on what a year's cap left over, up to `room` a year; for those enrolled in it."""

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    fund: FundName
    enrolment: Literal["", "large_amount_enrolled"] = ""
    rate: Rate | None = None
    room: Fen | None = None
    less: str = ""


class AccountRow(Row, frozen=True, kw_only=True):
    """Which parts the personal account may pay, in these services; `kinds`: of which item kinds only."""

    services: Annotated[list[ServiceName], Meta(min_length=1)]
    parts: list[PartName]
    kinds: dict[PartName, list[str]] = {}
    relations: tuple[str, ...] = ("self",)


class LeftOut(Form, frozen=True, kw_only=True):
    """A further scheme of another decree: left out, with a notice."""

    text: str
    cite: Cite
    services: Annotated[list[ServiceName], Meta(min_length=1)]


class Conditions(Form, frozen=True, kw_only=True):
    """The articles behind the reasons why pooling takes no part (settlement-rules.md 5.3), and the catalogues."""

    entitlement: Cite
    designation: Cite
    qualification: Cite
    exclusion: Cite
    catalogue: Cite
    emergency_makes_up: bool = False


class Policy(Form, frozen=True, kw_only=True):
    """The head of a pack: what it is, when it is in force, whom it insures."""

    id: Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)+$")]
    title: Annotated[str, Meta(min_length=1)]
    scheme: Literal["employee", "resident"]
    effective_from: dt.date
    effective_to: dt.date | None = None
    checked_on: dt.date
    categories: Annotated[list[str], Meta(min_length=1)]
    default_category: str
    has_account: bool
    waterfall: Literal["layers", "account-first"]
    waterfall_cite: Cite
    pool_paid_counts: Annotated[list[ServiceName], Meta(min_length=1)]


class Pack(Form, frozen=True, kw_only=True):
    """One version of one policy."""

    policy: Policy
    conditions: Conditions
    service: Services
    cap: list[CapRow] = []
    fund: list[FundRow] = []
    account: list[AccountRow] = []
    left_out: list[LeftOut] = []

    @property
    def version(self) -> str:
        """A version is named by its first day."""
        return self.policy.effective_from.isoformat()


class SupplementHead(Form, frozen=True, kw_only=True):
    """Who gave the values, for which policy and days. `illustrative`: made up to show the form; never law."""

    policy: str
    source: Annotated[str, Meta(min_length=1)]
    effective_from: dt.date
    effective_to: dt.date | None = None
    illustrative: bool = False


class SupplementService(Form, frozen=True, kw_only=True):
    """Rows that answer a pack's `from = "bureau"` rows."""

    deductible: list[DeductibleRow] = []
    segments: list[SegmentsRow] = []
    limit: list[LimitRow] = []


class SupplementServices(
    Form,
    frozen=True,
    kw_only=True,
    rename={"special_drug": "special-drug", "bed_day": "bed-day", "limited_price": "limited-price"},
):
    """The services that a supplement gives values for."""

    inpatient: SupplementService | None = None
    emergency: SupplementService | None = None
    outpatient: SupplementService | None = None
    chronic: SupplementService | None = None
    special_drug: SupplementService | None = None
    pharmacy: SupplementService | None = None
    maternity: SupplementService | None = None
    accident: SupplementService | None = None
    bed_day: SupplementService | None = None
    limited_price: SupplementService | None = None


class Supplement(Form, frozen=True, kw_only=True):
    """A bureau's parameters for one policy."""

    supplement: SupplementHead
    service: SupplementServices = SupplementServices()
