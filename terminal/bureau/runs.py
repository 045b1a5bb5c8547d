"""Messages that came together, cut into runs that are worked out side by side: each step of the work for all of a run.

A processor that does one thing sixteen times over is half as fast again as one that does sixteen things in turn. Within
a run nobody may read what another one of it writes, so that all comes out as one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def in_runs(messages: Iterable[T], touched: Callable[[T], set[Hashable]]) -> Iterator[list[T]]:
    """The messages in their order, cut before each that touches what one before it in its run touches."""
    run: list[T] = []
    all_touched: set[Hashable] = set()
    for message in messages:
        own = touched(message)
        if not all_touched.isdisjoint(own):
            yield run
            run, all_touched = [], set()
        run.append(message)
        all_touched |= own
    if run:
        yield run
