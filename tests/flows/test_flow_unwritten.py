"""The online mode with a journal that cannot be written just when the center has said yes: in doubt, held, undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from at_the_center import booked
from counter_parts import DAY, Shop, card, purchase

from terminal.center.profile import Profile
from terminal.counter.day import ask_center, conclude
from terminal.counter.quote import Quote
from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Conflict, InDoubt, Unavailable
from terminal.journal.journal import Journal

UNSAFE = Profile(name="test", repeats="unsafe")
TWO_DRUGS = purchase("20.00", "30.00")

Disk = Callable[[str], Callable[[], None]]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop in online mode, at a center that promises nothing about repeats."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as opened:
        yield opened


@pytest.fixture
def locked_after(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """`locked_after("2102")`: once the center has answered such a message, the journal cannot be written, until what is
    returned is called.
    """
    shop.journal._connection.execute("PRAGMA busy_timeout = 0")
    other, post = sqlite3.connect(shop.journal.path, isolation_level=None), shop.link.post

    def locked_after(infno: str) -> Callable[[], None]:
        def locking(body: bytes, number: str = "") -> bytes:
            answer = post(body)
            if f'"infno":"{infno}"'.encode() in body and not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return answer

        def unlock() -> None:
            monkeypatch.undo()
            other.execute("ROLLBACK")

        monkeypatch.setattr(shop.link, "post", locking)
        return unlock

    yield locked_after
    other.close()


def settle(shop: Shop, quote: Quote, key: str = "k1") -> str:
    """Settle a quote; the settlement's number."""
    return str(msgspec.json.decode(shop.counter.settle(quote.id, quote.hash, False, "", key))["id"])


def test_what_cannot_be_written_down_is_in_doubt_and_never_nothing(shop: Shop, locked_after: Disk) -> None:
    """The center has booked and debited: the till hears that money is unknown, and to repeat under the same key."""
    quote = shop.quote(purchase("20.00"))
    locked_after("2102")
    with pytest.raises(InDoubt) as doubt:
        settle(shop, quote)
    assert booked(shop) == ["booked"]
    assert (doubt.value.code, doubt.value.money_moved, doubt.value.retry) == (
        "settlement-in-doubt",
        "unknown",
        "same-key",
    )
    assert "hand out nothing" in doubt.value.message
    assert "nothing was changed" not in doubt.value.message


def test_its_key_and_its_person_are_held_until_it_is_undone_without_a_restart(shop: Shop, locked_after: Disk) -> None:
    """The same key is in doubt still, another bill under it refused, the person's next sale waits; the step behind the
    counter queues the reversal as soon as the journal can be written, and then the key settles, once.
    """
    known = shop.identify()
    quote, another = shop.quote(purchase("20.00"), known), shop.quote(purchase("30.00"), known)
    unlock = locked_after("2102")
    with pytest.raises(InDoubt):
        settle(shop, quote)
    with pytest.raises(Unavailable) as unwritable:
        shop.counter.undo_interrupted()
    assert unwritable.value.code == "journal-unwritable"
    unlock()
    with pytest.raises(InDoubt) as again:
        settle(shop, quote)
    assert again.value.code == "settlement-in-doubt"
    with pytest.raises(Conflict, match="another request"):
        settle(shop, another)
    with pytest.raises(Unavailable) as waits:
        settle(shop, another, key="k2")
    assert waits.value.code == "person-in-doubt"
    with pytest.raises(Unavailable, match="without an answer"):
        shop.identify()
    assert booked(shop) == ["booked"]
    assert shop.counter.undo_interrupted()
    assert [message.transaction for message in shop.journal.queue()] == ["reverse"]
    shop.upload_all()
    assert booked(shop) == ["reversed"]
    shop.settle(purchase("20.00"), key="k1")
    assert booked(shop) == ["reversed", "booked"]
    assert not shop.counter.undo_interrupted()
    assert shop.journal.verify() == []


def leave_open(shop: Shop, locked_after: Disk) -> None:
    """A sale that the center has booked, and the journal could not: its intent is open, and the disk is well again."""
    quote = shop.quote(purchase("20.00"))
    unlock = locked_after("2102")
    with pytest.raises(InDoubt):
        settle(shop, quote)
    unlock()


def test_another_person_is_served_meanwhile(shop: Shop, locked_after: Disk) -> None:
    """What is open about one holds nobody else up."""
    leave_open(shop, locked_after)
    shop.reader.insert(card(2))
    assert shop.settle(purchase("20.00"))["state"] == "committed"


def test_an_error_that_nobody_foresaw_leaves_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program fails behind the center's yes: the key and the person are held, and it is undone."""
    quote = shop.quote(purchase("20.00"))

    def fails(journal: Journal, *arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as bug:
        bug.setattr(Journal, "authorise", fails)
        with pytest.raises(ZeroDivisionError):
            settle(shop, quote)
    with pytest.raises(InDoubt):
        settle(shop, quote)
    with pytest.raises(Unavailable):
        shop.identify()
    assert shop.counter.undo_interrupted()
    shop.upload_all()
    assert booked(shop) == ["reversed"]


def test_a_refusal_that_cannot_be_written_down_is_in_doubt_too(shop: Shop, locked_after: Disk) -> None:
    """Nobody would know after a restart what the center said, so that it is undone in any case."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("refuse", infno="2102")
    unlock = locked_after("2102")
    with pytest.raises(InDoubt):
        settle(shop, quote)
    unlock()
    shop.counter.undo_interrupted()
    shop.upload_all()
    settle(shop, quote)
    assert booked(shop) == ["booked"]


def test_a_void_gives_nothing_back_until_it_is_undone_and_goes_again(shop: Shop, locked_after: Disk) -> None:
    """The till is told to give nothing back; the sale stands here; under the same key it is taken back once."""
    number = shop.settle(purchase("20.00"))["id"]
    unlock = locked_after("2103")
    for _ in range(2):
        with pytest.raises(InDoubt, match="give nothing back") as doubt:
            shop.counter.void(number, "退货", "k1")
        assert doubt.value.code == "settlement-in-doubt"
    assert shop.journal.settlement(number).state == "committed"
    unlock()
    shop.counter.undo_interrupted()
    shop.upload_all()
    assert booked(shop) == ["booked", "reversed"]
    shop.counter.void(number, "退货", "k1")
    assert shop.journal.settlement(number).state == "voided"
    assert booked(shop) == ["voided", "reversed", "booked"]


@pytest.mark.parametrize("infno", ["2103", "2102"])
def test_a_refund_by_line_goes_on_under_its_key(shop: Shop, locked_after: Disk, infno: str) -> None:
    """Whichever of its two messages cannot be written down: the refund stays begun, and is done once in the end."""
    number = shop.settle(TWO_DRUGS)["id"]
    quote, _ = shop.counter.quote_refund(shop.identify().id, number, [RefundLine(item=0)])
    asked = RefundAsked(number, "退货", quote.id, quote.hash)
    unlock = locked_after(infno)
    with pytest.raises((InDoubt, Conflict)) as doubt:
        shop.counter.refund(asked, "k1")
    assert doubt.value.money_moved in ("unknown", "yes")
    with pytest.raises(InDoubt) as again:
        shop.counter.refund(asked, "k1")
    assert again.value.code == "settlement-in-doubt"
    unlock()
    assert [one.original for one in shop.counter.open_refunds()] == [number]
    shop.counter.undo_interrupted()
    shop.upload_all()
    answer = msgspec.json.decode(shop.counter.refund(asked, "k1"))
    assert answer["settlement"]["settlement"]["total"] == "30.00"
    assert shop.counter.open_refunds() == []
    assert sorted(booked(shop)) == ["booked", "booked", "reversed", "voided"]


def test_an_open_intent_keeps_its_day_open(shop: Shop, locked_after: Disk) -> None:
    """Where it cannot be undone yet, the day shows it as an open matter and is not sealed, also by the journal."""
    leave_open(shop, locked_after)
    report = conclude(shop.journal, ask_center(shop.journal, shop.desk, DAY, "007", Random(1)))
    (intent,) = shop.journal.open_intents()
    (matter,) = report.open_matters
    assert (report.state, matter.settlement_id, matter.upload_state) == ("frozen", intent.record.id, "authorising")
    with pytest.raises(Conflict) as refused:
        shop.journal.seal(DAY, b"{}", shop.clock.now())
    assert refused.value.code == "settlement-in-doubt"


def test_day_end_undoes_it_and_seals(shop: Shop, locked_after: Disk) -> None:
    """Day end queues the reversal, drains it, and the day balances at nothing."""
    leave_open(shop, locked_after)
    report = shop.counter.close_day(DAY)
    assert (report.state, booked(shop)) == ("sealed", ["reversed"])
