"""The form of a supplement: what a decree leaves to the bureau, given by an instrument of its own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta

from terminal.money import Fen, Rate
from terminal.settlement.pack_rows import (
    AccountRow,
    CeilingRow,
    DeductibleRow,
    Form,
    FundName,
    LimitRow,
    Row,
    SegmentsRow,
    ServiceName,
)

DISEASE_CHARACTERS_MAX = 40


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
    ceiling: list[CeilingRow] = []


class FundRateRow(Row, frozen=True, kw_only=True):
    """The rate of a further fund."""

    fund: FundName
    rate: Rate


class CapAmountRow(Row, frozen=True, kw_only=True):
    """A year's cap that a lower authority may set higher, in fen."""

    services: list[ServiceName] = []
    amount: Fen


class DiseaseName(Form, frozen=True, kw_only=True):
    """What a disease is called on paper. id: as bills and the supplement's own conditions name it."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    name: Annotated[str, Meta(min_length=1, max_length=DISEASE_CHARACTERS_MAX)]


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
    fund: list[FundRateRow] = []
    cap: list[CapAmountRow] = []
    account: list[AccountRow] = []
    disease: list[DiseaseName] = []
