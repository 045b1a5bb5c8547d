"""The journal as a few figures, looked at from beside it: no call on the counter's thread, no write, no person."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from msgspec import Struct

from terminal.journal.beside import beside
from terminal.journal.progress import counts_in, stuck_in


class Gauges(Struct, frozen=True):
    """What stands in the journal now. uploads: as `Journal.counts`; stuck: as `stuck_in`. bytes: store and write-ahead
    log.
    """

    uploads: dict[str, int]
    oldest_waiting_at: dt.datetime | None
    stuck: dict[str, int]
    prints_waiting: int
    entries: int
    bytes: int
    day_state: str


def gauges_of(path: Path, day: dt.date) -> Gauges:
    """Look at the journal on a connection of one's own, which can only read. Raises sqlite3.Error, OSError."""
    with beside(path) as connection:
        uploads, stuck = counts_in(connection), stuck_in(connection)
        (oldest,) = connection.execute(
            "SELECT min(first_queued_at) FROM outbox WHERE state IN ('queued', 'sent', 'unknown', 'parked')"
        ).fetchone()
        (prints,) = connection.execute("SELECT count(*) FROM print_jobs WHERE state <> 'printed'").fetchone()
        (entries,) = connection.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
        state = connection.execute("SELECT state FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
    return Gauges(
        uploads=uploads,
        oldest_waiting_at=dt.datetime.fromisoformat(oldest) if oldest else None,
        stuck=stuck,
        prints_waiting=prints,
        entries=entries,
        bytes=sum(file.stat().st_size for file in (path, Path(f"{path}-wal")) if file.exists()),
        day_state=state[0] if state else "open",
    )
