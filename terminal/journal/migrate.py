"""Brings a store up to the tables of this program (`schema.py`), a step in one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from terminal.errors import Broken
from terminal.journal.schema import STEPS

_SET = "journal"


def migrate(connection: sqlite3.Connection, steps: Mapping[str, tuple[str, ...]] = STEPS) -> list[str]:
    """Bring the store up to the last step; returns the steps that were applied now.

    Raises Broken, sqlite3.Error.

    A store that was written by a newer program is refused: its tables may mean something else.
    """
    applied = applied_steps(connection)
    unknown = [name for name in applied if name not in steps]
    if unknown:
        raise Broken(
            "journal-newer",
            f"the journal was written by a newer program (step {unknown[0]}); install that program",
            "流水库由更新版本的程序写入，请安装该版本",
            "journal",
        )
    if applied == list(steps):
        return []
    # The import costs a quarter of a second, and only a store that is behind needs it.
    from sqlite_utils import Database, Migrations

    migrations = Migrations(_SET)
    for name, statements in steps.items():

        def run(database: Database, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                database.execute(statement)

        migrations(name=name)(run)
    migrations.apply(Database(connection))
    return [name for name in steps if name not in applied]


def applied_steps(connection: sqlite3.Connection) -> list[str]:
    """Names of the steps that the store has, in their order; none of a store that is new."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if known is None:
        return []
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id", (_SET,))
    return [str(name) for (name,) in rows]
