"""What was last seen of the center, noted in passing: nobody asks the center how it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from terminal.api.health_types import CenterAnswer
from terminal.center.link import Lane, Silence, Unreachable
from terminal.clock import Clock


class CenterSight:
    """The last exchange's outcome, over all lanes that were given out by `watch`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = CenterAnswer("unknown", None)

    @property
    def last(self) -> CenterAnswer:
        """`yes`: it answered; `no`: there was no connection; `unknown`: not asked yet, or silent."""
        return self._last

    def watch(self, lane: Lane) -> Lane:
        """The same lane, watched."""
        return _WatchedLane(lane, self)

    def note(self, reachable: Literal["yes", "no", "unknown"]) -> None:
        """Remember an outcome with its moment. One assignment, so that any thread may call it."""
        self._last = CenterAnswer(reachable, self._clock.now())


class _WatchedLane:
    def __init__(self, lane: Lane, sight: CenterSight) -> None:
        self._lane = lane
        self._sight = sight

    def post(self, body: bytes) -> bytes:
        """See `Link.post`."""
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        """See `Lane.send`."""
        with self._noting_failures():
            self._lane.send(body)

    def receive(self) -> bytes:
        """See `Lane.receive`."""
        with self._noting_failures():
            answer = self._lane.receive()
        self._sight.note("yes")
        return answer

    @contextmanager
    def _noting_failures(self) -> Iterator[None]:
        try:
            yield
        except Unreachable:
            self._sight.note("no")
            raise
        except Silence:
            self._sight.note("unknown")
            raise
