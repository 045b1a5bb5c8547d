"""The center's number of a settlement is nobody else's: an answer that tells it for another one is not written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from journal_parts import (
    MORNING,
    answer_of,
    forget_left_visits,
    message_of,
    open_journal,
    settle,
    settlement_record,
    void,
)

from terminal.errors import Conflict
from terminal.journal.journal import Journal
from terminal.journal.records import LastWord, SettlementRecord


@pytest.fixture
def journal(tmp_path: Path):
    with open_journal(tmp_path) as opened:
        yield opened


def word(journal: Journal, record: SettlementRecord, number: str) -> LastWord:
    """The center has taken a settlement in, under this number and with a visit that several may share."""
    return LastWord(message_of(journal, record), "accepted", b"yes", {"number": number, "visit": "V1"})


def test_a_number_that_is_known_for_another_settlement_is_not_written(journal: Journal) -> None:
    """The second settlement keeps its state and goes on to wait; with a number of its own it is taken in."""
    first, second = settle(journal), settle(journal, person_number="P2")
    assert journal.mark_answered([word(journal, first, "77")], MORNING) == []
    journal.mark_sent(message_of(journal, second), b"request", MORNING)
    stale = word(journal, second, "77")
    head = journal.head()
    assert journal.mark_answered([stale], MORNING) == [stale]
    assert (journal.head(), journal.settlement(second.id).upload_state) == (head, "sent")
    assert journal.mark_answered([word(journal, second, "78")], MORNING) == []
    assert journal.counts() == {"accepted": 2}
    assert journal.verify() == []


def test_of_two_answers_of_one_write_the_second_is_not_written(journal: Journal) -> None:
    """A burst's answers are written together: the number that two of them tell is the first one's."""
    records = [settle(journal, person_number=f"P{number}") for number in range(3)]
    words = [word(journal, record, number) for record, number in zip(records, ("77", "77", "79"), strict=True)]
    assert journal.mark_answered([*words, words[0]], MORNING) == [words[1]]
    assert [journal.settlement(record.id).upload_state for record in records] == ["accepted", "queued", "accepted"]
    assert journal.verify() == []


def test_a_void_may_have_the_number_of_what_it_takes_back_and_of_nothing_else(journal: Journal) -> None:
    """Some centers have one row for both; another settlement's number is not its."""
    sold, other = settle(journal), settle(journal, person_number="P2")
    journal.mark_answered([word(journal, sold, "77"), word(journal, other, "78")], MORNING)
    back = void(journal, sold)
    assert journal.mark_answered([word(journal, back, "78")], MORNING) == [word(journal, back, "78")]
    assert journal.mark_answered([word(journal, back, "77")], MORNING) == []
    late = settle(journal, person_number="P3")
    assert journal.mark_answered([word(journal, late, "77")], MORNING) == [word(journal, late, "77")]


def test_what_tells_no_number_shares_none(journal: Journal) -> None:
    """Voids that were found taken back at the center, and bare successes: none of them is another's."""
    records = [settle(journal, person_number=f"P{number}") for number in range(5)]
    told = ({"found": "taken back"}, {"found": "taken back"}, {}, {"hint": "long queue"}, {"hint": "long queue"})
    words = [
        LastWord(message_of(journal, record), "accepted", b"", references)
        for record, references in zip(records, told, strict=True)
    ]
    assert journal.mark_answered(words, MORNING) == []
    assert journal.counts() == {"accepted": 5}


def test_online_such_an_answer_commits_nothing(journal: Journal) -> None:
    """Refused as a conflict, the intent stays open, and whoever asked has to undo it."""
    sold = settle(journal)
    journal.mark_answered([word(journal, sold, "77")], MORNING)
    asked = journal.open_intent(settlement_record(journal), "intent-1", b"request", "key-1", "d1")
    head = journal.head()
    with pytest.raises(Conflict) as conflict:
        journal.authorise(asked.id, b"answer", {"number": "77"}, None, answer_of(asked), MORNING)
    assert conflict.value.code == "number-of-another"
    assert (journal.head(), [one.message_id for one in journal.open_intents()]) == (head, ["intent-1"])
    journal.authorise(asked.id, b"answer", {"number": "78"}, None, answer_of(asked), MORNING)
    later = settle(journal, person_number="P2")
    assert journal.mark_answered([word(journal, later, "78")], MORNING) == [word(journal, later, "78")]


def test_day_end_adopts_no_number_that_is_another_s(journal: Journal) -> None:
    """What is adopted of the center's rows is somebody's already: nothing is changed."""
    sold, refused = settle(journal), settle(journal, person_number="P2")
    journal.mark_answered([word(journal, sold, "77")], MORNING)
    journal.mark_refused(message_of(journal, refused), b"no", "balance", MORNING)
    head = journal.head()
    with pytest.raises(Conflict, match="number of another settlement"):
        journal.accept_found(refused.id, {"number": "77"}, MORNING)
    assert (journal.head(), journal.settlement(refused.id).upload_state) == (head, "refused")
    journal.accept_found(refused.id, {"number": "78"}, MORNING)
    assert journal.settlement(refused.id).upload_state == "accepted"


def test_the_numbers_of_an_older_journal_are_known_too(tmp_path: Path) -> None:
    """What was taken in before this program came is looked at as well, and the journal stays whole."""
    with open_journal(tmp_path) as journal:
        sold, back = settle(journal), settle(journal, person_number="P2")
        journal.mark_answered([word(journal, sold, "77")], MORNING)
        journal.mark_accepted(message_of(journal, back), b"", {"found": "taken back"}, MORNING)
    connection = sqlite3.connect(tmp_path / "journal.db")
    forget_left_visits(connection)
    connection.execute("DROP TABLE clock_mistakes")
    connection.execute("DROP INDEX outbox_center_number")
    connection.execute("ALTER TABLE outbox DROP COLUMN center_number")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name >= '0019'")
    connection.commit()
    connection.close()
    with open_journal(tmp_path) as journal:
        late = settle(journal, person_number="P3")
        assert journal.mark_answered([word(journal, late, "77")], MORNING) == [word(journal, late, "77")]
        assert journal.verify() == []


def test_a_number_that_was_changed_behind_the_chain_is_found(tmp_path: Path) -> None:
    """The column is what the chain's references say."""
    with open_journal(tmp_path) as journal:
        journal.mark_answered([word(journal, settle(journal), "77")], MORNING)
        journal._connection.execute("UPDATE outbox SET center_number = '78'")
        (finding,) = journal.verify()
        assert finding.endswith("the message's outcome was changed")
