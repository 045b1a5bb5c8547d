"""What was last seen of the center, noted in passing: nobody asks the center how it is."""

from __future__ import annotations

from typing import Literal

from terminal.api.types import CenterAnswer
from terminal.center.link import Link, Silence, Unreachable
from terminal.clock import Clock


class CenterSight:
    """The last exchange's outcome, over all links that were given out by `watch`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = CenterAnswer("unknown", None)

    @property
    def last(self) -> CenterAnswer:
        """`yes`: it answered; `no`: there was no connection; `unknown`: not asked yet, or silent."""
        return self._last

    def watch(self, link: Link) -> Link:
        """The same link, watched."""
        return _WatchedLink(link, self)

    def note(self, reachable: Literal["yes", "no", "unknown"]) -> None:
        """Remember an outcome with its moment. One assignment, so that any thread may call it."""
        self._last = CenterAnswer(reachable, self._clock.now())


class _WatchedLink:
    def __init__(self, link: Link, sight: CenterSight) -> None:
        self._link = link
        self._sight = sight

    def post(self, body: bytes) -> bytes:
        """See `Link.post`."""
        try:
            answer = self._link.post(body)
        except Unreachable:
            self._sight.note("no")
            raise
        except Silence:
            self._sight.note("unknown")
            raise
        self._sight.note("yes")
        return answer
