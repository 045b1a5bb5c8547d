"""Where a journal lives and how far it has come, as its machine remembers it outside the journal.

A file beside the journal (`<journal>.witness`) names the machine and the newest entry, and is written after each
transaction. A journal that is behind it was restored from a backup; one that names another machine was copied. Either
could give out numbers twice and upload what others have sent, so it is refused until an operator takes it over, which
becomes an entry. Who copies the whole disk of a machine, its identity too, is found by the center's details at day end.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from terminal.errors import Broken
from terminal.journal.chain import append, newest
from terminal.journal.news import Newsroom
from terminal.journal.numbering import STAMPS, STAMPS_A_SECOND, settlement_counter

MACHINE_FILE = Path("/etc/machine-id")
"""What Linux calls a machine by, for good (machine-id(5): not to be told to others, so only its digest is kept)."""

NUMBERS_SKIPPED = 1_000
"""Of each day's settlement numbers, where nobody knows how many the lost entries had given out."""

DAYS_SKIPPED_MAX = 400

WITNESS_BYTES = 512
"""One sector: a power cut leaves the old text or the new one."""

STAMPS_SKIPPED = 3_600 * STAMPS_A_SECOND


class Witness(Struct, frozen=True):
    """The newest entry that a machine has seen durable in a journal."""

    machine: str
    number: int
    hash: str


def machine_of(file: Path = MACHINE_FILE) -> str:
    """The digest of this machine's identity; "" where it has none, and nothing can be said of it."""
    try:
        identity = file.read_bytes().strip()
    except OSError:
        return ""
    return hashlib.sha256(b"settlement-terminal " + identity).hexdigest() if identity else ""


class Whereabouts(Newsroom):
    """The part of the journal that knows where it lives."""

    _machine: str | None = None
    _witnessed = -1

    def keep_on(self, machine: str) -> None:
        """This journal lives on this machine: refuse it elsewhere, and behind what was seen of it here.

        Raises Broken `journal-moved`, `journal-rolled-back`; nothing was changed then.
        """
        known = self._known_machine()
        if known and machine and known != machine:
            raise Broken(
                "journal-moved",
                "this journal was copied from another machine; where that one has ended for good, take it over:"
                " terminal journal take-over",
                "该流水库复制自另一台机器；若原机器已停用，请接管：terminal journal take-over",
                "terminal.journal",
            )
        if self._is_behind():
            raise Broken(
                "journal-rolled-back",
                "this journal is older than this machine has seen it: a backup was restored, and entries are missing;"
                " find them, or take it over as it is: terminal journal take-over",
                "该流水库早于本机所见，系由备份恢复，缺少后续分录；请找回，或按现状接管：terminal journal take-over",
                "terminal.journal",
            )
        if machine != known:
            with self.writing() as connection:
                _keep_machine(connection, machine)
        self._machine = machine
        self._note()

    def take_over(self, machine: str, operator: str, reason: str, now: dt.datetime) -> int:
        """An operator decides that this journal goes on here as it is; an entry says so. Returns its number.

        The numbers that the missing entries may have given out are skipped.
        """
        witness, (number, _) = self._witness(), newest(self._connection, self.terminal_id)
        missing = max(0, witness.number - number) if witness else 0
        facts = {"operator": operator, "reason": reason, "moved": self._known_machine() != machine, "missing": missing}
        with self.writing() as connection:
            _keep_machine(connection, machine)
            _skip_numbers(connection, missing or NUMBERS_SKIPPED, now.date())
            entry, _ = append(connection, self.terminal_id, "taken-over", now, facts)
        self._machine = machine
        self._note()
        return entry

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """See `Store.writing`; what is durable is noted outside as well."""
        within = self._connection.in_transaction
        with super().writing() as connection:
            yield connection
        if not within:
            self._note()

    def _note(self) -> None:
        """Written without waiting for the disk: it may be lost with the power, and is never ahead of the journal.

        In place and always as long: a new file in the old one's stead would make the next commit wait for both.
        """
        if self._machine is None:
            return
        number, entry_hash = newest(self._connection, self.terminal_id)
        if number == self._witnessed:
            return
        told = msgspec.json.encode(Witness(self._machine, number, entry_hash)).ljust(WITNESS_BYTES)
        # A full disk must not undo what is durable already: then the file stays behind for a while.
        with contextlib.suppress(OSError):
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(file, told, 0)
            finally:
                os.close(file)
            self._witnessed = number

    def _is_behind(self) -> bool:
        witness = self._witness()
        if witness is None or witness.number == 0:
            return False
        row = self._connection.execute("SELECT hash FROM entries WHERE number = ?", (witness.number,)).fetchone()
        return row is None or row[0] != witness.hash

    def _witness(self) -> Witness | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Witness)
        except (OSError, msgspec.DecodeError):
            return None

    def _known_machine(self) -> str:
        row = self._connection.execute("SELECT value FROM store WHERE name = 'machine'").fetchone()
        return str(row[0]) if row else ""

    @property
    def _file(self) -> Path:
        return Path(f"{self.path}.witness")


def _keep_machine(connection: sqlite3.Connection, machine: str) -> None:
    connection.execute(
        "INSERT INTO store VALUES ('machine', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1", (machine,)
    )


def _skip_numbers(connection: sqlite3.Connection, count: int, today: dt.date) -> None:
    """Of every day from the last one known on: what was sold after the backup was sold on one of these. Stamps of
    messages go by the clock; an hour is skipped in case it was set back meanwhile."""
    (last,) = connection.execute("SELECT max(business_day) FROM settlements").fetchone()
    first = dt.date.fromisoformat(last) if last else today
    days = range(min(max(0, (today - first).days) + 1, DAYS_SKIPPED_MAX) + 1)
    names = [settlement_counter(first + dt.timedelta(days=offset)) for offset in days]
    connection.executemany(
        "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET reserved = reserved + ?2",
        [(name, count) for name in names],
    )
    connection.execute("UPDATE counters SET reserved = reserved + ? WHERE name = ?", (STAMPS_SKIPPED, STAMPS))
