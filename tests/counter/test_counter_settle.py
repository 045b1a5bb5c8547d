"""Settle and void: durable before it is told, once a key, and never more than was quoted."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import msgspec
import pytest
from counter_parts import DAY, HOSPITAL, LAW, STAY, Shop, bill, person, purchase

from terminal.clock import BEIJING
from terminal.errors import Conflict, Missing, Refused
from terminal.journal.journal import Journal
from terminal.settlement.codec import encode


def test_the_answer_is_what_the_journal_has(shop: Shop) -> None:
    """Number, state, day, hash and split in the answer are those of the journal; upload and print are queued."""
    answer = shop.settle(STAY, till_reference="till-9")
    record = shop.journal.settlement(answer["id"])
    assert answer["journal_hash"] == record.entry_hash == shop.journal.head()
    assert (answer["state"], answer["business_day"], answer["upload"], answer["print"]) == (
        "committed",
        "2021-06-30",
        "queued",
        "queued",
    )
    assert msgspec.json.encode(answer["settlement"]) == encode(record.settlement)
    assert (record.operator, record.till_reference, record.scheme, record.clearing_class) == (
        "007",
        "till-9",
        "employee",
        "inpatient",
    )
    assert shop.journal.verify() == []


def test_a_settlement_is_durable_before_the_answer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reader of the file finds the settlement at the moment when the answer is fetched from the journal."""
    found = []
    stored_answer = Journal.stored_answer

    def watched(journal: Journal, key: str, request_digest: str) -> bytes | None:
        reader = sqlite3.connect(f"file:{journal.path}?mode=ro", uri=True)
        found.append(reader.execute("SELECT count(*) FROM settlements").fetchone()[0])
        reader.close()
        return stored_answer(journal, key, request_digest)

    monkeypatch.setattr(Journal, "stored_answer", watched)
    shop.settle(STAY)
    assert found == [0, 1]


def test_every_settlement_can_be_worked_out_again_from_the_journal_alone(shop: Shop) -> None:
    """Bill, year, account and provider stand there as they were: the law gives the same fen."""
    shop.settle(purchase("100.00"))
    shop.settle(STAY)
    for record in shop.counter.last(2):
        assert encode(LAW.settle(record.bill)) == encode(record.settlement)


@pytest.mark.parametrize("restart", ["none", "reopen", "crash"])
def test_the_same_key_gives_the_same_bytes(shop: Shop, restart: str) -> None:
    """Asked again, also after a restart or a crash, with the quote long gone and nobody signed in."""
    quote = shop.quote(STAY)
    first = shop.counter.settle(quote.id, quote.hash, False, "t", "k1")
    if restart != "none":
        getattr(shop, restart)()
    before = shop.state()
    assert shop.counter.settle(quote.id, quote.hash, False, "t", "k1") == first
    assert shop.state() == before
    with pytest.raises(Conflict) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "other", "k1")
    assert refused.value.code == "key-reused"


def test_a_quote_settles_once(shop: Shop) -> None:
    """Another key does not settle the same quote again, not even where nothing of the year has moved."""
    quote = shop.quote(bill("pharmacy", {"amount": "5.00", "class": "C"}))
    shop.counter.settle(quote.id, quote.hash, True, "", "k1")
    with pytest.raises(Missing):
        shop.counter.settle(quote.id, quote.hash, True, "", "k2")
    assert len(shop.journal.of_day(DAY)) == 1


def test_a_wrong_hash_and_a_split_that_moved_are_refused(shop: Shop) -> None:
    """What the patient saw is what is settled: a purchase in between makes the older quote stale."""
    known = shop.identify()
    quote = shop.quote(purchase("10.00"), known)
    before = shop.state()
    with pytest.raises(Conflict) as refused:
        shop.counter.settle(quote.id, "0" * 64, False, "", "k1")
    assert refused.value.code == "quote-changed"
    assert shop.state() == before
    shop.settle(purchase("20.00"), known)
    with pytest.raises(Conflict) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", "k2")
    assert refused.value.code == "quote-changed"


def test_what_lies_outside_the_catalogue_needs_the_patient_s_consent(shop: Shop) -> None:
    """Without it nothing changes; with it the same quote is settled, the consent on the bill, no notice left."""
    quote = shop.quote(bill("inpatient", {"amount": "30.00", "class": "C"}))
    assert any(notice.startswith("consent-needed") for notice in quote.settlement.notices)
    before = shop.state()
    with pytest.raises(Refused) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert (refused.value.code, refused.value.at) == ("consent-needed", "consent")
    assert shop.state() == before
    shop.counter.settle(quote.id, quote.hash, True, "", "k1")
    (record,) = shop.counter.last(1)
    assert record.bill.consent
    assert not any(notice.startswith("consent-needed") for notice in record.settlement.notices)


def test_a_center_that_is_down_never_blocks_a_sale_or_a_void(shop: Shop) -> None:
    """With an identified patient and a dead line: settled, voided, queued; accepted once the center is back."""
    known = shop.identify()
    shop.center.down()
    kept = shop.settle(purchase("10.00"), known)["id"]
    back = shop.settle(purchase("20.00"), known)["id"]
    shop.void(back)
    shop.upload_all()
    assert shop.journal.counts() == {"queued": 3}
    shop.center.up()
    shop.clock.advance(300)
    shop.upload_all()
    assert shop.journal.counts() == {"accepted": 3}
    assert [record.upload_state for record in shop.journal.of_day(DAY)] == ["accepted"] * 3
    assert shop.journal.settlement(kept).state == "committed"


def test_the_center_and_the_counter_agree_to_the_fen(tmp_path: Path) -> None:
    """Sales and a void in a row, uploaded late and in order: the center works out the same and has the same balance."""
    with Shop(tmp_path, person(1, balance="2000.00")) as shop:
        known = shop.identify()
        first = shop.settle(purchase("100.00"), known)["id"]
        shop.settle(STAY, known)
        shop.void(first)
        left = shop.settle(purchase("30.00"), known)["settlement"]["account_balance"]
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 4}
        balance = shop.identify().person.account.balance
        assert encode(balance) == encode(left)


def test_a_settlement_is_voided_once(shop: Shop) -> None:
    """The void names its settlement and repeats under its key; a second void and a void of the void are refused."""
    number = shop.settle(STAY)["id"]
    answer = shop.counter.void(number, "退货", "v1")
    assert shop.counter.void(number, "退货", "v1") == answer
    taken_back = msgspec.json.decode(answer)
    assert (taken_back["voids"], taken_back["settlement"]["total"]) == (number, "10000.00")
    assert shop.journal.settlement(number).voided_by == taken_back["id"]
    before = shop.state()
    for target, code in ((number, "already-voided"), (taken_back["id"], "void-of-a-void")):
        with pytest.raises(Conflict) as refused:
            shop.counter.void(target, "退货", "v2")
        assert refused.value.code == code
    with pytest.raises(Missing):
        shop.counter.void("T120210630999999", "退货", "v2")
    with pytest.raises(Conflict) as refused:
        shop.counter.void(number, "another reason", "v1")
    assert refused.value.code == "key-reused"
    assert shop.state() == before


def test_the_pool_of_a_voided_stay_is_given_back_to_the_year(shop: Shop) -> None:
    """After settle and void the same stay comes out as at first: 7610.00 of the pool, at the first admission's line."""
    shop.void(shop.settle(STAY)["id"])
    split = shop.quote(STAY).settlement
    assert (split.funds["pool"], split.deductible, split.year.admissions) == (761000, 80000, 1)


def test_a_provider_s_surplus_is_kept_taken_in_and_read_back(tmp_path: Path) -> None:
    """Three bed-days at 220.00, of which the patient pays 10.00 each, for a bill of 300.00: the ward keeps 360.00."""
    insured = person(1, policy="ulanqab-employee", year_of=2024)
    with Shop(tmp_path, insured) as shop:
        shop.clock.set(dt.datetime(2024, 4, 2, 9, tzinfo=BEIJING))
        shop.counter.sign_in("007")
        stay = bill("bed-day", {"amount": "300.00"}, episode={"days": 3}, provider={"id": HOSPITAL}, date="2024-04-02")
        number = shop.settle(stay)["id"]
        shop.upload_all()
        kept = shop.journal.settlement(number)
        assert kept.upload_state == "accepted"
        split = kept.settlement
        assert (split.fund_total, split.provider_borne, split.account) == (63_000, -36_000, 3_000)
        assert "-360.00" in shop.print_all()[0]
        assert shop.counter.close_day(dt.date(2024, 4, 2)).state == "sealed"
