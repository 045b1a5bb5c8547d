"""What the center said last of each person, for the time when it cannot be asked. Not money: not part of the chain.

So the audit cannot tell a row that somebody wrote from the center's own. A digest in the settlement's entry would come
too late: the row is forged before the sale, and the digest would be the forged one's. What would show it is an entry
for each identification. It is not written: the chain would grow by about one entry a sale, and would tell for good who
stood at the counter and when, also of those who bought nothing. And it would buy little: what a forged row can do is
bounded by the limits without the center, the sale's entry keeps what it was split on, and its upload shows the
difference.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

from terminal.journal.printjobs import PrintJobs
from terminal.journal.store import moment_text


class LastAnswer(Struct, frozen=True):
    """The center's last answer about one person. `journal_seen`: the newest entry when it was asked."""

    body: bytes
    asked_at: dt.datetime
    journal_seen: int


class _Place(Struct, frozen=True):
    insured_place: str = ""


class Known(PrintJobs):
    """The part of the journal that remembers persons. The file is its owner's alone; nothing here is logged."""

    def keep_last_answer(
        self, credential: str, person_number: str, body: bytes, journal_seen: int, now: dt.datetime
    ) -> None:
        """Remember the newest answer about whoever showed `credential` (a digest, not the number)."""
        with self.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO last_answers VALUES (?, ?, ?, ?, ?)",
                (credential, person_number, moment_text(now), journal_seen, body),
            )

    def insured_place(self, person_number: str) -> str:
        """The division that the center named for a person last, six digits, or ""."""
        row = self._connection.execute(
            "SELECT body FROM last_answers WHERE person_number = ? ORDER BY asked_at DESC LIMIT 1", (person_number,)
        ).fetchone()
        return msgspec.json.decode(row["body"], type=_Place).insured_place if row else ""

    def last_answer(self, credential: str) -> LastAnswer | None:
        """The newest answer about whoever showed `credential`, or None."""
        row = self._connection.execute("SELECT * FROM last_answers WHERE credential = ?", (credential,)).fetchone()
        if row is None:
            return None
        return LastAnswer(bytes(row["body"]), dt.datetime.fromisoformat(row["asked_at"]), row["journal_seen"])
