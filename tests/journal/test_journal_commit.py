"""Committing: all of it or nothing, once a key, and everything needed to work it out again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from journal_parts import (
    DAY,
    MORNING,
    NEXT_DAY,
    answer_of,
    crashed_copy,
    message_of,
    open_journal,
    settle,
    settlement_record,
    void,
)

from terminal.errors import Conflict, Missing, Refused
from terminal.journal.chain import first_hash
from terminal.journal.journal import Journal
from terminal.settlement.codec import encode


@pytest.fixture
def journal(tmp_path: Path):
    with open_journal(tmp_path) as opened:
        yield opened


def everything(journal: Journal) -> tuple[object, ...]:
    """All that a commit leaves behind."""
    return (
        journal.head(),
        [r.id for r in journal.last(100)],
        [m.message_id for m in journal.queue()],
        [j.id for j in journal.print_queue()],
    )


def test_a_commit_leaves_settlement_message_print_job_and_answer(journal: Journal) -> None:
    """The settlement reads back equal, its message and print job are queued, its answer is kept."""
    record = settlement_record(journal, till_reference="till-7")
    committed = journal.commit_settlement(record, "m1", "k1", "d1", answer_of(record))
    assert committed.entry_hash == journal.head() != first_hash("T0001")
    assert journal.settlement(record.id) == committed
    assert encode(journal.settlement(record.id).bill) == encode(record.bill)
    assert journal.by_till_reference("till-7") == journal.of_day(DAY) == journal.last(1) == [committed]
    (message,) = journal.queue()
    assert (message.message_id, message.transaction, message.state, message.attempts) == (
        "m1",
        "settle",
        "queued",
        0,
    )
    (job,) = journal.print_queue()
    assert (job.document, job.subject, job.copy, job.state) == ("settlement", record.id, 0, "queued")
    stored = journal.stored_answer("k1", "d1")
    assert stored is not None
    assert msgspec.json.decode(stored) == {"id": record.id, "journal_hash": committed.entry_hash}
    assert journal.verify() == []


@pytest.mark.parametrize("call", [1, 2], ids=["before the entry", "after the last row but one"])
def test_a_crash_inside_the_commit_leaves_nothing(journal: Journal, call: int) -> None:
    """An error at the first or the last step of the transaction: the journal is as it was, and works on."""
    record = settlement_record(journal)
    before = everything(journal)
    calls = []

    def answer(entry_hash: str) -> bytes:
        calls.append(entry_hash)
        if len(calls) == call:
            raise RuntimeError("pulled the plug")
        return b"x"

    with pytest.raises(RuntimeError, match="plug"):
        journal.commit_settlement(record, "m1", "k1", "d1", answer)
    assert everything(journal) == before
    assert journal.stored_answer("k1", "d1") is None
    journal.commit_settlement(record, "m1", "k1", "d1", answer_of(record))
    assert journal.verify() == []


def test_a_power_cut_inside_the_commit_leaves_nothing(journal: Journal, tmp_path: Path) -> None:
    """The files as they stand in the middle of the transaction open as if it had never begun."""
    settle(journal)
    before = everything(journal)
    record = settlement_record(journal)

    def answer(entry_hash: str) -> bytes:
        if entry_hash:
            crashed_copy(journal, tmp_path / "cut")
        return b"x"

    journal.commit_settlement(record, "m-cut", "k-cut", "d1", answer)
    with open_journal(tmp_path / "cut") as reopened:
        assert everything(reopened) == before
        assert reopened.verify() == []


def test_a_power_cut_after_the_commit_leaves_everything(journal: Journal, tmp_path: Path) -> None:
    """What was committed is there after a power cut, answer included, byte for byte."""
    record = settle(journal, key="k-first")
    answer = journal.stored_answer("k-first", "d1")
    with open_journal(crashed_copy(journal, tmp_path / "cut")) as reopened:
        assert reopened.settlement(record.id) == record
        assert reopened.stored_answer("k-first", "d1") == answer
        assert everything(reopened) == everything(journal)


def test_a_key_stands_for_one_request(journal: Journal) -> None:
    """The same key and request answer the same bytes; another request, or a second commit, is refused."""
    settle(journal, key="k1")
    assert journal.stored_answer("k1", "d1") == journal.stored_answer("k1", "d1")
    assert journal.stored_answer("k2", "d1") is None
    with pytest.raises(Conflict) as refused:
        journal.stored_answer("k1", "other body")
    assert refused.value.code == "key-reused"
    before = everything(journal)
    with pytest.raises(Conflict) as refused:
        settle(journal, key="k1")
    assert refused.value.code == "key-reused"
    assert everything(journal) == before


def test_a_key_has_a_length(journal: Journal) -> None:
    """An empty key and one of 129 characters are refused, one of 128 is taken."""
    record = settlement_record(journal)
    for key in ("", "k" * 129):
        with pytest.raises(Refused, match="128"):
            journal.commit_settlement(record, "m1", key, "d1", answer_of(record))
    assert settle(journal, "k" * 128).state == "committed"


def test_a_void_takes_back_its_settlement_once(journal: Journal) -> None:
    """The original becomes voided and names its void; a second void, and a void of the void, are refused."""
    original = settle(journal)
    taken_back = void(journal, original)
    assert journal.settlement(original.id).state == "voided"
    assert journal.settlement(original.id).voided_by == taken_back.id
    assert journal.settlement(taken_back.id).voids == original.id
    before = everything(journal)
    for target, code in ((original, "already-voided"), (taken_back, "void-of-a-void")):
        with pytest.raises(Conflict) as refused:
            void(journal, target)
        assert refused.value.code == code
    with pytest.raises(Missing):
        void(journal, settlement_record(journal))
    assert everything(journal) == before
    assert journal.verify() == []


def test_pending_is_what_the_center_has_neither_taken_nor_refused(journal: Journal) -> None:
    """Accepted, refused and another person's settlements are not pending; a void of an accepted one is."""
    first, second, third = settle(journal), settle(journal), settle(journal)
    settle(journal, person_number="P2")
    assert [r.id for r in journal.pending_of("P1")] == [first.id, second.id, third.id]
    journal.mark_accepted(message_of(journal, first), b"yes", {"n": "1"}, MORNING)
    journal.mark_refused(message_of(journal, second), b"no", "balance", MORNING)
    assert [r.id for r in journal.pending_of("P1")] == [third.id]
    back = void(journal, first)
    assert [(r.id, r.sign) for r in journal.pending_of("P1")] == [(third.id, 1), (back.id, -1)]
    void(journal, second)
    assert [r.id for r in journal.pending_of("P1")] == [third.id, back.id]


def test_what_is_accepted_after_the_center_was_asked_stays_pending_against_its_answer(journal: Journal) -> None:
    """The center's older answer does not hold what it accepted since, nor what was committed since."""
    early, late = settle(journal), settle(journal)
    journal.mark_accepted(message_of(journal, early), b"yes", {}, MORNING)
    seen = journal.entry_count()
    journal.mark_accepted(message_of(journal, late), b"yes", {}, MORNING)
    newer = settle(journal)
    assert [r.id for r in journal.pending_of("P1", seen)] == [late.id, newer.id]
    assert [r.id for r in journal.pending_of("P1")] == [newer.id]
    journal.mark_refused(message_of(journal, newer), b"no", "balance", MORNING)
    assert [r.id for r in journal.pending_of("P1", seen)] == [late.id]


def test_a_frozen_day_takes_no_sale_while_the_next_day_does(journal: Journal) -> None:
    """Freezing a day refuses its sales and voids; those of the next day go on; it is sealed once."""
    original = settle(journal)
    journal.freeze(DAY, MORNING)
    journal.freeze(DAY, MORNING)
    before = everything(journal)
    for attempt in (lambda: settle(journal), lambda: void(journal, original)):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "day-closed"
    assert everything(journal) == before
    settle(journal, business_day=NEXT_DAY)
    void(journal, original, business_day=NEXT_DAY)
    journal.seal(DAY, b"report", MORNING)
    assert (journal.day_state(DAY), journal.day_state(NEXT_DAY)) == ("sealed", "open")
    assert journal.day_report(DAY) == b"report"
    with pytest.raises(Conflict):
        journal.seal(DAY, b"another", MORNING)
    with pytest.raises(Conflict):
        journal.freeze(DAY, MORNING)
    with pytest.raises(Conflict):
        journal.seal(NEXT_DAY, b"report", MORNING)
    assert journal.verify() == []


def test_group_totals_count_voids_negative(journal: Journal) -> None:
    """Two settlements and one void of a group leave one settlement's amounts; other groups stand apart."""
    first = settle(journal)
    settle(journal)
    void(journal, first)
    settle(journal, clearing_class="inpatient")
    settle(journal, business_day=NEXT_DAY)
    inpatient, outpatient = journal.group_totals(DAY)
    assert (inpatient.clearing_class, inpatient.count, inpatient.void_count) == ("inpatient", 1, 0)
    assert (outpatient.count, outpatient.void_count) == (2, 1)
    assert (outpatient.total, outpatient.fund_total, outpatient.account, outpatient.cash) == (
        10000,
        6000,
        3000,
        1000,
    )


def test_group_totals_leave_out_what_the_center_refused(journal: Journal) -> None:
    """A refused settlement and its void are no business of the center's; both still count where asked for."""
    refused = settle(journal)
    journal.mark_refused(message_of(journal, refused), b"no", "balance", MORNING)
    assert journal.group_totals(DAY) == []
    (all_of_it,) = journal.group_totals(DAY, with_refused=True)
    assert all_of_it.total == 10000
    void(journal, refused, business_day=NEXT_DAY)
    assert journal.group_totals(NEXT_DAY) == []
