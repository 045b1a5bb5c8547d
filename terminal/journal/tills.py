"""Which tills may ask this terminal, as entries of the chain: when each was let in, when its leave was taken.

Promise: of a till's token only the digest stands here. The tills themselves are registered in a file beside the
journal; a difference between the two becomes an entry before the terminal acts on it.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping

from terminal.journal.chain import append
from terminal.journal.days import Days


class Tills(Days):
    """The part of the journal that knows the tills."""

    def tills(self) -> dict[str, str]:
        """The tills that are let in now: digest of the token by name."""
        rows = self._connection.execute("SELECT name, token_digest FROM tills WHERE removed_by IS NULL ORDER BY name")
        return {row["name"]: row["token_digest"] for row in rows}

    def note_tills(self, registered: Mapping[str, str], now: dt.datetime) -> None:
        """Make `tills()` what is registered: an entry for each that came, went, or has another token."""
        if self.tills() == dict(registered):
            return
        with self.writing() as connection:
            known = self.tills()
            for name, token_digest in known.items():
                if registered.get(name) != token_digest:
                    self._note_removed(connection, name, now)
            for name, token_digest in registered.items():
                if known.get(name) != token_digest:
                    facts = {"till": name, "token_digest": token_digest}
                    entry, _ = append(connection, self.terminal_id, "till-added", now, facts)
                    connection.execute("INSERT INTO tills VALUES (?, ?, ?, NULL)", (entry, name, token_digest))

    def _note_removed(self, connection: sqlite3.Connection, name: str, now: dt.datetime) -> None:
        entry, _ = append(connection, self.terminal_id, "till-removed", now, {"till": name})
        connection.execute("UPDATE tills SET removed_by = ? WHERE name = ? AND removed_by IS NULL", (entry, name))
