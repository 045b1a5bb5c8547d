"""What day end finds and an operator repairs: numbered runs, settlements found or lost at the center, amounts adopted.

Nothing is rewritten: every repair is an entry of the chain that names what it changes and who wanted it.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

import msgspec
from msgspec import Struct

from terminal.errors import Conflict
from terminal.journal.center_numbers import FOUND
from terminal.journal.chain import append, digest
from terminal.journal.last_words import not_parked
from terminal.journal.progress import REFUSED_DEBITS
from terminal.journal.records import CenterSums, ClearingClass, Scheme, SettlementRecord, Whereabouts
from terminal.journal.stock import Stock
from terminal.journal.store import moment_text
from terminal.money import Fen

_WHEREABOUTS = (
    "SELECT s.provider_id, s.scheme, s.clearing_class, s.business_day, coalesce(q.state, 'queued') AS state,"
    " coalesce(q.center_references, '{}') AS center_references,"
    " EXISTS (SELECT 1 FROM outbox r WHERE r.settlement_id = s.id AND r.transaction_name = 'reverse')"
    " OR EXISTS (SELECT 1 FROM center_amounts a WHERE a.settlement_id IN (s.id, s.voids) AND a.adopted_by IS NOT NULL)"
    " AS doubted"
    " FROM settlements s LEFT JOIN outbox q ON q.settlement_id = s.id AND q.transaction_name <> 'reverse'"
    " WHERE s.business_day >= ? AND s.state IN ('committed', 'voided', 'abandoned')"
)


_UNCLOSED = (
    "SELECT DISTINCT business_day FROM settlements s WHERE business_day < ?"
    " AND (state IN ('debiting', 'committed', 'voided') OR (state = 'abandoned' AND EXISTS (SELECT 1 FROM outbox r"
    " WHERE r.settlement_id = s.id AND r.transaction_name = 'reverse' AND r.state <> 'accepted')))"
    " AND business_day NOT IN (SELECT day FROM days WHERE state = 'sealed') ORDER BY 1"
)

WITHDRAWN = "withdrawn: the center has what this was to undo, and day end adopted it"
NOT_IN_THE_DETAILS = "given up: the center's details hold nothing of what this was to undo"


class _Moment(Struct, frozen=True):
    at: dt.datetime


class OnWire(Struct, frozen=True):
    """What stands behind an id on the wire: its settlement, and whether this sending was undone since."""

    settlement_id: str
    undone: bool


class Tried(Struct, frozen=True):
    """A proposal that somebody has carried out, or wanted to; refused: the center's words, "" where it was done."""

    difference: str
    action: str
    refused: str


class Repairs(Stock):
    """The part of the journal that repairs."""

    def keep_run(self, day: dt.date, report: bytes, now: dt.datetime) -> int:
        """Keep the report of one more run of a day's end; returns its number, from 1."""
        with self.writing() as connection:
            row = connection.execute("SELECT count(*) FROM day_runs WHERE day = ?", (day.isoformat(),)).fetchone()
            run = int(row[0]) + 1
            facts = {"day": day, "run": run, "report_digest": digest(report)}
            entry, _ = append(connection, self.terminal_id, "day-run", now, facts)
            connection.execute("INSERT INTO day_runs VALUES (?, ?, ?, ?)", (day.isoformat(), run, entry, report))
            return run

    def runs(self, day: dt.date) -> list[bytes]:
        """The reports of all runs of a day's end, oldest first."""
        rows = self._connection.execute("SELECT report FROM day_runs WHERE day = ? ORDER BY run", (day.isoformat(),))
        return [bytes(row["report"]) for row in rows]

    def unclosed_days(self, before: dt.date) -> list[dt.date]:
        """Days before `before` that are not sealed, oldest first: something was committed on them, or debited with an
        end that nobody knows, or asked of the center without an answer and not found undone there.
        """
        rows = self._connection.execute(_UNCLOSED, (before.isoformat(),))
        return [dt.date.fromisoformat(row[0]) for row in rows]

    def whereabouts(self, since: dt.date) -> list[Whereabouts]:
        """What the center has said of everything that was committed, or asked of it, on the days from `since`."""
        return [
            Whereabouts(
                provider_id=row["provider_id"],
                scheme=row["scheme"],
                clearing_class=row["clearing_class"],
                business_day=dt.date.fromisoformat(row["business_day"]),
                upload_state=row["state"],
                center_references=msgspec.json.decode(row["center_references"], type=dict[str, str]),
                doubted=bool(row["doubted"]),
            )
            for row in self._connection.execute(_WHEREABOUTS, (since.isoformat(),))
        ]

    def on_wire(self, wire_id: str) -> OnWire | None:
        """The settlement that went out under this id, or None where it never did from here."""
        row = self._connection.execute(
            "SELECT settlement_id, undoes <> '' AS undone FROM outbox WHERE undoes = ?1 OR sent_as = ?1"
            " OR (message_id = ?1 AND sent_as = '' AND transaction_name <> 'reverse')"
            " UNION ALL SELECT settlement_id, 1 FROM intents WHERE message_id = ?1 LIMIT 1",
            (wire_id,),
        ).fetchone()
        return OnWire(row["settlement_id"], bool(row["undone"])) if row else None

    def counted_sums(self, record: SettlementRecord) -> CenterSums:
        """The sums that count for a settlement: its own, or the center's where they were adopted."""
        names = CenterSums.__struct_fields__
        row = self._connection.execute(
            f"SELECT {', '.join(names)} FROM center_amounts WHERE settlement_id = ? AND adopted_by IS NOT NULL",
            (record.id,),
        ).fetchone()
        values = row or {name: getattr(record.settlement, name) for name in names}
        return CenterSums(**{name: Fen(values[name]) for name in names})

    def adopt(self, settlement_id: str, sums: CenterSums, now: dt.datetime) -> None:
        """From here on the center's sums count for this settlement; ours stay beside them."""
        with self.writing() as connection:
            facts = {"settlement": settlement_id, "sums": sums}
            entry, _ = append(connection, self.terminal_id, "adopted", now, facts)
            values = [int(getattr(sums, name)) for name in CenterSums.__struct_fields__]
            connection.execute(
                "INSERT OR REPLACE INTO center_amounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (settlement_id, entry, *values, entry),
            )

    def accept_found(self, settlement_id: str, references: dict[str, str], now: dt.datetime) -> None:
        """The center has it after all: its message is accepted by these references, whatever it was before, and what
        was to undo it is withdrawn.

        What was accepted by references of its own keeps them. Raises Conflict `number-of-another`.
        """
        with self.writing() as connection:
            for reversal_id in _open_reversals(connection, settlement_id):
                self.mark_refused(reversal_id, b"", WITHDRAWN, now)
            row = _message(connection, settlement_id)
            known = msgspec.json.decode(row["center_references"], type=dict[str, str])
            if row["state"] == "accepted" and references.keys() <= known.keys() | {FOUND}:
                return
            if row["state"] in ("accepted", "refused"):
                self._reopen(connection, row["message_id"], "", "found at the center", now)
            self.mark_accepted(row["message_id"], b"", references, now)

    def send_again(self, settlement_id: str, new_id: str, reason: str, now: dt.datetime) -> None:
        """The center has lost it, or refused what must stand: its message goes again, under a new id."""
        with self.writing() as connection:
            row = _message(connection, settlement_id)
            if row["state"] not in ("accepted", "refused"):
                raise Conflict("not-accepted", "this message is still on its way", "该消息仍在上传")
            self._reopen(connection, row["message_id"], new_id, reason, now)

    def give_up_reversal(self, settlement_id: str, new_id: str, now: dt.datetime) -> None:
        """The center's details hold nothing of what the parked reversal was to undo: it was never booked, and goes
        again under `new_id`, unless it was abandoned. Raises Conflict `not-parked`.
        """
        with self.writing() as connection:
            parked = _open_reversals(connection, settlement_id, "AND state = 'parked'")
            if not parked:
                raise not_parked()
            for reversal_id in parked:
                self.renew(reversal_id, b"", NOT_IN_THE_DETAILS, False, new_id, now)

    def begin_repair(
        self, day: dt.date, difference: str, action: str, operator: str, message_id: str, now: dt.datetime
    ) -> None:
        """A message that is to take something back at the center leaves under this id."""
        self._keep_repair("repair-begun", day, difference, action, operator, {"message_id": message_id}, now)

    def repair_in_doubt(self, day: dt.date, difference: str) -> bool:
        """Whether a message about it left after the day's last run, and nobody knows what became of it."""
        return self._begun_repair(day, difference) is not None

    def note_unsent(self, day: dt.date, difference: str, reason: str, now: dt.datetime) -> None:
        """Of the message that was to leave about it surely nothing was taken in: it is not in doubt."""
        begun = self._begun_repair(day, difference)
        if begun is not None:
            said = {"refused": reason, "message_id": begun["message_id"]}
            self._keep_repair("repair-unsent", day, difference, begun["action"], begun["operator"], said, now)

    def _begun_repair(self, day: dt.date, difference: str) -> sqlite3.Row | None:
        last: sqlite3.Row | None = self._connection.execute(
            "SELECT message_id, action, operator, refused FROM repairs WHERE day = ?1 AND difference = ?2"
            " AND entry > (SELECT max(entry) FROM day_runs WHERE day = ?1) ORDER BY number DESC LIMIT 1",
            (day.isoformat(), difference),
        ).fetchone()
        return last if last is not None and last["message_id"] and not last["refused"] else None

    def note_repair(
        self, day: dt.date, difference: str, action: str, operator: str, now: dt.datetime, refused: str = ""
    ) -> None:
        """Who carried out which proposal; refused: the center's words, masked, where it would not have it."""
        kind, said = ("repair-refused", {"refused": refused}) if refused else ("repaired", {})
        self._keep_repair(kind, day, difference, action, operator, said, now)

    def repairs_of(self, day: dt.date) -> list[tuple[str, str, str]]:
        """Difference, action and operator of each repair of a day, oldest first."""
        rows = self._connection.execute(
            "SELECT difference, action, operator FROM repairs WHERE day = ? AND refused = '' AND message_id = ''"
            " ORDER BY number",
            (day.isoformat(),),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def refused_debits(self) -> list[str]:
        """Settlements whose card has paid and that the center refused, oldest first, also where they were taken back
        since; without those of which somebody has said that the insurance office settled it.
        """
        rows = self._connection.execute(f"SELECT s.id FROM {REFUSED_DEBITS} ORDER BY s.entry")
        return [row["id"] for row in rows]

    def tried(self, day: dt.date, since: dt.datetime) -> list[Tried]:
        """What was carried out of a day's proposals, or refused by the center, at `since` or later; oldest first."""
        rows = self._connection.execute(
            "SELECT difference, action, refused, body FROM repairs r JOIN entries e ON e.number = r.entry"
            " WHERE day = ? AND message_id = '' ORDER BY r.number",
            (day.isoformat(),),
        )
        late = [row for row in rows if msgspec.json.decode(row["body"], type=_Moment).at >= since]
        return [Tried(row["difference"], row["action"], row["refused"]) for row in late]

    def lately_undone(self, day: dt.date, since: dt.datetime) -> list[str]:
        """Settlements of a day of which a reversal found nothing at the center, and was told so after `since`."""
        rows = self._connection.execute(
            "SELECT s.id, e.body FROM outbox q JOIN settlements s ON s.id = q.settlement_id"
            " JOIN entries e ON e.number = q.last_word"
            " WHERE s.business_day = ? AND q.transaction_name = 'reverse' AND q.state = 'refused' ORDER BY q.number",
            (day.isoformat(),),
        )
        return [row["id"] for row in rows if msgspec.json.decode(row["body"], type=_Moment).at > since]

    def group_keys(self, day: dt.date) -> list[tuple[str, Scheme, ClearingClass]]:
        """Provider, scheme and clearing class of everything that was begun on a day, also what was abandoned."""
        rows = self._connection.execute(
            "SELECT DISTINCT provider_id, scheme, clearing_class FROM settlements WHERE business_day = ?",
            (day.isoformat(),),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def _keep_repair(
        self,
        kind: str,
        day: dt.date,
        difference: str,
        action: str,
        operator: str,
        said: dict[str, str],
        now: dt.datetime,
    ) -> None:
        with self.writing() as connection:
            facts = {"day": day, "difference": difference, "action": action, "operator": operator}
            entry, _ = append(connection, self.terminal_id, kind, now, facts | said)
            row = (day.isoformat(), difference, action, operator, entry)
            connection.execute(
                "INSERT INTO repairs (day, difference, action, operator, entry, refused, message_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, said.get("refused", ""), said.get("message_id", "")),
            )

    def _reopen(
        self, connection: sqlite3.Connection, message_id: str, new_id: str, reason: str, now: dt.datetime
    ) -> None:
        facts = {"message_id": message_id, "sent_as": new_id, "reason": reason}
        append(connection, self.terminal_id, "reopened", now, facts)
        connection.execute(
            "UPDATE outbox SET state = 'queued', in_doubt = 0, attempts = 0, sent_as = iif(?1 = '', sent_as, ?1),"
            " last_word = NULL, reason = ?2, answer = NULL, center_references = '{}', center_number = '',"
            " next_attempt_at = ?3 WHERE message_id = ?4",
            (new_id, reason, moment_text(now), message_id),
        )


def _open_reversals(connection: sqlite3.Connection, settlement_id: str, further: str = "") -> list[str]:
    """The messages without a last word that are to undo a settlement."""
    query = "SELECT message_id FROM outbox WHERE settlement_id = ? AND transaction_name = 'reverse'"
    return [row[0] for row in connection.execute(f"{query} AND last_word IS NULL {further}", (settlement_id,))]


def _message(connection: sqlite3.Connection, settlement_id: str) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute(
        "SELECT message_id, state, center_references FROM outbox"
        " WHERE settlement_id = ? AND transaction_name <> 'reverse'",
        (settlement_id,),
    ).fetchone()
    if row is None:
        raise Conflict("not-committed", "nothing was committed under this number", "该结算未完成")
    return row
