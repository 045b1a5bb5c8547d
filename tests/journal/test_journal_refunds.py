"""Refunds that were begun: durable, one a settlement and one a key, audited; also in a journal of an older program."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from journal_parts import DAY, MORNING, TERMINAL, forget_left_visits, open_journal, settle, settlement_record, void

from terminal.errors import Conflict, Missing
from terminal.journal.audit import problems
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.journal.refunds import BegunRefund


def begun(journal: Journal, original: SettlementRecord, key: str = "back", digest: str = "d2") -> BegunRefund:
    """A refund of `original` as the counter writes it down."""
    refund = BegunRefund(
        original=original.id,
        reason="returned",
        stays=settlement_record(journal),
        key=key,
        void_key=f"refund {key}",
        request_digest=digest,
    )
    journal.begin_refund(refund, MORNING)
    return refund


def test_a_begun_refund_is_there_after_a_restart(tmp_path: Path) -> None:
    """All that it takes to go on, until both its answers stand."""
    with open_journal(tmp_path) as journal:
        refund = begun(journal, settle(journal))
    with open_journal(tmp_path) as journal:
        assert journal.open_refunds() == [refund] == [journal.refund_under("back")]
        assert journal.verify() == []
        original = journal.settlement(refund.original)
        taken_back = void(journal, original, key=refund.void_key)
        assert journal.refund_of(original.id).void == taken_back.id
        with pytest.raises(Conflict, match="another request"):
            settle(journal, key="back")
        journal.commit_settlement(refund.stays, "m-stays", "back", "d2", lambda _: b"answer")
        assert (journal.open_refunds(), journal.refund_of(original.id).done) == ([], True)
        with pytest.raises(Conflict) as done:
            journal.give_up_refund(original.id, "too late", MORNING)
        assert done.value.code == "refund-done"


def test_one_refund_a_settlement_until_it_is_given_up(tmp_path: Path) -> None:
    """A second one is refused, and so is a void; given up, both are free, and so is the key."""
    with open_journal(tmp_path) as journal:
        original = settle(journal)
        begun(journal, original)
        for attempt in (lambda: begun(journal, original, "other"), lambda: void(journal, original)):
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.code == "refund-open"
        with pytest.raises(Conflict) as reused:
            journal.stored_answer("back", "another digest")
        assert reused.value.code == "key-reused"
        journal.give_up_refund(original.id, "the patient left", MORNING, "op-7")
        with pytest.raises(Missing):
            journal.refund_of(original.id)
        assert begun(journal, original, digest="d3") == journal.refund_of(original.id)
        assert journal.verify() == []


def test_a_refund_is_begun_under_a_key_of_its_own_and_on_an_open_day(tmp_path: Path) -> None:
    """What answered another request under that key stands; what stays cannot be sold on a day that is closed."""
    with open_journal(tmp_path) as journal:
        original = settle(journal, key="sold")
        head = journal.head()
        with pytest.raises(Conflict) as reused:
            begun(journal, original, key="sold")
        assert (reused.value.code, journal.head()) == ("key-reused", head)
        journal.freeze(DAY, MORNING)
        with pytest.raises(Conflict) as closed:
            begun(journal, original)
        assert (closed.value.code, journal.open_refunds()) == ("day-closed", [])


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE refunds SET original = (SELECT max(id) FROM settlements)", "the refund is missing or was changed"),
        ("UPDATE refunds SET key = 'other'", "the refund is missing or was changed"),
        ("UPDATE refunds SET given_up_by = NULL", "the refund's end was changed"),
        ("DELETE FROM refunds", "refunds: 0 rows, but 1 entries"),
    ],
)
def test_the_audit_finds_a_changed_refund(tmp_path: Path, statement: str, found: str) -> None:
    """Whose, under which key, whether it was given up, and that there was one at all."""
    with open_journal(tmp_path) as journal:
        original = settle(journal)
        settle(journal)
        begun(journal, original)
        journal.give_up_refund(original.id, "the patient left", MORNING)
    connection = sqlite3.connect(tmp_path / "journal.db")
    connection.row_factory = sqlite3.Row
    connection.execute(statement)
    assert any(found in line for line in problems(connection, TERMINAL))
    connection.close()


def test_a_journal_of_the_program_before_takes_refunds(tmp_path: Path) -> None:
    """Its tables as they were before refunds were written down: opened, it has them, and everything that it had."""
    with open_journal(tmp_path) as journal:
        original = settle(journal)
    connection = sqlite3.connect(tmp_path / "journal.db")
    connection.execute("DROP TABLE refunds")
    connection.execute("DROP TABLE clock_mistakes")
    forget_left_visits(connection)
    connection.execute("ALTER TABLE visits DROP COLUMN given_up")
    connection.execute("ALTER TABLE visits DROP COLUMN doubted")
    connection.execute("ALTER TABLE repairs DROP COLUMN refused")
    connection.execute("ALTER TABLE repairs DROP COLUMN message_id")
    connection.execute("ALTER TABLE publication_troubles DROP COLUMN reason_zh")
    connection.execute("DROP INDEX outbox_open")
    connection.execute("DROP INDEX outbox_center_number")
    connection.execute("ALTER TABLE outbox DROP COLUMN center_number")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name >= '0012'")
    connection.commit()
    connection.close()
    with open_journal(tmp_path) as journal:
        assert journal.settlement(original.id) == original
        assert [one.original for one in [begun(journal, original)]] == [original.id]
        assert journal.verify() == []
