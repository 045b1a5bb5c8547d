"""Which test runs which lines of a part, and how long each takes: seen once, in the program as it is.

Promise: each test is seen in a process of its own, so what it is said to need is all that it needs; a law that one test
has read and others find remembered counts for each of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pytest

from tests.mutation.children import forked
from tests.mutation.python_marks import Line, Marks
from tests.mutation.python_tests import first_failure

FIRST_TIME_SECONDS = 120.0


@dataclass(frozen=True)
class Reach:
    """loading: lines that run before any test does. lines, seconds: of each test, by its name."""

    loading: frozenset[Line]
    lines: Mapping[str, frozenset[Line]]
    seconds: Mapping[str, float]

    def of_lines(self, wanted: frozenset[Line]) -> list[str]:
        """The tests that run one of these lines, the fastest first."""
        return sorted((name for name, lines in self.lines.items() if lines & wanted), key=self.seconds.__getitem__)

    def of_file(self, file: str) -> list[str]:
        """All tests, those that run something of the file first; the fastest of each kind first."""
        near = {name for name, lines in self.lines.items() if any(path == file for path, _ in lines)}
        return sorted(self.lines, key=lambda name: (name not in near, self.seconds[name]))


class Watch:
    """Notes the lines of some files that run between `begin` and `end`, as they are loaded."""

    def __init__(self, files: frozenset[str]) -> None:
        self._files = files
        self.lines: set[Line] = set()

    def begin(self) -> None:
        """From here on."""
        sys.settrace(self._called)

    def end(self) -> frozenset[Line]:
        """Up to here."""
        sys.settrace(None)
        return frozenset(self.lines)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return self._stepped if frame.f_code.co_filename in self._files else None

    def _stepped(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._stepped


def reach_of(items: Sequence[pytest.Item], marks: Marks, loading: frozenset[Line]) -> Reach:
    """Run each test once and see. ValueError: one fails in the program as it is."""
    seen: Seen | str | None = forked(lambda: _all_seen(items, marks)).answer
    if not isinstance(seen, dict):
        raise ValueError(seen or "the tests do not come to their end")
    lines = {name: ran for name, (ran, _) in seen.items()}
    return Reach(loading, lines, {name: seconds for name, (_, seconds) in seen.items()})


Seen = dict[str, tuple[frozenset[Line], float]]
"""Of each test, by its name, the lines that it runs and how long it takes."""


def _all_seen(items: Sequence[pytest.Item], marks: Marks) -> Seen | str:
    """Or which test fails. In a child, where the marks are put in once for the children of all tests."""
    lines, found = marks.put_in(), {}
    for item in items:
        ended = forked(lambda item=item: _seen(item, lines))  # type: ignore[misc]
        if ended.code != 0 or ended.answer is None:
            return f"{item.nodeid} fails in the program itself, alone"
        found[item.nodeid] = ended.answer
    return found


def _seen(item: pytest.Item, lines: set[Line]) -> tuple[frozenset[Line], float] | None:
    began = time.perf_counter()
    failed = first_failure([item], {item.nodeid: FIRST_TIME_SECONDS})
    return None if failed else (frozenset(lines), time.perf_counter() - began)
