"""Why each payer pays what he pays: the core's lines with the rule and the article of each, and the limits read."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from native._settle import lib
from terminal.money import Fen, Rate
from terminal.settlement.pack import FUNDS, Row
from terminal.settlement.plan import NONE, PARTS, class_order, limit_amount
from terminal.settlement.result import Limit, Line
from terminal.settlement.select import Selection

_LINE_PARTS = (*PARTS, "segment", "fixed", "package", "aid")
_PAYERS = {lib.SETTLE_ACCOUNT: "account", lib.SETTLE_CASH: "cash", lib.SETTLE_PROVIDER: "provider"}


def lines_of(chosen: Selection, lines: Any, split: Any) -> list[Line]:
    """The explanation: for each payer the lines add up to what it pays, over all payers to the total."""
    return [_line(chosen, line, split) for line in lines]


def limits_of(chosen: Selection, split: Any) -> list[Limit]:
    """Each cap, line and limit that the bill read, with what is left of it after the bill."""
    limits: list[Limit] = []
    if not chosen.pooled:
        return limits
    if chosen.cap is not None and chosen.cap.amount is not None:
        limits.append(Limit("pool", chosen.cap.amount, Fen(split.cap_room - split.funds[0])))
    if chosen.deductible is not None and chosen.deductible.base:
        limits.append(Limit("deductible", chosen.deductible.base, Fen(split.line - split.deductible)))
    if chosen.limit is not None and chosen.limit.amount is not None:
        used = split.total - split.provider_borne if chosen.service.method == "shared-package" else split.funds[0]
        limits.append(Limit(_limit_name(chosen), Fen(limit_amount(chosen)), Fen(split.limit_room - used)))
    if chosen.ceiling is not None and chosen.ceiling.amount is not None:
        left = max(0, split.ceiling_room - split.eligible)
        limits.append(Limit(f"{chosen.ruleset}.ceiling", chosen.ceiling.amount, Fen(left)))
    for index, fund in enumerate(chosen.funds):
        if fund.room is not None and split.stage_room[index] != NONE:
            limits.append(Limit(fund.fund, fund.room, Fen(split.stage_room[index] - split.stage_paid[index])))
    return limits


def _limit_name(chosen: Selection) -> str:
    disease = chosen.case.disease
    return f"{chosen.ruleset}.{disease}" if disease else f"{chosen.ruleset}.limit"


def _line(chosen: Selection, line: Any, split: Any) -> Line:
    part = _LINE_PARTS[line.part]
    payer = _PAYERS.get(line.payer) or FUNDS[line.payer]
    rule, cites = _rule(chosen, part, line, split)
    if payer == "account" and chosen.account is not None:
        cites.append(chosen.account.cite)
    placed = line.axis_to >= 0
    return Line(
        part=part,
        base=Fen(line.base),
        amount=Fen(line.amount),
        payer=payer,
        rule=rule,
        cite="、".join(dict.fromkeys(cites)),
        from_=Fen(line.axis_from) if placed else UNSET,
        to=Fen(line.axis_to) if placed else UNSET,
        rate=Rate(line.rate) if line.rate >= 0 else UNSET,
    )


def _rule(chosen: Selection, part: str, line: Any, split: Any) -> tuple[str, list[str]]:
    """The rule's name and its articles, for one part."""
    name, service = chosen.ruleset, chosen.service
    match part:
        case "segment":
            return f"{name}.segments", _segment_cites(chosen, line.rate_class)
        case "aid":
            fund = chosen.funds[line.source // 8]
            return f"fund.{fund.fund}", [fund.cite]
        case "fixed":
            return f"{name}.limit", _cites(chosen.limit)
        case "package":
            return f"{name}.package", [service.cite]
        case "deductible":
            return f"{name}.deductible", _cites(chosen.deductible)
        case "co_payment" if chosen.bed is not None:
            return f"{name}.bed", [chosen.bed.cite]
        case "co_payment":
            return f"{name}.segments", _segment_cites(chosen, 0)
        case "over_cap":
            return _over_cap(chosen, split)
        case "unpooled":
            reason = chosen.reasons[0]
            return f"pooling.{reason.code}", [reason.cite]
        case "prior_self_pay":
            return f"items.{part}", [chosen.pack.conditions.catalogue, *(row.cite for row in chosen.self_pay)]
        case _:
            return f"items.{part}", [chosen.pack.conditions.catalogue]


def _over_cap(chosen: Selection, split: Any) -> tuple[str, list[str]]:
    """What lies above a limit: the service's own where it was not greater than the year's, else the year's cap."""
    if chosen.ceiling is not None and split.eligible > split.ceiling_room:
        return f"{chosen.ruleset}.ceiling", [chosen.ceiling.cite]
    own = chosen.limit is not None and split.limit_room <= split.cap_room
    if own or chosen.cap is None:
        return f"{chosen.ruleset}.limit", _cites(chosen.limit) or [chosen.service.cite]
    return "cap", [chosen.cap.cite]


def _segment_cites(chosen: Selection, rate_class: int) -> list[str]:
    cites = _cites(chosen.segments) + _cites(chosen.points) + _cites(chosen.reductions)
    if rate_class > 0:
        cites.append(class_order(chosen.classes)[rate_class - 1].cite)
    return cites or [chosen.service.cite]


def _cites(row: Row | None) -> list[str]:
    return [row.cite] if row is not None else []
