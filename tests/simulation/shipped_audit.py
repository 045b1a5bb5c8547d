"""What the shipped `terminal audit` says of a journal that a world has left: all in it was honest.

The auditor beside this shares no code with what it judges; this is the other question, whether an operator who asks the
program itself would be told of tampering where there was none. It must find nothing.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from terminal.audit_export import write_archive
from terminal.journal.audit import problems
from terminal.journal.beside import beside
from terminal.journal.replay import replay
from tests.simulation.auditor.findings import require
from tools.verify_archive import check

VERIFIED_EVERY, REPLAYED_EVERY = 2, 20
"""Which worlds are looked at, by their seed: to verify each would cost a thirtieth of all time, to replay far more."""


def require_clean(journal: Path, terminal_id: str, seed: int, now: dt.datetime) -> None:
    """`audit verify`, or `audit replay` and `audit export` with its verifier, by the seed. Raises Disagreement."""
    with beside(journal) as connection:
        if seed % VERIFIED_EVERY == 1:
            found = problems(connection, terminal_id)
            require(not found, "audit verify", f"{len(found)} problems, the first: {found[:2]}")
        if seed % REPLAYED_EVERY == 0:
            other = [f"entry {one.entry}: {one.problem}" for one in replay(connection) if one.problem]
            require(not other, "audit replay", f"{len(other)} settlements, the first: {other[:2]}")
            archive = journal.with_name("archive.zip")
            write_archive(connection, terminal_id, archive, now, b"")
            found, _ = check(archive, None, [])
            require(not found, "verify_archive", f"{len(found)} findings, the first: {found[:2]}")
