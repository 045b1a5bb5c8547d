"""Refunds in both modes: taken back and settled anew both or neither, or, where the center decides, resumed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import Shop, purchase

from terminal.counter.quote import Quote
from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Conflict, TerminalError, Unavailable
from terminal.money import format_fen

KEY = "refund-1"


@pytest.fixture
def online(tmp_path: Path) -> Iterator[Shop]:
    """A shop whose center decides."""
    with Shop(tmp_path, mode="online") as opened:
        yield opened


def asked_of(number: str, quote: Quote) -> RefundAsked:
    """A refund as it was quoted."""
    return RefundAsked(number, "returned", quote.id, quote.hash, till_reference="REST")


def refunded(shop: Shop, number: str) -> dict[str, Any]:
    """Give the second item back; the answer."""
    identification = shop.counter.identify_card()
    quote, _ = shop.counter.quote_refund(identification.id, number, [RefundLine(item=1)])
    return msgspec.json.decode(shop.counter.refund(asked_of(number, quote), KEY))


def states(shop: Shop) -> list[str]:
    """What has become of the counter's records, oldest first."""
    return [record.state for record in reversed(shop.counter.last(9))]


def test_online_the_center_takes_back_and_books_anew(online: Shop) -> None:
    """Both are accepted at once, in this order, and the chain agrees with the tables."""
    number = online.settle(purchase("20.00", "5.00"))["id"]
    answer = refunded(online, number)
    assert (answer["void"]["upload"], answer["settlement"]["upload"]) == ("accepted", "accepted")
    assert answer["settlement"]["settlement"]["total"] == "20.00"
    assert states(online) == ["voided", "committed", "committed"]
    assert online.journal.counts() == {"accepted": 3}
    assert online.journal.verify() == []


def test_online_a_refund_that_stops_half_way_goes_on_under_its_key(online: Shop) -> None:
    """The void is booked, what stays is refused: the till is told that money moved; the same key settles the rest."""
    number = online.settle(purchase("20.00", "5.00"))["id"]
    quote, _ = online.counter.quote_refund(online.counter.identify_card().id, number, [RefundLine(item=1)])
    asked = asked_of(number, quote)
    online.center.faults.inject("refuse", infno="2102")
    with pytest.raises(Conflict) as stopped:
        online.counter.refund(asked, KEY)
    assert (stopped.value.code, stopped.value.money_moved, stopped.value.retry) == (
        "refund-half-done",
        "yes",
        "same-key",
    )
    assert states(online) == ["voided", "committed", "abandoned"]
    first = online.counter.refund(asked, KEY)
    assert states(online) == ["voided", "committed", "abandoned", "committed"]
    assert online.counter.refund(asked, KEY) == first
    assert states(online) == ["voided", "committed", "abandoned", "committed"]
    assert online.journal.verify() == []


def test_online_nothing_is_taken_back_where_the_center_says_no(online: Shop) -> None:
    """The void is refused: the settlement stands as it was."""
    number = online.settle(purchase("20.00", "5.00"))["id"]
    online.center.faults.inject("refuse", infno="2103")
    with pytest.raises(TerminalError) as refused:
        refunded(online, number)
    assert (refused.value.code, refused.value.money_moved) == ("center-refused", "no")
    assert states(online) == ["committed", "abandoned"]


def test_a_disk_that_fails_between_void_and_settlement_leaves_neither(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both stand in one transaction: a disk that gives up in the middle leaves the settlement as it was."""
    number = shop.settle(purchase("20.00", "5.00"))["id"]
    before = shop.journal.entry_count()
    commit = shop.journal._commit

    def failing(connection: sqlite3.Connection, record: Any, *rest: Any) -> Any:
        if record.kind == "settlement":
            raise sqlite3.OperationalError("disk I/O error")
        return commit(connection, record, *rest)

    monkeypatch.setattr(shop.journal, "_commit", failing)
    with pytest.raises(Unavailable):
        refunded(shop, number)
    assert (states(shop), shop.journal.entry_count()) == (["committed"], before)
    monkeypatch.undo()
    shop.counter.sign_out()
    shop.counter.sign_in("007")
    answer = refunded(shop, number)
    assert answer["void"]["voids"] == number
    assert states(shop) == ["voided", "committed", "committed"]
    assert shop.journal.verify() == []


def test_a_refund_of_what_the_center_refused_takes_nothing_off_the_year(shop: Shop) -> None:
    """It never counted there: what stays is settled on the center's own numbers, no void is subtracted from them."""
    shop.center.faults.inject("refuse", infno="2102")
    number = shop.settle(purchase("20.00", "5.00"))["id"]
    shop.upload_all()
    assert shop.journal.settlement(number).upload_state == "refused"
    alone = shop.quote(purchase("20.00"))
    shop.counter.release(alone.identification.id)
    answer = refunded(shop, number)
    assert answer["settlement"]["settlement"]["account_balance"] == format_fen(alone.settlement.account_balance)
