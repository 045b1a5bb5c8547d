"""Terminals that do one thing wrong: canaries that must be found out, or the check proves nothing."""

from __future__ import annotations

from collections.abc import Callable

from terminal.center.upload import Upload
from terminal.journal.printjobs import PrintJobs


def _repeats_believed() -> None:
    """It takes for granted that the center recognises a repeated message, where nobody has promised it."""
    Upload._repeats_are_safe = property(lambda self: True)  # type: ignore[assignment, method-assign]


def _papers_unmarked() -> None:
    """A paper that was begun before the end is printed again as if it were the first."""

    def requeue(self: PrintJobs) -> int:
        with self.writing() as connection:
            return connection.execute("UPDATE print_jobs SET state = 'queued' WHERE state = 'printing'").rowcount

    PrintJobs.requeue_interrupted_prints = requeue  # type: ignore[method-assign]


WAYS: dict[str, Callable[[], None]] = {"repeats-believed": _repeats_believed, "papers-unmarked": _papers_unmarked}

CANARIES: dict[str, tuple[str, ...]] = {"repeats-believed": ("answer",), "papers-unmarked": ("paper",)}
"""Each with the moments that bring it to light."""
