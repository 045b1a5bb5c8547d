"""A look at a journal from beside the terminal that it belongs to, which may be selling meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def beside(path: Path) -> Iterator[sqlite3.Connection]:
    """The journal as it was at one moment, on a connection of one's own that can only read; rows by name.

    Raises sqlite3.Error.
    """
    place = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        yield connection
