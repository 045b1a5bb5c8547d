"""The outbox and the print queue: order, waiting, doubt, and what an interruption leaves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from journal_parts import MORNING, crashed_copy, message_of, open_journal, settle, void

from terminal.errors import Conflict, Missing
from terminal.journal.journal import Journal
from terminal.journal.records import CenterSums, LastWord
from terminal.money import Fen

LATER = MORNING + dt.timedelta(seconds=60)


@pytest.fixture
def journal(tmp_path: Path):
    with open_journal(tmp_path / "live") as opened:
        yield opened


def due(journal: Journal, now: dt.datetime = MORNING) -> str:
    """The settlement whose message is due, or ""."""
    message = journal.due(now)
    return message.settlement_id if message else ""


def test_messages_leave_in_order_and_one_that_waits_holds_up_no_other(journal: Journal) -> None:
    """The oldest first; one that waits for its next attempt is passed over until its time has come."""
    first, second = settle(journal), settle(journal, person_number="P2")
    assert due(journal) == first.id
    journal.mark_sent(message_of(journal, first), b"r", MORNING)
    journal.mark_unknown(message_of(journal, first), "no answer", LATER, MORNING)
    assert due(journal) == second.id
    assert due(journal, LATER) == first.id
    journal.mark_accepted(message_of(journal, second), b"yes", {"n": "1"}, MORNING)
    assert due(journal) == ""
    assert journal.settlement(second.id).upload_state == "accepted"
    assert journal.settlement(second.id).center_references == {"n": "1"}
    assert journal.counts() == {"unknown": 1, "accepted": 1}
    assert journal.verify() == []


def test_a_reversal_goes_before_everything(journal: Journal) -> None:
    """A queued reversal overtakes older messages."""
    first, second = settle(journal), settle(journal)
    journal._connection.execute(
        "INSERT INTO outbox (message_id, transaction_name, settlement_id, person_number, state,"
        " first_queued_at, next_attempt_at) SELECT 'r1', 'reverse', settlement_id, person_number, 'queued',"
        " first_queued_at, next_attempt_at FROM outbox WHERE settlement_id = ?",
        (second.id,),
    )
    message = journal.due(MORNING)
    assert message is not None
    assert (message.message_id, message.transaction) == ("r1", "reverse")
    assert due(journal) != first.id


@pytest.mark.parametrize("last_word", ["accepted", "refused", "parked"])
def test_a_void_waits_for_its_original(journal: Journal, last_word: str) -> None:
    """While the original is queued, sent or unknown its void is not due; other messages pass it."""
    original = settle(journal)
    taken_back = void(journal, original)
    other = settle(journal, person_number="P2")
    message_id = message_of(journal, original)
    journal.mark_sent(message_id, b"r", MORNING)
    journal.mark_unknown(message_id, "no answer", LATER, MORNING)
    assert due(journal) == other.id
    if last_word == "accepted":
        journal.mark_accepted(message_id, b"yes", {}, MORNING)
    elif last_word == "refused":
        journal.mark_refused(message_id, b"no", "why", MORNING)
    else:
        journal.mark_parked(message_id, "why", MORNING)
    assert due(journal) == taken_back.id


def test_one_person_s_messages_go_in_order_and_hold_up_nobody_else(journal: Journal) -> None:
    """A later settlement of the same person rests on the earlier one and waits for it; another's does not."""
    first, second = settle(journal), settle(journal)
    stranger = settle(journal, person_number="P2")
    journal.mark_sent(message_of(journal, first), b"r", MORNING)
    journal.mark_unknown(message_of(journal, first), "no answer", LATER, MORNING)
    assert due(journal) == stranger.id
    journal.mark_accepted(message_of(journal, stranger), b"yes", {}, MORNING)
    assert due(journal) == ""
    journal.hurry(MORNING)
    assert due(journal) == first.id
    journal.mark_parked(message_of(journal, first), "poisoned", MORNING)
    assert due(journal) == second.id


def test_silence_is_never_forgotten(journal: Journal) -> None:
    """Once unknown it stays so, even after an attempt of which surely nothing left."""
    record = settle(journal)
    message_id = message_of(journal, record)
    for _ in range(2):
        journal.mark_sent(message_id, b"r", MORNING)
        journal.mark_queued(message_id, "unreachable", MORNING, MORNING)
        assert journal.settlement(record.id).upload_state == "queued"
    journal.mark_sent(message_id, b"r", MORNING)
    journal.mark_unknown(message_id, "no answer", MORNING, MORNING)
    journal.mark_sent(message_id, b"r", MORNING)
    journal.mark_queued(message_id, "unreachable", MORNING, MORNING)
    assert journal.settlement(record.id).upload_state == "unknown"
    assert journal.queue()[0].attempts == 4


def test_what_was_sent_when_the_power_went_is_unknown(journal: Journal, tmp_path: Path) -> None:
    """The request stands in the journal before it leaves; after a restart it is unknown, and due."""
    record = settle(journal)
    journal.mark_sent(message_of(journal, record), b"the request", MORNING)
    with open_journal(crashed_copy(journal, tmp_path / "cut")) as reopened:
        assert reopened.mark_interrupted(MORNING) == 1
        message = reopened.due(MORNING)
        assert message is not None
        assert (message.state, message.request, message.attempts) == ("unknown", b"the request", 1)
        assert reopened.mark_interrupted(MORNING) == 0


def test_what_went_and_is_not_waited_for_is_due_again(journal: Journal) -> None:
    """Unless whoever asks has it on its way just now: then it is left to him."""
    record, other = settle(journal), settle(journal, person_number="P2")
    journal.mark_sent(message_of(journal, record), b"r", MORNING)
    assert [one.settlement_id for one in journal.due_together(MORNING, 9)] == [record.id, other.id]
    assert [one.settlement_id for one in journal.due_together(MORNING, 9, some_on_their_way=True)] == [other.id]


def test_the_center_s_last_word_stands(journal: Journal) -> None:
    """Accepted twice counts once; accepted cannot become refused, sent or parked."""
    record = settle(journal)
    message_id = message_of(journal, record)
    journal.mark_accepted(message_id, b"yes", {"n": "1"}, MORNING)
    head = journal.head()
    journal.mark_accepted(message_id, b"yes again", {"n": "2"}, MORNING)
    assert journal.head() == head
    assert journal.settlement(record.id).center_references == {"n": "1"}
    for change in (
        lambda: journal.mark_refused(message_id, b"no", "why", MORNING),
        lambda: journal.mark_sent(message_id, b"r", MORNING),
        lambda: journal.mark_parked(message_id, "why", MORNING),
    ):
        with pytest.raises(Conflict):
            change()
    with pytest.raises(Missing):
        journal.mark_sent("m-none", b"r", MORNING)


def test_last_words_heard_together_are_written_together(journal: Journal) -> None:
    """Three answers of one burst, one of them twice: each counts once, and the chain holds them in their order."""
    records = [settle(journal, person_number=f"P{number}") for number in range(3)]
    ids = [message_of(journal, record) for record in records]
    sums = CenterSums(total=Fen(1), fund_total=Fen(1), provider_borne=Fen(0), account=Fen(0), cash=Fen(0))
    yes, no = LastWord(ids[0], "accepted", b"yes", {"n": "1"}, sums=sums), LastWord(ids[1], "refused", b"", reason="w")
    before = journal.entry_count()
    journal.mark_answered([yes, no, yes, LastWord(ids[2], "accepted", b"yes")], MORNING)
    assert journal.entry_count() == before + 3
    assert journal.counts() == {"accepted": 2, "refused": 1}
    assert journal.settlement(records[0].id).center_references == {"n": "1"}
    assert journal.verify() == []


@pytest.mark.parametrize("last", ["of nobody", "contradicts", "contradicts the batch"])
def test_one_impossible_last_word_undoes_its_whole_batch(journal: Journal, last: str) -> None:
    """No such message, refused before, refused in the same breath: nothing of what came with it is written."""
    first, second = (message_of(journal, settle(journal, person_number=person)) for person in ("P1", "P2"))
    journal.mark_refused(second, b"", "why", MORNING)
    head = journal.head()
    wrong = {
        "of nobody": LastWord("m-none", "accepted", b""),
        "contradicts": LastWord(second, "accepted", b""),
        "contradicts the batch": LastWord(first, "refused", b""),
    }[last]
    with pytest.raises((Conflict, Missing)):
        journal.mark_answered([LastWord(first, "accepted", b"yes"), wrong], MORNING)
    assert journal.head() == head
    assert journal.counts() == {"queued": 1, "refused": 1}


def test_a_parked_message_waits_for_an_operator(journal: Journal) -> None:
    """Parked is visible and never due; resumed it is due again, once."""
    message_id = message_of(journal, settle(journal))
    journal.mark_parked(message_id, "poisoned", MORNING)
    assert due(journal, LATER) == ""
    assert [(m.state, m.reason) for m in journal.queue()] == [("parked", "poisoned")]
    journal.resume(message_id, MORNING)
    assert due(journal) != ""
    with pytest.raises(Conflict):
        journal.resume(message_id, MORNING)


def test_a_clock_that_jumped_back_holds_up_nothing(journal: Journal) -> None:
    """A next attempt in a far future that no pause reaches was set by a wrong clock: it is due at once."""
    record = settle(journal)
    tomorrow = MORNING + dt.timedelta(days=1)
    journal.mark_unknown(message_of(journal, record), "no answer", tomorrow, tomorrow)
    (job,) = journal.print_queue()
    journal.mark_print_failed(job.id, "paper-out", tomorrow)
    assert due(journal) == record.id
    assert journal.due_print(MORNING) is not None


def test_a_failed_print_stays_visible_and_holds_up_no_other(journal: Journal) -> None:
    """A failure before the first byte is no repeat; one in the middle is; printed leaves the queue."""
    settle(journal)
    settle(journal)
    first, second = journal.print_queue()
    journal.mark_print_failed(first.id, "paper-out", LATER, in_doubt=False)
    due_now = journal.due_print(MORNING)
    assert due_now is not None
    assert due_now.id == second.id
    journal.mark_printing(second.id)
    journal.mark_printed(second.id)
    (waiting,) = journal.print_queue()
    assert (waiting.why, waiting.repeat, waiting.state) == ("paper-out", False, "queued")
    journal.mark_printing(first.id)
    journal.mark_print_failed(first.id, "cover-open", LATER)
    (waiting,) = journal.print_queue()
    assert (waiting.repeat, waiting.attempts) == (True, 1)


def test_an_interrupted_print_is_repeated_and_marked(journal: Journal, tmp_path: Path) -> None:
    """Power gone while printing: after the restart the job is due again and says that it is a repeat."""
    settle(journal)
    (job,) = journal.print_queue()
    journal.mark_printing(job.id)
    assert journal.due_print(MORNING) is None
    with open_journal(crashed_copy(journal, tmp_path / "cut")) as reopened:
        assert reopened.requeue_interrupted_prints() == 1
        again = reopened.due_print(MORNING)
        assert again is not None
        assert (again.id, again.repeat, again.copy, again.why) == (job.id, True, 0, "interrupted")


def test_reprints_are_counted(journal: Journal) -> None:
    """The first print is copy 0; each reprint counts up; a document that was never queued starts at 0."""
    record = settle(journal)
    assert [journal.queue_print("settlement", record.id, MORNING).copy for _ in range(2)] == [1, 2]
    assert journal.queue_print("day", "2021-06-30", MORNING).copy == 0
    with pytest.raises(Missing):
        journal.mark_printed(999)
