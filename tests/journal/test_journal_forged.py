"""Whatever is changed behind the back of a journal in which everything has happened, the audit finds it.

Left out is what means nothing later: how often and when something is tried again, and what is only worked off.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from journal_parts import DAY, MORNING, answer_of, message_of, open_journal, settle, settlement_record, void
from test_journal_debits import PROOF, answer, opened
from test_journal_refunds import begun

from terminal.journal.audit import problems
from terminal.journal.chain import digest
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums
from terminal.journal.stock import Goods
from terminal.money import Fen
from terminal.publication import Head
from terminal.settlement.codec import convert
from terminal.settlement.shelf import LawFile

SUMS = CenterSums(total=Fen(10000), fund_total=Fen(6100), provider_borne=Fen(0), account=Fen(2900), cash=Fen(1000))
GOODS = {"code": "XJ01", "name": "阿莫西林胶囊", "quantity": "2", "unit_price": "10.00", "lot": "L1"}
GOODS |= {"made_on": "2021-01-01", "expires_on": "2023-01-01", "pharmacist": "王药师", "pharmacist_licence": "Y1"}

MEANS = {
    "entries": "number hash body",
    "settlements": "entry id kind business_day provider_id scheme clearing_class person_number till_reference voids"
    " total fund_total provider_borne account cash state voided_by",
    "keys": "key request_digest entry answer",
    "days": "day state report",
    "day_runs": "day run entry report",
    "repairs": "day difference action operator entry refused",
    "outbox": "message_id transaction_name settlement_id sent_as undoes undoes_transaction",
    "print_jobs": "document subject copy",
    "intents": "settlement_id message_id closed_by",
    "center_amounts": "settlement_id entry total fund_total provider_borne account cash adopted_by",
    "tills": "added_by name token_digest removed_by",
    "debits": "settlement_id purse amount key message_id trouble tac mac2 mac2_verified closed_by",
    "publications": "entry kind name version head signature body",
    "law_files": "digest kind body entry",
    "refunds": "entry original key void_key request_digest given_up_by",
    "stock_moves": "settlement_id kind body",
}
"""The columns of each table that say what has happened."""

LAST_WORDS = ("state", "reason", "request", "answer", "center_references", "last_word")
"""Columns of a message to the center that stand still once its answer is there."""


def filled(journal: Journal) -> None:
    """Let everything happen once."""
    journal.note_tills({"till-1": "a" * 64, "till-2": "b" * 64}, MORNING)
    journal.note_tills({"till-1": "a" * 64}, MORNING)
    journal.keep_law([LawFile("pack", b"law", digest(b"law"))], MORNING)
    body = b"the catalogue"
    first = dt.date(2021, 7, 1)
    head = Head(kind="catalogue", name="drugs", version=1, in_force_from=first, digest=digest(body))
    journal.keep_publication(head, "signature", body, MORNING)
    uploaded(journal)
    resent(journal)
    asked(journal)
    journal.commit_debit(opened(journal, "paid").id, PROOF, answer, MORNING)
    debit = opened(journal, "not-paid")
    journal.note_trouble(debit.id, "in-doubt", MORNING)
    journal.abandon_debit(debit.id, "not debited", MORNING)
    begun(journal, settle(journal), key="back")
    given_up = settle(journal)
    begun(journal, given_up, key="given-up")
    journal.give_up_refund(given_up.id, "wrong line", MORNING)
    journal.freeze(DAY, MORNING)
    journal.keep_run(DAY, b"the run", MORNING)
    journal.note_repair(DAY, "amounts", "adopt", "007", MORNING)
    journal.note_repair(DAY, "surplus", "void-at-center", "007", MORNING, refused="voided already")


def uploaded(journal: Journal) -> None:
    """Settlements whose messages were taken, refused, given back, and one whose amounts the center sees otherwise."""
    taken, refused, back = settle(journal), settle(journal, till_reference="till-1"), settle(journal)
    journal.keep_goods(taken.id, [convert(GOODS, Goods)], ["goods-1"], MORNING)
    message = message_of(journal, taken)
    journal.mark_sent(message, b"request", MORNING)
    journal.mark_accepted(message, b"answer", {"number": "77"}, MORNING)
    journal.mark_refused(message_of(journal, refused), b"no", "balance", MORNING)
    journal.adopt(taken.id, SUMS, MORNING)
    void(journal, back)


def resent(journal: Journal) -> None:
    """A message that was undone and went anew, was refused, and was sent once more by hand: three ids on the wire."""
    again = settle(journal)
    message = message_of(journal, again)
    journal.mark_unknown(message, "silence", MORNING, MORNING)
    journal.reverse_unknown(message, stamped(journal), "silence", MORNING)
    (reversal,) = [one for one in journal.queue() if one.undoes == message]
    journal.renew(reversal.message_id, b"undone", "", undone=True, new_id=stamped(journal), now=MORNING)
    journal.mark_refused(message, b"no", "balance", MORNING)
    journal.send_again(again.id, stamped(journal), "by hand", MORNING)


def stamped(journal: Journal) -> str:
    """A message id as the center wants it."""
    second, counter = journal.next_message_stamp()
    return f"H10000000000{second:%Y%m%d%H%M%S}01{counter:02d}"


def asked(journal: Journal) -> None:
    """Settlements that the center was asked for: one authorised and taken back, one abandoned and reversed."""
    paid = journal.open_intent(settlement_record(journal), "intent-1", b"request", "key-a", "d1")
    journal.authorise(paid.id, b"answer", {"number": "78"}, SUMS, answer_of(paid), MORNING)
    lost = journal.open_intent(settlement_record(journal), "intent-2", b"request", "key-b", "d1")
    journal.abandon(lost.id, "silent", MORNING, "reversal-2")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a journal in which everything has happened, and which is good."""
    folder = tmp_path_factory.mktemp("forged")
    with open_journal(folder) as journal:
        filled(journal)
        assert journal.verify() == []
    return folder / "journal.db"


class Intruder:
    """Somebody with SQLite and no trigger, constraint or index in the way. All that was changed is undone."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("BEGIN")
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in self.connection.execute(guards).fetchall():
            self.connection.execute(f"DROP TRIGGER {name}")

    def finds(self, statement: str, *values: object) -> list[str]:
        """What the audit finds after one change."""
        self.connection.execute("SAVEPOINT before")
        self.connection.execute("PRAGMA ignore_check_constraints = ON")
        assert self.connection.execute(statement, values).rowcount == 1
        self.connection.execute("PRAGMA ignore_check_constraints = OFF")
        found = problems(self.connection, "T0001")
        self.connection.execute("ROLLBACK TO before")
        return found

    def rows(self, table: str) -> list[sqlite3.Row]:
        """All rows of a table."""
        return self.connection.execute(f"SELECT * FROM {table}").fetchall()


@pytest.fixture
def intruder(file: Path) -> Iterator[Intruder]:
    """An intruder into that journal."""
    intruder = Intruder(file)
    yield intruder
    intruder.connection.close()


def other(value: object, declared: str) -> object:
    """A value of the column's type that is not this one."""
    if declared == "INTEGER":
        return 0 if value == 1 else 1_000 + int(str(value or 0))
    return b"forged" if declared == "BLOB" else "forged"


def columns(intruder: Intruder, table: str) -> tuple[str, dict[str, str]]:
    """What names a row of a table, and the declared type of each column."""
    facts = intruder.connection.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [fact["name"] for fact in facts if fact["pk"]]
    return " AND ".join(f"{key} = ?" for key in keys), {fact["name"]: fact["type"] for fact in facts}


def unnoticed(intruder: Intruder, table: str, names: tuple[str, ...]) -> list[str]:
    """Columns of rows that can be changed without the audit noticing."""
    where, types = columns(intruder, table)
    keys = [key.removesuffix(" = ?") for key in where.split(" AND ")]
    rows = intruder.rows(table)
    assert rows, "nothing to forge"
    found = []
    for row in rows:
        if names == LAST_WORDS and row["last_word"] is None:
            continue
        place = [row[key] for key in keys]
        for name in names:
            change = f"UPDATE OR IGNORE {table} SET {name} = ? WHERE {where}"
            if not intruder.finds(change, other(row[name], types[name]), *place):
                found.append(f"{table}.{name} of {place}, which is {row[name]!r}")
    return found


@pytest.mark.parametrize("table", MEANS)
def test_every_column_that_means_something_is_watched(intruder: Intruder, table: str) -> None:
    """Another value in any row: the audit says that something is wrong."""
    assert unnoticed(intruder, table, tuple(MEANS[table].split())) == []


def test_the_last_word_of_the_center_is_watched(intruder: Intruder) -> None:
    """What became of a message, its bytes, and the center's numbers for it."""
    assert unnoticed(intruder, "outbox", LAST_WORDS) == []


@pytest.mark.parametrize("table", MEANS)
def test_every_row_is_missed(intruder: Intruder, table: str) -> None:
    """Any row gone: the audit says that something is wrong."""
    where, _ = columns(intruder, table)
    keys = [key.removesuffix(" = ?") for key in where.split(" AND ")]
    for row in intruder.rows(table):
        assert intruder.finds(f"DELETE FROM {table} WHERE {where}", *(row[key] for key in keys)), tuple(row)


def test_a_counter_below_what_was_given_out_is_found(intruder: Intruder) -> None:
    """Set back, or gone, a counter would give a number out a second time: found from the newest number on."""
    counters = intruder.rows("counters")
    assert {row["name"] for row in counters} == {"message-stamps", f"settlements-{DAY:%Y%m%d}"}
    (newest,) = intruder.connection.execute("SELECT max(id) FROM settlements").fetchone()
    last = {"message-stamps": counters[0]["reserved"], f"settlements-{DAY:%Y%m%d}": int(newest[-6:])}
    for name, given in last.items():
        assert intruder.finds("UPDATE counters SET reserved = ? WHERE name = ?", given, name) == []
        found = intruder.finds("UPDATE counters SET reserved = ? WHERE name = ?", given - 1, name)
        assert found == [f"counters: {name} is below what was given out"]
        assert intruder.finds("DELETE FROM counters WHERE name = ?", name) == found


def test_amounts_of_the_center_s_that_no_entry_tells_of_are_found(intruder: Intruder) -> None:
    """A row put in by hand, by which a settlement would count with other sums than its own."""
    row = "SELECT id, 1, total, 0, 0, 0, total, 1 FROM settlements WHERE id NOT IN (SELECT settlement_id FROM {0})"
    found = intruder.finds(f"INSERT INTO center_amounts {row} LIMIT 1".format("center_amounts"))
    assert [line.partition(":")[0] for line in found] == ["center_amounts"]


def test_amounts_below_zero_that_were_taken_once_can_still_be_read(tmp_path: Path) -> None:
    """Journals of the field hold such answers of the center, refused by now on arrival: no sign of tampering."""
    odd = msgspec.structs.replace(SUMS, account=Fen(-1), cash=Fen(39_01))
    with open_journal(tmp_path) as journal:
        journal.mark_accepted(message_of(journal, settle(journal)), b"answer", {"number": "77"}, MORNING, odd)
        journal.adopt(settle(journal).id, odd, MORNING)
        assert journal.verify() == []
