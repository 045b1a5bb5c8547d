"""Opening the store: one opener, pragmas that are read back, a terminal that owns it, and write transactions.

Everything that writes goes through `writing()`: BEGIN IMMEDIATE, plain SQL, COMMIT. One connection, one
thread.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from terminal.clock import BEIJING, Clock
from terminal.errors import Broken, InDoubt, Refused, Unavailable
from terminal.journal.ballast import Ballast
from terminal.journal.migrate import migrate

_PRAGMAS: tuple[tuple[str, str, object], ...] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("recursive_triggers", "ON", 1),
    ("cell_size_check", "ON", 1),
    ("busy_timeout", "5000", 5000),
)
_TERMINAL_ID = re.compile(r"[A-Za-z0-9]{1,16}")


class Store:
    """The connection, its lock, and the terminal and clock that it belongs to. Use `Journal.open`.

    writes: how many write transactions have become durable since the opening; to be read from any thread.
    """

    def __init__(self, path: Path, terminal_id: str, clock: Clock, ballast_bytes: int) -> None:
        if not _TERMINAL_ID.fullmatch(terminal_id):
            raise Refused(
                "bad-terminal-id",
                "a terminal id is 1 to 16 letters and digits",
                "终端编号应为1至16位字母或数字",
            )
        self.path = path
        self.terminal_id = terminal_id
        self.clock = clock
        self.writes = 0
        self._written: Callable[[], None] = lambda: None
        self._lock: int | None = _only_opener(path)
        self._ballast = Ballast(path, ballast_bytes)
        try:
            self._connection = _connect(path)
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._release()
            raise Broken(
                "journal-unreadable",
                f"the journal cannot be opened ({_reason(error)}); restore the newest backup",
                "流水库无法打开，请恢复最近的备份",
                "journal",
            ) from error
        except Broken:
            self._release()
            raise

    def close(self) -> None:
        """Let go of the store; a second call does nothing."""
        self._release()

    def require_room(self) -> None:
        """Before new business. Raises Unavailable `disk-full`, and nothing was begun."""
        self._ballast.require_room()

    def keep_apart(self, training: bool) -> None:
        """Training has a journal of its own: what one was begun for it stays. Raises Broken `journal-of-another`."""
        wanted = "training" if training else "real"
        with self.writing() as connection:
            row = connection.execute("SELECT value FROM store WHERE name = 'purpose'").fetchone()
            if row is None:
                connection.execute("INSERT INTO store VALUES ('purpose', ?)", (wanted,))
        if row is not None and row[0] != wanted:
            raise Broken(
                "journal-of-another",
                f"this journal is for {row[0]} settlements, the terminal is started for {wanted} ones; name another",
                "训练与真实结算不能共用一个流水库，请另行指定",
                "terminal.journal",
            )

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: everything in it is durable afterwards, or nothing is. Inside another one it is a part
        of that.

        Raises Unavailable when nothing was written (disk full, read-only), InDoubt when the last step failed
        and only the next opening can tell.
        """
        connection = self._connection
        if connection.in_transaction:
            yield connection
            return
        self._ballast.make_room()
        try:
            with _undone_unless_committed(connection):
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                _commit(connection)
        except sqlite3.OperationalError as error:
            raise Unavailable(
                "journal-unwritable",
                f"the journal cannot be written ({_reason(error)}); nothing was changed; check the disk",
                "流水库无法写入，未作任何改动；请检查磁盘",
                "journal",
            ) from error
        self.writes += 1
        self._written()

    def on_written(self, written: Callable[[], None]) -> None:
        """Call `written` after each write transaction, when it is durable. It raises nothing."""
        self._written = written

    def _prepare(self) -> None:
        for name, wanted, _ in _PRAGMAS:
            self._connection.execute(f"PRAGMA {name} = {wanted}")
        migrate(self._connection)
        for name, _, expected in _PRAGMAS:
            (found,) = self._connection.execute(f"PRAGMA {name}").fetchone()
            if found != expected:
                raise Broken(
                    "journal-pragma",
                    f"{name} is {found}, not {expected}",
                    f"流水库参数 {name} 不符",
                    "journal",
                )
        self._bind()

    def _bind(self) -> None:
        row = self._connection.execute("SELECT value FROM store WHERE name = 'terminal_id'").fetchone()
        if row is None:
            self._connection.execute("INSERT INTO store VALUES ('terminal_id', ?)", (self.terminal_id,))
        elif row[0] != self.terminal_id:
            raise Broken(
                "journal-of-another",
                f"this journal is terminal {row[0]}'s, not {self.terminal_id}'s; check the data directory",
                f"该流水库属于终端 {row[0]}，请检查数据目录",
                "journal",
            )

    def _release(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def moment_text(moment: dt.datetime) -> str:
    """A moment as the store keeps it: +08:00 and microseconds always, so that texts sort as moments do."""
    return moment.astimezone(BEIJING).isoformat(timespec="microseconds")


def _connect(path: Path) -> sqlite3.Connection:
    # Bills name people: the file is the terminal user's alone, and SQLite gives its side files the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _only_opener(path: Path) -> int:
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        # Were it made, a slip in the path, or a disk that is not mounted, would begin an empty journal elsewhere.
        raise Unavailable(
            "journal-out-of-reach",
            f"the journal's folder {path.parent} does not exist; correct its path, or make the folder",
            f"流水库目录 {path.parent} 不存在，请更正路径或建立该目录",
            "terminal.journal",
        ) from None
    except OSError as error:
        raise Unavailable(
            "journal-out-of-reach",
            f"the journal's directory cannot be used ({error.strerror}); check the path and its rights",
            "流水库目录不可用，请检查路径与权限",
            "journal",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Unavailable(
            "journal-in-use",
            "another program has this journal open; stop it first",
            "流水库正被另一程序使用，请先停止该程序",
            "journal",
        ) from None
    return lock


def _commit(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise InDoubt(
            "journal-commit-unknown",
            f"the disk did not confirm the last write ({_reason(error)}); restart, then ask again",
            "磁盘未确认最后一次写入；请重启终端后以同一键重试",
            "journal",
        ) from error


@contextlib.contextmanager
def _undone_unless_committed(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _reason(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
