"""What a convention is, and the demands that are made again and again: a problem's form, an amount, a moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from terminal.conformance.wire import Answer, Wire

PROBLEM_KEYS = {"type", "title", "status", "detail", "detail_zh", "code", "at", "money_moved", "retry"}
AMOUNT = re.compile(r"-?\d+\.\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00")
CHINESE = re.compile("[\u4e00-\u9fff]")


class NotKept(Exception):
    """A convention is not kept; the text says what was seen."""


class NotReached(Exception):
    """A convention could not be looked at, since one before it was not kept."""


@dataclass(slots=True)
class Sale:
    """What the conventions leave for those after them.

    bill: what is sold. run: makes keys and tickets this run's own.
    """

    wire: Wire
    run: str
    bill: dict[str, Any]
    found: dict[str, Any] = field(default_factory=dict)

    def of(self, name: str) -> Any:
        """What an earlier convention found. Raises NotReached."""
        if name not in self.found:
            raise NotReached(f"there is no {name}")
        return self.found[name]

    def key(self, what: str) -> dict[str, str | None]:
        """The header with this run's key for one intent."""
        return {"Idempotency-Key": f"conformance-{self.run}-{what}"}


@dataclass(frozen=True, slots=True)
class Convention:
    """One promise of the API. name: stable; zh, en: what is promised; check: raises NotKept, NotReached."""

    name: str
    zh: str
    en: str
    check: Callable[[Sale], None]


def demand(kept: bool, seen: object) -> None:
    """Raises NotKept with what was seen instead."""
    if not kept:
        raise NotKept(str(seen)[:300])


def demand_status(answer: Answer, status: int) -> Any:
    """The body of an answer with this status."""
    demand(answer.status == status, f"status {answer.status} instead of {status}: {answer.body[:200]!r}")
    return answer.json


def demand_problem(answer: Answer, status: int, code: str, at: str | None = None) -> None:
    """A problem+json of this status and code, whole, in both languages, that names the place."""
    problem = demand_status(answer, status)
    media = answer.headers.get("content-type", "")
    demand(media.startswith("application/problem+json"), f"content type {media}")
    members = set(problem) - {"tries_left"} if isinstance(problem, dict) else set()
    demand(members == PROBLEM_KEYS, f"members {sorted(problem or {})}")
    demand(problem["status"] == status, f"status {problem['status']} in the body")
    demand(problem["code"] == code, f"code {problem['code']} instead of {code}")
    demand(at is None or problem["at"] == at, f"at {problem['at']!r} instead of {at!r}")
    demand(problem["money_moved"] in ("no", "yes", "unknown"), f"money_moved {problem['money_moved']}")
    demand(problem["retry"] in ("never", "same-key", "after"), f"retry {problem['retry']}")
    demand(CHINESE.search(problem["detail_zh"]) is not None, f"detail_zh {problem['detail_zh']}")


def numbers_in(value: Any, at: str = "") -> Iterator[str]:
    """The places of JSON numbers that are no whole ones."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from numbers_in(inside, f"{at}.{name}")
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from numbers_in(inside, f"{at}[{number}]")
    elif not isinstance(value, str | int | bool | None):
        yield at
