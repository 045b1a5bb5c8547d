"""Debits of a purse in the journal: durable before the card is told, open until it has spoken, and audited."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from journal_parts import DAY, MORNING, NEXT_DAY, crashed_copy, open_journal, settlement_record

from terminal.errors import Conflict, Missing
from terminal.journal.journal import Journal
from terminal.journal.purse_records import PurseDebit, PurseIdentity, PurseProof, PurseUse
from terminal.journal.records import SettlementRecord

CARD = PurseIdentity(
    identification_code="360100D1560000052206080000017C3E",
    issuer="3601003601000000",
    serial="00008660220608000001",
    valid_from="2022-06-08",
    valid_until="2032-06-08",
    dialect="pboc",
    kind=2,
)
DEBIT = PurseDebit(
    card=CARD,
    amount_fen=3000,
    balance_before_fen=10000,
    overdraft_fen=0,
    counter=18,
    key_version=1,
    algorithm=0,
    card_random="A1B2C3D4",
    terminal_number="130000000001",
    terminal_counter=2567,
    transaction_type=6,
    moment="20210630090000",
    mac1="0D4F5420",
)
PROOF = PurseProof(tac="9E6BE3A7", mac2="8B285D70", mac2_verified=True)


def answer(entry_hash: str) -> bytes:
    """What the till is told."""
    return msgspec.json.encode({"journal_hash": entry_hash})


def record_on(journal: Journal, card: PurseIdentity = CARD, **changes: object) -> SettlementRecord:
    """A settlement whose 30.00 of account come out of that purse."""
    debit = msgspec.structs.replace(DEBIT, card=card)
    purse = PurseUse(card=card, balance_before_fen=10000, debit=debit)
    return settlement_record(journal, purse=purse, **changes)


def opened(journal: Journal, key: str = "key-1", card: PurseIdentity = CARD) -> SettlementRecord:
    """An open debit."""
    return journal.open_debit(record_on(journal, card), f"message-{key}", key, "digest")


def test_a_purse_is_told_by_the_end_of_its_serial() -> None:
    """Whoever writes it into a log writes no card's number."""
    assert repr(CARD) == "PurseIdentity(serial=…0001)"


def test_an_open_debit_survives_a_power_cut_and_counts_for_nothing(tmp_path: Path) -> None:
    """The whole of it is there again; no total, no upload, no receipt knows it yet."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        folder = crashed_copy(journal, tmp_path / "cut")
    with open_journal(folder) as journal:
        (found,) = journal.open_debits()
        assert (found.settlement_id, found.debit, found.key, found.trouble) == (record.id, DEBIT, "key-1", "")
        assert journal.settlement(record.id).state == "debiting"
        assert [one.id for one in journal.unresolved()] == [record.id]
        assert (journal.counts(), journal.print_queue(), journal.group_totals(DAY)) == ({}, [], [])
        assert journal.unclosed_days(NEXT_DAY) == [DAY]
        assert journal.verify() == []


def test_what_the_card_paid_is_committed_whole_with_its_proof(tmp_path: Path) -> None:
    """Settlement, message, print job, key and proof in one step, once."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        journal.commit_debit(record.id, PROOF, answer, MORNING)
        kept = journal.settlement(record.id)
        assert (kept.state, kept.purse_proof, kept.upload_state) == ("committed", PROOF, "queued")
        assert kept.purse == record.purse
        assert journal.stored_answer("key-1", "digest") == answer(record.entry_hash)
        assert [job.subject for job in journal.print_queue()] == [record.id]
        assert [message.message_id for message in journal.queue()] == ["message-key-1"]
        assert journal.group_totals(DAY)[0].account == 3000
        assert journal.verify() == []
        with pytest.raises(Conflict) as again:
            journal.commit_debit(record.id, PROOF, answer, MORNING)
        assert again.value.code == "debit-closed"
        with pytest.raises(Missing):
            journal.abandon_debit("T0001202106309999", "no such", MORNING)


def test_what_the_card_did_not_pay_leaves_purse_and_key_free(tmp_path: Path) -> None:
    """Abandoned: the same key may try again, and the day's sum of the purse forgets it."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        assert journal.debited_on(CARD.key, DAY) == 3000
        journal.abandon_debit(record.id, "not-debited", MORNING)
        assert journal.settlement(record.id).state == "abandoned"
        assert (journal.stored_answer("key-1", "digest"), journal.open_debits()) == (None, [])
        assert journal.debited_on(CARD.key, DAY) == 0
        journal.open_debit(record_on(journal), "message-2", "key-1", "digest")
        assert journal.verify() == []


def test_a_purse_in_doubt_is_not_debited_a_second_time(tmp_path: Path) -> None:
    """Neither under another key nor after a restart; another card is."""
    other = msgspec.structs.replace(CARD, serial="00008660220608000002")
    with open_journal(tmp_path) as journal:
        opened(journal)
    with open_journal(tmp_path) as journal:
        for key, card in (("key-2", CARD), ("key-1", other)):
            with pytest.raises(Conflict) as refused:
                opened(journal, key, card)
            assert refused.value.code == "purse-in-doubt"
        assert opened(journal, "key-2", other).state == "debiting"
        with pytest.raises(Conflict) as reused:
            journal.open_debit_of_key("key-1", "another digest")
        assert reused.value.code == "key-reused"
        assert journal.open_debit_of_key("key-3", "digest") is None


def test_a_day_is_frozen_but_not_sealed_over_a_debit_in_doubt(tmp_path: Path) -> None:
    """Its own day waits; when the card has spoken, the debit still counts in it."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        journal.freeze(DAY, MORNING)
        with pytest.raises(Conflict) as refused:
            journal.seal(DAY, b"{}", MORNING)
        assert refused.value.code == "purse-in-doubt"
        journal.commit_debit(record.id, PROOF, answer, MORNING)
        journal.seal(DAY, b"{}", MORNING)
        assert journal.group_totals(DAY)[0].count == 1
        assert journal.verify() == []


def test_who_decided_a_case_stands_in_the_chain(tmp_path: Path) -> None:
    """Trouble, then the decision with its operator, both entries; the audit reads them."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        journal.note_trouble(record.id, "contradiction", MORNING)
        journal.note_trouble(record.id, "used-elsewhere", MORNING)
        assert journal.open_debits()[0].trouble == "used-elsewhere"
        journal.abandon_debit(record.id, "the holder was paid back", MORNING, operator="op-7")
        last = msgspec.json.decode(journal._connection.execute("SELECT body FROM entries ORDER BY 1").fetchall()[-1][0])
        assert (last["kind"], last["operator"], last["reason"]) == ("not-debited", "op-7", "the holder was paid back")
        assert journal.verify() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE debits SET tac = 'FFFFFFFF'",
        "UPDATE debits SET amount = 1",
        "UPDATE debits SET purse = 'another'",
        "UPDATE debits SET trouble = ''",
        "UPDATE debits SET closed_by = NULL",
        "UPDATE settlements SET state = 'abandoned'",
        "UPDATE keys SET answer = x'7B7D'",
        "DELETE FROM debits",
        "DELETE FROM print_jobs",
    ],
)
def test_the_audit_finds_a_debit_changed_afterwards(tmp_path: Path, tampering: str) -> None:
    """Whatever column of a debit somebody touches, the chain says otherwise."""
    with open_journal(tmp_path) as journal:
        record = opened(journal)
        journal.note_trouble(record.id, "contradiction", MORNING)
        journal.commit_debit(record.id, PROOF, answer, MORNING, operator="op-7", reason="the card's log shows it")
        assert journal.verify() == []
        journal._connection.execute("PRAGMA foreign_keys = OFF")
        journal._connection.execute(tampering)
        assert journal.verify() != []
