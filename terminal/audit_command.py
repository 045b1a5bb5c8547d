"""`terminal audit verify`: does the journal still say what it said? For the auditor; the daemon must be stopped."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from terminal.errors import Refused
from terminal.journal.audit import problems


def verify(path: Path) -> int:
    """Walk the chain of a journal and print what does not agree. Returns 0 when everything agrees, else 1."""
    if not path.is_file():
        raise Refused("no-file", "there is no journal here", "此处没有账本文件", str(path))
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            terminal_id = connection.execute("SELECT value FROM store WHERE name = 'terminal_id'").fetchone()[0]
            found = problems(connection, terminal_id)
            head = connection.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        except (sqlite3.DatabaseError, TypeError) as error:
            raise Refused("not-a-journal", f"not a journal: {error}", "不是账本文件", str(path)) from None
    for line in found:
        print(line)
    if head is not None:
        print(f"entries: {head['number']}, head: {head['hash']}")
    print("the journal agrees with its chain 账本一致" if not found else f"{len(found)} problems 账本不一致")
    return 1 if found else 0
