"""How far the upload has come, and how long the rest will take, judged by how fast the last messages were answered.

Reads only, also on a connection beside the terminal's own, so that it can be watched while a day is being closed.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import msgspec
from msgspec import Struct

from terminal.journal.beside import beside
from terminal.journal.store import moment_text

LOOKED_AT_MAX = 100
"""The newest last words by which the pace is judged …"""

LOOKED_BACK = dt.timedelta(minutes=10)
"""… as far as they are not older than this."""

# The plus keeps SQLite from going through all that was ever refused in search of one settlement's row.
OVER = (
    "q.state = 'refused' AND (q.transaction_name = 'reverse' OR EXISTS (SELECT 1 FROM settlements s"
    " WHERE s.id = q.settlement_id AND (s.state <> 'committed' OR EXISTS (SELECT 1 FROM outbox r"
    " WHERE r.settlement_id = s.voids AND r.transaction_name = 'settle' AND +r.state = 'refused'))))"
)
"""Rows `q` of the outbox that the center refused and that are done nonetheless: a reversal found nothing to undo, a
settlement was taken back since, a void took back what the center had refused."""

STUCK = f"q.state IN ('refused', 'parked') AND NOT ({OVER})"
"""Rows `q` of the outbox that no waiting changes."""

STUCK_GOODS = "state IN ('refused', 'parked')"
"""Stock moves that no waiting changes."""

CARD_PAID = "card-paid:"
"""Before a settlement's number: what its card has paid and the center will not book. A repair under this name says that
the insurance office has settled it."""

# Asked by the debit's own row, the repairs are gone through for refused debits alone, and not for all that was refused.
REFUSED_DEBITS = (
    "debits b JOIN settlements s ON s.id = b.settlement_id JOIN outbox q"
    " ON q.settlement_id = s.id AND q.transaction_name = 'settle' AND q.state = 'refused'"
    " WHERE s.state IN ('committed', 'voided')"
    f" AND NOT EXISTS (SELECT 1 FROM repairs p WHERE p.difference = '{CARD_PAID}' || b.settlement_id)"
)
"""Settlements `s` whose card has paid and that the center refused, until an office has settled them."""

STUCK_VISITS = "given_up = 1 AND stuck = 1"
"""Visits that stand open at the center, and that no waiting changes."""


class Progress(Struct, frozen=True):
    """waiting: without a last word, parked ones apart. a_minute: last words lately. stuck: as `STUCK`.

    seconds_left: for what waits, at that pace; None where nothing was answered lately. next_attempt_at: when the center
    is tried again, where all that waits is resting; null where something is due. goods_stuck: as `STUCK_GOODS`;
    visits_stuck: as `STUCK_VISITS`; debits_refused: as `REFUSED_DEBITS`, of which some may count in `stuck` too.
    """

    waiting: int
    stuck: int
    a_minute: int
    seconds_left: int | None
    next_attempt_at: dt.datetime | None
    goods_stuck: int = 0
    visits_stuck: int = 0
    debits_refused: int = 0


class _Entry(Struct, frozen=True):
    at: dt.datetime


def progress_of(path: Path, now: dt.datetime) -> Progress:
    """As `progress_in`, from beside a running terminal. Raises sqlite3.Error, OSError."""
    with beside(path) as connection:
        return progress_in(connection, now)


def progress_in(connection: sqlite3.Connection, now: dt.datetime) -> Progress:
    """What waits in the outbox at `now`, and how fast it goes."""
    waiting, due, next_at = connection.execute(
        "SELECT count(*), coalesce(sum(next_attempt_at <= ?), 0), min(next_attempt_at) FROM outbox"
        " WHERE state IN ('queued', 'sent', 'unknown')",
        (moment_text(now),),
    ).fetchone()
    stuck = stuck_in(connection)
    answered = _answered_lately(connection, now)
    span_seconds = max(1, int((now - min(answered)).total_seconds())) if answered else 0
    resting = dt.datetime.fromisoformat(next_at) if waiting and not due else None
    left = None
    if answered:
        left = -(-waiting * span_seconds // len(answered))
        left += max(0, int((resting - now).total_seconds())) if resting else 0
    a_minute = len(answered) * 60 // span_seconds if answered else 0
    return Progress(
        waiting=waiting,
        stuck=stuck["uploads"],
        a_minute=a_minute,
        seconds_left=left if waiting else 0,
        next_attempt_at=resting,
        goods_stuck=stuck["goods"],
        visits_stuck=stuck["visits"],
        debits_refused=stuck["card-debits"],
    )


def stuck_in(connection: sqlite3.Connection) -> dict[str, int]:
    """What no waiting changes and somebody has to see to, by kind; see the words above. A refused card debit may be
    among the uploads too.
    """
    kinds = {
        "uploads": f"outbox q WHERE {STUCK}",
        "goods": f"stock_moves WHERE {STUCK_GOODS}",
        "visits": f"visits WHERE {STUCK_VISITS}",
        "card-debits": REFUSED_DEBITS,
    }
    return {kind: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for kind, rows in kinds.items()}


def counts_in(connection: sqlite3.Connection) -> dict[str, int]:
    """How many messages are in each upload state, without those that are `OVER`; absent means none."""
    counts = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    (over,) = connection.execute(f"SELECT count(*) FROM outbox q WHERE {OVER}").fetchone()
    counts["refused"] = counts.get("refused", 0) - over
    return {state: count for state, count in counts.items() if count}


def _answered_lately(connection: sqlite3.Connection, now: dt.datetime) -> list[dt.datetime]:
    rows = connection.execute(
        "SELECT e.body FROM outbox q JOIN entries e ON e.number = q.last_word"
        " WHERE q.last_word IS NOT NULL ORDER BY q.last_word DESC LIMIT ?",
        (LOOKED_AT_MAX,),
    )
    moments = [msgspec.json.decode(row[0], type=_Entry).at for row in rows]
    return [moment for moment in moments if now - LOOKED_BACK <= moment <= now]
