"""Deeds that some worlds have beside the usual ones: whose turn it is, and which of them it will be.

A generator of its own draws everything about them, so that all other worlds stay what they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.workload import Workload


class Turns:
    """Base of such deeds, each a method of its name. deeds: their weights. share: of all steps, how many are theirs."""

    def __init__(self, workload: Workload, random: Random, deeds: Mapping[str, int], share: float) -> None:
        self._workload, self._shop, self._random = workload, workload.shop, random
        self._share = share
        self._deeds = [deed for deed, weight in deeds.items() for _ in range(weight)]

    def step(self) -> bool:
        """One deed, where it is their turn. Whether it was."""
        if self._random.random() >= self._share:
            return False
        deed = self._random.choice(self._deeds)
        self._workload.act(deed, getattr(self, f"_{deed.replace(' ', '_')}"))
        return True
