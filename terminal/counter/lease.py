"""Leases: a card that was read belongs to one basket until it is paid, let go, taken out, or the lease runs out.

In memory and by monotonic time, as all that lapses at the counter.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from terminal.clock import Clock
from terminal.errors import Conflict


class _Lease(Struct, frozen=True):
    holder: str
    lapses_at: float
    removals: int


class CardLeases:
    """Which identification holds which card. life_seconds: since it was last used.

    removals: how often a card has been taken out so far; a card that was out is nobody's.
    """

    def __init__(self, clock: Clock, life_seconds: int, removals: Callable[[], int]) -> None:
        self._clock = clock
        self._life_seconds = life_seconds
        self._removals = removals
        self._held: dict[str, _Lease] = {}

    def take(self, card_key: str, holder: str) -> None:
        """Take the card for this identification, or renew its lease. Raises Conflict `card-leased`: another has it."""
        self._held = {key: lease for key, lease in self._held.items() if self._lives(lease)}
        lease = self._held.get(card_key)
        if lease is not None and lease.holder != holder:
            raise self._leased(lease)
        lapses_at = self._clock.monotonic_seconds() + self._life_seconds
        self._held[card_key] = _Lease(holder, lapses_at, self._removals())

    def release(self, holder: str) -> None:
        """Let go of what this identification holds; nothing is no error."""
        self._held = {key: lease for key, lease in self._held.items() if lease.holder != holder}

    def clear(self) -> None:
        """Let go of everything."""
        self._held.clear()

    def _lives(self, lease: _Lease) -> bool:
        return lease.removals == self._removals() and self._clock.monotonic_seconds() < lease.lapses_at

    def _leased(self, lease: _Lease) -> Conflict:
        seconds = max(1, int(lease.lapses_at - self._clock.monotonic_seconds()))
        error = Conflict(
            "card-leased",
            f"this card is in another basket for {seconds} s more: settle or release that one, or take the card out",
            f"此卡正用于另一笔业务（{seconds}秒内有效）：请先完成或放弃该笔业务，或取出卡片",
            "card",
        )
        error.retry = "after"
        return error
