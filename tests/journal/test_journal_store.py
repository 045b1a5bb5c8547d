"""The store: one opener, one terminal, pragmas that hold, whole migrations, faults that are named."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from journal_parts import open_journal, settle

from terminal.errors import Broken, Refused, Unavailable
from terminal.journal import store
from terminal.journal.journal import Journal
from terminal.journal.migrate import migrate


def test_a_second_opener_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    """In this process and in another: `journal-in-use`; after the close it opens."""
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import journal_parts as parts;"
        "from terminal.errors import Unavailable\n"
        "try: parts.open_journal(pathlib.Path(sys.argv[1])).close(); print('opened')\n"
        "except Unavailable as error: print(error.code)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    with open_journal(tmp_path):
        with pytest.raises(Unavailable) as refused:
            open_journal(tmp_path)
        assert refused.value.code == "journal-in-use"
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "journal-in-use\n"
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "opened\n"


def test_a_journal_may_be_closed_twice(tmp_path: Path) -> None:
    """The second time does nothing, and nothing that was opened since is let go."""
    journal = open_journal(tmp_path)
    journal.close()
    with open_journal(tmp_path) as again:
        journal.close()
        with pytest.raises(Unavailable, match="another program"):
            open_journal(tmp_path)
        settle(again)
        assert again.verify() == []


def test_a_killed_process_leaves_the_journal_openable(tmp_path: Path) -> None:
    """Killed without a close right after a commit: the lock is gone, the settlement is there."""
    program = (
        "import sys, os, signal, pathlib; sys.path.insert(0, sys.argv[2]); import journal_parts as parts\n"
        "journal = parts.open_journal(pathlib.Path(sys.argv[1])); parts.settle(journal)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)], check=False)
    assert killed.returncode == -9
    with open_journal(tmp_path) as journal:
        assert len(journal.last(10)) == 1
        assert journal.verify() == []


def test_the_journal_belongs_to_one_terminal(tmp_path: Path) -> None:
    """Opened under another terminal's id it is refused, and let go again."""
    open_journal(tmp_path).close()
    with pytest.raises(Broken) as refused:
        open_journal(tmp_path, terminal_id="T0002")
    assert refused.value.code == "journal-of-another"
    open_journal(tmp_path).close()
    with pytest.raises(Refused):
        open_journal(tmp_path, terminal_id="T 1")


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Bills name people: no other user may read the store or its side files."""
    with open_journal(tmp_path) as journal:
        settle(journal)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_refused_opening_leaves_no_file_open(tmp_path: Path) -> None:
    """In use, another terminal's, no store, no directory: whoever tries again and again runs out of nothing."""
    open_journal(tmp_path / "other").close()
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "journal.db").write_bytes(b"no database" * 500)
    (tmp_path / "file").write_text("")
    with open_journal(tmp_path / "used"):
        before = os.listdir("/proc/self/fd")
        for folder in ("used", "other", "none", "file"):
            with pytest.raises((Broken, Unavailable)):
                open_journal(tmp_path / folder, terminal_id="T0002")
            assert os.listdir("/proc/self/fd") == before, folder


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("journal_mode", "DELETE"),
        ("synchronous", "NORMAL"),
        ("foreign_keys", "OFF"),
        ("trusted_schema", "ON"),
    ],
)
def test_a_pragma_that_does_not_hold_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kept: str
) -> None:
    """Where SQLite keeps another value than is needed, the journal does not open."""
    disobeyed = tuple((n, kept if n == name else asked, needed) for n, asked, needed in store._PRAGMAS)
    monkeypatch.setattr(store, "_PRAGMAS", disobeyed)
    with pytest.raises(Broken, match=name):
        open_journal(tmp_path)


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    """Something else under the journal's name is Broken, not a traceback from SQLite."""
    (tmp_path / "journal.db").write_bytes(b"this is not a database, not even by a stretch" * 100)
    with pytest.raises(Broken) as refused:
        open_journal(tmp_path)
    assert refused.value.code == "journal-unreadable"


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file where the directory should be: Unavailable, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable) as refused:
        open_journal(tmp_path / "file")
    assert refused.value.code == "journal-out-of-reach"


def test_a_failing_migration_leaves_nothing(tmp_path: Path) -> None:
    """A step that fails half way is undone and not recorded; the step before it stays; it can be run again."""
    connection = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    bad = {"1": ("CREATE TABLE a (x INTEGER)",), "2": ("CREATE TABLE b (x INTEGER)", "CREATE NONSENSE")}
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, bad)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "a" in tables
    assert "b" not in tables
    good = {"1": bad["1"], "2": ("CREATE TABLE b (x INTEGER)",)}
    assert migrate(connection, good) == ["2"]
    assert migrate(connection, good) == []
    recorded = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert recorded == ["1", "2"]
    connection.close()


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """A recorded step that this program does not know: Broken, and nothing is touched."""
    open_journal(tmp_path).close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute(
            "UPDATE _sqlite_migrations SET name = '9999_later' WHERE id = (SELECT max(id) FROM _sqlite_migrations)"
        )
    connection.close()
    with pytest.raises(Broken) as refused:
        open_journal(tmp_path)
    assert refused.value.code == "journal-newer"


def test_every_table_is_strict(tmp_path: Path) -> None:
    """A text in a column of fen is refused by the store itself, and so are amounts that do not add up."""
    with open_journal(tmp_path) as journal:
        settle(journal)
        rows = journal._connection.execute("PRAGMA table_list").fetchall()
        loose = [r["name"] for r in rows if r["type"] == "table" and not r["strict"] and "sqlite_" not in r["name"]]
        assert loose == []
        with pytest.raises(sqlite3.IntegrityError):
            journal._connection.execute("UPDATE outbox SET attempts = 'many'")


def settle_many(journal: Journal) -> None:
    """More than fits on the pages that are there."""
    for _ in range(50):
        settle(journal)


def test_a_disk_that_cannot_be_written_is_named_and_changes_nothing(tmp_path: Path) -> None:
    """A full disk (a store that may not grow): Unavailable, nothing written; later it works."""
    with open_journal(tmp_path) as journal:
        settle(journal)
        pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Unavailable) as refused:
            settle_many(journal)
        assert refused.value.code == "journal-unwritable"
        journal._connection.execute("PRAGMA max_page_count = 1000000")
        settle(journal)
        assert journal.verify() == []
