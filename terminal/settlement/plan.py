"""Compiles the chosen rows into the flat plan that the C core walks, once a choice. No rule of a city is here."""

from __future__ import annotations

from typing import Any, get_args

from native._settle import ffi, lib
from terminal.limits import RATE_BASIS_POINTS_ONE
from terminal.settlement.bill import Kind
from terminal.settlement.pack_rows import FUNDS, FundRow, Row
from terminal.settlement.rows import Rows, Selection

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


PLANS_MAX = 64
"""Plans kept for one kind of bill; one more, and all are compiled anew."""


def plan_of(chosen: Selection) -> Any:
    """The `settle_plan` for this bill, compiled once: its rows, and the two values that the bill itself decides."""
    rows, case = chosen.rows, chosen.case
    births = case.bill.episode.extra_births if rows.limit is not None else 0
    own = (_line_cap(chosen), births)
    plan = rows.plans.get(own)
    if plan is None:
        if len(rows.plans) >= PLANS_MAX:
            rows.plans.clear()
        plan = rows.plans[own] = compile_plan(rows, *own)
    return plan


def _line_cap(chosen: Selection) -> int:
    """A relief is earned by a quiet year before; an unknown expense earns none (settlement-rules.md 5.1)."""
    relief = chosen.rows.relief
    if relief is None:
        return NONE
    expense = chosen.case.bill.year.previous_year_outpatient_expense
    if expense is None or expense > relief.previous_year_expense_to:
        return NONE
    return relief.later if chosen.case.earlier_admissions else relief.first


def compile_plan(rows: Rows, line_cap: int, extra_births: int) -> Any:
    """A new `settle_plan` for these rows. An unanswered rule stands in it as none at all; see `refuse_if_reached`."""
    plan = ffi.new("settle_plan *")
    plan.method = METHODS[rows.service.method]
    plan.waterfall = WATERFALLS[rows.pack.policy.waterfall]
    plan.measured_from = MEASURES[rows.service.measured_from]
    _deductible(plan, rows, line_cap)
    _segments(plan, rows)
    _classes(plan, rows)
    plan.cap = _amount(rows.cap)
    plan.limit = limit_amount(rows, extra_births)
    plan.expense_ceiling = _amount(rows.ceiling)
    _bed(plan, rows)
    _package(plan, rows)
    _stages(plan, rows)
    _account(plan, rows)
    return plan


def _deductible(plan: Any, rows: Rows, line_cap: int) -> None:
    row = rows.deductible
    plan.line_share = lib.SETTLE_RATE_ONE
    plan.line_cap = NONE
    if row is None:
        return
    plan.line_base = row.base or 0
    plan.line_step = row.step
    plan.line_steps_max = row.steps_max
    plan.line_share = row.share
    plan.line_floor = row.floor
    plan.line_cap = line_cap


def _segments(plan: Any, rows: Rows) -> None:
    row = rows.segments
    rates = [int(rate) for rate in row.rates] if row is not None else [0]
    bounds = [int(bound) for bound in row.to] if row is not None else []
    reductions = [int(points) for points in rows.reductions.reductions] if rows.reductions is not None else []
    plan.segment_count = len(rates)
    for index, rate in enumerate(rates):
        plan.segments[index].to = bounds[index] if index < len(bounds) else NONE
        plan.segments[index].rate = rate
        plan.segments[index].reduction = reductions[index] if index < len(reductions) else 0
    plan.points = int(rows.points.points) if rows.points is not None else 0


def _classes(plan: Any, rows: Rows) -> None:
    plan.class_count = 1 + len(rows.classes)
    plan.classes[0].own_rate = -1
    for index, row in enumerate(rows.classes, start=1):
        plan.classes[index].bonus = int(row.bonus) if row.bonus is not None else 0
        plan.classes[index].own_rate = int(row.rate) if row.rate is not None else -1


def _stages(plan: Any, rows: Rows) -> None:
    plan.stage_count = len(rows.funds)
    for index, row in enumerate(rows.funds):
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


def _account(plan: Any, rows: Rows) -> None:
    row = rows.account
    for part in range(len(PARTS)):
        plan.account_kinds[part] = ALL_KINDS
    if row is None:
        return
    for name in row.parts:
        plan.account_parts |= 1 << PARTS.index(name)
    for name, kinds in row.kinds.items():
        plan.account_kinds[PARTS.index(name)] = sum(1 << KINDS.index(kind) for kind in kinds)


def _bed(plan: Any, rows: Rows) -> None:
    row = rows.bed
    if row is None:
        return
    plan.own_per_day = row.own_per_day
    plan.band_count = len(row.per_day)
    for index, amount in enumerate(row.per_day):
        plan.bands[index].to = row.to[index] if index < len(row.to) else NONE
        plan.bands[index].value = amount


def _package(plan: Any, rows: Rows) -> None:
    """A fund is named also where pooling takes no part or no row answers: the core wants one, and it pays nothing."""
    row = rows.package or next(iter(rows.service.package), None)
    if row is None:
        return
    plan.package_rate = row.rate
    plan.package_fund = FUNDS.index(row.fund)


def limit_amount(rows: Rows, extra_births: int) -> int:
    """The service's own limit: its share, rounded half up to the fen, and more for each further birth."""
    row = rows.limit
    if row is None or row.amount is None:
        return NONE
    shared = (row.amount * row.share + RATE_BASIS_POINTS_ONE // 2) // RATE_BASIS_POINTS_ONE
    return shared + row.per_extra_birth * extra_births


def _amount(row: Row | None) -> int:
    amount: int | None = getattr(row, "amount", None)
    return _or_none(amount)


def _or_none(value: int | None) -> int:
    return NONE if value is None else int(value)
