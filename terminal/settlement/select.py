"""Chooses, for one bill, the rows of the pack that count. What a bill's arithmetic does not reach is never read.

A choice that needs a missing fact or a value left to the bureau does not fail at once: it is kept as an unanswered
question, and asked only where the arithmetic reaches it (settlement-rules.md 5.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.facts import FACTS, Case, holds
from terminal.settlement.pack import (
    AccountRow,
    BedRow,
    CapRow,
    CeilingRow,
    ClassRow,
    DeductibleRow,
    FundRow,
    LimitRow,
    Pack,
    PackageRow,
    PointsRow,
    ReductionsRow,
    ReliefRow,
    Row,
    SegmentsRow,
    SelfPayRow,
    Service,
)
from terminal.settlement.pooling import Reason, reasons_against
from terminal.settlement.shelf import Given, Shelf, covers
from terminal.settlement.supplied import Supplied

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
    relief: ReliefRow | None = None
    ceiling: CeilingRow | None = None
    bed: BedRow | None = None
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
    account_left_out: AccountRow | None = None
    self_pay: tuple[SelfPayRow, ...] = ()
    given: list[Given] = field(default_factory=list)
    unanswered: dict[str, Refused] = field(default_factory=dict)

    @property
    def pooled(self) -> bool:
        """Whether pooling takes part."""
        return not self.reasons

    @property
    def key(self) -> tuple[object, ...]:
        """Bills with the same key walk the same plan."""
        rows = (
            self.service,
            self.deductible,
            self.relief,
            self.ceiling,
            self.segments,
            self.points,
            self.reductions,
            self.limit,
            self.package,
            self.cap,
            self.account,
            *self.classes,
            None,
            *self.funds,
        )
        later = self.relief is not None and self.case.earlier_admissions > 0
        births = self.case.bill.episode.extra_births if self.limit is not None else 0
        return (self.pooled, "deductible" in self.unanswered, later, births, *map(id, rows))


class Selector:
    """Chooses rows from the packs of a shelf, and asks its supplements for what they leave to the bureau."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._supplied = Supplied(shelf)

    def select(self, bill: Bill) -> Selection:
        """Choose for one bill. Raises Refused: unknown policy, no version that day, no such service or category."""
        pack, lapsed = self._shelf.pack(bill.policy, bill.date)
        limited = bill.episode.limited_disease and pack.service.named(bill.service) is not None
        ruleset = "limited-price" if limited else bill.service
        service = pack.service.named(ruleset)
        if service is None:
            message = f"{pack.policy.id} has no service {ruleset}"
            raise Refused("no-such-service", message, f"{pack.policy.title}没有此项服务", "service")
        case = _case(bill, pack, service)
        chosen = Selection(case, pack, lapsed, ruleset, service, reasons_against(case, pack, service))
        chosen.self_pay = tuple(self._counting(chosen, pack.self_pay))
        self._choose_account(chosen)
        if chosen.pooled:
            self._choose_service(chosen)
            self._choose_funds(chosen)
        return chosen

    def _choose_account(self, chosen: Selection) -> None:
        row = next(self._counting(chosen, chosen.pack.account), None)
        if row is not None and row.from_ == "bureau":
            answer = self._supplied.account(chosen.pack.policy.id, chosen.case, chosen.ruleset, chosen.given)
            chosen.account_left_out = row if answer is None else None
            row = answer
        chosen.account = row

    def _choose_service(self, chosen: Selection) -> None:
        service = chosen.service
        chosen.deductible = self._asked(chosen, "deductible", service.deductible)
        chosen.relief = _earned(self._asked(chosen, "relief", service.relief, needed=False), bill=chosen.case.bill)
        chosen.ceiling = self._asked(chosen, "ceiling", service.ceiling, needed=False)
        chosen.bed = self._asked(chosen, "bed", service.bed)
        chosen.segments = self._asked(chosen, "segments", service.segments)
        chosen.points = self._asked(chosen, "points", service.points, needed=False)
        chosen.reductions = self._asked(chosen, "reductions", service.reductions, needed=False)
        chosen.limit = self._asked(chosen, "limit", service.limit, needed=False)
        chosen.package = self._asked(chosen, "package", service.package)
        caps = list(self._of_service(chosen, chosen.pack.cap))
        chosen.cap = self._asked(chosen, "cap", caps, needed=False)
        if chosen.cap is not None and chosen.cap.bureau_may_raise:
            chosen.cap = self._supplied.raised_cap(chosen.pack.policy.id, chosen.case, chosen.cap, chosen.given)
        classes = (self._asked(chosen, "classes", [row], needed=False) for row in service.classes)
        chosen.classes = tuple(row for row in classes if row is not None)

    def _choose_funds(self, chosen: Selection) -> None:
        funds, not_enrolled = [], []
        for row in self._counting(chosen, chosen.pack.fund):
            if row.enrolment and not chosen.case.bill.patient.large_amount_enrolled:
                not_enrolled.append(row)
                continue
            if row.from_ == "bureau":
                answer = self._supplied.fund(chosen.pack.policy.id, chosen.case, row, chosen.given)
                if answer is None:
                    chosen.unanswered[f"fund.{row.fund}"] = _left_to_bureau(chosen, f"fund.{row.fund}", row)
                row = answer or row
            funds.append(row)
        chosen.funds, chosen.not_enrolled = tuple(funds), tuple(not_enrolled)

    def _of_service(self, chosen: Selection, rows: Sequence[R]) -> Iterator[R]:
        """Rows that name no services, or this one."""
        for row in rows:
            services: Sequence[str] = getattr(row, "services", ())
            if not services or chosen.ruleset in services:
                yield row

    def _counting(self, chosen: Selection, rows: Sequence[R]) -> Iterator[R]:
        """Rows of this service that count today and whose conditions hold."""
        for row in self._of_service(chosen, rows):
            if _in_force(row, chosen.case.bill.date) and holds(row.when, chosen.case, chosen.pack.policy.id):
                yield row

    def _asked(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool = True) -> R | None:
        """The row that counts. What cannot be answered is noted, for whoever reaches it."""
        try:
            return self._first(chosen, rule, rows, needed)
        except Refused as refusal:
            chosen.unanswered[rule] = refusal
            return None

    def _first(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool) -> R | None:
        row = next(self._counting(chosen, rows), None)
        if row is not None and row.from_ == "bureau":
            answer = self._supplied.service(chosen.pack.policy.id, chosen.case, chosen.ruleset, rule, row, chosen.given)
            if answer is None:
                raise _left_to_bureau(chosen, f"{chosen.ruleset}.{rule}", row)
            return answer
        if row is None and needed and rows:
            name = f"{chosen.pack.policy.id}: {chosen.ruleset}.{rule}"
            asked = [fact for one in rows for fact in one.when]
            at = FACTS[asked[-1]][0] if asked else ""
            raise Refused("no-rule", f"{name} says nothing for this case", f"{name} 对此情形没有规定", at)
        return row


def _earned(relief: ReliefRow | None, bill: Bill) -> ReliefRow | None:
    """A relief is earned by a quiet year before; an unknown expense earns none (settlement-rules.md 5.1)."""
    expense = bill.year.previous_year_outpatient_expense
    quiet = relief is not None and expense is not None and expense <= relief.previous_year_expense_to
    return relief if quiet else None


def _left_to_bureau(chosen: Selection, rule: str, row: Row) -> Refused:
    name = f"{chosen.pack.policy.id}: {rule}"
    message = f"{name} is left to {row.left_to}, which no supplement gives"
    return Refused("left-to-bureau", message, f"{name} 由{row.left_to}规定，尚无补充参数")


def _in_force(row: Row, day: dt.date) -> bool:
    return (row.first_day is None or row.first_day <= day) and covers(dt.date.min, row.last_day, day)


def _case(bill: Bill, pack: Pack, service: Service) -> Case:
    head = pack.policy
    category = bill.patient.category or head.default_category
    if category not in head.categories:
        message = f"{head.id} insures no {category}"
        raise Refused("no-such-category", message, f"{head.title}没有此类参保人员", "patient.category")
    given = bill.patient.has_account
    recognised = bill.patient.chronic_diseases
    chosen = bool(recognised) and service.counted_disease == "chosen"
    disease = recognised[0] if chosen and bill.service == "chronic" else bill.episode.disease
    return Case(bill, category, head.has_account if given is None else given, disease)


def refuse_if_reached(chosen: Selection, split: Any) -> None:
    """Raise the first unanswered question that the arithmetic of this split has reached."""
    for rule, refusal in chosen.unanswered.items():
        if _reached(chosen, rule, split):
            raise refusal


def _reached(chosen: Selection, rule: str, split: Any) -> bool:
    """The line is reached where there is eligible expense, rates and rooms where some lies above the line, a further
    fund where the year's room left something over; what is set against the whole bill, always.
    """
    if rule.startswith("fund."):
        reached: bool = split.rest > 0
    elif chosen.service.method in ("fixed", "shared-package", "bed-day"):
        reached = split.total > 0
    elif chosen.service.method == "walk" and rule not in ("deductible", "relief", "ceiling"):
        reached = split.eligible > split.deductible
    else:
        reached = split.eligible > 0
    return reached
