"""The stock book's own queue: told once, told again or deleted after a silence, ever later, and at last parked."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import msgspec
import pytest
from till import Till
from town import Town
from watched import Watched

from terminal.bureau.faults import FaultName
from terminal.center.link import Link, Silence
from terminal.center.profile import REFERENCE
from terminal.center.stock import StockUpload
from terminal.journal.stock import Goods, StockMove
from terminal.settlement.codec import convert

PACKS = {
    **{"code": "XJ04", "name": "阿莫西林胶囊", "quantity": "2", "unit_price": "29.20", "lot": "L1"},
    **{"made_on": "2021-01-01", "expires_on": "2023-01-01", "pharmacist": "王药师", "pharmacist_licence": "Y1"},
}


class StockBook:
    """A purchase that the center has taken in, with one kind of goods to be told of; what goes over the wire."""

    def __init__(self, town: Town, till: Till) -> None:
        self.town, self.till = town, till
        # One terminal has one sequence of numbers, whichever of its desks speaks.
        town.stamp = till.journal.next_message_stamp
        self.sale = till.commit(town.purchase())
        till.drain()
        self.first_id = till.desk.new_message_id(self.sale.provider_id)
        goods = [convert(PACKS, Goods)]
        till.journal.keep_goods(self.sale.id, goods, [self.first_id], town.clock.now())
        self.speak(town.new_link())

    def speak(self, link: Link, repeats: str = "recognised") -> None:
        """Over this link from now on, to a center that recognises repeats or does not."""
        self.wire = Watched(link)
        self.town.profile = msgspec.structs.replace(REFERENCE, repeats=repeats)
        self.upload = StockUpload(self.till.journal, self.town.new_desk(self.wire), Random(7))

    def tick(self) -> bool:
        return self.upload.tick(self.town.clock.now())

    def moves(self) -> list[StockMove]:
        return self.till.journal.stock_moves(self.sale.id)

    def kept(self, column: str) -> Any:
        """What the journal's file says of the one move."""
        ((value,),) = self.till.rows(f"SELECT {column} FROM stock_moves WHERE kind = 'sale'")
        return value

    def pause_seconds(self) -> float:
        """How long until the move's next attempt."""
        until = dt.datetime.fromisoformat(self.kept("next_attempt_at"))
        return (until - self.town.clock.now()).total_seconds()

    def told(self) -> list[tuple[str, str]]:
        """Transaction and message id of each message but sign-ins."""
        return [(body["infno"], body["msgid"]) for body in self.wire.bodies if body["infno"] != "9001"]


@pytest.fixture
def book(town: Town, till: Till) -> StockBook:
    return StockBook(town, till)


def test_goods_are_told_once_and_both_messages_are_kept(book: StockBook) -> None:
    """One step, and no more is due; it stood as sent, with its bytes, when it left."""
    link, seen = book.town.new_link(), list[tuple[str, bool]]()

    class Looking:
        def post(self, body: bytes) -> bytes:
            seen.append((book.moves()[0].state, book.kept("request") == body))
            return link.post(body)

    book.speak(Looking())
    assert (book.tick(), book.tick()) == (True, False)
    assert (book.told(), seen[-1]) == ([("3505", book.first_id)], ("sent", True))
    assert [move.state for move in book.moves()] == ["accepted"]
    assert b'"infcode":0' in book.kept("answer")


def test_what_the_center_refuses_is_kept_with_its_words(book: StockBook) -> None:
    """A last word: not asked again."""
    book.town.server.faults.inject("refuse", infno="3505")
    assert (book.tick(), book.tick()) == (True, False)
    (move,) = book.moves()
    assert (move.state, move.reason) == ("refused", "the center is asked to refuse this")
    assert b"asked to refuse" in book.kept("answer")


def test_a_void_s_goods_are_queued_and_told_in_a_step_each(book: StockBook) -> None:
    """The sale, then its return under a number of its own, then nothing."""
    assert book.tick()
    book.till.void(book.sale)
    book.till.drain()
    steps = [(book.tick(), [move.state for move in book.moves()]) for _ in range(3)]
    assert steps == [(True, ["accepted", "queued"]), (True, ["accepted"] * 2), (False, ["accepted"] * 2)]
    assert book.wire.numbers == ["3505", "3506"]
    sold, back = (body["input"]["selinfo"] for body in book.wire.bodies if body["infno"] != "9001")
    assert back["medins_prod_sel_no"] == sold["fixmedins_bchno"] == book.sale.id + "001"
    assert back["fixmedins_bchno"] == book.sale.id + "001R"


def test_each_message_of_goods_is_its_own_institution_s(book: StockBook) -> None:
    """The pharmacy is not the institution that signs in: sale and return have the pharmacy's number in their ids."""
    assert next(iter(book.town.providers)) != book.sale.provider_id
    assert book.tick()
    book.till.void(book.sale)
    book.till.drain()
    while book.tick():
        pass
    told = [body for body in book.wire.bodies if body["infno"] in ("3505", "3506")]
    assert [body["fixmedins_code"] for body in told] == [book.sale.provider_id] * 2
    assert all(body["msgid"].startswith(book.sale.provider_id) for body in told)


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_a_center_that_recognises_repeats_is_told_the_same_again(book: StockBook, fault: FaultName) -> None:
    """After its pause and not before, under the same id; nothing is deleted."""
    book.town.server.faults.inject(fault, infno="3505")
    assert (book.tick(), book.moves()[0].state) == (True, "unknown")
    assert not book.tick()
    book.town.clock.advance(1)
    assert book.tick()
    assert book.told() == [("3505", book.first_id)] * 2
    assert (book.moves()[0].state, book.moves()[0].attempts) == ("accepted", 2)


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_at_any_other_center_what_may_stand_there_is_deleted_first(book: StockBook, fault: FaultName) -> None:
    """3507 by the serial, whether or not it stands there, then the goods under a new id, in the same moment."""
    book.speak(book.town.new_link(), repeats="unsafe")
    book.town.server.faults.inject(fault, infno="3505")
    book.town.server.faults.inject("drop-before", infno="3507")
    assert book.tick()
    for seconds in (1, 2):
        assert not book.tick()
        book.town.clock.advance(seconds)
        assert book.tick()
    assert book.tick()
    assert not book.tick()
    numbers, ids = zip(*book.told(), strict=True)
    assert (numbers, len(set(ids))) == (("3505", "3507", "3507", "3505"), 4)
    assert [body["input"]["data"] for body in book.wire.bodies if body["infno"] == "3507"] == [
        {"fixmedins_bchno": book.sale.id + "001", "inv_data_type": "4"}
    ] * 2
    assert [(move.state, move.message_id) for move in book.moves()] == [("accepted", ids[-1])]


class Busy:
    """A center that is busy at the first 3507, and says so with a refusal."""

    def __init__(self, town: Town) -> None:
        self._link, self._busy_at = town.new_link(), b'"infno":"3507"'

    def post(self, body: bytes) -> bytes:
        if self._busy_at in body:
            self._busy_at = b"no more"
            return '{"infcode":-1,"err_msg":"系统繁忙，请稍后再试","output":{}}'.encode()
        return self._link.post(body)


def test_only_a_refusal_that_says_so_means_that_the_goods_are_not_there(book: StockBook) -> None:
    """A 3507 that is refused because the center is busy says nothing: it is asked again, and nothing is told before."""
    book.speak(Busy(book.town), repeats="unsafe")
    book.town.server.faults.inject("drop-after", infno="3505")
    assert book.tick()
    book.town.clock.advance(1)
    assert book.tick()
    (move,) = book.moves()
    assert (move.state, move.reason.endswith("系统繁忙，请稍后再试")) == ("unknown", True)
    book.town.clock.advance(2)
    while book.tick():
        pass
    assert [infno for infno, _ in book.told()] == ["3505", "3507", "3507", "3505"]
    assert [move.state for move in book.moves()] == ["accepted"]


class Mute:
    """A center that takes goods and never says anything of them."""

    def __init__(self, town: Town) -> None:
        self._link = town.new_link()

    def post(self, body: bytes) -> bytes:
        if b'"infno":"3505"' in body:
            raise Silence("no answer")
        return self._link.post(body)


def tried_thirty_times(book: StockBook, state: str) -> StockMove:
    """The one move after thirty tries: pauses of 1, 2, 4 … 300 seconds, less up to half of each, in this state."""
    for attempt in range(29):
        assert book.tick()
        assert book.moves()[0].state == state
        longest = min(300, 2**attempt)
        assert longest / 2 < book.pause_seconds() <= longest
        book.town.clock.advance(longest)
    assert book.tick()
    (move,) = book.moves()
    return move


def test_silence_is_answered_ever_later_and_the_thirtieth_parks(book: StockBook) -> None:
    """Pauses of 1, 2, 4 … 300 seconds, less up to half of each; after thirty attempts an operator looks at it."""
    book.speak(Mute(book.town))
    move = tried_thirty_times(book, "unknown")
    assert (move.state, move.attempts) == ("parked", 30)
    assert move.reason.startswith("given up after 30 tries: ")
    assert not book.tick()


def test_goods_of_an_operator_who_has_left_are_tried_ever_later_and_parked(book: StockBook) -> None:
    """The center refuses the sign-in of who sold: at pauses that grow, with nothing sent, then for an operator."""
    book.town.sign_ins.clear()
    book.town.server.faults.inject("refuse", 30, infno="9001")
    move = tried_thirty_times(book, "queued")
    assert (move.state, book.told()) == ("parked", [])
    assert move.reason.startswith("given up after 30 tries: sign-in: ")


class Choking:
    """A link over which the program falls, with a fault of its own, at the first message of goods."""

    def __init__(self, town: Town) -> None:
        self._link, self._chokes_on = town.new_link(), b'"infno":"3505"'

    def post(self, body: bytes) -> bytes:
        if self._chokes_on in body:
            self._chokes_on = b"no more"
            raise KeyError("张三")
        return self._link.post(body)


def test_goods_that_cannot_be_worked_on_are_parked_and_the_next_are_told(book: StockBook) -> None:
    """Parked with the kind of fault and without its words; the goods of another sale behind them reach the book."""
    other = book.till.commit(book.town.purchase(2))
    book.till.drain()
    book.till.journal.keep_goods(other.id, [convert(PACKS, Goods)], ["M2"], book.town.clock.now())
    book.speak(Choking(book.town))
    while book.tick():
        pass
    (parked,), (told,) = book.moves(), book.till.journal.stock_moves(other.id)
    assert (parked.state, parked.reason, told.state) == ("parked", "cannot be worked on: KeyError", "accepted")


def test_goods_that_surely_never_left_wait_as_they_were(book: StockBook) -> None:
    """No line: a pause that doubles, and when it stands again they are told as if for the first time."""
    book.speak(book.town.new_link(), repeats="unsafe")
    book.town.server.down()
    for longest in (1, 2, 4):
        assert book.tick()
        assert book.moves()[0].state == "queued"
        assert longest / 2 < book.pause_seconds() <= longest
        book.town.clock.advance(longest)
    book.town.server.up()
    assert book.tick()
    assert book.told() == [("3505", book.first_id)] * 4
    assert book.moves()[0].state == "accepted"


def test_goods_of_a_settlement_that_is_not_there_yet_wait_for_it(town: Town, till: Till) -> None:
    """Nothing is due before the center has taken the settlement in."""
    record = till.commit(town.purchase())
    till.journal.keep_goods(record.id, [convert(PACKS, Goods)], ["M1"], town.clock.now())
    upload = StockUpload(till.journal, till.desk, Random(7))
    assert not upload.tick(town.clock.now())
    till.drain()
    assert upload.tick(town.clock.now())
