"""What bureaus have given: finds, in the supplements of a shelf, the answer to a row that a pack leaves to the bureau.

An answer gives values only: the row of the pack keeps its structure (what is stepped down, what was used of it). The
same question answered by the same row is the same completed row, so that its plan is compiled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec

from terminal.errors import Refused
from terminal.settlement.facts import Case, holds
from terminal.settlement.pack_rows import AccountRow, CapRow, FundRow, Row
from terminal.settlement.shelf import Given, Shelf

R = TypeVar("R", bound=Row)
A = TypeVar("A", bound=Row)

_VALUES = {
    "deductible": ("base",),
    "segments": ("to", "rates"),
    "limit": ("amount",),
    "ceiling": ("amount",),
    "fund": ("rate",),
    "cap": ("amount",),
}


class Supplied:
    """Answers from the supplements. `used` is the list to which every supplement that answered is added."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._completed: dict[tuple[int, int], Row] = {}

    def service(self, policy: str, case: Case, ruleset: str, rule: str, row: R, used: list[Given]) -> R | None:
        """The answer to a row of a service's rule, completed; None where nobody gives it."""
        for given in self._shelf.given(policy, case.bill.date):
            service = getattr(given.supplement.service, ruleset.replace("-", "_"))
            answers: Sequence[Row] = getattr(service, rule, ()) if service is not None else ()
            answer = _first(answers, row, case, policy)
            if answer is not None:
                _use(given, used)
                return self._complete(row, answer, rule)
        return None

    def fund(self, policy: str, case: Case, row: FundRow, used: list[Given]) -> FundRow | None:
        """The rate of a further fund."""
        for given in self._shelf.given(policy, case.bill.date):
            answers = [one for one in given.supplement.fund if one.fund == row.fund]
            answer = _first(answers, row, case, policy)
            if answer is not None:
                _use(given, used)
                return self._complete(row, answer, "fund")
        return None

    def raised_cap(self, policy: str, case: Case, row: CapRow, used: list[Given]) -> CapRow:
        """The cap as a lower authority raised it; the decree's own where none did."""
        for given in self._shelf.given(policy, case.bill.date):
            answer = _first(given.supplement.cap, row, case, policy)
            if answer is not None:
                if row.amount is not None and answer.amount < row.amount:
                    raise Refused(
                        "bad-supplement", f"{policy}: a cap may be raised only", "最高支付限额只可提高", "cap"
                    )
                _use(given, used)
                return self._complete(row, answer, "cap")
        return row

    def account(self, policy: str, case: Case, ruleset: str, used: list[Given]) -> AccountRow | None:
        """The scope of the account."""
        for given in self._shelf.given(policy, case.bill.date):
            for answer in given.supplement.account:
                if ruleset in answer.services and holds(answer.when, case, policy):
                    _use(given, used)
                    return answer
        return None

    def _complete(self, row: R, answer: Row, rule: str) -> R:
        key = (id(row), id(answer))
        if key not in self._completed:
            changes: dict[str, Any] = {name: getattr(answer, name) for name in _VALUES[rule]}
            changes |= {"from_": "decree", "cite": f"{row.cite}；{answer.cite}"}
            self._completed[key] = msgspec.structs.replace(row, **changes)
        return cast(R, self._completed[key])


def _first(answers: Sequence[A], row: Row, case: Case, policy: str) -> A | None:
    for answer in answers:
        meant = all(fact in answer.when for fact in row.answer_names)
        if meant and holds(answer.when, case, policy):
            return answer
    return None


def _use(given: Given, used: list[Given]) -> None:
    if given not in used:
        used.append(given)
