"""Faults on order, for tests, training and acceptance: which request meets which fault is data, drawn by a seed.

drop-before      the connection is cut, nothing was processed
drop-after       processed and booked, then the connection is cut
delay            processed and booked, the answer comes `milliseconds` later
slow             processed and booked, the answer comes byte by byte, `milliseconds` apart
duplicate        the network brings the request twice; the second answer comes
reorder          the connection is cut, and the request is processed behind the next one
html             an HTML page instead of an answer, nothing was processed
empty            an empty answer, nothing was processed
no-infcode       JSON without `infcode`, nothing was processed
gateway-401      the gateway turns the message away
refuse           `infcode` -1, nothing was processed
truncated        processed and booked, the answer's JSON is cut in half
huge             processed and booked, the answer is longer than any that is read
strings          processed; `infcode` and all numbers of the answer are strings, `setlinfo` is a list of one
another          processed and booked, the answer names another message
wrong-sums       processed and booked, the answer's amounts do not add up
wrong-amounts    processed and booked, the answer's amounts add up and are others: a fen more from the account
six-digits       processed; a reconciliation's result in the six-digit code of some provinces
unknown-code     processed; a reconciliation's result is a code that no edition knows
unsigned         processed and booked, the answer's signature is gone
"""

from __future__ import annotations

import random
import threading
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.errors import Refused
from terminal.money import Rate
from terminal.settlement.codec import convert

FaultName = Literal[
    "drop-before",
    "drop-after",
    "delay",
    "slow",
    "duplicate",
    "reorder",
    "html",
    "empty",
    "no-infcode",
    "gateway-401",
    "refuse",
    "truncated",
    "huge",
    "strings",
    "another",
    "wrong-sums",
    "wrong-amounts",
    "six-digits",
    "unknown-code",
    "unsigned",
]
ALWAYS = Rate(10_000)
COUNT_MAX = 1_000_000


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault of a plan, for the requests of `infno` ("": of any), counted from the plan's beginning.

    after: so many that fit are let through first. times: then so many meet it (0: all that follow). share: of those
    that could, how many do, drawn by the plan's seed. milliseconds: of `delay` and `slow`.
    """

    name: FaultName
    infno: Annotated[str, Meta(pattern="^([0-9]{4}[A-Z]?)?$")] = ""
    after: Annotated[int, Meta(ge=0, le=COUNT_MAX)] = 0
    times: Annotated[int, Meta(ge=0, le=COUNT_MAX)] = 1
    share: Rate = ALWAYS
    milliseconds: Annotated[int, Meta(ge=0, le=600_000)] = 0


class FaultPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole plan: the same seed and the same requests meet the same faults."""

    seed: int = 0
    fault: list[Fault] = []


def load_fault_plan(path: Path) -> FaultPlan:
    """Read a plan (TOML): `seed` and a list of `[[fault]]`. Raises Refused with file and key."""
    try:
        return convert(tomllib.loads(path.read_text(encoding="utf-8")), FaultPlan)
    except OSError as error:
        raise Refused("bad-input", f"cannot be read: {error.strerror}", "无法读取故障计划", path.name) from None
    except ValueError as error:
        raise Refused("not-toml", f"{path.name} is not TOML: {error}", f"{path.name} 不是有效的 TOML") from None
    except Refused as error:
        raise Refused(error.code, error.message, error.message_zh, f"{path.name}: {error.at}") from None


class Faults:
    """The faults that stand ready, in their order. Safe from any thread."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        plan = plan or FaultPlan()
        self._lock = threading.Lock()
        self._random = random.Random(plan.seed)
        self._ready = [_Ready(fault) for fault in plan.fault]

    def inject(self, name: FaultName, times: int = 1, infno: str = "", milliseconds: int = 0) -> None:
        """Order a fault for the next `times` requests, of transaction `infno` only where it is given."""
        with self._lock:
            self._ready.append(_Ready(Fault(name, infno, times=times, milliseconds=milliseconds)))

    def clear(self) -> None:
        """Forget every fault that still stands ready."""
        with self._lock:
            self._ready.clear()

    @property
    def are_ready(self) -> bool:
        """Whether any stands ready."""
        return bool(self._ready)

    def ready(self) -> Sequence[Fault]:
        """What stands ready, in order."""
        with self._lock:
            return [one.fault for one in self._ready]

    def take(self, infno: str) -> Fault | None:
        """The fault that this request meets, if any; the first that fits has it."""
        with self._lock:
            for one in self._ready:
                if one.fault.infno in ("", infno) and one.meets(self._random):
                    if one.is_used_up:
                        self._ready.remove(one)
                    return one.fault
        return None


class _Ready:
    """A fault and how far it has been used."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._passed = 0
        self._met = 0

    @property
    def is_used_up(self) -> bool:
        return 0 < self.fault.times <= self._met

    def meets(self, drawn: random.Random) -> bool:
        """Whether this request, which fits, meets it."""
        if self._passed < self.fault.after:
            self._passed += 1
            return False
        if self.fault.share < ALWAYS and drawn.randrange(ALWAYS) >= self.fault.share:
            return False
        self._met += 1
        return True
