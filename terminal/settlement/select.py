"""Chooses, for one kind of bill, the rows of the pack that count. What its arithmetic does not reach is never read.

A choice that needs a missing fact or a value left to the bureau does not fail at once: it is kept as an unanswered
question, and asked only where the arithmetic reaches it (settlement-rules.md 5.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from terminal.errors import Refused
from terminal.settlement.facts import FACTS, Case, holds
from terminal.settlement.pack import Pack, Service
from terminal.settlement.pack_rows import ClassRow, Row
from terminal.settlement.pooling import reasons_against
from terminal.settlement.rows import Rows, Selection
from terminal.settlement.shelf import Shelf, covers
from terminal.settlement.supplied import Supplied

R = TypeVar("R", bound=Row)


class Selector:
    """Chooses rows from the packs of a shelf, and asks its supplements for what they leave to the bureau."""

    def __init__(self, shelf: Shelf) -> None:
        self._supplied = Supplied(shelf)

    def select(self, case: Case, pack: Pack, lapsed: bool, ruleset: str, service: Service) -> Rows:
        """Choose for one case. Raises Refused where a fact is missing that the account or the reasons must know."""
        rows = Rows(pack, lapsed, ruleset, service, reasons_against(case, pack, service))
        chosen = Selection(case, rows)
        rows.self_pay = tuple(self._counting(chosen, pack.self_pay))
        self._choose_account(chosen)
        if rows.pooled:
            self._choose_service(chosen)
            self._choose_funds(chosen)
        rows.write_notices()
        return rows

    def _choose_account(self, chosen: Selection) -> None:
        rows = chosen.rows
        row = next(self._counting(chosen, rows.pack.account), None)
        if row is not None and row.from_ == "bureau":
            answer = self._supplied.account(rows.pack.policy.id, chosen.case, rows.ruleset, rows.given)
            rows.account_left_out = row if answer is None else None
            row = answer
        rows.account = row

    def _choose_service(self, chosen: Selection) -> None:
        rows, service = chosen.rows, chosen.rows.service
        rows.deductible = self._asked(chosen, "deductible", service.deductible)
        rows.relief = self._asked(chosen, "relief", service.relief, needed=False)
        rows.ceiling = self._asked(chosen, "ceiling", service.ceiling, needed=False)
        rows.bed = self._asked(chosen, "bed", service.bed)
        rows.segments = self._asked(chosen, "segments", service.segments)
        rows.points = self._asked(chosen, "points", service.points, needed=False)
        rows.reductions = self._asked(chosen, "reductions", service.reductions, needed=False)
        rows.limit = self._asked(chosen, "limit", service.limit, needed=False)
        rows.package = self._asked(chosen, "package", service.package)
        caps = list(of_service(rows.ruleset, rows.pack.cap))
        rows.cap = self._asked(chosen, "cap", caps, needed=False)
        if rows.cap is not None and rows.cap.bureau_may_raise:
            rows.cap = self._supplied.raised_cap(rows.pack.policy.id, chosen.case, rows.cap, rows.given)
        classes = [self._asked(chosen, "classes", [row], needed=False) for row in service.classes]
        rows.classes = tuple(sorted((row for row in classes if row is not None), key=_rate_of_class))

    def _choose_funds(self, chosen: Selection) -> None:
        rows = chosen.rows
        funds, not_enrolled = [], []
        for row in self._counting(chosen, rows.pack.fund):
            if row.enrolment and not chosen.case.bill.patient.large_amount_enrolled:
                not_enrolled.append(row)
                continue
            if row.from_ == "bureau":
                answer = self._supplied.fund(rows.pack.policy.id, chosen.case, row, rows.given)
                if answer is None:
                    rows.unanswered[f"fund.{row.fund}"] = _left_to_bureau(rows, f"fund.{row.fund}", row)
                row = answer or row
            funds.append(row)
        rows.funds, rows.not_enrolled = tuple(funds), tuple(not_enrolled)

    def _counting(self, chosen: Selection, rows: Sequence[R]) -> Iterator[R]:
        """Rows of this service that count today and whose conditions hold."""
        for row in of_service(chosen.rows.ruleset, rows):
            if _in_force(row, chosen.case.bill.date) and holds(row.when, chosen.case, chosen.rows.pack.policy.id):
                yield row

    def _asked(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool = True) -> R | None:
        """The row that counts. What cannot be answered is noted, for whoever reaches it."""
        try:
            return self._first(chosen, rule, rows, needed)
        except Refused as refusal:
            chosen.rows.unanswered[rule] = _again(refusal)
            return None

    def _first(self, chosen: Selection, rule: str, rows: Sequence[R], needed: bool) -> R | None:
        policy, ruleset = chosen.rows.pack.policy.id, chosen.rows.ruleset
        row = next(self._counting(chosen, rows), None)
        if row is not None and row.from_ == "bureau":
            answer = self._supplied.service(policy, chosen.case, ruleset, rule, row, chosen.rows.given)
            if answer is None:
                raise _left_to_bureau(chosen.rows, f"{ruleset}.{rule}", row)
            return answer
        if row is None and needed and rows:
            name = f"{policy}: {ruleset}.{rule}"
            asked = [fact for one in rows for fact in one.when]
            at = FACTS[asked[-1]][0] if asked else ""
            raise Refused("no-rule", f"{name} says nothing for this case", f"{name} 对此情形没有规定", at)
        return row


def of_service(ruleset: str, rows: Sequence[R]) -> Iterator[R]:
    """Rows that name no services, or this one."""
    for row in rows:
        services: Sequence[str] = getattr(row, "services", ())
        if not services or ruleset in services:
            yield row


def _rate_of_class(row: ClassRow) -> int:
    return row.bonus if row.bonus is not None else row.rate or 0


def _left_to_bureau(rows: Rows, rule: str, row: Row) -> Refused:
    name = f"{rows.pack.policy.id}: {rule}"
    message = f"{name} is left to {row.left_to}, which no supplement gives"
    return Refused("left-to-bureau", message, f"{name} 由{row.left_to}规定，尚无补充参数")


def _in_force(row: Row, day: dt.date) -> bool:
    return (row.first_day is None or row.first_day <= day) and covers(dt.date.min, row.last_day, day)


def refuse_if_reached(rows: Rows, split: Any) -> None:
    """Raise the first unanswered question that the arithmetic of this split has reached."""
    for rule, refusal in rows.unanswered.items():
        if _reached(rows, rule, split):
            raise _again(refusal)


def _again(refusal: Refused) -> Refused:
    """The same words in an exception of its own: one that is kept must not hold on to the bill that met it."""
    return Refused(refusal.code, refusal.message, refusal.message_zh, refusal.at)


def _reached(rows: Rows, rule: str, split: Any) -> bool:
    """The line is reached where there is eligible expense, rates and rooms where some lies above the line, a further
    fund where the year's room left something over; what is set against the whole bill, always.
    """
    if rule.startswith("fund."):
        reached: bool = split.rest > 0
    elif rows.service.method in ("fixed", "shared-package", "bed-day"):
        reached = split.total > 0
    elif rows.service.method == "walk" and rule not in ("deductible", "relief", "ceiling"):
        reached = min(split.eligible, split.ceiling_room) > split.deductible
    else:
        reached = split.eligible > 0
    return reached
