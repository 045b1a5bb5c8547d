"""What the counter holds in memory for a while: identifications and quotes. They lapse by monotonic time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from terminal.clock import Clock

T = TypeVar("T")


class Lapsing(Generic[T]):
    """At most `held_max` values, each for `life_seconds`; beyond that the oldest goes first.

    Monotonic, so that an operator who sets the clock neither revives a lapsed quote nor kills a fresh one.
    """

    def __init__(self, clock: Clock, life_seconds: int, held_max: int) -> None:
        self._clock = clock
        self._life_seconds = life_seconds
        self._held_max = held_max
        self._held: dict[str, tuple[float, T]] = {}

    def keep(self, key: str, value: T) -> None:
        """Hold a value under a fresh key."""
        self._held[key] = (self._clock.monotonic_seconds() + self._life_seconds, value)
        while len(self._held) > self._held_max:
            del self._held[next(iter(self._held))]

    def get(self, key: str) -> T | None:
        """The value, or None when it is not held or has lapsed."""
        lapses_at, value = self._held.get(key, (0.0, None))
        if value is None or self._clock.monotonic_seconds() >= lapses_at:
            self._held.pop(key, None)
            return None
        return value

    def drop(self, key: str) -> None:
        """Forget a value; one that is not held is no error."""
        self._held.pop(key, None)

    def drop_where(self, lapsed: Callable[[T], bool]) -> None:
        """Forget every value of which `lapsed` says so."""
        self._held = {key: held for key, held in self._held.items() if not lapsed(held[1])}

    def values(self) -> list[T]:
        """Everything that is held and has not lapsed."""
        return [held for key in list(self._held) if (held := self.get(key)) is not None]

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
