"""What was handed out reaches the stock book behind its settlement, with trace codes, and comes back with a void."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from counter_parts import PHARMACY, Shop, bill

from terminal.center.profile import Profile
from terminal.center.stock import StockUpload
from terminal.counter.goods import keep_goods, resume
from terminal.errors import Conflict, Missing, Refused
from terminal.journal.stock import Goods
from terminal.settlement.codec import convert

TRACE = ["81234567890123456789", "81234567890123456790"]


def goods(code: str = "XJ01", **changes: Any) -> Goods:
    facts = {"code": code, "name": "阿莫西林胶囊", "quantity": "2", "unit_price": "10.00", "lot": "L1"}
    facts |= {"made_on": "2021-01-01", "expires_on": "2023-01-01", "pharmacist": "王药师", "pharmacist_licence": "Y1"}
    return convert(facts | {"trace_codes": TRACE} | changes, Goods)


class Told:
    """A shop whose stock moves are worked off too."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.stock = StockUpload(shop.journal, shop.desk, Random(1))

    def sell(self, code: str = "XJ01") -> str:
        """A purchase of 20.00, not uploaded yet."""
        asked = bill("pharmacy", {"amount": "20.00", "code": code}, provider={"id": PHARMACY})
        return str(self.shop.settle(asked)["id"])

    def tell(self, number: str, *what: Goods) -> None:
        keep_goods(self.shop.journal, self.shop.desk, number, list(what) or [goods()])

    def work(self, seconds: int = 60) -> None:
        """Settlements first, goods behind them, and time passes."""
        for _ in range(seconds // 5):
            while self.shop.upload.tick(self.shop.clock.now()) or self.stock.tick(self.shop.clock.now()):
                pass
            self.shop.clock.advance(5)

    def states(self, number: str) -> list[tuple[str, str]]:
        return [(move.kind, move.state) for move in self.shop.journal.stock_moves(number)]

    def book(self) -> list[str]:
        return [row["kind"] for row in self.shop.books.storage.rows("SELECT kind FROM stock ORDER BY serial")]

    def packs(self) -> list[str]:
        return [row["code"] for row in self.shop.books.storage.rows("SELECT code FROM stock_packs ORDER BY code")]


@pytest.fixture
def told(shop: Shop) -> Told:
    return Told(shop)


def test_goods_follow_their_settlement_with_their_trace_codes(told: Told) -> None:
    """Not before the center has taken the settlement in; the same goods told twice go once."""
    number = told.sell()
    told.tell(number)
    told.tell(number)
    assert not told.stock.tick(told.shop.clock.now()), "the settlement is not there yet"
    told.work()
    assert told.states(number) == [("sale", "accepted")]
    assert (told.book(), told.packs()) == (["sale"], TRACE)
    assert told.shop.journal.verify() == []


def test_a_void_brings_the_goods_back(told: Told) -> None:
    """3506 by itself; the packs may be sold again."""
    number = told.sell()
    told.tell(number)
    told.work()
    told.shop.void(number)
    told.work()
    assert told.states(number) == [("sale", "accepted"), ("return", "accepted")]
    assert told.packs() == []
    again = told.sell()
    told.tell(again)
    told.work()
    assert told.states(again) == [("sale", "accepted")]


def test_a_pack_is_back_before_it_is_sold_again(told: Told) -> None:
    """Its return was not answered and waits for its pause: the next sale of the same pack waits behind it, another's
    does not; and each is in the book in the end. The till tells of the second sale before the return is queued at all.
    """
    first, again, other = told.sell(), told.sell(), told.sell()
    told.tell(first)
    told.work(5)
    told.shop.void(first)
    told.tell(again)
    told.tell(other, goods(trace_codes=["9999"]))
    assert told.shop.journal.due_stock(told.shop.clock.now()) is None, "what comes back is not queued yet"
    told.shop.center.faults.inject("drop-before", infno="3506")
    while told.stock.tick(told.shop.clock.now()):
        pass
    assert [told.states(number)[-1] for number in (first, again, other)] == [
        ("return", "unknown"),
        ("sale", "queued"),
        ("sale", "accepted"),
    ]
    told.work()
    assert told.states(first)[-1] == ("return", "accepted")
    assert told.states(again) == [("sale", "accepted")]


@pytest.mark.parametrize("safe", [True, False])
def test_what_is_stuck_goes_again_when_told(tmp_path: Path, safe: bool) -> None:
    """Refused: as a new message, so that a center that recognises repeats judges it anew. Parked: as one whose outcome
    is unknown. What is not stuck is left alone.
    """
    profile = Profile(name="test", repeats="recognised" if safe else "unsafe")
    with Shop(tmp_path, profile=profile) as shop:
        told = Told(shop)
        refused, parked = told.sell(), told.sell()
        told.tell(refused)
        shop.center.faults.inject("refuse", infno="3505")
        told.work(5)
        told.tell(parked, goods(trace_codes=["9999"]))
        (move,) = shop.journal.stock_moves(parked)
        shop.journal.mark_stock(move.message_id, "parked", shop.clock.now(), "never answered")
        assert [(one.state, one.settlement_id) for one in shop.journal.stuck_stock()] == [
            ("refused", refused),
            ("parked", parked),
        ]
        for one in shop.journal.stuck_stock():
            resume(shop.journal, shop.desk, one.message_id)
        told.work()
        assert told.states(refused) == told.states(parked) == [("sale", "accepted")]
        assert (told.book(), told.packs()) == (["sale", "sale"], [*TRACE, "9999"])
        (done,) = shop.journal.stock_moves(parked)
        with pytest.raises(Conflict) as conflict:
            resume(shop.journal, shop.desk, done.message_id)
        assert conflict.value.code == "not-parked"
        assert shop.journal.verify() == []


def test_a_message_of_no_goods_goes_again_too(told: Told) -> None:
    """An operator names what is stuck, whatever it is: the settlement itself here. What is nobody's is missing."""
    told.sell()
    journal, desk, now = told.shop.journal, told.shop.desk, told.shop.clock.now()
    (message,) = journal.queue()
    journal.mark_parked(message.message_id, "never answered", now)
    resume(journal, desk, message.message_id)
    told.work()
    assert journal.counts() == {"accepted": 1}
    with pytest.raises(Missing) as missing:
        resume(journal, desk, "nobody's")
    assert missing.value.code == "no-such-message"


def test_goods_that_were_never_told_are_withdrawn_by_the_void(told: Told) -> None:
    """Nothing of them reaches the stock book."""
    number = told.sell()
    told.tell(number)
    told.shop.void(number)
    told.work()
    assert told.states(number) == [("sale", "withdrawn")]
    assert told.book() == []


def test_a_pack_that_was_sold_already_is_refused_and_holds_up_nobody(told: Told) -> None:
    """The center's reason stands with the move; settlements and other goods go on."""
    first, second, third = told.sell(), told.sell(), told.sell()
    told.tell(first)
    told.tell(second)
    told.tell(third, goods(trace_codes=["9999"]))
    told.work()
    assert [told.states(number)[0][1] for number in (first, second, third)] == ["accepted", "refused", "accepted"]
    (refused,) = told.shop.journal.stock_moves(second)
    assert "was sold already" in refused.reason
    assert TRACE[0] not in refused.reason
    assert told.shop.journal.counts() == {"accepted": 3}


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "html"])
@pytest.mark.parametrize("safe", [True, False])
def test_goods_of_unknown_outcome_stand_once_in_the_end(tmp_path: Path, fault: Any, safe: bool) -> None:
    """Told again under the same id, or deleted (3507) and told under a new one; settlements never wait for it."""
    profile = Profile(name="test", repeats="recognised" if safe else "unsafe")
    with Shop(tmp_path, profile=profile) as shop:
        told = Told(shop)
        number = told.sell()
        told.tell(number)
        shop.center.faults.inject(fault, infno="3505")
        told.work(5)
        assert told.states(number) == [("sale", "unknown")]
        other = told.sell()
        shop.upload_all()
        assert shop.journal.settlement(other).upload_state == "accepted"
        told.work(120)
        assert told.states(number) == [("sale", "accepted")]
        assert (told.book(), told.packs()) == (["sale"], TRACE)
        assert shop.journal.verify() == []


def test_goods_that_are_not_on_the_bill_or_differ_are_refused(told: Told) -> None:
    """Nothing is kept."""
    number = told.sell()
    with pytest.raises(Refused) as refused:
        told.tell(number, goods(), goods("XJ99"))
    assert (refused.value.code, refused.value.at) == ("goods-not-on-bill", "goods[1].code")
    assert told.states(number) == []
    told.tell(number)
    with pytest.raises(Conflict) as conflict:
        told.tell(number, goods(lot="L2"))
    assert conflict.value.code == "goods-told"
