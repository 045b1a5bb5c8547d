"""The power line of a simulated terminal: it can go at any call of journal, center, reader or printer."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from terminal.journal.journal import Journal

CUTS = tuple(f"{port}, {when}" for port in ("journal", "center", "printer", "card") for when in ("before", "after"))
"""Every name that a moment on the line has."""


class PowerCut(BaseException):
    """The end of the process: no error of the program, and nothing may catch it."""


class Power:
    """Counts calls of the ports, before and after each, and cuts at the one that was chosen.

    cut_at: the how-maniest call from the first is the last one (0: never). cut_in: the next call of this name is the
    last one ("": none). points: the names of all calls.
    """

    def __init__(self, cut_at: int = 0) -> None:
        self.cut_at = cut_at
        self.cut_in = ""
        self.calls = 0
        self.cuts: Counter[str] = Counter()
        self.points: list[str] = []

    def cut_after(self, calls: int) -> None:
        """Let the power go at the `calls`-th call from now."""
        self.cut_at = self.calls + calls

    def hold(self) -> None:
        """No cut from here on."""
        self.cut_at, self.cut_in = 0, ""

    def point(self, name: str) -> None:
        """One moment at which the power may go."""
        self.calls += 1
        self.points.append(name)
        if self.calls == self.cut_at or name == self.cut_in:
            self.cut(name)

    def cut(self, name: str) -> NoReturn:
        """The power goes, at a moment of this name. Raises PowerCut."""
        self.hold()
        self.cuts[name] += 1
        raise PowerCut(name)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, with a point before and after it."""

        def powered(*arguments: Any) -> Any:
            self.point(f"{name}, before")
            result = call(*arguments)
            self.point(f"{name}, after")
            return result

        return powered


def on_power(journal: Journal, power: Power) -> None:
    """Put every write transaction of a journal on the line."""
    writing = journal.writing

    @contextlib.contextmanager
    def powered() -> Iterator[Any]:
        power.point("journal, before")
        with writing() as connection:
            yield connection
        power.point("journal, after")

    journal.writing = powered  # type: ignore[method-assign]
