"""Refunds in both modes: taken back and settled anew both or neither, or, where the center decides, resumed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import Shop, purchase

from terminal.counter import refunding
from terminal.counter.quote import Quote
from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Conflict, Missing, Refused, TerminalError, Unavailable
from terminal.journal.commit import Committal
from terminal.money import format_fen
from tests.simulation.power import PowerCut

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


def half_done(shop: Shop) -> tuple[str, RefundAsked]:
    """A refund of which the void is booked and what stays is refused; the process has ended since."""
    number = shop.settle(purchase("20.00", "5.00"))["id"]
    quote, _ = shop.counter.quote_refund(shop.counter.identify_card().id, number, [RefundLine(item=1)])
    asked = asked_of(number, quote)
    shop.center.faults.inject("refuse", infno="2102")
    with pytest.raises(Conflict):
        shop.counter.refund(asked, KEY)
    shop.crash()
    shop.counter.sign_in("008")
    return number, asked


def test_online_a_half_done_refund_is_found_after_a_restart_and_its_key_goes_on(online: Shop) -> None:
    """The quote is gone with the process: what stays is settled from what was written down, by who works now, once."""
    number, asked = half_done(online)
    assert online.recovered.refunds == [number]
    ((begun),) = online.counter.open_refunds()
    assert (begun.original, begun.void, begun.stays.settlement.total) == (number, online.counter.last(9)[1].id, 2_000)
    answer = online.counter.refund(asked, KEY)
    assert msgspec.json.decode(answer)["settlement"]["settlement"]["total"] == "20.00"
    (stays,) = online.journal.by_till_reference("REST")[1:]
    assert (stays.operator, stays.state, stays.upload_state) == ("008", "committed", "accepted")
    assert online.counter.open_refunds() == []
    assert online.counter.refund(asked, KEY) == online.counter.go_on_with_refund(number) == answer
    assert [state for _, state in online.books.settlements()] == ["voided", "booked", "booked"]
    assert online.journal.verify() == []


def test_online_a_begun_refund_keeps_its_key_and_its_settlement(online: Shop) -> None:
    """Another request under its key is refused; so is the day's seal, until somebody goes on with it."""
    number, _ = half_done(online)
    other = online.quote(purchase("30.00"))
    with pytest.raises(Conflict) as reused:
        online.counter.settle(other.id, other.hash, False, "", KEY)
    assert reused.value.code == "key-reused"
    day = online.clock.now().date()
    report = online.counter.close_day(day)
    assert (report.state, [one.upload_state for one in report.open_matters]) == ("frozen", ["refunding"])
    answer = msgspec.json.decode(online.counter.go_on_with_refund(number))
    assert answer["settlement"]["business_day"] == "2021-07-01"
    assert online.counter.close_day(day).state == "sealed"


def test_online_a_refund_that_nobody_goes_on_with_is_given_up_by_name(online: Shop) -> None:
    """What is taken back stays so; who decided it and why is in the chain; its key is free, and it is done never."""
    number, _ = half_done(online)
    online.counter.give_up_refund(number, "患者全部退回")
    assert online.counter.open_refunds() == []
    (entry,) = (
        msgspec.json.decode(body)
        for (body,) in online.journal._connection.execute("SELECT body FROM entries ORDER BY number DESC LIMIT 1")
    )
    assert (entry["kind"], entry["operator"], entry["reason"]) == ("refund-given-up", "008", "患者全部退回")
    with pytest.raises(Missing) as gone:
        online.counter.go_on_with_refund(number)
    assert gone.value.code == "no-such-refund"
    assert online.counter.close_day(online.clock.now().date()).state == "sealed"
    assert online.journal.verify() == []


def test_online_a_void_waits_for_the_refund_that_was_begun(online: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes before the first message: nothing is taken back, a void is refused; given up, it may be voided."""
    number = online.settle(purchase("20.00", "5.00"))["id"]
    quote, _ = online.counter.quote_refund(online.counter.identify_card().id, number, [RefundLine(item=1)])
    monkeypatch.setattr(refunding, "authorise", cut)
    with pytest.raises(PowerCut):
        online.counter.refund(asked_of(number, quote), KEY)
    monkeypatch.undo()
    online.crash()
    online.counter.sign_in("007")
    assert [one.void for one in online.counter.open_refunds()] == [""]
    with pytest.raises(Conflict) as waits:
        online.void(number)
    assert waits.value.code == "refund-open"
    online.counter.give_up_refund(number, "顾客改为整单退货")
    assert online.void(number)["voids"] == number


@pytest.mark.parametrize(("kinds", "code"), [(("void", "void"), "bad-record"), (("settlement",) * 2, "bad-record")])
def test_a_refund_is_a_void_and_a_settlement(shop: Shop, kinds: tuple[Any, Any], code: str) -> None:
    """The journal takes nothing else as one, and no key that no other commit would take."""
    number = shop.settle(purchase("20.00", "5.00"))["id"]
    record = shop.journal.settlement(number)
    before = shop.journal.entry_count()
    parts = [Committal(msgspec.structs.replace(record, kind=kind), "m", "k", lambda _: b"") for kind in kinds]
    with pytest.raises(Refused) as refused:
        shop.journal.commit_refund(*parts, "digest")
    assert refused.value.code == code
    void = Committal(msgspec.structs.replace(record, kind="void", voids=number), "m", "", lambda _: b"")
    with pytest.raises(Refused) as no_key:
        shop.journal.commit_refund(void, Committal(record, "m", "k", lambda _: b""), "digest")
    assert (no_key.value.code, shop.journal.entry_count()) == ("bad-key", before)


def cut(*_: object) -> None:
    """The power goes here."""
    raise PowerCut
