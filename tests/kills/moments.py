"""When the terminal dies: drawn by seed, ordered before the till asks, carried out by whoever sees the moment come."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from hw.simulated.card_system import CardSystem
from hw.simulated.printer import PtyPrinter
from tests.kills.proxy import FaultProxy
from tests.kills.writes import WriteWatch

REQUEST_BYTES_MAX = 6_000
ANSWER_BYTES_MAX = 4_000
PAPER_BYTES_MAX = 2_000
WRITES_MAX = 25
CARD_COMMANDS_MAX = 12
PSAM_COMMANDS_MAX = 5
SETTLING_SECONDS_MAX = 0.25
STARTING_SECONDS_MAX = 0.3

PLAIN = ("request", "answer", "journal", "paper", "time", "start")
CARD = ("card", "psam")


class Mortal(Protocol):
    """What can be killed."""

    def kill(self) -> None:
        """SIGKILL."""


class Hammer:
    """Kills a process once. struck: whether it has."""

    def __init__(self) -> None:
        self.struck = threading.Event()
        self._target: Mortal | None = None
        self._lock = threading.Lock()

    def aim(self, target: Mortal) -> None:
        """At this process, from now on."""
        with self._lock:
            self.struck.clear()
            self._target = target

    def strike(self) -> None:
        """Now, unless it has struck already."""
        with self._lock:
            if self._target is not None:
                self._target.kill()
                self._target = None
                self.struck.set()


class TapePrinter(PtyPrinter):
    """Keeps every byte that reaches it, and calls `strike` at the n-th from `arm` on."""

    def __init__(self) -> None:
        super().__init__(columns=48)
        self.tape = bytearray()
        self._left = 0
        self._strike: Callable[[], None] = lambda: None

    def arm(self, count_bytes: int, strike: Callable[[], None]) -> None:
        """At the `count_bytes`-th byte from now (0: never)."""
        self._left, self._strike = count_bytes, strike

    def feed(self, data: bytes, bytes_max: int | None = None) -> bytes:
        """See `Mechanism.feed`."""
        self.tape += data
        before, self._left = self._left, max(0, self._left - len(data))
        if before and not self._left:
            self._strike()
        return super().feed(data, bytes_max)


class WatchedCard:
    """A card whose n-th command from `arm` on calls `strike`, before or after it is done."""

    def __init__(self, card: CardSystem) -> None:
        self.card = card
        self._transmit = card.transmit
        self._left, self._after = 0, False
        self._strike: Callable[[], None] = lambda: None
        card.transmit = self._watched  # type: ignore[method-assign]

    def arm(self, command: int, after: bool, strike: Callable[[], None]) -> None:
        """At the `command`-th command from now (0: never)."""
        self._left, self._after, self._strike = command, after, strike

    def _watched(self, command: bytes | bytearray) -> bytes:
        self._left -= 1
        due = self._left == 0
        if due and not self._after:
            self._strike()
        answer = self._transmit(command)
        if due and self._after:
            self._strike()
        return answer


def strike_nothing() -> None:
    """Nothing."""


class Moments:
    """Draws and orders the moments of one lane. cards: by name, those whose commands can be the moment.

    kinds: those to draw from; all where none is named.

    met: how often the terminal was killed at each kind of moment; "rest" where the moment never came.
    """

    def __init__(
        self,
        drawn: random.Random,
        hammer: Hammer,
        proxy: FaultProxy,
        writes: WriteWatch,
        printer: TapePrinter,
        cards: dict[str, WatchedCard],
        kinds: tuple[str, ...] = (),
    ) -> None:
        self._kinds = kinds or (PLAIN + CARD + CARD if cards else PLAIN)
        self._drawn = drawn
        self._hammer = hammer
        self._proxy, self._writes, self._printer, self._cards = proxy, writes, printer, cards
        self._timer = threading.Timer(0, strike_nothing)
        self.met: Counter[str] = Counter()
        self.kind = ""

    def next_kind(self) -> str:
        """Which kind of moment comes next."""
        self.kind = self._drawn.choice(self._kinds)
        return self.kind

    def order(self) -> None:
        """From now on the terminal dies when the moment comes."""
        drawn, strike = self._drawn, self._hammer.strike
        if self.kind in ("request", "answer"):
            count_max = REQUEST_BYTES_MAX if self.kind == "request" else ANSWER_BYTES_MAX
            self._proxy.arm(self.kind, drawn.randrange(1, count_max), strike)
        elif self.kind == "journal":
            self._writes.arm(drawn.randrange(1, WRITES_MAX), strike)
        elif self.kind == "paper":
            self._printer.arm(drawn.randrange(1, PAPER_BYTES_MAX), strike)
        elif self.kind in ("time", "start"):
            seconds_max = SETTLING_SECONDS_MAX if self.kind == "time" else STARTING_SECONDS_MAX
            self._timer = threading.Timer(drawn.uniform(0, seconds_max), strike)
            self._timer.start()
        else:
            count_max = CARD_COMMANDS_MAX if self.kind == "card" else PSAM_COMMANDS_MAX
            self._cards[self.kind].arm(drawn.randrange(1, count_max + 1), drawn.random() < 0.5, strike)

    def call_off(self) -> None:
        """Whatever was ordered and has not come, will not."""
        self._timer.cancel()
        self._proxy.disarm()
        self._writes.disarm()
        self._printer.arm(0, lambda: None)
        for card in self._cards.values():
            card.arm(0, False, lambda: None)
