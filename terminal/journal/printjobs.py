"""The print queue: every committed document is printed, or its job is visibly pending.

queued → printing → printed; a failure puts a job back to queued with its reason. Paper that may hold a part
of the document already is marked: the job is printed again whole and says that it is a repeat. A document that
the patient took without paper is filed as `electronic`. The printer's encoding and its drawer are noted here too.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

import msgspec

from terminal.errors import Missing
from terminal.journal.chain import append
from terminal.journal.outbox import Outbox
from terminal.journal.records import PrintJob
from terminal.journal.rows import ELECTRONIC
from terminal.journal.store import moment_text
from terminal.limits import RETRY_PAUSE_SECONDS_MAX

_ENCODING = "printer_encoding"
_SELECT = "SELECT * FROM print_jobs WHERE state <> 'printed' "


class PrintJobs(Outbox):
    """The part of the journal that queues documents for the printer."""

    def due_print(self, now: dt.datetime) -> PrintJob | None:
        """The oldest job whose time has come, or None; one that waits after a failure holds up no other."""
        too_far = moment_text(now + dt.timedelta(seconds=RETRY_PAUSE_SECONDS_MAX))
        row = self._connection.execute(
            _SELECT + "AND state = 'queued' AND (next_attempt_at <= ? OR next_attempt_at > ?) ORDER BY id LIMIT 1",
            (moment_text(now), too_far),
        ).fetchone()
        return _job(row) if row else None

    def print_queue(self) -> list[PrintJob]:
        """Every job that is not printed, oldest first."""
        return [_job(row) for row in self._connection.execute(_SELECT + "ORDER BY id")]

    def newest_print_jobs(self, count: int) -> list[PrintJob]:
        """The newest `count` jobs, printed or not, newest first."""
        return [
            _job(row) for row in self._connection.execute("SELECT * FROM print_jobs ORDER BY id DESC LIMIT ?", (count,))
        ]

    def queue_print(self, document: str, subject: str, now: dt.datetime) -> PrintJob:
        """Queue a document once more; its copy number counts up, and the print says so."""
        with self.writing() as connection:
            row = connection.execute(
                "INSERT INTO print_jobs (document, subject, copy, state, queued_at, next_attempt_at)"
                " VALUES (?1, ?2,"
                " (SELECT coalesce(max(copy) + 1, 0) FROM print_jobs WHERE document = ?1 AND subject = ?2),"
                " 'queued', ?3, ?3) RETURNING *",
                (document, subject, moment_text(now)),
            ).fetchone()
            return _job(row)

    def queue_diagnosis(self, report: object, now: dt.datetime) -> PrintJob:
        """Keep a report on the terminal itself in the chain, and queue it for the printer in the same transaction."""
        with self.writing() as connection:
            entry, _ = append(connection, self.terminal_id, "diagnosis", now, {"report": report})
            row = connection.execute(
                "INSERT INTO print_jobs (document, subject, copy, state, queued_at, next_attempt_at)"
                " VALUES ('doctor', ?1, 0, 'queued', ?2, ?2) RETURNING *",
                (str(entry), moment_text(now)),
            ).fetchone()
            return _job(row)

    def diagnosis(self, entry: int) -> Any:
        """The report that this entry keeps, as plain JSON values. Raises Missing."""
        row = self._connection.execute("SELECT body FROM entries WHERE number = ?", (entry,)).fetchone()
        report = msgspec.json.decode(row["body"]).get("report") if row else None
        if report is None:
            raise Missing("no-such-print-job", "there is no report of this number", "没有该体检报告", "printer")
        return report

    def mark_printing(self, job_id: int) -> None:
        """The intent, before the first byte goes to the printer."""
        self._mark_job(job_id, "state = 'printing', attempts = attempts + 1", ())

    def mark_printed(self, job_id: int) -> None:
        """The printer has taken the whole document."""
        self._mark_job(job_id, "state = 'printed', why = ''", ())

    def mark_print_failed(self, job_id: int, why: str, next_attempt_at: dt.datetime, in_doubt: bool = True) -> None:
        """It did not work; `why` is a device code.

        `in_doubt` False: surely not one byte went to the printer.
        """
        self._mark_job(
            job_id,
            "state = 'queued', why = ?, next_attempt_at = ?, repeat = max(repeat, ?)",
            (why, moment_text(next_attempt_at), int(in_doubt)),
        )

    def file_electronic(self, document: str, subject: str) -> None:
        """What waits of this document is not for paper: it is had from the terminal, and no printer is waited for."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE print_jobs SET state = 'printed', why = ?"
                " WHERE document = ? AND subject = ? AND state = 'queued' AND repeat = 0",
                (ELECTRONIC, document, subject),
            )

    def picked_encoding(self) -> str | None:
        """The encoding that the cashier picked from the test page, or None."""
        row = self._connection.execute("SELECT value FROM store WHERE name = ?", (_ENCODING,)).fetchone()
        return str(row["value"]) if row else None

    def pick_encoding(self, encoding: str) -> None:
        """Keep what the cashier picked: it holds over the configuration from the next document on."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO store VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", (_ENCODING, encoding)
            )

    def note_drawer(self, operator: str, reason: str, outcome: str, now: dt.datetime) -> None:
        """The cash drawer, in the chain: `asked` before it is opened, then `opened` or `failed`."""
        with self.writing() as connection:
            facts = {"operator": operator, "reason": reason, "outcome": outcome}
            append(connection, self.terminal_id, "drawer", now, facts)

    def requeue_interrupted_prints(self) -> int:
        """At start: what is found `printing` was interrupted, and is printed again whole, marked.

        Returns how many.
        """
        with self.writing() as connection:
            return connection.execute(
                "UPDATE print_jobs SET state = 'queued', repeat = 1, why = 'interrupted' WHERE state = 'printing'"
            ).rowcount

    def _mark_job(self, job_id: int, changes: str, values: tuple[object, ...]) -> None:
        with self.writing() as connection:
            if not connection.execute(f"UPDATE print_jobs SET {changes} WHERE id = ?", (*values, job_id)).rowcount:
                raise Missing("no-such-print-job", "there is no print job of this number", "没有该打印任务", "printer")


def _job(row: sqlite3.Row) -> PrintJob:
    return PrintJob(
        id=row["id"],
        document=row["document"],
        subject=row["subject"],
        copy=row["copy"],
        state=row["state"],
        repeat=bool(row["repeat"]),
        attempts=row["attempts"],
        queued_at=dt.datetime.fromisoformat(row["queued_at"]),
        next_attempt_at=dt.datetime.fromisoformat(row["next_attempt_at"]),
        why=row["why"],
    )
