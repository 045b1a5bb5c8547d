"""What a pack must be beyond its form: known facts, a rate for every segment, climbing bounds, days without overlap."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from typing import get_args

from terminal.money import format_fen
from terminal.settlement.facts import ACCUMULATORS, FACTS, ITEM_FACTS
from terminal.settlement.pack import Pack, Service
from terminal.settlement.pack_rows import (
    BedRow,
    CapRow,
    CeilingRow,
    ClassRow,
    DeductibleRow,
    FundRow,
    LimitRow,
    Row,
    SegmentsRow,
    SelfPayRow,
    ServiceName,
)
from terminal.settlement.supplement import Supplement
from terminal.settlement.toml_form import bad_file, line_of

SEGMENTS_MAX = 8
RULES = (
    "deductible",
    "relief",
    "ceiling",
    "bed",
    "segments",
    "points",
    "reductions",
    "classes",
    "limit",
    "package",
    "recognition",
    "excludes",
)
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)


def rows_of(pack: Pack) -> Iterator[tuple[str, Row]]:
    """Every row of a pack with its path (`service.inpatient.segments[2]`)."""
    for name in SERVICES:
        service = pack.service.named(name)
        if service is not None:
            for rule in RULES:
                for index, row in enumerate(getattr(service, rule)):
                    yield f"service.{name}.{rule}[{index}]", row
    for rule in ("cap", "fund", "self_pay", "approval", "account"):
        for index, row in enumerate(getattr(pack, rule)):
            yield f"{rule}[{index}]", row


def check_pack(pack: Pack, text: str, name: str) -> None:
    """Refuse a pack that contradicts itself. The place is `name:line`."""
    for path, fault in _faults(pack):
        raise bad_file(f"{path}: {fault}", f"{name}:{line_of(text, path)}")


def check_supplement(supplement: Supplement, pack: Pack, text: str, name: str) -> None:
    """Refuse a supplement that gives what the pack does not leave to the bureau, or gives it wrongly."""
    for path, row, fault in _given_rows(supplement, pack):
        fault = fault or _when_fault(row)
        fault = fault or (_row_fault(row) if row.from_ == "decree" else "a supplement gives values")
        if fault:
            raise bad_file(f"{path}: {fault}", f"{name}:{line_of(text, path)}")
    named = [one.id for one in supplement.disease]
    for index, disease in enumerate(named):
        if disease in named[:index]:
            path = f"disease[{index}]"
            raise bad_file(f"{path}: {disease} is named twice", f"{name}:{line_of(text, path)}")


def _given_rows(supplement: Supplement, pack: Pack) -> Iterator[tuple[str, Row, str | None]]:
    """Every row of a supplement with its path, and why the pack does not ask for it."""
    for service_name in SERVICES:
        given = getattr(supplement.service, service_name.replace("-", "_"))
        service = pack.service.named(service_name)
        for rule in ("deductible", "segments", "limit", "ceiling"):
            asked = getattr(service, rule) if service is not None else []
            for index, row in enumerate(getattr(given, rule) if given is not None else []):
                fault = _unasked(pack, row, asked) or _above_bound(row, asked)
                yield f"service.{service_name}.{rule}[{index}]", row, fault
    for index, fund in enumerate(supplement.fund):
        yield f"fund[{index}]", fund, _unasked(pack, fund, [row for row in pack.fund if row.fund == fund.fund])
    for index, cap in enumerate(supplement.cap):
        raised = any(row.bureau_may_raise and cap.amount >= (row.amount or 0) for row in pack.cap)
        yield f"cap[{index}]", cap, None if raised else f"{pack.policy.id} lets nobody set this cap, or only higher"
    for index, account in enumerate(supplement.account):
        yield f"account[{index}]", account, _unasked(pack, account, pack.account)


def _unasked(pack: Pack, row: Row, asked: Sequence[Row]) -> str | None:
    left = [one for one in asked if one.from_ == "bureau"]
    if not left:
        return f"{pack.policy.id} does not leave this to the bureau"
    unnamed = [fact for one in left for fact in one.answer_names if fact not in row.when]
    answers = any(set(one.answer_names) <= set(row.when) for one in left)
    return None if answers else f"it answers nothing unless its when names {unnamed[0]}"


def _above_bound(row: Row, asked: Sequence[Row]) -> str | None:
    bounds = [one.at_most for one in asked if isinstance(one, DeductibleRow) and one.at_most is not None]
    above = isinstance(row, DeductibleRow) and row.base is not None and bounds and row.base > min(bounds)
    return f"the decree allows at most {format_fen(min(bounds))}" if above else None


def check_versions(packs: Sequence[Pack]) -> None:
    """Refuse versions of one policy that overlap or leave a hole between them (first version to last)."""
    ordered = sorted(packs, key=lambda pack: pack.policy.effective_from)
    for earlier, later in itertools.pairwise(ordered):
        end = earlier.policy.effective_to
        expected = end + dt.timedelta(days=1) if end else None
        if expected != later.policy.effective_from:
            word = "overlap" if end is None or end >= later.policy.effective_from else "leave a gap"
            raise bad_file(f"versions {earlier.version} and {later.version} {word}", earlier.policy.id)


def _faults(pack: Pack) -> Iterator[tuple[str, str]]:
    head = pack.policy
    if head.effective_to is not None and head.effective_to < head.effective_from:
        yield "policy.effective_to", "ends before it begins"
    if head.default_category not in head.categories:
        yield "policy.default_category", "not among the categories"
    if head.account_on == "card" and not (head.has_account and head.account_on_cite):
        yield "policy.account_on", "an account on the card needs has_account and the article that puts it there"
    for path, row in rows_of(pack):
        fault = _when_fault(row) or (_row_fault(row) if row.from_ == "decree" else _bureau_fault(row))
        if fault:
            yield path, fault
    for name in SERVICES:
        service = pack.service.named(name)
        if service is not None:
            yield from _service_faults(pack, name, service)


def _service_faults(pack: Pack, name: str, service: Service) -> Iterator[tuple[str, str]]:
    if service.pooled and service.method == "walk" and not (service.segments and service.deductible):
        yield f"service.{name}", "a pooled service that is walked needs deductible and segments"
    if service.method in ("fixed", "actual", "shared-package") and not service.limit:
        yield f"service.{name}", f"method {service.method} needs a limit"
    if service.method == "bed-day" and not service.bed:
        yield f"service.{name}", "bed-day payment needs its bed rule"
    if service.method == "shared-package" and not service.package:
        yield f"service.{name}", "a shared package needs its package rule"
    if service.classes and service.method != "walk":
        yield f"service.{name}.classes[0]", "classes of items need a walk"
    for index, row in enumerate(service.limit):
        caps = [cap.amount for cap in pack.cap if name in cap.services and cap.amount is not None]
        if row.amount is not None and caps and row.amount > min(caps):
            yield f"service.{name}.limit[{index}]", "the service's own limit is above the year's cap"


def _when_fault(row: Row) -> str | None:
    unknown = [fact for fact in row.when if fact not in FACTS]
    return f"unknown fact {unknown[0]} in when" if unknown else None


def _bureau_fault(row: Row) -> str | None:
    return None if row.left_to else 'from = "bureau" needs left_to'


def _row_fault(row: Row) -> str | None:
    less = getattr(row, "less", "")
    if less not in ACCUMULATORS:
        return f"unknown accumulator {less}"
    match row:
        case DeductibleRow(base=None):
            return "a deductible needs its base"
        case SegmentsRow():
            return _bounds_fault(row.to, len(row.rates), "rates")
        case ClassRow():
            unknown = [fact for fact in row.item if fact not in ITEM_FACTS]
            if unknown or not row.item:
                return f"unknown item fact {unknown[0]}" if unknown else "a class needs item"
            return None if (row.bonus is None) != (row.rate is None) else "a class has either bonus or rate"
        case LimitRow(amount=None) | CapRow(amount=None) | CeilingRow(amount=None):
            return "amount is missing"
        case FundRow():
            return _fund_fault(row)
        case BedRow():
            return _bounds_fault(row.to, len(row.per_day), "amounts a day")
        case SelfPayRow(rate=None):
            return _bounds_fault(row.unit_price_to, len(row.rates), "rates")
        case SelfPayRow() if row.rates:
            return "either one rate or rates by unit price"
        case _:
            return None


def _bounds_fault(bounds: Sequence[int], values: int, what: str) -> str | None:
    if values != len(bounds) + 1:
        return f"{len(bounds)} bounds need {len(bounds) + 1} {what}, not {values}"
    if values > SEGMENTS_MAX:
        return f"at most {SEGMENTS_MAX} {what}"
    climbing = all(earlier < later for earlier, later in itertools.pairwise([0, *bounds]))
    return None if climbing else "bounds must climb"


def _fund_fault(row: FundRow) -> str | None:
    parts = (row.rate, row.co_payment_rate, row.window_rate, row.burden_rates, row.guarantee_from)
    if not any(parts):
        return "rate is missing"
    if row.burden_to or row.burden_rates:
        bands = len(row.burden_to) - 1
        if len(row.burden_rates) != bands:
            return f"{len(row.burden_to)} bounds of the burden need {bands} rates, not {len(row.burden_rates)}"
        return _bounds_fault(row.burden_to, len(row.burden_to) + 1, "bands")
    return None
