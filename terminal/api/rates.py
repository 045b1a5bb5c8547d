"""How often a till may ask: a bucket of requests for each, refilled by the second, and one for all together.

Promise: a till that runs wild is told so and slows down nobody else; whoever names no till has a bucket of its own,
so that a program without a token cannot use up a till's.
"""

from __future__ import annotations

from terminal.clock import Clock
from terminal.errors import Unavailable

BURST_SECONDS = 2
"""A bucket holds what this many seconds bring: a till that was quiet may ask so much at once."""


class _Bucket:
    def __init__(self, per_second: int, now: float) -> None:
        self._per_second = per_second
        self._left: float = per_second * BURST_SECONDS
        self._filled_at = now

    def take(self, now: float) -> bool:
        brought = (now - self._filled_at) * self._per_second
        self._left = min(self._left + brought, self._per_second * BURST_SECONDS)
        self._filled_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Rates:
    """The buckets. per_second: of all tills together; till_per_second: of each, and of all who are no till."""

    def __init__(self, per_second: int, till_per_second: int, clock: Clock) -> None:
        self._till_per_second = till_per_second
        self._clock = clock
        self._all = _Bucket(per_second, clock.monotonic_seconds())
        self._of: dict[str, _Bucket] = {}

    def take(self, till: str) -> None:
        """Count one request of a till, or of nobody (""). Raises Unavailable `too-many-requests`."""
        now = self._clock.monotonic_seconds()
        bucket = self._of.setdefault(till, _Bucket(self._till_per_second, now))
        if not bucket.take(now) or (till and not self._all.take(now)):
            raise Unavailable(
                "too-many-requests",
                f"more than {self._till_per_second} requests a second; wait, then ask again",
                f"每秒请求超过 {self._till_per_second} 次，请稍后重试",
                "till" if till else "request",
            )
