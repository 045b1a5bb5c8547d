"""The bill along the axis of eligible expense: its stretches, who pays which, and what stands beside the axis.

Built from the lines of a settlement alone; no rule of law is here. Stretches follow each other without a gap from 0 to
the eligible expense. What the patient owes of a stretch is known by part, not by stretch (the account pays "the
co-payment", of whatever segment), so a stretch names its part, and `payers` holds who paid the part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import UNSET

from terminal.explain.articles import articles_of
from terminal.explain.words import OFF_AXIS
from terminal.settlement.result import Line, Settlement

WHOLE = ("fixed", "package")
"""Parts of bills that are paid as a whole: one stretch, without a line or segments."""
_RELIEVED = ("over_cap", "co_payment", "deductible")
"""The parts that a further fund takes over, in this order (settlement-rules.md 5.4)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end` on the axis, in fen. `pool`: what the pool pays of it, at `rate` basis points; the rest
    is `part`. kind: the part that gives it its name (`segment`, `deductible` …). cites: its articles one by one, and
    `rate_cite` the one that gives the rate.
    """

    kind: str
    part: str
    start: int
    end: int
    pool: int = 0
    rate: int | None = None
    cites: tuple[str, ...] = ()
    rate_cite: str = ""

    @property
    def width(self) -> int:
        """Expense in fen."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Axis:
    """Stretches in order; payers: part → who paid how many fen of it, funds first; beside: parts off the axis."""

    eligible: int
    stretches: tuple[Stretch, ...]
    payers: dict[str, dict[str, int]]
    beside: dict[str, int]


def axis_of(settlement: Settlement) -> Axis:
    """The axis of one settlement. Its stretches add up to `eligible`, those beside it to the rest of the total."""
    beside = {part: int(getattr(settlement, part)) for part in OFF_AXIS if getattr(settlement, part)}
    payers = {part: _own(settlement, part) for part in (*_RELIEVED, "unpooled", *OFF_AXIS)}
    if any(line.part in WHOLE for line in settlement.lines):
        stretches = _whole(settlement, payers, beside)
    elif payers["unpooled"]:
        stretches = [Stretch("unpooled", "unpooled", 0, settlement.eligible, cites=cites_of(settlement, "unpooled"))]
    else:
        stretches = _walked(settlement)
        _add_aid(settlement, payers, stretches)
    return Axis(settlement.eligible, tuple(one for one in stretches if one.width), payers, beside)


def on_this_axis(line: Line, settlement: Settlement) -> bool:
    """Whether a line's place is on the bill's own axis; aid may stand on the year's running sums instead."""
    if line.from_ is UNSET or line.to is UNSET:
        return False
    if line.part != "aid" or line.rate is UNSET:
        return True
    return line.from_ >= _walk_end(settlement) and line.to <= settlement.eligible


def _own(settlement: Settlement, part: str) -> dict[str, int]:
    return {line.payer: int(line.amount) for line in settlement.lines if line.part == part}


def cites_of(settlement: Settlement, *parts: str) -> tuple[str, ...]:
    """The single articles of the lines of some parts, each once, in order."""
    cites = [line.cite for part in parts for line in settlement.lines if line.part == part]
    return tuple(dict.fromkeys(article for cite in cites for article in articles_of(cite)))


def _segments(settlement: Settlement) -> list[Line]:
    return [line for line in settlement.lines if line.part == "segment"]


def _walk_end(settlement: Settlement) -> int:
    return max((int(line.to or 0) for line in _segments(settlement)), default=int(settlement.deductible))


def _walked(settlement: Settlement) -> list[Stretch]:
    """The line, the segments, what no segment covers between them, and what lies above the cap."""
    place = int(settlement.deductible)
    stretches = [Stretch("deductible", "deductible", 0, place, cites=cites_of(settlement, "deductible"))]
    for line in _segments(settlement):
        start, end = int(line.from_ or 0), int(line.to or 0)
        stretches.append(Stretch("co_payment", "co_payment", place, start, cites=cites_of(settlement, "co_payment")))
        stretches.append(_segment(line, start, end))
        place = end
    return [*stretches, *_above(settlement, place)]


def _segment(line: Line, start: int, end: int) -> Stretch:
    articles = articles_of(line.cite)
    rate = None if line.rate is UNSET else int(line.rate)
    return Stretch("segment", "co_payment", start, end, int(line.amount), rate, tuple(articles), articles[0])


def _above(settlement: Settlement, place: int) -> list[Stretch]:
    """What no segment reaches: above the cap, where a further fund may pay by its own rate, as far as it has room."""
    above = any(line.part in ("over_cap", "aid") for line in settlement.lines)
    part, end = "over_cap" if above else "co_payment", int(settlement.eligible)
    own = cites_of(settlement, part)
    aid = [line for line in settlement.lines if line.part == "aid" and _on_rest(line, place)]
    if len(aid) != 1:
        cites = tuple(dict.fromkeys((*(article for line in aid for article in articles_of(line.cite)), *own)))
        return [Stretch(part, part, place, end, cites=cites, rate_cite=cites[0] if aid else "")]
    articles, paid_to = articles_of(aid[0].cite), int(aid[0].to or end)
    cites = tuple(dict.fromkeys((*articles, *own)))
    paid = Stretch(part, part, place, paid_to, 0, int(aid[0].rate or 0), cites, articles[0])
    return [paid, Stretch(part, part, paid_to, end, cites=own)]


def _on_rest(line: Line, place: int) -> bool:
    return line.rate is not UNSET and line.from_ == place


def _add_aid(settlement: Settlement, payers: dict[str, dict[str, int]], stretches: Iterable[Stretch]) -> None:
    """Lay what further funds pay onto the parts that it came off: above the cap first, then co-payment, then line."""
    stretches = list(stretches)
    for part in _RELIEVED:
        of_part = [one for one in stretches if one.part == part]
        payers[part] = {"": sum(one.width - one.pool for one in of_part) - sum(payers[part].values()), **payers[part]}
    for line in settlement.lines:
        left = int(line.amount) if line.part == "aid" else 0
        for part in _RELIEVED:
            taken = min(left, max(0, payers[part][""]))
            left -= taken
            payers[part][""] -= taken
            if taken:
                payers[part][line.payer] = payers[part].get(line.payer, 0) + taken
    for part in _RELIEVED:
        paid = sorted(payers[part].items(), key=lambda one: one[0] in ("account", "cash"))
        payers[part] = {payer: amount for payer, amount in paid if payer and amount}


def _whole(settlement: Settlement, payers: dict[str, dict[str, int]], beside: dict[str, int]) -> list[Stretch]:
    """One stretch of the whole eligible expense. A fixed sum that exceeds it goes on to what stands beside the axis."""
    for part, amount in beside.items():
        by_pool = amount - sum(payers[part].values())
        payers[part] = {**({"pool": by_pool} if by_pool else {}), **payers[part]}
    outside = sum(payers[part].get("pool", 0) for part in beside)
    paid: dict[str, int] = {}
    for line in settlement.lines:
        if line.part not in OFF_AXIS:
            paid[line.payer] = paid.get(line.payer, 0) + int(line.amount)
    paid["pool"] = paid.get("pool", 0) - outside
    kind = next(line.part for line in settlement.lines if line.part in WHOLE)
    payers[kind] = {payer: amount for payer, amount in paid.items() if amount}
    cites = cites_of(settlement, *WHOLE, "co_payment", "over_cap")
    return [Stretch(kind, kind, 0, settlement.eligible, cites=cites)]
