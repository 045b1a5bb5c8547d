"""The front of the journal: open, close, the chain's head, the audit.

Its parts are layered below, one job each.

numbering → commit → look → refunds → intents → debits → outbox → printjobs → known → published → visits → stock →
repairs → days → tills → law_files → news → whereabouts → center_clock: each floor adds its methods to `Journal`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from terminal.clock import Clock
from terminal.journal.audit import problems
from terminal.journal.center_clock import CenterClock
from terminal.journal.chain import newest


class Journal(CenterClock):
    """One terminal's journal. One thread opens it, uses it and closes it."""

    @classmethod
    def open(cls, path: Path | str, terminal_id: str, clock: Clock, ballast_bytes: int = 0) -> Self:
        """Open the store, and create or migrate it where needed.

        terminal_id: 1 … 16 letters and digits; a store belongs to one for good. ballast_bytes: room that is kept for a
        full disk (`ballast.py`).
        Raises Unavailable `journal-in-use` (another opener), Broken (unreadable, newer, another terminal's).
        """
        return cls(Path(path), terminal_id, clock, ballast_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def head(self) -> str:
        """The hash of the newest entry, 64 hex digits: kept elsewhere, it witnesses everything before."""
        return newest(self._connection, self.terminal_id)[1]

    def verify(self) -> list[str]:
        """Walk the chain and compare the tables with it: the disagreements, one line each; empty is good."""
        return problems(self._connection, self.terminal_id)
