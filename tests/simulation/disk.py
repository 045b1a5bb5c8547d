"""The disk of a simulated terminal: at times it takes nothing for a moment, just when the center has decided."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from terminal.center.link import Link
from terminal.errors import Unavailable
from terminal.journal.journal import Journal
from tests.simulation.wire import SETTLING, Sent, Wire

WORLDS_SHARE = 0.4
RATES = (0.05, 0.2)


@dataclass(frozen=True, slots=True)
class DiskWorld:
    """How often a world's disk fails once the center has decided a sale or a void, and which seed draws when."""

    rate: float
    seed: str


WELL = DiskWorld(0.0, "")


class Disk:
    """The disk of a world. rate: see `DiskWorld`; 0 when nothing fails any more."""

    def __init__(self, world: DiskWorld) -> None:
        self.rate = world.rate
        self._random = Random(f"disk at work {world.seed}")
        self._is_jammed = False

    def behind(self, wire: Wire, journal: Journal) -> Link:
        """The wire of the counter: after an answer that an intent waits for, the journal's next write may fail."""
        return _Deciding(self, wire, journal)

    def under(self, journal: Journal) -> None:
        """Put every write transaction of a journal on this disk, which is well when the terminal starts."""
        self._is_jammed = False
        writing = journal.writing

        @contextlib.contextmanager
        def failing() -> Iterator[Any]:
            if self._is_jammed:
                self._is_jammed = False
                raise Unavailable("journal-unwritable", "the disk takes nothing", "磁盘无法写入", "journal")
            with writing() as connection:
                yield connection

        journal.writing = failing  # type: ignore[method-assign]

    def decided(self) -> None:
        """The center has answered what the journal waits for."""
        self._is_jammed = self._random.random() < self.rate


class _Deciding:
    """terminal.center.link.Link over the wire."""

    def __init__(self, disk: Disk, wire: Wire, journal: Journal) -> None:
        self._disk, self._wire, self._journal = disk, wire, journal

    def post(self, body: bytes) -> bytes:
        """See `terminal.center.link.Link`."""
        answer = self._wire.post(body)
        if msgspec.json.decode(body, type=Sent).infno in SETTLING and self._journal.open_intents():
            self._disk.decided()
        return answer

    def close(self) -> None:
        """Nothing to close."""


def disk_of(seed: int) -> DiskWorld:
    """The disk of a seed's world; mostly one that never fails."""
    random = Random(f"disk {seed}")
    return DiskWorld(random.choice(RATES) if random.random() < WORLDS_SHARE else 0.0, str(seed))
