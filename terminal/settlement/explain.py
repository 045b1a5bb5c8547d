"""Why each payer pays what he pays: the core's lines with the rule and the article of each, and the limits read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from native._settle import lib
from terminal.money import Fen, Rate, SignedFen
from terminal.settlement.pack_rows import FUNDS, Row
from terminal.settlement.plan import PARTS, limit_amount
from terminal.settlement.result import Limit, Line
from terminal.settlement.rows import Rows, Selection

_LINE_PARTS = (*PARTS, "segment", "fixed", "package", "aid")
_PAYERS = {lib.SETTLE_ACCOUNT: "account", lib.SETTLE_CASH: "cash", lib.SETTLE_PROVIDER: "provider"}
_OVER_CAP: int = lib.SETTLE_OVER_CAP
_OF_CEILING, _OF_SERVICE, _OF_YEAR = range(3)
"""Which limit it is that expense lies above."""


def lines_of(rows: Rows, lines: Iterable[tuple[int, ...]], split: Any) -> list[Line]:
    """The explanation: for each payer the lines add up to what it pays, over all payers to the total."""
    explained = []
    for part, payer, source, rate_class, rate, start, end, base, amount in lines:
        origin = (part, payer, source, rate_class, rate, _passed(rows, split) if part == _OVER_CAP else 0)
        line = rows.lines.get(origin)
        if line is None:
            line = rows.lines[origin] = _line(rows, *origin)
        if end < 0:
            explained.append(replace(line, base=Fen(base), amount=SignedFen(amount)))
        else:
            explained.append(replace(line, base=Fen(base), amount=SignedFen(amount), from_=Fen(start), to=Fen(end)))
    return explained


def limits_of(chosen: Selection, split: Any) -> list[Limit]:
    """Each cap, line and limit that the bill read, with what is left of it after the bill."""
    rows, bill = chosen.rows, chosen.case.bill
    limits: list[Limit] = []
    if not rows.pooled:
        return limits
    if rows.cap is not None and rows.cap.amount is not None:
        limits.append(Limit("pool", rows.cap.amount, Fen(split.cap_room - split.funds[0])))
    if rows.deductible is not None and rows.deductible.base:
        line = max(rows.deductible.base, bill.episode.merged_line if rows.deductible.raised_to else 0)
        limits.append(Limit("deductible", Fen(line), Fen(split.line - split.deductible)))
    if rows.limit is not None and rows.limit.amount is not None:
        limit = limit_amount(rows, bill.episode.extra_births)
        used = split.total - split.provider_borne if rows.service.method == "shared-package" else split.funds[0]
        limits.append(Limit(_limit_name(chosen), Fen(limit), Fen(split.limit_room - used), _disease_zh(chosen)))
    if rows.ceiling is not None and rows.ceiling.amount is not None:
        left = max(0, split.ceiling_room - split.eligible)
        quota = bill.year.carried_outpatient_quota if rows.ceiling.quota else 0
        limits.append(Limit(f"{rows.ruleset}.ceiling", Fen(rows.ceiling.amount + quota), Fen(left)))
    for index, fund in enumerate(rows.funds):
        if fund.room is not None:
            limits.append(Limit(fund.fund, fund.room, Fen(split.stage_room[index] - split.stage_paid[index])))
    return limits


def _limit_name(chosen: Selection) -> str:
    disease = chosen.case.disease
    return f"{chosen.rows.ruleset}.{disease}" if disease else f"{chosen.rows.ruleset}.limit"


def _disease_zh(chosen: Selection) -> str:
    # Only what the settlement rests on may speak here: nothing else is at hand when it is worked out again.
    named = (one for given in chosen.rows.given for one in given.supplement.disease)
    return next((one.name for one in named if one.id == chosen.case.disease), "")


def _passed(rows: Rows, split: Any) -> int:
    """What lies above a limit: the service's own where it was not greater than the year's, else the year's cap."""
    if rows.ceiling is not None and split.eligible > split.ceiling_room:
        return _OF_CEILING
    own = rows.limit is not None and split.limit_room <= split.cap_room
    return _OF_SERVICE if own or rows.cap is None else _OF_YEAR


def _line(
    rows: Rows, part_number: int, payer_number: int, source: int, rate_class: int, rate: int, passed: int
) -> Line:
    """What all lines of one origin have in common: a line without its place and its amounts."""
    part = _LINE_PARTS[part_number]
    payer = _PAYERS.get(payer_number) or FUNDS[payer_number]
    rule, cites = _rule(rows, part, source, rate_class, passed)
    if payer == "account" and rows.account is not None:
        cites.append(rows.account.cite)
    return Line(
        part=part,
        base=Fen(0),
        rate=Rate(rate) if rate >= 0 else UNSET,
        amount=SignedFen(0),
        payer=payer,
        rule=rule,
        cite="、".join(filter(None, dict.fromkeys(cites))),
    )


def _rule(rows: Rows, part: str, source: int, rate_class: int, passed: int) -> tuple[str, list[str]]:
    """The rule's name and its articles, for one part."""
    name, service = rows.ruleset, rows.service
    match part:
        case "segment":
            return f"{name}.segments", _segment_cites(rows, rate_class)
        case "aid":
            fund = rows.funds[source // 8]
            return f"fund.{fund.fund}", [fund.cite]
        case "fixed":
            return f"{name}.limit", _cites(rows.limit)
        case "package":
            return f"{name}.package", [service.cite]
        case "deductible":
            return f"{name}.deductible", _cites(rows.deductible)
        case "co_payment" if rows.bed is not None:
            return f"{name}.bed", [rows.bed.cite]
        case "co_payment":
            return f"{name}.segments", _segment_cites(rows, 0)
        case "over_cap" if passed == _OF_CEILING:
            return f"{name}.ceiling", _cites(rows.ceiling)
        case "over_cap" if passed == _OF_SERVICE:
            return f"{name}.limit", _cites(rows.limit) or [service.cite]
        case "over_cap":
            # A fund that pays at a rate on the rest leaves some of it, by its rate or its own limit.
            return "cap", [*_cites(rows.cap), *(fund.cite for fund in rows.funds if fund.rate)]
        case "unpooled":
            reason = rows.reasons[0]
            return f"pooling.{reason.code}", [reason.cite]
        case "prior_self_pay":
            return f"items.{part}", [rows.pack.conditions.catalogue, *(row.cite for row in rows.self_pay)]
        case _:
            return f"items.{part}", [rows.pack.conditions.catalogue]


def _segment_cites(rows: Rows, rate_class: int) -> list[str]:
    cites = _cites(rows.segments) + _cites(rows.points) + _cites(rows.reductions)
    if rate_class > 0:
        cites.append(rows.classes[rate_class - 1].cite)
    return cites or [rows.service.cite]


def _cites(row: Row | None) -> list[str]:
    return [row.cite] if row is not None else []
