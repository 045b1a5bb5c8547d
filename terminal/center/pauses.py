"""How long to wait after a failure: doubling from the least to the greatest, with jitter, so no two tills march."""

from __future__ import annotations

import datetime as dt
from random import Random

from terminal.limits import RETRY_PAUSE_SECONDS_MAX, RETRY_PAUSE_SECONDS_MIN

DOUBLINGS_MAX = 16
"""Beyond this many doublings the longest pause is long reached."""


class Pauses:
    """The pauses of one queue, from half of the doubled seconds up to the whole of them."""

    def __init__(
        self,
        random: Random,
        seconds_min: int = RETRY_PAUSE_SECONDS_MIN,
        seconds_max: int = RETRY_PAUSE_SECONDS_MAX,
    ) -> None:
        self._random = random
        self._seconds_min = seconds_min
        self.seconds_max = seconds_max

    def after(self, attempts: int) -> dt.timedelta:
        """The pause after so many attempts in a row, from 1."""
        doubled = self._seconds_min * 2 ** min(attempts - 1, DOUBLINGS_MAX)
        seconds = min(self.seconds_max, doubled)
        return dt.timedelta(seconds=seconds, milliseconds=-self._random.randrange(0, seconds * 500))
