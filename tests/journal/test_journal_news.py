"""What happens in a journal is told as it happens, and again to whoever missed it."""

from __future__ import annotations

from pathlib import Path

import pytest
from journal_parts import DAY, MORNING, answer_of, message_of, open_journal, settle, settlement_record, void
from test_journal_debits import PROOF, answer, opened

from terminal.journal.journal import Journal
from terminal.journal.news import News

Told = list[tuple[str, ...]]


def short(news: News) -> tuple[str, ...]:
    """Its kind and what it says."""
    return (news.kind, *news.data.values())


def heard(journal: Journal) -> Told:
    """A list that fills with what is told."""
    told: Told = []
    journal.tell(lambda: True, lambda news: told.append(short(news)))
    return told


def test_a_sale_its_upload_and_its_receipt_are_told(tmp_path: Path) -> None:
    """Each step once, in its order; an answer of the center as an entry, not also as a change of the queue."""
    with open_journal(tmp_path) as journal:
        told = heard(journal)
        sold = settle(journal)
        day, message = DAY.isoformat(), message_of(journal, sold)
        assert told == [
            ("settlement", sold.id, "committed", "settlement", day, ""),
            ("upload", sold.id, "settle", "queued"),
            ("print", "settlement", sold.id, "0", "queued"),
        ]
        told.clear()
        journal.mark_sent(message, b"request", MORNING)
        journal.mark_accepted(message, b"answer", {}, MORNING)
        (job,) = journal.print_queue()
        journal.mark_printing(job.id)
        journal.mark_printed(job.id)
        assert told == [
            *(("upload", sold.id, "settle", "sent"), ("upload", sold.id, "settle", "accepted")),
            *(("print", "settlement", sold.id, "0", state) for state in ("printing", "printed")),
        ]


def test_a_void_and_the_day_are_told(tmp_path: Path) -> None:
    """The void names what it takes back."""
    with open_journal(tmp_path) as journal:
        sold = settle(journal)
        journal.mark_refused(message_of(journal, sold), b"no", "balance", MORNING)
        told = heard(journal)
        back = void(journal, sold)
        journal.freeze(DAY, MORNING)
        journal.seal(DAY, b"report", MORNING)
        assert told[0] == ("settlement", back.id, "committed", "void", DAY.isoformat(), sold.id)
        assert [news for news in told if news[0] == "day"] == [
            ("day", DAY.isoformat(), "frozen"),
            ("day", DAY.isoformat(), "sealed"),
        ]


def test_what_the_center_or_a_card_decides_is_told_at_both_its_ends(tmp_path: Path) -> None:
    """Begun, and then committed or abandoned."""
    with open_journal(tmp_path) as journal:
        told = heard(journal)
        paid = journal.open_intent(settlement_record(journal), "i1", b"request", "key-a", "d1")
        journal.authorise(paid.id, b"answer", {}, None, answer_of(paid), MORNING)
        lost = journal.open_intent(settlement_record(journal), "i2", b"request", "key-b", "d1")
        journal.abandon(lost.id, "refused", MORNING)
        debited = opened(journal, "debited")
        journal.commit_debit(debited.id, PROOF, answer, MORNING)
        kept = opened(journal, "kept")
        journal.abandon_debit(kept.id, "not debited", MORNING)
        assert [news[1:3] for news in told if news[0] == "settlement"] == [
            *((paid.id, "authorising"), (paid.id, "committed"), (lost.id, "authorising"), (lost.id, "abandoned")),
            *((debited.id, "debiting"), (debited.id, "committed"), (kept.id, "debiting"), (kept.id, "abandoned")),
        ]


def test_who_missed_something_reads_it_from_the_entries(tmp_path: Path) -> None:
    """From after the last one heard up to the newest, with the moment of each; bookkeeping is no news."""
    with open_journal(tmp_path) as journal:
        first, second = settle(journal), settle(journal)
        journal.mark_refused(message_of(journal, first), b"no", "balance", MORNING)
        journal.note_tills({"till-1": "a" * 64}, MORNING)
        news = journal.news_between(1, journal.entry_count())
        assert [(one.number, one.at, one.kind, one.data["settlement"], one.data["state"]) for one in news] == [
            (2, MORNING, "settlement", second.id, "committed"),
            (3, MORNING, "upload", first.id, "refused"),
        ]
        assert journal.news_between(1, 2) == news[:1]


@pytest.mark.parametrize("listens", [True, False])
def test_nobody_is_told_who_does_not_listen(tmp_path: Path, listens: bool) -> None:
    """What happened meanwhile is not told later: the entries are there for that."""
    with open_journal(tmp_path) as journal:
        told: list[News] = []
        listening = listens
        journal.tell(lambda: listening, told.append)
        settle(journal)
        assert bool(told) is listens
        told.clear()
        listening = True
        journal.freeze(DAY, MORNING)
        assert [news.kind for news in told] == ["day"]
