"""Compiles the chosen rows into the flat plan that the C core walks, once a choice. No rule of a city is here."""

from __future__ import annotations

from typing import Any, get_args

from native._settle import ffi, lib
from terminal.limits import RATE_BASIS_POINTS_ONE
from terminal.settlement.bill import Kind
from terminal.settlement.pack import FUNDS, ClassRow, FundRow, Row
from terminal.settlement.select import Selection

NONE: int = lib.SETTLE_NONE
KINDS: tuple[str, ...] = get_args(Kind)
PARTS = (
    "unpooled",
    "deductible",
    "co_payment",
    "prior_self_pay",
    "over_cap",
    "over_limit",
    "out_of_catalogue",
)
METHODS = {
    "walk": lib.SETTLE_WALK,
    "fixed": lib.SETTLE_FIXED_SUM,
    "actual": lib.SETTLE_ACTUAL_COST,
    "shared-package": lib.SETTLE_SHARED_PACKAGE,
    "bed-day": lib.SETTLE_BED_DAY,
}
MEASURES = {
    "zero": lib.SETTLE_FROM_ZERO,
    "deductible": lib.SETTLE_FROM_DEDUCTIBLE,
    "year": lib.SETTLE_FROM_YEAR,
}
WATERFALLS = {"layers": lib.SETTLE_LAYERS, "account-first": lib.SETTLE_ACCOUNT_FIRST}
ALL_KINDS = (1 << len(KINDS)) - 1

assert len(PARTS) == lib.SETTLE_PARTS
assert len(FUNDS) <= lib.SETTLE_FUNDS_MAX
assert len(KINDS) <= lib.SETTLE_KINDS_MAX


def compile_plan(chosen: Selection) -> Any:
    """A new `settle_plan` for these rows. Unanswered rules stand in it as "pays nothing"; see `refuse_if_reached`."""
    plan = ffi.new("settle_plan *")
    plan.method = METHODS[chosen.service.method]
    plan.waterfall = WATERFALLS[chosen.pack.policy.waterfall]
    plan.measured_from = MEASURES[chosen.service.measured_from]
    _deductible(plan, chosen)
    _segments(plan, chosen)
    _classes(plan, chosen)
    plan.cap = _amount(chosen.cap)
    plan.limit = limit_amount(chosen)
    plan.expense_ceiling = _amount(chosen.ceiling)
    _bed(plan, chosen)
    if chosen.package is not None:
        plan.package_rate = chosen.package.rate
        plan.package_fund = FUNDS.index(chosen.package.fund)
    _stages(plan, chosen)
    _account(plan, chosen)
    return plan


def class_order(classes: tuple[ClassRow, ...]) -> list[ClassRow]:
    """Classes in the order of the axis: lowest rate first (settlement.md section 3)."""
    return sorted(classes, key=lambda row: row.bonus if row.bonus is not None else row.rate or 0)


def _deductible(plan: Any, chosen: Selection) -> None:
    row = chosen.deductible
    plan.line_share = lib.SETTLE_RATE_ONE
    plan.line_cap = NONE
    if row is None:
        # Unanswered: a line that no bill passes, so that only a bill without eligible expense goes on.
        plan.line_base = lib.SETTLE_FEN_MAX if "deductible" in chosen.unanswered else 0
        return
    plan.line_base = row.base or 0
    plan.line_step = row.step
    plan.line_steps_max = row.steps_max
    plan.line_share = row.share
    plan.line_floor = row.floor
    if chosen.relief is not None:
        plan.line_cap = chosen.relief.later if chosen.case.earlier_admissions else chosen.relief.first


def _segments(plan: Any, chosen: Selection) -> None:
    row = chosen.segments
    rates = [int(rate) for rate in row.rates] if row is not None else [0]
    bounds = [int(bound) for bound in row.to] if row is not None else []
    reductions = [int(points) for points in chosen.reductions.reductions] if chosen.reductions is not None else []
    plan.segment_count = len(rates)
    for index, rate in enumerate(rates):
        plan.segments[index].to = bounds[index] if index < len(bounds) else NONE
        plan.segments[index].rate = rate
        plan.segments[index].reduction = reductions[index] if index < len(reductions) else 0
    plan.points = int(chosen.points.points) if chosen.points is not None else 0


def _classes(plan: Any, chosen: Selection) -> None:
    plan.class_count = 1 + len(chosen.classes)
    plan.classes[0].own_rate = -1
    for index, row in enumerate(class_order(chosen.classes), start=1):
        plan.classes[index].bonus = int(row.bonus) if row.bonus is not None else 0
        plan.classes[index].own_rate = int(row.rate) if row.rate is not None else -1


def _stages(plan: Any, chosen: Selection) -> None:
    plan.stage_count = len(chosen.funds)
    for index, row in enumerate(chosen.funds):
        stage = plan.stages[index]
        stage.fund = FUNDS.index(row.fund)
        stage.rest_rate = row.rate or 0
        stage.co_payment_rate = row.co_payment_rate
        stage.co_payment_from = row.co_payment_from
        stage.window_rate = row.window_rate
        stage.window_from = row.window_from
        stage.window_to = _or_none(row.window_to)
        stage.window_widened = 1 if row.window_widened else 0
        stage.guarantee_from = _or_none(row.guarantee_from)
        stage.room = _or_none(row.room)
        _bands(stage, row)


def _bands(stage: Any, row: FundRow) -> None:
    """Bands of the burden: nothing below the first bound, then a rate up to each of the next."""
    stage.band_count = len(row.burden_to)
    for index, bound in enumerate(row.burden_to):
        stage.bands[index].to = bound
        stage.bands[index].value = row.burden_rates[index - 1] if index else 0


def _account(plan: Any, chosen: Selection) -> None:
    row = chosen.account
    for part in range(len(PARTS)):
        plan.account_kinds[part] = ALL_KINDS
    if row is None:
        return
    for name in row.parts:
        plan.account_parts |= 1 << PARTS.index(name)
    for name, kinds in row.kinds.items():
        plan.account_kinds[PARTS.index(name)] = sum(1 << KINDS.index(kind) for kind in kinds)


def _bed(plan: Any, chosen: Selection) -> None:
    row = chosen.bed
    if row is None:
        return
    plan.own_per_day = row.own_per_day
    plan.band_count = len(row.per_day)
    for index, amount in enumerate(row.per_day):
        plan.bands[index].to = row.to[index] if index < len(row.to) else NONE
        plan.bands[index].value = amount


def limit_amount(chosen: Selection) -> int:
    """The service's own limit: its share, rounded half up to the fen, and more for each further birth."""
    row = chosen.limit
    if row is None or row.amount is None:
        return NONE
    shared = (row.amount * row.share + RATE_BASIS_POINTS_ONE // 2) // RATE_BASIS_POINTS_ONE
    return shared + row.per_extra_birth * chosen.case.bill.episode.extra_births


def _amount(row: Row | None) -> int:
    amount: int | None = getattr(row, "amount", None)
    return _or_none(amount)


def _or_none(value: int | None) -> int:
    return NONE if value is None else int(value)
