"""The audit's sums: each table has as many rows as the entries made.

A row without an entry of its own shows only here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

_COUNTS = (
    ("settlements", "SELECT count(*) FROM settlements", ("settlement", "void", "authorising", "debiting")),
    (
        "settlements.state",
        "SELECT (SELECT count(*) FROM settlements WHERE state = 'voided')"
        " - (SELECT count(*) FROM intents i JOIN settlements v ON v.id = i.settlement_id"
        " WHERE v.kind = 'void' AND v.state = 'committed')",
        ("void",),
    ),
    (
        "settlements.voided_by",
        "SELECT count(*) FROM settlements WHERE (state = 'voided') <> (voided_by IS NOT NULL)",
        (),
    ),
    (
        "outbox",
        "SELECT count(*) FROM outbox WHERE transaction_name <> 'reverse'",
        ("settlement", "void", "authorised", "debited"),
    ),
    ("reversals", "SELECT count(*) FROM outbox WHERE transaction_name = 'reverse'", ("reversing",)),
    (
        "outbox.undoes",
        "SELECT count(*) FROM outbox WHERE transaction_name <> 'reverse' AND undoes || undoes_transaction <> ''",
        (),
    ),
    (
        "outbox.state",
        "SELECT count(*) FROM outbox WHERE state IN ('accepted', 'refused')",
        ("accepted", "refused", "authorised", "-reopened"),
    ),
    ("keys", "SELECT count(*) FROM keys", ("settlement", "void", "authorised", "debited")),
    ("intents", "SELECT count(*) FROM intents", ("authorising",)),
    ("intents.closed", "SELECT count(*) FROM intents WHERE closed_by IS NOT NULL", ("authorised", "abandoned")),
    ("debits", "SELECT count(*) FROM debits", ("debiting",)),
    ("debits.closed", "SELECT count(*) FROM debits WHERE closed_by IS NOT NULL", ("debited", "not-debited")),
    ("refunds", "SELECT count(*) FROM refunds", ("refunding",)),
    ("refunds.given_up", "SELECT count(*) FROM refunds WHERE given_up_by IS NOT NULL", ("refund-given-up",)),
    ("publications", "SELECT count(*) FROM publications", ("published",)),
    ("goods", "SELECT count(DISTINCT settlement_id) FROM stock_moves", ("goods",)),
    ("day_runs", "SELECT count(*) FROM day_runs", ("day-run",)),
    ("repairs", "SELECT count(*) FROM repairs", ("repair-begun", "repair-unsent", "repaired", "repair-refused")),
    ("tills", "SELECT count(*) FROM tills", ("till-added",)),
    ("tills.removed", "SELECT count(*) FROM tills WHERE removed_by IS NOT NULL", ("till-removed",)),
    ("law_files", "SELECT count(*) FROM law_files", ("law",)),
    ("days", "SELECT count(*) FROM days", ("day-frozen",)),
    ("clock_mistakes", "SELECT count(*) FROM clock_mistakes", ("clock-mistake",)),
    ("days.state", "SELECT count(*) FROM days WHERE state = 'sealed'", ("day-sealed",)),
)


def miscounted(connection: sqlite3.Connection, kinds: Mapping[str, int]) -> list[str]:
    """The tables whose rows are not as many as the entries that made them; kinds: how many entries of each kind."""
    found = []
    for name, query, of_kinds in _COUNTS:
        (rows,) = connection.execute(query).fetchone()
        # A kind with a minus takes back what another counted.
        entries = sum(-kinds.get(kind[1:], 0) if kind[0] == "-" else kinds.get(kind, 0) for kind in of_kinds)
        if rows != entries:
            found.append(f"{name}: {rows} rows, but {entries} entries")
    return found
