"""What the shipped `terminal audit` says of a journal that a world has left: all in it was honest.

The auditor beside this shares no code with what it judges; this is the other question, whether an operator who asks the
program itself would be told of tampering where there was none. It must find nothing.
"""

from __future__ import annotations

from pathlib import Path

from terminal.journal.audit import problems
from terminal.journal.beside import beside
from terminal.journal.replay import replay
from tests.simulation.auditor.findings import require

REPLAYED_EVERY = 10
"""Every settlement of every so many worlds is worked out again: that costs as much as settling did."""


def require_clean(journal: Path, terminal_id: str, seed: int) -> None:
    """`audit verify` of every world, and `audit replay` of some by their seed. Raises Disagreement."""
    with beside(journal) as connection:
        found = problems(connection, terminal_id)
        require(not found, "audit verify", f"{len(found)} problems, the first: {found[:2]}")
        if seed % REPLAYED_EVERY == 0:
            other = [f"entry {one.entry}: {one.problem}" for one in replay(connection) if one.problem]
            require(not other, "audit replay", f"{len(other)} settlements, the first: {other[:2]}")
