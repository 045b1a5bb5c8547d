"""The power that goes just while an upload waits: the center has the message, and nobody has heard its answer.

A generator of its own draws which worlds know this, and when it happens: all other worlds stay what they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import msgspec

from terminal.center.link import Link
from tests.simulation.power import Power
from tests.simulation.wire import SETTLING, Sent, Wire

WORLDS_SHARE = 0.25
RATES = (0.02, 0.1)
CUT = "upload, on its way"
"""The name of this moment."""


@dataclass(frozen=True, slots=True)
class InterruptedWorld:
    """How often the power goes while an upload of money waits for its answer, and which seed draws when."""

    rate: float
    seed: str


NEVER = InterruptedWorld(0.0, "")


class Interruptions:
    """Of a world. rate: see `InterruptedWorld`; 0 when nothing fails any more."""

    def __init__(self, world: InterruptedWorld, power: Power) -> None:
        self.rate = world.rate
        self._power = power
        self._random = Random(f"interrupted at work {world.seed}")

    def on(self, wire: Wire) -> Link:
        """The wire of the upload, on which the process may end between message and answer."""
        return _Interrupted(self, wire)

    def booked(self) -> None:
        """The center has taken a message in. Raises PowerCut, as often as in this world."""
        if self._random.random() < self.rate:
            self._power.cut(CUT)


class _Interrupted:
    """terminal.center.link.Link over the wire."""

    def __init__(self, interruptions: Interruptions, wire: Wire) -> None:
        self._interruptions, self._wire = interruptions, wire

    def post(self, body: bytes) -> bytes:
        """See `terminal.center.link.Link`."""
        answer = self._wire.post(body)
        if msgspec.json.decode(body, type=Sent).infno in SETTLING:
            self._interruptions.booked()
        return answer

    def close(self) -> None:
        """Nothing to close."""


def interrupted_in(seed: int) -> InterruptedWorld:
    """What a seed's world knows of this; mostly nothing."""
    random = Random(f"waiting upload {seed}")
    return InterruptedWorld(random.choice(RATES), str(seed)) if random.random() < WORLDS_SHARE else NEVER
