"""The rules of a pack in words: what a row says, when it counts, by which article. For reading, never for settling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import FieldInfo

from terminal.money import Fen, Rate, format_fen, format_percent
from terminal.settlement.facts import Condition
from terminal.settlement.pack_rows import FundRow, Row

RULES = {
    "deductible": "起付线",
    "relief": "起付线减免",
    "ceiling": "费用上限",
    "bed": "床日标准",
    "segments": "分段支付比例",
    "points": "增加比例",
    "reductions": "降低比例",
    "classes": "提高支付的项目",
    "limit": "本项限额",
    "package": "包干分担",
    "recognition": "病种认定",
    "excludes": "不予支付",
    "cap": "年度最高支付限额",
    "fund": "其他基金",
    "self_pay": "先行自付比例",
    "approval": "须经审批的项目",
    "account": "个人账户支付范围",
    "left_out": "未计入",
    "policy": "政策",
    "conditions": "条件所依条文",
    "service": "服务",
}
"""Rule of a pack → its Chinese name."""

FIELDS = {
    "base": "起付线",
    "step": "每次降低",
    "steps_max": "至多降低次数",
    "count": "次数",
    "floor": "不低于",
    "share": "按比例",
    "at_most": "补充参数不超过",
    "raised_to": "不低于",
    "less": "扣除已用",
    "amount": "金额",
    "per_extra_birth": "每多一胎增加",
    "quota": "另加结转额度",
    "points": "增加",
    "reductions": "逐段降低",
    "item": "项目",
    "bonus": "增加",
    "rate": "比例",
    "previous_year_expense_to": "上年门诊费用不超过",
    "first": "首",
    "later": "以后",
    "own_per_day": "每日个人负担",
    "fund": "基金",
    "enrolment": "须参加",
    "co_payment_rate": "个人负担部分的比例",
    "co_payment_from": "统筹年支付达到后",
    "window_rate": "年费用区间内的比例",
    "window_from": "区间起",
    "window_to": "区间止",
    "window_widened": "不早于费用上限",
    "guarantee_from": "年个人自付超过后全付",
    "room": "年限额",
    "classes": "类别",
    "kinds": "项目种类",
    "unit_price_from": "单价不低于",
    "parts": "可支付部分",
    "relations": "可为其支付",
    "text": "说明",
    "code": "代码",
    "why_not": "不支付的原因",
    "bureau_may_raise": "下级可提高",
}
"""Field of a row → its Chinese name."""

_BANDS = (("to", "rates"), ("to", "per_day"), ("unit_price_to", "rates"))
"""Fields that belong together: inclusive upper bounds, and one value more."""
_TOLD_ELSEWHERE = {"services", *(field.name for field in msgspec.structs.fields(Row))}


def value_lines(row: Row) -> list[str]:
    """What the row says, one thing a line. A value left to the bureau says to whom; its structure stands beneath."""
    lines = [f"待定 left to: {row.left_to}"] if row.from_ == "bureau" else []
    fields = {field.name: field for field in msgspec.structs.fields(type(row)) if field.name not in _TOLD_ELSEWHERE}
    for bounds, values in _BANDS:
        if bounds in fields and values in fields and getattr(row, values):
            lines += _bands(getattr(row, bounds), getattr(row, values))
            del fields[bounds], fields[values]
    if isinstance(row, FundRow) and row.burden_to:
        lines += _burden(row.burden_to, row.burden_rates)
        del fields["burden_to"], fields["burden_rates"]
    for name, field in fields.items():
        value = getattr(row, name)
        if value != _default(field):
            chinese = f"{FIELDS[name]} " if name in FIELDS else ""
            lines.append(f"{chinese}{name} {shown_value(value)}")
    return lines or ["-"]


def condition_lines(row: Row) -> list[str]:
    """When the row counts: services, then one fact a line, then its own days; empty: always."""
    lines = [f"services = {shown_value(services)}"] if (services := getattr(row, "services", None)) else []
    lines += [f"{fact} = {shown_value(wanted)}" for fact, wanted in row.when.items()]
    if row.first_day is not None:
        lines.append(f"自 from {row.first_day}")
    if row.last_day is not None:
        lines.append(f"至 to {row.last_day}")
    return lines


def note_lines(row: Row) -> list[str]:
    """The readings of the decree that the row rests on (`I: …`)."""
    return [row.note] if row.note else []


def shown_value(value: object) -> str:
    """A value of a pack for people: yuan, percent, lists with commas."""
    if isinstance(value, Fen):
        return format_fen(value)
    if isinstance(value, Rate):
        return format_percent(value)
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} = {shown_value(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown_value(one) for one in value) or "-"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "-" if value is None or value == "" else str(value)


def _default(field: FieldInfo) -> object:
    """What a field says by saying nothing; NODEFAULT, which equals nothing, where it must be said."""
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _bands(bounds: Sequence[Condition], values: Sequence[object]) -> Iterator[str]:
    for bound, value in zip(bounds, values, strict=False):
        yield f"至 to {shown_value(bound)}: {shown_value(value)}"
    yield f"{'以上 above' if bounds else '一律 all'}: {shown_value(values[-1])}"


def _burden(bounds: Sequence[Fen], rates: Sequence[Rate]) -> Iterator[str]:
    for number, rate in enumerate(rates):
        yield f"个人负担 burden {format_fen(bounds[number])}-{format_fen(bounds[number + 1])}: {format_percent(rate)}"
