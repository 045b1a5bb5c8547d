"""The auditor's judgement: what was told, written, printed and booked must be one story, to the fen."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from terminal.errors import TerminalError
from tests.simulation.auditor import books, papers
from tests.simulation.auditor.advances import Advances, Allowed
from tests.simulation.auditor.file import File
from tests.simulation.auditor.findings import SUMS, added, require, sums_of
from tests.simulation.auditor.ledger import REPAIRS, Kept, Ledger

MAY_LEAVE_TRACES = {
    *("center-silent", "center-refused", "center-unreachable", "purse-in-doubt", "not-debited", "refund-half-done"),
    "settlement-in-doubt",
}
"""Refusals after which the journal holds an intent, and that it was abandoned or is open."""

CLERKS = "clerk-"
"""How the ids of messages begin that somebody else sends."""

MONEY = ("total", "fund_total", "account")
"""What both sides keep of every row."""

PLANNED_REASONS = ("the center never took in", "the center is asked to refuse this", "purse.tac: missing")
"""Why something may be refused: it takes back what was refused, the world wanted a refusal, or a person decided for a
card that was not there to prove its debit."""

BESIDE = {"debited", "not-debited", "debit-trouble", "law", "refunding", "refund-given-up"}
"""What the journal may hold more whatever a request came to: a card was asked about an earlier debit, the law that a
bill would have rested on was kept before its card refused to pay, or a refund was begun and came to nothing."""


class Auditor:
    """Hears what the till is told, looks at files and papers, and raises Disagreement.

    tape: what was printed; shown: what anybody may read of log, figures, refusals and queues; both grow meanwhile.
    paid_by_card: what the card itself has paid, in fen, and how often it has counted that; None without a purse.
    advances: what judges how far the terminal goes without the center, None where it never does.
    secrets: words that no text may hold (identity and card numbers, PINs). codes: how often each refusal was heard.
    """

    def __init__(
        self,
        journal: Path,
        center: Path,
        terminal_id: str,
        tape: list[bytes],
        shown: list[str],
        secrets: frozenset[str],
    ) -> None:
        self.ledger = Ledger(terminal_id)
        self._journal, self._center = File(journal), File(center)
        self._tape = tape
        self._shown = shown
        self._secrets = secrets
        self._opening = books.balances_of(self._center.open())
        self.answers: dict[str, tuple[tuple[Any, ...], bytes]] = {}
        self.papers: Counter[str] = Counter()
        self.first_papers: Counter[str] = Counter()
        self._papers_seen = self._shown_seen = 0
        self._reports: dict[str, bytes] = {}
        self.codes: Counter[str] = Counter()
        self.excused: set[str] = set()
        self._moved_there: set[str] = set()
        self.refusals_planned: set[str] = set()
        self.overtaken: set[str] = set()
        self.registered_twice: set[str] = set()
        self.paid_by_card: Callable[[], tuple[int, int]] | None = None
        self.advances: Advances | None = None

    def watch_advances(self, allowed: Allowed, named_at: Mapping[str, dt.datetime]) -> None:
        """From here on no settlement may advance more than this without the center. See `Advances`."""
        self.advances = Advances(allowed, named_at, self.ledger.kept)
        self.ledger.on_settlement = self.advances.judge

    def let_go(self) -> None:
        """The terminal's process is about to end."""
        self._journal.let_go()
        self._center.let_go()

    def told(self, key: str, request: tuple[Any, ...], answer: bytes) -> None:
        """The till was answered: it is durable, and the same as ever."""
        known = self.answers.setdefault(key, (request, answer))
        require(known == (request, answer), "keys", f"{key} was answered otherwise before")
        self.ledger.read_on(self._journal.open())
        self._require_told(answer)

    def refused(self, key: str, request: tuple[Any, ...], error: TerminalError, before: int, after: int) -> None:
        """The till was refused: in words fit for anybody, and nothing has changed."""
        self.codes[error.code] += 1
        for text in (error.code, error.message, error.message_zh, error.at):
            self._require_quiet(text)
        require(bool(error.message and error.message_zh), "words", f"{error.code} says nothing")
        self.ledger.read_on(self._journal.open())
        unchanged = set(self.ledger.order[before:after]) <= BESIDE or error.code in MAY_LEAVE_TRACES
        require(unchanged, "refusals", f"{error.code} of {request[0]} left {after - before} entries")
        answered = key in self.answers and self.answers[key][0] == request
        require(not answered, "keys", f"{key} was answered before, and the same request is refused now")

    def excuse(self, persons: set[str]) -> None:
        """Whose rows at the center others have moved: what stands there is no longer the terminal's doing alone."""
        self.excused |= persons
        self._moved_there |= persons

    def look(self) -> None:
        """After a step: the entries that came, and the papers that came."""
        connection = self._journal.open()
        self.ledger.read_on(connection)
        self._note_parked(connection)
        self._read_papers()
        for text in self._shown[self._shown_seen :]:
            self._require_quiet(text)
        self._shown_seen = len(self._shown)

    def check(self) -> None:
        """At a checkpoint: the whole file, its tables, and the center's books."""
        self.look()
        connection = self._journal.open()
        self.ledger.read_again(connection)
        self._check_tables(connection)
        self._check_references()
        self._check_refusals()
        self._check_repairs()
        self._check_card()
        rows = books.rows_of(self._center.open())
        self._check_messages(rows)
        self._check_balances(rows)

    def close(self) -> None:
        """At the end, when the faults are over and every day is closed: both sides have the same books."""
        self.check()
        rows = books.rows_of(self._center.open())
        self._check_claims([row for row in rows if row.stands])
        self._check_debits()
        self._check_visits(rows)
        for one in self.ledger.committed():
            require(self.papers[one.id] > 0 or self._is_electronic(one), "papers", f"{one.id} was never printed")

    def lost_fen(self) -> dict[str, int]:
        """What stands at the center less what the till was told, payer by payer; nothing where nothing was lost."""
        standing = added((row.sign, row.sums) for row in books.rows_of(self._center.open()) if row.stands)
        told = added((one.sign, one.counted) for one in self.ledger.committed() if self.ledger.counts(one))
        return {name: standing[name] - told[name] for name in SUMS if standing[name] != told[name]}

    def _require_told(self, answer: bytes) -> None:
        said = msgspec.json.decode(answer)
        one = self.ledger.kept.get(said["id"])
        require(one is not None and one.committed, "durable before told", f"{said['id']} was told and is not there")
        assert one is not None
        require(one.hash == said["journal_hash"], "durable before told", f"{one.id} was told with another hash")
        require(one.sums == sums_of(said["settlement"]), "durable before told", f"{one.id} was told other amounts")

    def _require_quiet(self, text: str) -> None:
        require(not any(secret in text for secret in self._secrets), "quiet", "a text names a person or a card")

    def _read_papers(self) -> None:
        for data in self._tape[self._papers_seen :]:
            self._papers_seen += 1
            paper = papers.read(data)
            self._require_quiet(paper.text)
            if not paper.number:
                continue
            one = self.ledger.kept.get(paper.number)
            require(one is not None and one.committed, "papers", f"{paper.number} is on paper and not committed")
            assert one is not None
            for name, amount in paper.amounts.items():
                require(amount == one.sign * one.sums[name], "papers", f"{one.id}: {name} on paper is another")
            if paper.whole:
                self.papers[one.id] += 1
                if not paper.is_reprint and not paper.is_repeat:
                    self.first_papers[one.id] += 1
                    require(self.first_papers[one.id] == 1, "papers", f"{one.id} was printed twice, unmarked")

    def _note_parked(self, connection: sqlite3.Connection) -> None:
        for (person,) in connection.execute("SELECT person_number FROM outbox WHERE state = 'parked'"):
            self.excused.add(person)

    def _check_tables(self, connection: sqlite3.Connection) -> None:
        committed = {one.id for one in self.ledger.committed()}
        jobs = {row[0] for row in connection.execute("SELECT subject FROM print_jobs WHERE copy = 0")}
        require(committed <= jobs, "papers", f"{sorted(committed - jobs)[:3]} have no print job")
        for row in connection.execute("SELECT key, answer FROM keys"):
            told = self.answers.get(row["key"])
            require(told is None or told[1] == bytes(row["answer"]), "keys", f"{row['key']} has another answer now")
        for row in connection.execute("SELECT reason FROM outbox UNION ALL SELECT why FROM print_jobs"):
            self._require_quiet(row[0])
        for row in connection.execute("SELECT day, report FROM days WHERE state = 'sealed'"):
            if self._reports.get(row["day"]) != row["report"]:
                self._check_report(row["day"], msgspec.json.decode(row["report"]))
                self._reports[row["day"]] = row["report"]
        self._electronic = {
            row[0] for row in connection.execute("SELECT subject FROM print_jobs WHERE why = 'electronic'")
        }

    def _check_report(self, day: str, report: dict[str, Any]) -> None:
        expected = self.ledger.sealed_sums[day]
        names = ("provider_id", "scheme", "clearing_class")
        found = {tuple(one["group"][name] for name in names): sums_of(one["group"]) for one in report["groups"]}
        nothing = dict.fromkeys(SUMS, 0)
        for group in expected.keys() | found.keys():
            same = expected.get(group, nothing) == found.get(group, nothing)  # type: ignore[call-overload]
            require(same, "day's sums", f"{day} {group}: {found.get(group)} reported, {expected.get(group)} settled")

    def _check_references(self) -> None:
        sold = Counter(one.reference for one in self.ledger.committed() if one.kind == "settlement" and one.reference)
        twice = [reference for reference, count in sold.items() if count > 1]
        require(not twice, "never two", f"{twice[:3]} were settled more than once")

    def _check_refusals(self) -> None:
        closed = books.closed_days_of(self._center.open())
        # Behind its reversal a message counts there for a while, and whatever comes next is worked out on top of it.
        self.excuse(self.overtaken)
        for number, reason in self.ledger.refused_reasons.items():
            one = self.ledger.kept[number]
            planned = bool(one.wire_ids & self.refusals_planned) or one.day in closed
            planned = planned or any(words in reason for words in PLANNED_REASONS)
            require(planned or one.person in self.excused, "refused", f"{number} was refused: {reason}")
            self.excused.add(one.person)

    def _check_repairs(self) -> None:
        """Whatever a day's end has taken back, somebody wanted, and is written down."""
        for one in self.ledger.kept.values():
            if one.key.startswith(REPAIRS):
                require(one.key in self.ledger.repaired, "repairs", f"{one.id} was taken back in nobody's name")

    def _check_messages(self, rows: list[books.Row]) -> None:
        """What stands at the center came under an id that was written down first, and once for each settlement; what a
        repair has voided there stands for nothing.
        """
        standing: Counter[str] = Counter()
        repairs = [row for row in rows if row.message_id in self.ledger.repairing]
        voided = {number for row in repairs for number in (row.number, row.original)}
        for row in rows:
            if not row.message_id.startswith(CLERKS) and row.number not in voided:
                one = self.ledger.sent_as.get(row.message_id)
                require(one is not None, "intent first", f"{row.message_id} was sent and never written down")
                assert one is not None
                self._require_undone(one, row.message_id)
                if row.stands and one.person not in self._moved_there:
                    standing[one.id] += 1
        twice = [number for number, count in standing.items() if count > 1]
        require(not twice, "booked once", f"{twice[:3]} stand more than once at the center")

    def _require_undone(self, one: Kept, wire_id: str) -> None:
        """What was given up here and booked there is undone by a message that was written down when it was given up;
        that day end would find it is no excuse. Only a refusal, which may be another message's, ends it by itself.
        """
        written = wire_id in self.ledger.reversals or wire_id in self.refusals_planned
        require(written or not one.abandoned, "undone", f"{one.id} was given up, was booked, and nobody undoes it")

    def _check_card(self) -> None:
        """The card has paid what is committed; of a debit that is open, the whole or nothing."""
        if self.paid_by_card is None:
            return
        debits = [one for one in self.ledger.kept.values() if one.card_counter and not one.abandoned]
        paid = [one.sums["account"] for one in debits if one.committed]
        still_open = [one.sums["account"] for one in debits if not one.committed]
        require(len(still_open) <= 1, "card", f"{len(still_open)} debits of one card are open")
        counted = self.paid_by_card()
        agreed = [(sum(paid) + extra, len(paid) + bool(extra)) for extra in (0, *still_open)]
        require(counted in agreed, "card", f"it has paid {counted[0]} fen in {counted[1]} debits, not {agreed}")

    def _check_debits(self) -> None:
        """No debit is open any more, and the center has seen each that it took in: once, by the card's own number."""
        ours = {one.card_counter: one for one in self.ledger.committed() if one.card_counter}
        undecided = [one for one in self.ledger.kept.values() if one.card_counter and not one.abandoned]
        require(len(undecided) == len(ours), "card", "a debit is open, or two have one number")
        if any(one.person in self.excused for one in ours.values()):
            return
        seen = sorted(books.debits_of(self._center.open()))
        expected = sorted((one.card_counter, one.sums["account"]) for one in ours.values() if one.outcome == "accepted")
        require(seen == expected, "card", f"the center has seen {len(seen)} debits, not the {len(expected)} it took in")

    def _check_visits(self, rows: list[books.Row]) -> None:
        """A visit that stands open at the center is settled there, or is listed here, with what it waits for. What the
        network registers a second time, behind the end of the visit, nobody can hear of.
        """
        settled = {row.visit for row in rows if row.state == "booked" and row.sign > 0}
        query = "SELECT number FROM visits WHERE given_up = 1 AND stuck = 1 AND reason <> ''"
        listed = {number for (number,) in self._journal.open().execute(query)}
        open_there = books.open_visits_of(self._center.open())
        known = {number for number, own in open_there.items() if own in self.registered_twice} | settled | listed
        left = [f"{number} of {own}" for number, own in open_there.items() if number not in known]
        require(not left, "visits", f"{len(left)} visits stand open at the center without a settlement: {left[:3]}")

    def _check_balances(self, rows: list[books.Row]) -> None:
        spent: Counter[str] = Counter()
        for row in rows:
            spent[row.person] += row.sign * row.sums["account"] * row.stands
        for person, balance in books.balances_of(self._center.open()).items():
            if person not in self.excused:
                left = self._opening[person] - spent[person]
                require(balance == left >= 0, "balances", f"the center has {balance} left for a person, not {left}")

    def _check_claims(self, standing: list[books.Row]) -> None:
        """Everything that stands at the center stands here, once, with the same amounts; and the other way round."""
        unclaimed = {row.number: row for row in standing}
        for one in self.ledger.kept.values():
            if not one.committed or one.outcome != "accepted":
                continue
            row = self._claimed(one, unclaimed)
            require(row is not None, "booked once", f"{one.id} was accepted and does not stand at the center")
            assert row is not None
            taken_back = one.kind == "settlement" and self.ledger.void_of(one) is not None
            require((row.state == "voided") == taken_back, "booked once", f"{one.id} is {row.state} at the center")
            # What was taken back again stands on both sides for nothing, whatever its amounts were.
            same = row.sign == one.sign and all(row.sums[name] == one.counted[name] for name in MONEY)
            require(same or taken_back or one.kind == "void", "booked once", f"{one.id} has other amounts there")
        left = {row.number for row in unclaimed.values()} - _cancelled(list(unclaimed.values()))
        require(not left, "booked once", f"{sorted(left)[:3]} stand at the center and not here")

    def _claimed(self, one: Kept, unclaimed: dict[str, books.Row]) -> books.Row | None:
        number = one.references.get("setl_id", "")
        if number in unclaimed:
            return unclaimed.pop(number)
        # A void that the center was only asked about has no number of its own here.
        original = self.ledger.kept.get(one.voids)
        known = original.references.get("setl_id") if original else None
        found = next((row for row in unclaimed.values() if row.sign < 0 and row.original == known), None)
        return unclaimed.pop(found.number) if found else None

    def _is_electronic(self, one: Kept) -> bool:
        return one.id in self._electronic


def _cancelled(rows: list[books.Row]) -> set[str]:
    """The numbers of rows that the bureau has booked and taken back by itself."""
    known = {row.number: row for row in rows}
    pairs = [(row.number, row.original) for row in rows if row.sign < 0 and row.original in known]
    return {number for pair in pairs for number in pair}
