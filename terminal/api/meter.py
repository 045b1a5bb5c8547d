"""What is counted of the requests: how many by route and answer, and how long they took. Nothing of what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds of the histogram's buckets."""

STREAMS = frozenset({"events"})
"""Routes that last as long as somebody listens: counted, not measured."""


class Meter:
    """The counts since the start. Touched by the event loop only."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: dict[str, float] = {}
        self._counts: Counter[str] = Counter()

    def note(self, route: str, status: int, seconds: float) -> None:
        """Count one answer. route: the operation's name, "" where there was none."""
        self.answers[route, status] += 1
        if route in STREAMS:
            return
        self._counts[route] += 1
        self._seconds[route] = self._seconds.get(route, 0) + seconds
        for bound in SECONDS:
            if seconds <= bound:
                self._buckets[route, bound] += 1

    def durations(self) -> Iterator[tuple[str, list[tuple[float, int]], float, int]]:
        """By route: buckets as (bound, how many took at most so long), the sum of the seconds, the count."""
        for route in sorted(self._counts):
            buckets = [(bound, self._buckets[route, bound]) for bound in SECONDS]
            yield route, buckets, self._seconds[route], self._counts[route]
