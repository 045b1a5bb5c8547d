"""What a journal answers to those who look: lists of settlements, days and prints, gauges, choices that were kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from journal_parts import DAY, MORNING, NEXT_DAY, message_of, open_journal, settle, settlement_record, void

from terminal.errors import Broken, Conflict, Missing, Refused
from terminal.journal.chain import digest
from terminal.journal.gauges import gauges_of
from terminal.journal.journal import Journal
from terminal.journal.law_files import law_files
from terminal.journal.records import SettlementRecord
from terminal.money import Fen
from terminal.publication import Head
from terminal.settlement.bill import Bill, Item
from terminal.settlement.shelf import document_of


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with open_journal(tmp_path) as opened:
        yield opened


def numbers(found: list[SettlementRecord]) -> list[str]:
    """Of settlements, in their order."""
    return [record.id for record in found]


def accepted(journal: Journal, record: SettlementRecord, **references: str) -> None:
    """The center takes it in, under numbers of its own."""
    message = message_of(journal, record)
    journal.mark_sent(message, b"request", MORNING)
    journal.mark_accepted(message, b"answer", references, MORNING)


def test_settlements_are_found_by_the_numbers_of_others(journal: Journal) -> None:
    """By the till's own reference and by any of the center's numbers, whole; an empty one finds nothing."""
    first, second = settle(journal, till_reference="till-1"), settle(journal)
    accepted(journal, first, setl_id="7700", mdtrt_id="88")
    accepted(journal, second, setl_id="770", mdtrt_id="")
    assert numbers(journal.by_till_reference("till-1")) == [first.id]
    assert journal.by_till_reference("") == []
    assert numbers(journal.by_center_reference("7700")) == numbers(journal.by_center_reference("88")) == [first.id]
    assert numbers(journal.by_center_reference("770")) == [second.id]
    assert journal.by_center_reference("") == journal.by_center_reference("77") == []
    assert journal.settlements_of([second.id, "none"]).keys() == {second.id}
    with pytest.raises(Missing):
        journal.settlement("none")


def test_days_are_listed_with_what_was_committed_on_them(journal: Journal) -> None:
    """Oldest first within a day and a span; the newest days first; a month has the days of its own."""
    july = dt.date(2021, 7, 30)
    one, two = settle(journal), settle(journal, business_day=NEXT_DAY)
    back, late = void(journal, one, business_day=NEXT_DAY), settle(journal, business_day=july)
    assert numbers(journal.of_day(DAY)) == [one.id]
    assert numbers(journal.of_day(NEXT_DAY)) == [two.id, back.id]
    assert numbers(journal.between(DAY, NEXT_DAY)) == [one.id, two.id, back.id]
    assert numbers(journal.last(2)) == [late.id, back.id]
    assert journal.days_with_business(2) == [july, NEXT_DAY]
    assert journal.days_of_month(dt.date(2021, 7, 31)) == [NEXT_DAY, july]
    assert journal.days_of_month(DAY) == [DAY]


def test_the_report_of_a_day_is_there_once_it_is_sealed(journal: Journal) -> None:
    """An open day has none, nor a frozen one."""
    assert journal.day_report(DAY) is None
    journal.freeze(DAY, MORNING)
    assert journal.day_report(DAY) is None
    journal.seal(DAY, b"report", MORNING)
    assert journal.day_report(DAY) == b"report"


def test_prints_are_listed_newest_first_and_some_need_no_paper(journal: Journal) -> None:
    """What the terminal shows on a screen is not waited for at the printer; what began on paper stays there."""
    first, second = settle(journal), settle(journal)
    journal.queue_print("settlement", second.id, MORNING)
    assert [(job.subject, job.copy) for job in journal.newest_print_jobs(2)] == [(second.id, 1), (second.id, 0)]
    journal.file_electronic("settlement", first.id)
    assert [(job.subject, job.copy) for job in journal.print_queue()] == [(second.id, 0), (second.id, 1)]
    assert len(journal.newest_print_jobs(9)) == 3
    with pytest.raises(Missing):
        journal.mark_printed(99)


def test_the_encoding_that_was_picked_is_kept(tmp_path: Path) -> None:
    """Until another one is."""
    with open_journal(tmp_path) as journal:
        assert journal.picked_encoding() is None
        for encoding in ("gbk", "gb18030"):
            journal.pick_encoding(encoding)
    with open_journal(tmp_path) as journal:
        assert journal.picked_encoding() == "gb18030"


def test_gauges_are_read_beside_the_open_journal(journal: Journal) -> None:
    """Messages by state, the one that waits longest, prints, entries, bytes, and how the day stands."""
    empty = gauges_of(journal.path, DAY)
    assert (empty.uploads, empty.oldest_waiting_at, empty.prints_waiting, empty.entries) == ({}, None, 0, 0)
    one = settle(journal)
    settle(journal)
    accepted(journal, one)
    (job, _) = journal.print_queue()
    journal.mark_printed(job.id)
    journal.freeze(DAY, MORNING)
    found = gauges_of(journal.path, DAY)
    assert (found.uploads, found.oldest_waiting_at) == ({"accepted": 1, "queued": 1}, MORNING)
    assert (found.prints_waiting, found.entries, found.day_state) == (1, journal.entry_count(), "frozen")
    files = (journal.path, Path(f"{journal.path}-wal"))
    assert found.bytes == sum(file.stat().st_size for file in files) > empty.bytes > 0
    assert gauges_of(journal.path, NEXT_DAY).day_state == "open"


def test_training_and_business_never_share_a_journal(tmp_path: Path) -> None:
    """What a journal was begun for it stays, and the refusal says what it is for."""
    with open_journal(tmp_path) as journal:
        for _ in range(2):
            journal.keep_apart(training=True)
        with pytest.raises(Broken, match="for training settlements, the terminal is started for real ones"):
            journal.keep_apart(training=False)


def test_a_step_before_a_message_that_failed_counts_as_a_try(journal: Journal) -> None:
    """It waits until its time as it did before, also where it was sent in between and refused; and says why."""
    settle(journal)
    later = MORNING + dt.timedelta(minutes=5)
    (waiting,) = journal.queue()
    journal.mark_sent(waiting.message_id, b"what the center refused", MORNING)
    journal.mark_not_ready(waiting, "no visit", later)
    (message,) = journal.queue()
    assert (message.state, message.attempts, message.reason) == ("queued", 1, "no visit")
    assert message.next_attempt_at == later
    with pytest.raises(Missing):
        journal.mark_not_ready(msgspec.structs.replace(waiting, message_id="none"), "no visit", later)


def test_what_contradicts_itself_is_not_committed(journal: Journal) -> None:
    """A void given as a settlement, a settlement as a void, a void of something else."""
    one, other = settle(journal), settle(journal)
    back = settlement_record(journal, kind="void", voids=one.id)
    with pytest.raises(Refused):
        journal.commit_settlement(back, "m", "k", "d", lambda _: b"")
    for original, record in ((other.id, back), (one.id, settlement_record(journal, voids=one.id))):
        with pytest.raises(Refused):
            journal.commit_void(original, record, "m", "k", "d", lambda _: b"")
    assert (journal.entry_count(), journal.verify()) == (2, [])


def test_a_report_of_each_run_of_a_day_is_kept(journal: Journal) -> None:
    """Numbered from 1, oldest first, each day for itself; repairs with who did them."""
    for day in (DAY, NEXT_DAY):
        journal.freeze(day, MORNING)
    assert [journal.keep_run(day, report, MORNING) for day, report in ((DAY, b"a"), (DAY, b"b"), (NEXT_DAY, b"c"))] == [
        *(1, 2, 1)
    ]
    assert (journal.runs(DAY), journal.runs(NEXT_DAY)) == ([b"a", b"b"], [b"c"])
    journal.note_repair(DAY, "lost", "send-again", "007", MORNING)
    assert (journal.repairs_of(DAY), journal.repairs_of(NEXT_DAY)) == ([("lost", "send-again", "007")], [])


def test_what_the_center_has_is_sent_again_only_once_it_has_answered(journal: Journal) -> None:
    """Not while the message is on its way; found there after all, the center's own numbers are kept."""
    record = settle(journal)
    with pytest.raises(Conflict) as refused:
        journal.send_again(record.id, "m-new", "lost", MORNING)
    assert refused.value.code == "not-accepted"
    accepted(journal, record, setl_id="77")
    entries = journal.entry_count()
    journal.accept_found(record.id, {"setl_id": "78"}, MORNING)
    assert journal.settlement(record.id).center_references == {"setl_id": "77"}
    assert journal.entry_count() == entries
    journal.send_again(record.id, "m-new", "lost there", MORNING)
    (message,) = journal.queue()
    assert (message.sent_as, message.state, message.attempts, message.reason) == ("m-new", "queued", 0, "lost there")
    journal.accept_found(record.id, {"setl_id": "78"}, MORNING)
    assert journal.settlement(record.id).center_references == {"setl_id": "78"}
    assert journal.verify() == []


def test_a_publication_replaces_only_older_ones(journal: Journal) -> None:
    """Of one file the versions count up; the same one, or an older one, changes nothing; each label has its moment."""
    body, first = b"the catalogue", dt.date(2021, 7, 1)

    def keep(version: int, name: str = "drugs") -> None:
        head = Head(kind="catalogue", name=name, version=version, in_force_from=first, digest=digest(body))
        journal.keep_publication(head, "signature", body, MORNING)

    journal.note_publication_trouble("catalogue/drugs", "version 2", "its signature is wrong", "签名无效", MORNING)
    assert [one.label for one in journal.publication_troubles()] == ["catalogue/drugs"]
    keep(2)
    assert journal.publication_troubles() == []
    for version in (1, 2):
        with pytest.raises(Conflict) as refused:
            keep(version)
        assert refused.value.code == "publication-older"
    keep(1, "devices")
    keep(3)
    assert [(kept.head.name, kept.head.version) for kept in journal.publications()] == [
        *(("drugs", 2), ("devices", 1), ("drugs", 3))
    ]
    assert journal.current_as_of("catalogue/drugs") is None
    journal.note_current("catalogue/drugs", MORNING)
    assert journal.current_as_of("catalogue/drugs") == MORNING


def test_tills_are_noted_when_they_change(journal: Journal) -> None:
    """Added, removed and given another token; the same list again is no entry, and no write."""
    for registered, entries, writes in (
        ({"one": "a" * 64, "two": "b" * 64}, 2, 1),
        ({"one": "a" * 64, "two": "b" * 64}, 2, 0),
        ({"one": "a" * 64, "two": "c" * 64}, 4, 1),
        ({"two": "c" * 64}, 5, 1),
    ):
        before = journal.writes
        journal.note_tills(registered, MORNING)
        assert (journal.tills(), journal.entry_count()) == (registered, entries)
        assert journal.writes == before + writes
    assert journal.verify() == []


def test_law_is_kept_once(journal: Journal) -> None:
    """Each file with an entry of its own; what is here already costs no write, beside something new no entry."""
    pack, supplement = document_of("pack", b"the decree"), document_of("supplement", b"the bureau's values")
    for given, entries, writes in (([pack], 1, 1), ([pack], 1, 0), ([pack, supplement], 2, 1), ([], 2, 0)):
        before = journal.writes
        journal.keep_law(given, MORNING)
        assert (journal.entry_count(), journal.writes) == (entries, before + writes)
    assert law_files(journal._connection) == {pack.digest: pack, supplement.digest: supplement}
    assert journal.verify() == []


def test_who_is_pending_is_asked_person_by_person(journal: Journal) -> None:
    """A message on its way leaves a person in doubt; one that waits or was answered does not."""
    bill = Bill(date=DAY, service="outpatient", items=[Item("drug", "A", Fen(10000))])
    one = settle(journal, person_number="P7", bill=bill)
    settle(journal)
    message = message_of(journal, one)
    assert not journal.in_doubt_of("P7")
    journal.mark_sent(message, b"request", MORNING)
    assert (journal.in_doubt_of("P7"), journal.in_doubt_of("P1")) == (True, False)
    journal.mark_accepted(message, b"answer", {}, MORNING)
    assert not journal.in_doubt_of("P7")
    assert numbers(journal.pending_of("P7")) == []
    assert len(journal.pending_of("P1")) == 1
