"""Chooses, for one bill, the rows of the pack that count. What a bill's arithmetic does not reach is never read.

A choice that needs a missing fact or a value left to the bureau does not fail at once: it is kept as an unanswered
question, and asked only where the arithmetic reaches it (settlement-rules.md 5.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import msgspec

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.facts import FACTS, Case, holds
from terminal.settlement.pack import (
    AccountRow,
    CapRow,
    ClassRow,
    DeductibleRow,
    FundRow,
    LimitRow,
    Pack,
    PackageRow,
    PointsRow,
    ReductionsRow,
    Row,
    SegmentsRow,
    Service,
)
from terminal.settlement.pooling import Reason, reasons_against
from terminal.settlement.shelf import Given, Shelf

R = TypeVar("R", bound=Row)


@dataclass(slots=True)
class Selection:
    """The rows that count for one bill. `unanswered`: rule name → the refusal to raise once it is reached."""

    case: Case
    pack: Pack
    lapsed: bool
    ruleset: str
    service: Service
    reasons: list[Reason]
    deductible: DeductibleRow | None = None
    segments: SegmentsRow | None = None
    points: PointsRow | None = None
    reductions: ReductionsRow | None = None
    classes: tuple[ClassRow, ...] = ()
    limit: LimitRow | None = None
    package: PackageRow | None = None
    cap: CapRow | None = None
    funds: tuple[FundRow, ...] = ()
    not_enrolled: tuple[FundRow, ...] = ()
    account: AccountRow | None = None
    given: list[Given] = field(default_factory=list)
    unanswered: dict[str, Refused] = field(default_factory=dict)

    @property
    def pooled(self) -> bool:
        """Whether pooling takes part."""
        return not self.reasons

    @property
    def key(self) -> tuple[int, ...]:
        """Bills with the same key walk the same plan."""
        rows = (
            self.deductible,
            self.segments,
            self.points,
            self.reductions,
            self.limit,
            self.package,
            self.cap,
        )
        ids = [id(row) for row in (*rows, self.account, *self.classes, None, *self.funds)]
        return (id(self.service), self.pooled, "deductible" in self.unanswered, *ids)


class Selector:
    """Chooses rows; keeps the rows that supplements complete, so that the same answer is the same row."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._completed: dict[tuple[int, int], Row] = {}

    def select(self, bill: Bill) -> Selection:
        """Choose for one bill. Raises Refused: unknown policy, no version that day, no such service or category."""
        pack, lapsed = self._shelf.pack(bill.policy, bill.date)
        case = _case(bill, pack)
        limited = bill.episode.limited_disease and pack.service.named(bill.service) is not None
        ruleset = "limited-price" if limited else bill.service
        service = pack.service.named(ruleset)
        if service is None:
            raise Refused(
                "no-such-service",
                f"{pack.policy.id} has no service {ruleset}",
                f"{pack.policy.title}没有此项服务",
                "service",
            )
        chosen = Selection(case, pack, lapsed, ruleset, service, reasons_against(case, pack, service))
        self._choose_account(chosen)
        if chosen.pooled:
            self._choose_pool(chosen)
        return chosen

    def _choose_account(self, chosen: Selection) -> None:
        for row in chosen.pack.account:
            if chosen.ruleset in row.services and holds(row.when, chosen.case, chosen.pack.policy.id):
                chosen.account = row
                return

    def _choose_pool(self, chosen: Selection) -> None:
        service, pack = chosen.service, chosen.pack
        caps = [row for row in pack.cap if chosen.ruleset in row.services]
        chosen.deductible = self._asked(chosen, "deductible", service.deductible)
        chosen.segments = self._asked(chosen, "segments", service.segments)
        chosen.points = self._asked(chosen, "points", service.points, needed=False)
        chosen.reductions = self._asked(chosen, "reductions", service.reductions, needed=False)
        chosen.limit = self._asked(chosen, "limit", service.limit, needed=False)
        chosen.package = self._asked(chosen, "package", service.package)
        chosen.cap = self._asked(chosen, "cap", caps, needed=False)
        classes = (self._asked(chosen, "classes", [row], needed=False) for row in service.classes)
        chosen.classes = tuple(row for row in classes if row is not None)
        funds = [row for row in pack.fund if chosen.ruleset in row.services]
        enrolled = [row for row in funds if chosen.case.bill.patient.large_amount_enrolled or not row.enrolment]
        chosen.funds = tuple(enrolled)
        chosen.not_enrolled = tuple(row for row in funds if row not in enrolled)

    def _asked(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool = True) -> R | None:
        """The row that counts. What cannot be answered is noted, for whoever reaches it."""
        try:
            return self._first(chosen, rule, rows, needed)
        except Refused as refusal:
            chosen.unanswered[rule] = refusal
            return None

    def _first(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool) -> R | None:
        for row in rows:
            if holds(row.when, chosen.case, chosen.pack.policy.id):
                return row if row.from_ == "decree" else self._from_bureau(chosen, rule, row)
        if needed and rows:
            name = f"{chosen.pack.policy.id}: {chosen.ruleset}.{rule}"
            asked = [fact for row in rows for fact in row.when]
            at = FACTS[asked[-1]][0] if asked else ""
            raise Refused("no-rule", f"{name} says nothing for this case", f"{name} 对此情形没有规定", at)
        return None

    def _from_bureau(self, chosen: Selection, rule: str, row: R) -> R:
        for given in self._shelf.given(chosen.pack.policy.id, chosen.case.bill.date):
            service = getattr(given.supplement.service, chosen.ruleset.replace("-", "_"))
            answers: Sequence[R] = getattr(service, rule, ()) if service is not None else ()
            for answer in answers:
                meant = all(fact in answer.when for fact in row.answer_names)
                if meant and holds(answer.when, chosen.case, chosen.pack.policy.id):
                    if given not in chosen.given:
                        chosen.given.append(given)
                    return self._complete(row, answer)
        name = f"{chosen.pack.policy.id}: {chosen.ruleset}.{rule}"
        raise Refused(
            "left-to-bureau",
            f"{name} is left to {row.left_to}, which no supplement gives",
            f"{name} 由{row.left_to}规定，尚无补充参数",
        )

    def _complete(self, row: R, answer: R) -> R:
        key = (id(row), id(answer))
        if key not in self._completed:
            less = getattr(row, "less", None)
            cite = f"{row.cite}；{answer.cite}"
            changes = {"cite": cite} if less is None else {"cite": cite, "less": less}
            self._completed[key] = msgspec.structs.replace(answer, **changes)
        return cast(R, self._completed[key])


def _case(bill: Bill, pack: Pack) -> Case:
    head = pack.policy
    category = bill.patient.category or head.default_category
    if category not in head.categories:
        raise Refused(
            "no-such-category",
            f"{head.id} insures no {category}",
            f"{head.title}没有此类参保人员",
            "patient.category",
        )
    given = bill.patient.has_account
    return Case(bill, category, head.has_account if given is None else given)


def refuse_if_reached(chosen: Selection, reached: Callable[[str], bool]) -> None:
    """Raise the first unanswered question that the arithmetic has reached."""
    for rule, refusal in chosen.unanswered.items():
        if reached(rule):
            raise refusal
