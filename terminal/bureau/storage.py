"""The one door to where the books lie: SQLite in a file or in memory, or PostgreSQL by URL.

Statements are written once, with `?` for a value, and mean the same on both; only the words for column types differ
(`Words`). A transaction is all or nothing, and one at a time, whoever else has the same books open.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from terminal.errors import Unavailable

WAIT_SECONDS_MAX = 30
"""Another process that holds the books for longer is stuck."""

Found = Mapping[str, Any]
"""One row, by column name."""


class Words(NamedTuple):
    """What the column types of a table are called: running number, whole number of 64 bits, bytes, and the end."""

    number: str
    whole: str
    body: str
    end: str


class Storage(Protocol):
    """Where the books lie. Safe from any thread."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; one at a time. Raises Unavailable where the books cannot be reached."""

    def rows(self, statement: str, *values: object) -> Sequence[Found]:
        """Carry out one statement and return its rows. Raises Unavailable."""

    def change(self, statement: str, *values: object) -> None:
        """Carry out one statement that has no rows. Raises Unavailable."""

    def change_each(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """As `change`, once for each of the values, in their order. Raises Unavailable."""

    def close(self) -> None:
        """Close it; what was committed stays."""


def open_storage(place: Path | str, tables: Sequence[str]) -> Storage:
    """Open the books and make the tables that they lack. place: a path, ":memory:", or "postgresql://…".

    Raises Unavailable: out of reach, or the PostgreSQL driver is not installed.
    """
    if is_server(place):
        try:
            from terminal.bureau.postgresql import PostgresStorage
        except ImportError:
            message = "PostgreSQL needs its driver: pip install 'settlement-terminal[postgresql]'"
            raise Unavailable("no-driver", message, "未安装 PostgreSQL 驱动", "bureau.books") from None
        return PostgresStorage(str(place), tables)
    return SqliteStorage(place, tables)


def first_of(storage: Storage, statement: str, *values: object) -> Found | None:
    """The first row of a statement, or None where it has none. Raises Unavailable."""
    found = storage.rows(statement, *values)
    return found[0] if found else None


def placeholders(values: Sequence[object]) -> str:
    """As many `?` as there are values, for an IN."""
    return ", ".join("?" * len(values))


def is_server(place: Path | str) -> bool:
    """Whether this place is a database by URL, and no file."""
    return str(place).startswith(("postgresql://", "postgres://"))


class SqliteStorage:
    """SQLite: the default. Durable at each commit (WAL, synchronous=FULL)."""

    words = Words("INTEGER PRIMARY KEY", "INTEGER", "BLOB", " STRICT")

    def __init__(self, path: Path | str, tables: Sequence[str]) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, timeout=WAIT_SECONDS_MAX, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error as error:
            raise out_of_reach(error) from None
        for table in tables:
            self.change(table.format(**self.words._asdict()))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE: what is read inside cannot change before it is committed."""
        with self._lock:
            self.change("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.change("ROLLBACK")
                raise
            self.change("COMMIT")

    def rows(self, statement: str, *values: object) -> list[Found]:
        """All rows of one statement."""
        try:
            with self._lock:
                found: list[Any] = self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            raise out_of_reach(error) from None
        return found

    def change(self, statement: str, *values: object) -> None:
        """One statement for its effect."""
        try:
            with self._lock:
                self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise out_of_reach(error) from None

    def change_each(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """One statement for its effect, time after time."""
        try:
            with self._lock:
                self._connection.executemany(statement, values)
        except sqlite3.OperationalError as error:
            raise out_of_reach(error) from None


def out_of_reach(error: Exception) -> Unavailable:
    """The books cannot be used now: a full disk, a lock that nobody gives up, a server that is away."""
    why = type(error).__name__
    return Unavailable(
        "books-out-of-reach", f"the center's books cannot be used ({why})", "中心账册不可用", "bureau.books"
    )
