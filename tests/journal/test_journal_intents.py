"""Intents of the online mode: durable before the center is asked, closed once, by its answer or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from journal_parts import (
    DAY,
    MORNING,
    NEXT_DAY,
    answer_of,
    crashed_copy,
    open_journal,
    settle,
    settlement_record,
    void,
)

from terminal.errors import Conflict, Missing, TerminalError
from terminal.journal.journal import Journal
from terminal.journal.purse_records import PurseProof
from terminal.journal.records import CenterSums, SettlementRecord
from terminal.money import Fen

OWN = CenterSums(total=Fen(10000), fund_total=Fen(6000), provider_borne=Fen(0), account=Fen(3000), cash=Fen(1000))
"""The sums of `settlement_record`."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with open_journal(tmp_path / "live") as opened:
        yield opened


def asked(journal: Journal, key: str = "ask-1", **changes: object) -> SettlementRecord:
    """An intent that is written and not closed."""
    record = settlement_record(journal, **changes)
    return journal.open_intent(record, message_of(record), b"request", key, "d1")


def message_of(record: SettlementRecord) -> str:
    """The id under which the center is asked for it."""
    return f"message-{record.id[-2:]}"


def asked_back(journal: Journal, original: SettlementRecord, key: str = "k-void") -> SettlementRecord:
    """The intent of a void."""
    return asked(journal, key, kind="void", voids=original.id)


def refused(attempt: Callable[[], object], journal: Journal) -> str:
    """The code of the refusal, which leaves the journal as it was."""
    before = journal.head()
    with pytest.raises(TerminalError) as error:
        attempt()
    assert journal.head() == before
    return error.value.code


def test_an_intent_is_there_after_a_power_cut_and_counts_for_nothing(journal: Journal, tmp_path: Path) -> None:
    """What was about to be asked, whole; no upload, no receipt and no total knows it; its day is not closed."""
    first, second = asked(journal), asked(journal, "ask-2")
    with open_journal(crashed_copy(journal, tmp_path / "cut")) as reopened:
        found = reopened.open_intents()
        assert [(one.record.id, one.message_id, one.request) for one in found] == [
            *((first.id, "message-01", b"request"), (second.id, "message-02", b"request"))
        ]
        assert [(one.id, one.state) for one in reopened.unresolved()] == [
            *((first.id, "authorising"), (second.id, "authorising"))
        ]
        assert (reopened.counts(), reopened.print_queue(), reopened.group_totals(DAY)) == ({}, [], [])
        assert reopened.stored_answer("ask-1", "d1") is None
        assert reopened.verify() == []


def test_what_the_center_allows_is_committed_whole_and_once(journal: Journal) -> None:
    """Settlement, accepted message, print job and the till's answer; a second answer finds it closed."""
    record = asked(journal)
    journal.authorise(record.id, b"answer", {"number": "78"}, None, answer_of(record), MORNING)
    kept = journal.settlement(record.id)
    assert (kept.state, kept.upload_state, kept.center_references) == ("committed", "accepted", {"number": "78"})
    assert msgspec.json.decode(journal.stored_answer("ask-1", "d1") or b"") == {
        "id": record.id,
        "journal_hash": record.entry_hash,
    }
    assert [job.subject for job in journal.print_queue()] == [record.id]
    assert (journal.open_intents(), journal.queue(), journal.counts()) == ([], [], {"accepted": 1})
    assert journal.counted_sums(kept) == OWN
    answer = answer_of(record)
    assert refused(lambda: journal.authorise(record.id, b"", {}, None, answer, MORNING), journal) == "intent-closed"
    head = journal.head()
    journal.abandon(record.id, "too late", MORNING)
    assert (journal.head(), journal.settlement(record.id).state) == (head, "committed")
    assert journal.verify() == []


@pytest.mark.parametrize(
    "column", [None, "total", "fund_total", "provider_borne", "account", "cash"], ids=lambda column: column or "none"
)
def test_the_centers_amounts_count_where_they_are_not_ours(journal: Journal, column: str | None) -> None:
    """The same sums change nothing; one that is a fen more counts in the day's totals, and ours stays beside it."""
    sums = OWN if column is None else msgspec.structs.replace(OWN, **{column: Fen(getattr(OWN, column) + 1)})
    record = asked(journal)
    journal.authorise(record.id, b"answer", {}, sums, answer_of(record), MORNING)
    assert journal.counted_sums(record) == sums
    (group,) = journal.group_totals(DAY)
    assert {name: getattr(group, name) for name in sums.__struct_fields__} == msgspec.structs.asdict(sums)
    (found,) = journal.whereabouts(DAY)
    assert found.doubted is (column is not None)
    assert journal.settlement(record.id).settlement == record.settlement
    assert journal.verify() == []


def test_what_the_center_refused_leaves_the_key_free(journal: Journal) -> None:
    """Abandoned counts nowhere and queues nothing; the same key may ask again."""
    record = asked(journal)
    journal.abandon(record.id, "balance", MORNING)
    assert (journal.settlement(record.id).state, journal.open_intents(), journal.queue()) == ("abandoned", [], [])
    assert (journal.group_totals(DAY), journal.unclosed_days(NEXT_DAY), journal.days_of_month(DAY)) == ([], [], [])
    again = asked(journal)
    assert [one.record.id for one in journal.open_intents()] == [again.id]
    assert journal.verify() == []


def test_what_was_never_answered_is_undone_at_the_center(journal: Journal) -> None:
    """Its reversal is queued in the same step, names what it undoes, and keeps the day from being closed."""
    record = asked(journal)
    journal.abandon(record.id, "silent", MORNING, "reversal-1")
    (message,) = journal.queue()
    assert (message.message_id, message.transaction, message.settlement_id) == ("reversal-1", "reverse", record.id)
    assert (message.undoes, message.undoes_transaction) == ("message-01", "settle")
    assert (journal.reversals_of(record.id), journal.unclosed_days(NEXT_DAY)) == (1, [DAY])
    journal.renew("reversal-1", b"", "", undone=True, new_id="unused", now=MORNING)
    assert (journal.queue(), journal.unclosed_days(NEXT_DAY)) == ([], [])
    assert journal.verify() == []


def test_a_settlement_is_taken_back_online_once(journal: Journal) -> None:
    """While its void is being asked for there is no second one; abandoned, it stands; allowed, it is voided."""
    original = settle(journal)
    back = asked_back(journal, original)
    assert refused(lambda: asked_back(journal, original, "k-second"), journal) == "intent-open"
    journal.abandon(back.id, "silent", MORNING, "reversal-1")
    assert journal.settlement(original.id).state == "committed"
    assert journal.queue()[-1].undoes_transaction == "void"
    back = asked_back(journal, original, "k-third")
    journal.authorise(back.id, b"answer", {}, None, answer_of(back), MORNING)
    taken_back, last = journal.settlement(original.id), journal.entry_count()
    assert (taken_back.state, taken_back.voided_by) == ("voided", back.id)
    assert refused(lambda: asked_back(journal, original, "k-fourth"), journal) == "already-voided"
    assert journal.verify() == []
    other = settle(journal)
    journal._connection.execute("UPDATE settlements SET voided_by = ? WHERE id = ?", (other.id, original.id))
    assert journal.verify() == [f"entry {last}: settlements.voided_by was changed"]


def test_an_intent_needs_an_open_day_a_free_key_and_something_to_take_back(journal: Journal) -> None:
    """Otherwise nothing is written."""
    sold = settle(journal, key="sold")
    taken_back = void(journal, settle(journal))
    journal.freeze(NEXT_DAY, MORNING)
    waiting = asked(journal, "k-waiting")
    assert refused(lambda: asked(journal, "sold"), journal) == "key-reused"
    assert refused(lambda: asked(journal, "ask-2", business_day=NEXT_DAY), journal) == "day-closed"
    assert refused(lambda: asked_back(journal, taken_back), journal) == "void-of-a-void"
    assert refused(lambda: asked_back(journal, waiting), journal) == "not-committed"
    assert refused(lambda: asked_back(journal, settlement_record(journal)), journal) == "no-such-settlement"
    assert asked_back(journal, sold).state == "authorising"


def no_answer(_: str) -> bytes:
    """Nothing that a till is told."""
    return b""


UNKNOWN: dict[str, tuple[Callable[[Journal], object], str]] = {
    "settlement": (lambda journal: journal.settlement("none"), "no-such-settlement"),
    "authorise": (lambda journal: journal.authorise("none", b"", {}, None, no_answer, MORNING), "no-such-intent"),
    "abandon": (lambda journal: journal.abandon("none", "why", MORNING), "no-such-intent"),
    "commit_debit": (
        lambda journal: journal.commit_debit("none", PurseProof(), no_answer, MORNING),
        "no-such-debit",
    ),
    "abandon_debit": (lambda journal: journal.abandon_debit("none", "why", MORNING), "no-such-debit"),
    "note_trouble": (lambda journal: journal.note_trouble("none", "contradiction", MORNING), "no-such-debit"),
    "mark_sent": (lambda journal: journal.mark_sent("none", b"", MORNING), "no-such-message"),
    "mark_accepted": (lambda journal: journal.mark_accepted("none", b"", {}, MORNING), "no-such-message"),
    "resume": (lambda journal: journal.resume("none", MORNING), "no-such-message"),
    "reverse_unknown": (lambda journal: journal.reverse_unknown("none", "r", "why", MORNING), "no-such-message"),
    "renew": (lambda journal: journal.renew("none", b"", "", True, "n", MORNING), "no-such-message"),
    "mark_printing": (lambda journal: journal.mark_printing(99), "no-such-print-job"),
    "mark_print_failed": (lambda journal: journal.mark_print_failed(99, "why", MORNING), "no-such-print-job"),
    "diagnosis": (lambda journal: journal.diagnosis(99), "no-such-print-job"),
    "diagnosis of a sale": (lambda journal: journal.diagnosis(1), "no-such-print-job"),
    "refund_of": (lambda journal: journal.refund_of("none"), "no-such-refund"),
    "give_up_refund": (lambda journal: journal.give_up_refund("none", "why", MORNING), "no-such-refund"),
}


@pytest.mark.parametrize(("attempt", "code"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_in_the_journal_is_missing_by_name(
    journal: Journal, attempt: Callable[[Journal], object], code: str
) -> None:
    """Whatever is asked of a number that it does not have: nothing is written."""
    settle(journal)
    before = journal.head()
    with pytest.raises(Missing) as missing:
        attempt(journal)
    assert (missing.value.code, journal.head()) == (code, before)


def test_what_was_never_committed_is_not_repaired(journal: Journal) -> None:
    """No message of it can be found at the center, or go again."""
    record = asked(journal)
    for attempt in (
        lambda: journal.accept_found(record.id, {"number": "1"}, MORNING),
        lambda: journal.send_again(record.id, "m-new", "lost", MORNING),
    ):
        assert refused(attempt, journal) == "not-committed"


def test_only_a_parked_message_is_resumed(journal: Journal) -> None:
    """One that waits, or has its last word, is none."""
    settle(journal)
    (message,) = journal.queue()
    for _ in range(2):
        with pytest.raises(Conflict) as conflict:
            journal.resume(message.message_id, MORNING)
        assert conflict.value.code == "not-parked"
        journal.mark_refused(message.message_id, b"", "why", MORNING)
