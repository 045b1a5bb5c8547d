"""A file of SQLite as a stranger opens it: to read only, and out of the way when its owner ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class File:
    """Kept open from one reading to the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        """The file as it is now, rows by name."""
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
        return self._connection

    def let_go(self) -> None:
        """Close the file: its process is about to end, and the next one must find nobody else at it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
