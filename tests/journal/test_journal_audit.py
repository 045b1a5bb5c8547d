"""The audit finds what was changed behind the journal's back: any byte of an entry, any column, any row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_parts import DAY, MORNING, NEXT_DAY, message_of, open_journal, settle, void

from terminal.journal.audit import problems


def filled(folder: Path) -> Path:
    """A journal in which everything has happened once; returns its file."""
    with open_journal(folder) as journal:
        first, second = settle(journal, till_reference="till-1"), settle(journal)
        message_id = message_of(journal, first)
        journal.mark_sent(message_id, b"request", MORNING)
        journal.mark_accepted(message_id, b"answer", {"number": "77"}, MORNING)
        journal.mark_refused(message_of(journal, second), b"no", "balance", MORNING)
        void(journal, first, business_day=NEXT_DAY)
        journal.freeze(DAY, MORNING)
        journal.seal(DAY, b"report", MORNING)
        assert journal.verify() == []
    return folder / "journal.db"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("audit"))


def forged(file: Path, *statements: tuple[str, object]) -> list[str]:
    """What the audit says after an intruder with SQLite and no triggers in his way; then all is undone."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement, value in statements:
            assert connection.execute(statement, value if isinstance(value, tuple) else (value,)).rowcount > 0
        return problems(connection, "T0001")
    finally:
        connection.rollback()
        connection.close()


def test_an_untouched_journal_is_good(file: Path) -> None:
    """Nothing is said of a journal that nobody touched."""
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    assert problems(connection, "T0001") == []
    connection.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_of_any_entry_is_found(file: Path, data: st.DataObject) -> None:
    """One bit of one byte of one entry's body, anywhere: the audit names that entry."""
    with sqlite3.connect(file) as connection:
        bodies = dict(connection.execute("SELECT number, body FROM entries"))
    connection.close()
    number = data.draw(st.sampled_from(sorted(bodies)))
    body = bytearray(bodies[number])
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))
    found = forged(file, ("UPDATE entries SET body = ? WHERE number = ?", (bytes(body), number)))
    assert any(line.startswith(f"entry {number}: its hash") for line in found)


def test_a_changed_entry_with_a_fitting_hash_breaks_the_next_one(file: Path) -> None:
    """An intruder who also computes the entry's own hash anew is found at the entry after it."""
    from terminal.journal.chain import first_hash, next_hash

    with sqlite3.connect(file) as connection:
        (body,) = connection.execute("SELECT body FROM entries WHERE number = 1").fetchone()
    connection.close()
    other = bytes(body).replace(b'"cash":"10.00"', b'"cash":"10.01"')
    assert other != body
    found = forged(
        file,
        (
            "UPDATE entries SET body = ?, hash = ? WHERE number = 1",
            (other, next_hash(first_hash("T0001"), other)),
        ),
    )
    assert any(line.startswith("entry 2: its hash") for line in found)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("settlements", "id", "T000120210630999999"),
        ("settlements", "business_day", "2021-07-09"),
        ("settlements", "provider_id", "H2"),
        ("settlements", "scheme", "resident"),
        ("settlements", "clearing_class", "pharmacy"),
        ("settlements", "person_number", "P2"),
        ("settlements", "till_reference", "other"),
        ("settlements", "state", "abandoned"),
        ("settlements", "voided_by", None),
        ("outbox", "message_id", "m-forged"),
        ("outbox", "transaction_name", "void"),
        ("outbox", "person_number", "P2"),
        ("outbox", "state", "queued"),
        ("outbox", "reason", "forged"),
        ("outbox", "request", b"forged"),
        ("outbox", "answer", b"forged"),
        ("outbox", "last_word", 1),
        ("outbox", "center_references", '{"number":"78"}'),
        ("keys", "key", "forged"),
        ("keys", "request_digest", "forged"),
        ("keys", "answer", b'{"id":"forged"}'),
        ("print_jobs", "subject", "forged"),
        ("days", "state", "frozen"),
        ("days", "report", b"forged"),
    ],
)
def test_an_edited_column_is_found(file: Path, table: str, column: str, value: object) -> None:
    """The first settlement's row, its message, key, answer or day, changed by hand: the audit says which."""
    where = f"day = '{DAY}'" if table == "days" else f"rowid = (SELECT min(rowid) FROM {table})"
    assert forged(file, (f"UPDATE {table} SET {column} = ? WHERE {where}", value)) != []


def test_edited_amounts_are_found(file: Path) -> None:
    """A fen moved from cash to the fund, so that the sums still agree, is found in both columns."""
    found = forged(file, ("UPDATE settlements SET cash = cash - ?, fund_total = fund_total + 1 WHERE entry = 1", 1))
    assert "entry 1: settlements.fund_total was changed" in found
    assert "entry 1: settlements.cash was changed" in found


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("settlements", "the settlement's row is missing"),
        ("outbox", "its message to the center is missing or was changed"),
        ("keys", "its key is missing"),
        ("print_jobs", "its print job is missing or was changed"),
    ],
)
@pytest.mark.parametrize(("end", "entry"), [("min", 1), ("max", 5)])
def test_a_deleted_row_is_named(file: Path, table: str, says: str, end: str, entry: int) -> None:
    """The first or the last row of any table gone: the audit says which entry wants it."""
    deleted = f"DELETE FROM {table} WHERE rowid = (SELECT {end}(rowid) FROM {table}) AND 1 = ?"
    assert f"entry {entry}: {says}" in forged(file, (deleted, 1))


def test_a_deleted_day_is_named(file: Path) -> None:
    """Its freezing and its sealing both want it."""
    found = forged(file, ("DELETE FROM days WHERE day = ?", str(DAY)))
    assert {"entry 6: the day's row is missing", "entry 7: the day's row is missing"} <= set(found)


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_entry_is_named(file: Path, number: int) -> None:
    """The audit says which number is not there."""
    assert f"entry {number}: missing" in forged(file, ("DELETE FROM entries WHERE number = ?", number))


def test_a_missing_last_entry_is_found(file: Path) -> None:
    """What only it said stands in the tables, and nowhere else."""
    assert forged(file, ("DELETE FROM entries WHERE number = ?", 7)) == ["days.state: 1 rows, but 0 entries"]


def test_the_audit_of_a_ruin_ends(file: Path) -> None:
    """Six hundred entries that are none, with two or three faults each: the first thousand are told."""
    ruin = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    ruin = f"INSERT INTO entries {ruin} SELECT 1000 + i, printf('%064d', i), x'00' FROM n"
    found = forged(file, (ruin, 600))
    assert len(found) == 1000


def test_the_chain_of_another_terminal_does_not_fit(file: Path) -> None:
    """The chain begins with its terminal's id."""
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    assert problems(connection, "T0002") != []
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = x'00'",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries",
        "DELETE FROM settlements",
        "UPDATE settlements SET cash = cash",
        "UPDATE settlements SET business_day = '2021-01-01'",
    ],
)
def test_the_store_itself_refuses_to_rewrite_history(tmp_path: Path, statement: str) -> None:
    """Plain SQL on the journal's own connection cannot change or delete an entry or a settlement's facts."""
    with open_journal(tmp_path) as journal:
        settle(journal)
        with pytest.raises(sqlite3.IntegrityError, match=r"only appended|never deleted|written once"):
            journal._connection.execute(statement)
        assert journal.verify() == []


def test_the_audit_names_no_person(file: Path) -> None:
    """What the audit says of a changed settlement holds neither the name nor the person's number."""
    found = forged(file, ("UPDATE settlements SET person_number = ?, cash = cash WHERE entry = 1", "P2"))
    assert "P1" not in " ".join(found)
    assert "某人" not in " ".join(found)
