"""Kinds of bills: all bills that answer alike to every question this law may ask settle by the same rows.

Rows are chosen once a kind and remembered. Promise: a remembered choice is the one that choosing again would make,
because a kind is told apart by every fact that choosing could read. What is remembered is bounded, holds no name and
no amount of a bill, and may be read by several threads: whoever comes second at worst chooses again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.facts import DERIVED_FACTS, FACTS, Case
from terminal.settlement.pack import Pack, Service
from terminal.settlement.pack_rows import Row
from terminal.settlement.pooling import POOLING_PLACES, is_pool_held_back, recognised_as
from terminal.settlement.rows import Rows, Selection
from terminal.settlement.select import Selector, of_service
from terminal.settlement.shelf import Shelf

KINDS_MAX = 4_096
"""Kinds remembered, of a few KiB each; one more, and all are forgotten."""

Question = Callable[[Case], object]
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, eq=False)
class Chapter:
    """What a shelf has for one service on one day: the version, its rules, and all they may ask of a bill.

    given: reads what stands in the bill as it is. derived: questions whose answer is worked out from the case.
    """

    pack: Pack
    lapsed: bool
    ruleset: str
    service: Service
    given: Callable[[Bill], object]
    derived: tuple[Question, ...]


class Kinds:
    """Chooses rows for bills, once a kind."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._selector = Selector(shelf)
        self._chapters: dict[tuple[str, dt.date, str, bool], Chapter] = {}
        self._rows: dict[tuple[object, ...], Rows] = {}

    def select(self, bill: Bill) -> Selection:
        """The rows for one bill. Raises Refused: unknown policy, no version that day, no such service or category."""
        opened = (bill.policy, bill.date, bill.service, bill.episode.limited_disease)
        chapter = self._chapters.get(opened) or _remember(self._chapters, opened, self._open(bill))
        case = _case(bill, chapter)
        kind = (chapter, chapter.given(bill), *[ask(case) for ask in chapter.derived])
        rows = self._rows.get(kind) or _remember(self._rows, kind, self._choose(case, chapter))
        return Selection(case, rows)

    def _choose(self, case: Case, chapter: Chapter) -> Rows:
        return self._selector.select(case, chapter.pack, chapter.lapsed, chapter.ruleset, chapter.service)

    def _open(self, bill: Bill) -> Chapter:
        pack, lapsed = self.shelf.pack(bill.policy, bill.date)
        limited = bill.episode.limited_disease and pack.service.named(bill.service) is not None
        ruleset = "limited-price" if limited else bill.service
        service = pack.service.named(ruleset)
        if service is None:
            message = f"{pack.policy.id} has no service {ruleset}"
            raise Refused("no-such-service", message, f"{pack.policy.title}没有此项服务", "service")
        names = self._facts_asked(bill, pack, ruleset, service)
        places = dict.fromkeys(FACTS[name][0] for name in names if name not in DERIVED_FACTS)
        derived: list[Question] = [is_pool_held_back, *(FACTS[name][1] for name in names if name in DERIVED_FACTS)]
        if bill.service == "chronic":
            derived.append(recognised_as)
        return Chapter(pack, lapsed, ruleset, service, attrgetter(*POOLING_PLACES, *places), tuple(derived))

    def _facts_asked(self, bill: Bill, pack: Pack, ruleset: str, service: Service) -> set[str]:
        """Every fact that choosing for this service on this day could read."""
        rows = list(_rows_in(service))
        for further in (pack.cap, pack.fund, pack.self_pay, pack.account):
            rows += of_service(ruleset, further)
        for given in self.shelf.given(bill.policy, bill.date):
            given_service = getattr(given.supplement.service, ruleset.replace("-", "_"))
            rows += [*_rows_in(given.supplement), *(_rows_in(given_service) if given_service else ())]
        return {name for row in rows for name in (*row.when, getattr(row, "enrolment", "")) if name}


def _rows_in(form: msgspec.Struct) -> Iterator[Row]:
    """The rows in the lists of one form."""
    for name in form.__struct_fields__:
        value: Any = getattr(form, name)
        rows: Sequence[object] = value if isinstance(value, list) else ()
        yield from (row for row in rows if isinstance(row, Row))


def _case(bill: Bill, chapter: Chapter) -> Case:
    head = chapter.pack.policy
    category = bill.patient.category or head.default_category
    if category not in head.categories:
        message = f"{head.id} insures no {category}"
        raise Refused("no-such-category", message, f"{head.title}没有此类参保人员", "patient.category")
    given = bill.patient.has_account
    recognised = bill.patient.chronic_diseases
    chosen = bool(recognised) and chapter.service.counted_disease == "chosen"
    disease = recognised[0] if chosen and bill.service == "chronic" else bill.episode.disease
    return Case(bill, category, head.has_account if given is None else given, disease)


def _remember(memory: dict[K, V], key: K, value: V) -> V:
    if len(memory) >= KINDS_MAX:
        memory.clear()
    memory[key] = value
    return value
