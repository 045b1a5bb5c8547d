"""E-credential codes that this terminal has sent to the center: each goes there once.

Promise: only digests are kept, in memory, for as long as a code could live.
"""

from __future__ import annotations

import hashlib

from terminal.clock import Clock
from terminal.errors import Refused

CODES_KEPT_MAX = 10_000
"""A busy counter's day; the oldest goes first."""


class SentCodes:
    """life_seconds: how long the province lets a code live, at the longest."""

    def __init__(self, clock: Clock, life_seconds: int) -> None:
        self._clock = clock
        self._life_seconds = life_seconds
        self._sent_at: dict[bytes, float] = {}

    def note(self, code: str) -> None:
        """The code goes to the center now. Raises Refused `code-used`, with its age: it went already."""
        now, key = self._clock.monotonic_seconds(), _digest(code)
        self._sent_at = {one: at for one, at in self._sent_at.items() if now - at < self._life_seconds}
        if key in self._sent_at:
            age_seconds = int(now - self._sent_at[key])
            raise Refused(
                "code-used",
                f"this code was used here {age_seconds} s ago; ask the patient to show a fresh one",
                f"此码已于 {age_seconds} 秒前使用，请患者刷新后重新出示",
                "code",
            )
        self._sent_at[key] = now
        while len(self._sent_at) > CODES_KEPT_MAX:
            del self._sent_at[next(iter(self._sent_at))]

    def forget(self, code: str) -> None:
        """It surely never left."""
        self._sent_at.pop(_digest(code), None)


def _digest(code: str) -> bytes:
    return hashlib.blake2b(code.encode()).digest()
