"""A journal as an engineer may see it: states, counts and what is stuck, without amounts and without persons.

`people_in` is the other side of it: every word by which a journal knows somebody, to be kept out of all the rest.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from terminal.journal.chain import newest
from terminal.journal.progress import OVER

ROWS_MAX = 500
"""Of each list as many: the newest days, the oldest that is stuck."""

_COUNTS = {
    "entries": "SELECT json_extract(CAST(body AS TEXT), '$.kind') AS word, count(*) FROM entries GROUP BY word",
    "settlements": "SELECT state, count(*) FROM settlements GROUP BY state",
    "uploads": "SELECT transaction_name || ' ' || state AS word, count(*) FROM outbox GROUP BY word",
    "prints": "SELECT state, count(*) FROM print_jobs GROUP BY state",
    "goods": "SELECT state, count(*) FROM stock_moves GROUP BY state",
    "days": "SELECT state, count(*) FROM days GROUP BY state",
}

_LISTS = {
    "newest_days": "SELECT d.day, d.state, (SELECT count(*) FROM day_runs r WHERE r.day = d.day) AS runs FROM days d"
    " ORDER BY d.day DESC",
    "open_uploads": "SELECT message_id, sent_as, transaction_name, settlement_id, state, attempts, in_doubt,"
    " first_queued_at, next_attempt_at, reason FROM outbox q WHERE state <> 'accepted'"
    f" AND NOT ({OVER}) ORDER BY number",
    "open_settlements": "SELECT id, kind, business_day, state FROM settlements"
    " WHERE state NOT IN ('committed', 'voided', 'abandoned') ORDER BY entry",
    "open_debits": "SELECT settlement_id, trouble FROM debits WHERE closed_by IS NULL",
    "open_prints": "SELECT document, subject, copy, state, repeat, attempts, queued_at, next_attempt_at, why"
    " FROM print_jobs WHERE state <> 'printed' ORDER BY id",
    "open_goods": "SELECT message_id, settlement_id, kind, state, attempts, next_attempt_at, reason FROM stock_moves"
    " WHERE state NOT IN ('accepted', 'withdrawn') ORDER BY number",
    "open_refunds": "SELECT original FROM refunds WHERE given_up_by IS NULL",
    "refused_publications": "SELECT label, at, what, reason FROM publication_troubles ORDER BY at",
    "migrations": "SELECT name, applied_at FROM _sqlite_migrations ORDER BY id",
}

_PEOPLE = (
    "SELECT DISTINCT person_number FROM settlements",
    "SELECT DISTINCT json_extract(said, '$.record.bill.patient.name'), json_extract(said, '$.record.bill.patient.id'),"
    " json_extract(said, '$.record.purse.card.identification_code'), json_extract(said, '$.record.purse.card.serial')"
    ", json_extract(said, '$.record.shown_as.number'), json_extract(said, '$.record.shown_as.card_identification')"
    " FROM (SELECT CAST(body AS TEXT) AS said FROM entries)",
    "SELECT person_number FROM last_answers",
    "SELECT value FROM last_answers, json_tree(CAST(last_answers.body AS TEXT))"
    " WHERE key IN ('id', 'name', 'id_number')",
)


def sketch_of(connection: sqlite3.Connection, terminal_id: str) -> dict[str, Any]:
    """Counts by state, and what is not finished. `reason` and `why` are the words of center and printer.

    connection: as of one moment, with rows by name. Raises sqlite3.Error, Broken.
    """
    number, head = newest(connection, terminal_id)
    counts = {name: dict(map(tuple, connection.execute(statement))) for name, statement in _COUNTS.items()}
    lists = {
        name: [dict(row) for row in connection.execute(f"{statement} LIMIT {ROWS_MAX}")]
        for name, statement in _LISTS.items()
    }
    return {"newest_entry": number, "head": head, "counts": counts, **lists}


def people_in(connection: sqlite3.Connection) -> set[str]:
    """Names, identity and person numbers, purses: of everybody in the journal. Raises sqlite3.Error."""
    return {str(word) for statement in _PEOPLE for row in connection.execute(statement) for word in row if word}
