"""The form of a policy pack: every value beside its article. A pack says what the law says; it computes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta

from terminal.settlement.pack_rows import (
    AccountRow,
    ApprovalRow,
    BedRow,
    CapRow,
    CeilingRow,
    Cite,
    ClassRow,
    DeductibleRow,
    ExcludesRow,
    Form,
    FundRow,
    LimitRow,
    PackageRow,
    PointsRow,
    RecognitionRow,
    ReductionsRow,
    ReliefRow,
    SegmentsRow,
    SelfPayRow,
    ServiceName,
)


class Service(Form, frozen=True, kw_only=True):
    """What a scheme does for one service."""

    cite: Cite
    pooled: bool = True
    method: Literal["walk", "fixed", "actual", "shared-package", "bed-day"] = "walk"
    counted_disease: Literal["own", "chosen"] = "own"
    deductible: list[DeductibleRow] = []
    relief: list[ReliefRow] = []
    ceiling: list[CeilingRow] = []
    bed: list[BedRow] = []
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


class LeftOut(Form, frozen=True, kw_only=True):
    """A further scheme of another decree: left out, with a notice."""

    text: str
    cite: Cite
    services: Annotated[list[ServiceName], Meta(min_length=1)]


class Conditions(Form, frozen=True, kw_only=True):
    """The articles behind the reasons why pooling takes no part (settlement-rules.md 5.3), and the catalogues."""

    entitlement: Cite
    suspension: str = ""
    designation: Cite
    qualification: Cite
    exclusion: Cite
    catalogue: Cite
    emergency_makes_up: bool = False


class Policy(Form, frozen=True, kw_only=True):
    """The head of a pack: what it is, when it is in force, whom it insures.

    account_on: where the personal account lies, in the center's books or on the person's card as a purse, and then
    `account_on_cite` says where the decree says so.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)+$")]
    title: Annotated[str, Meta(min_length=1)]
    scheme: Literal["employee", "resident"]
    effective_from: dt.date
    effective_to: dt.date | None = None
    checked_on: dt.date
    date_note: str = ""
    categories: Annotated[list[str], Meta(min_length=1)]
    default_category: str
    has_account: bool
    waterfall: Literal["layers", "account-first"]
    waterfall_cite: Cite
    pool_paid_counts: list[ServiceName]
    identify: Annotated[list[Literal["card", "qr", "id"]], Meta(min_length=1)]
    identify_cite: Cite
    account_on: Literal["center", "card"] = "center"
    account_on_cite: str = ""


class Pack(Form, frozen=True, kw_only=True):
    """One version of one policy."""

    policy: Policy
    conditions: Conditions
    service: Services
    cap: list[CapRow] = []
    fund: list[FundRow] = []
    self_pay: list[SelfPayRow] = []
    approval: list[ApprovalRow] = []
    account: list[AccountRow] = []
    left_out: list[LeftOut] = []

    @property
    def version(self) -> str:
        """A version is named by its first day."""
        return self.policy.effective_from.isoformat()
