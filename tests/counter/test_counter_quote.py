"""The quote: filled in by center and configuration, split by the decree, and nothing durable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import HOSPITAL, MORNING, PHARMACY, STAY, Shop, bill, card, person, purchase

from terminal.clock import SetClock
from terminal.counter.lapsing import Lapsing
from terminal.errors import Missing, Refused
from terminal.money import Fen

STEPS_OF_A_LOOK_MAX = 30
"""Of SQLite's machine, for one message; to read its settlement too takes twice as many."""


def test_a_quote_splits_by_the_decree_and_writes_nothing(shop: Shop) -> None:
    """7610.00 of the pool by articles 11 and 12; the account's 1500.00; the journal as it was, not one write."""
    known = shop.identify()
    writes = shop.journal._connection.total_changes
    split = shop.quote(STAY, known).settlement
    assert (split.funds["pool"], split.account, split.cash) == (761000, 150000, 89000)
    assert shop.journal._connection.total_changes == writes


def test_the_hash_names_the_bill_and_its_amounts(shop: Shop) -> None:
    """The same bill again has the same hash; another item, provider or person has another."""
    known = shop.identify()
    first = shop.quote(purchase("10.00"), known)
    assert shop.quote(purchase("10.00"), known).hash == first.hash
    others = [
        shop.quote(purchase("10.01"), known),
        shop.quote(purchase("5.00", "5.00"), known),
        shop.quote(bill("pharmacy", {"amount": "10.00"}, provider={"id": HOSPITAL}), known),
    ]
    shop.reader.insert(card(2))
    others.append(shop.quote(purchase("10.00")))
    assert len({first.hash, *(other.hash for other in others)}) == 5


def test_a_provider_left_out_is_the_first_one(shop: Shop) -> None:
    """Without an id the bill is the first configured provider's, with its tier."""
    quote = shop.quote(bill("inpatient", {"amount": "10000.00"}))
    assert quote.settlement.funds["pool"] == 761000


@pytest.mark.parametrize(
    ("parts", "at"),
    [
        ({"policy": "yantai-resident"}, "policy"),
        ({"patient": {"name": "李四"}}, "patient.name"),
        ({"patient": {"category": "retiree"}}, "patient.category"),
        ({"entitlement": {"status": "arrears"}}, "entitlement.status"),
        ({"account": {"balance": "9999.00"}}, "account.balance"),
        ({"account": {"relation": "spouse"}}, "account.relation"),
        ({"year": {"pool_paid": "1.00"}}, "year.pool_paid"),
        ({"provider": {"id": "H37060200009"}}, "provider.id"),
        ({"provider": {"id": PHARMACY, "tier": 3}}, "provider.tier"),
        ({"provider": {"id": HOSPITAL, "traditional_medicine": True}}, "provider.traditional_medicine"),
        ({"date": "2021-07-01"}, "date"),
    ],
)
def test_a_till_that_contradicts_is_refused_with_the_place(shop: Shop, parts: dict[str, Any], at: str) -> None:
    """What only the center or the configuration knows cannot be talked round by the till."""
    with pytest.raises(Refused) as refused:
        shop.quote(bill("pharmacy", {"amount": "10.00"}, **parts))
    assert refused.value.at == at
    assert "李四" not in str(refused.value)


def test_a_till_may_repeat_what_the_center_says(shop: Shop) -> None:
    """The same policy, name and balance, and the visit's own facts, are taken."""
    parts = {"policy": "yantai-employee", "patient": {"name": "张一"}, "account": {"balance": "1500.00"}}
    shop.quote(bill("inpatient", {"amount": "10.00"}, **parts, provider={"emergency": True}))


def test_what_is_pending_is_taken_off_the_balance_and_added_to_the_year(tmp_path: Path) -> None:
    """150.00 in the account, 100.00 spent and not yet uploaded: 50.00 are left, also for a new identification."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        shop.settle(purchase("100.00"))
        assert shop.quote(purchase("100.00")).settlement.account == 5000
        shop.settle(STAY)
        year = shop.quote(STAY).settlement.year
        assert year.admissions == 2
        assert year.eligible_expense == 2_000_000


def test_the_year_s_accumulators_begin_anew_and_the_balance_does_not(shop: Shop) -> None:
    """A stay of 31 December, not uploaded on 1 January: its money is gone, its admission is last year's."""
    shop.clock.set(MORNING.replace(month=12, day=31))
    shop.settle(STAY)
    shop.clock.set(MORNING.replace(year=2022, month=1, day=1))
    asked = msgspec.structs.replace(STAY, date=dt.date(2022, 1, 1))
    last_year = msgspec.structs.replace(STAY, date=dt.date(2021, 12, 31))
    assert shop.quote(asked).settlement.year.admissions == 1
    assert shop.quote(asked).settlement.account == 0
    assert shop.quote(last_year).settlement.year.admissions == 1 + 1


def test_what_is_uploaded_after_the_identification_is_not_forgotten(tmp_path: Path) -> None:
    """The old identification still sees 50.00, and a new one, which the center has told 50.00, sees no less."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        known = shop.identify()
        shop.settle(purchase("100.00"), known)
        shop.upload_all()
        assert shop.quote(purchase("100.00"), known).settlement.account == 5000
        assert shop.quote(purchase("100.00")).settlement.account == 5000


def test_a_pending_void_gives_back(tmp_path: Path) -> None:
    """Settled and taken back, uploaded or not: the whole balance is there again."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        number = shop.settle(purchase("100.00"))["id"]
        shop.upload_all()
        shop.void(number)
        assert shop.quote(purchase("150.00")).settlement.account == 15000
        shop.upload_all()
        assert shop.quote(purchase("150.00")).settlement.account == 15000


def test_what_is_parked_is_still_taken_off_the_balance(tmp_path: Path) -> None:
    """A sale whose message waits for a person: its 100.00 of 150.00 are spent, however long that takes."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        shop.settle(purchase("100.00"))
        (message,) = shop.journal.queue()
        shop.journal.mark_parked(message.message_id, "never answered", shop.clock.now())
        shop.clock.advance(86_400)
        shop.sign_in()
        assert shop.quote(purchase("100.00")).settlement.account == 5000


def test_the_void_of_what_the_center_refused_gives_nothing_back(tmp_path: Path) -> None:
    """It never took the 100.00 there: taken back here, the account holds its 150.00 and no fen more."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        number = shop.settle(purchase("100.00"))["id"]
        shop.center.faults.inject("refuse", infno="2102")
        shop.upload_all()
        assert shop.journal.settlement(number).upload_state == "refused"
        shop.void(number)
        assert shop.quote(purchase("200.00")).settlement.account == 15000


def test_a_quote_lapses_by_real_time_only(shop: Shop) -> None:
    """After ten minutes it is gone; an operator who sets the clock neither shortens nor lengthens that."""
    quote = shop.quote(purchase("1.00"))
    shop.clock.set(shop.clock.now().replace(hour=8))
    shop.clock.advance(599)
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    late = shop.quote(purchase("1.00"))
    shop.clock.set(shop.clock.now().replace(hour=7))
    shop.clock.advance(600)
    with pytest.raises(Missing) as refused:
        shop.counter.settle(late.id, late.hash, False, "", "k2")
    assert refused.value.code == "no-such-quote"


def test_only_so_many_quotes_are_held() -> None:
    """Of three where two are held the oldest is gone."""
    held: Lapsing[Fen] = Lapsing(SetClock(MORNING), 10, 2)
    for key in ("a", "b", "c"):
        held.keep(key, Fen(1))
    assert [held.get(key) for key in ("a", "b", "c")] == [None, 1, 1]


def _steps_of_quotes(shop: Shop, count: int, after_each: Callable[[], None]) -> list[int]:
    """How many steps SQLite took for each quote of one identification, where each is settled before the next."""
    known = shop.identify()
    steps = [0]

    def count_step() -> int:
        steps[-1] += 1
        return 0

    for number in range(count):
        shop.journal._connection.set_progress_handler(count_step, 1)
        quote = shop.quote(purchase("1.00"), known)
        shop.journal._connection.set_progress_handler(None, 0)
        assert quote.settlement.account_balance == 15_000 - 100 * (number + 1)
        steps.append(0)
        shop.counter.settle(quote.id, quote.hash, False, "", f"k{number}")
        after_each()
    return steps[:-1]


def test_a_quote_costs_no_more_after_many_settlements(tmp_path: Path) -> None:
    """One identification, one settlement after the other: what the center has taken in is added up once, and the
    sixtieth quote reads the journal no longer than the fifth; the balance is to the fen what it must be."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        steps = _steps_of_quotes(shop, 60, shop.upload_all)
        assert max(steps[5:]) < 1.2 * steps[5]


def test_a_quote_in_a_long_outage_reads_no_settlement_twice(tmp_path: Path) -> None:
    """Nothing reaches the center: each settlement that waits costs the next quotes a look at its message, no more."""
    with Shop(tmp_path, person(1, balance="150.00")) as shop:
        steps = _steps_of_quotes(shop, 60, lambda: None)
        assert max(later - earlier for earlier, later in pairwise(steps[5:])) < STEPS_OF_A_LOOK_MAX


def test_what_is_still_on_its_way_is_counted_behind_what_is_not(shop: Shop) -> None:
    """Accepted, refused by the center, waiting, taken back: each in its turn, the balance right after each."""
    known = shop.identify()

    def balance() -> int:
        return shop.counter.inquire(known.id).account.balance

    first = shop.settle(purchase("100.00"), known)["id"]
    shop.upload_all()
    assert balance() == 140_000
    shop.center.faults.inject("refuse", infno="2102")
    shop.settle(purchase("200.00"), known)
    assert balance() == 120_000
    shop.upload_all()
    assert balance() == 140_000, "what the center refused is not spent"
    shop.settle(purchase("300.00"), known)
    shop.void(first)
    assert balance() == 120_000
    shop.upload_all()
    assert balance() == 120_000
