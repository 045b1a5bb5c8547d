"""Without the center: who is known is served on its last word, within limits, and the rest falls to self-pay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from counter_parts import DAY, STAY, Shop, card, purchase

from terminal.counter.offline import OfflineLimits
from terminal.errors import Unavailable


def away(folder: Path, **limits: Any) -> Shop:
    """A shop that has seen its customer an hour ago; now the center is away."""
    return Shop(folder, limits=OfflineLimits(**limits))


def seen_an_hour_ago(shop: Shop) -> None:
    shop.identify()
    shop.clock.advance(3_600)
    shop.center.down()


def test_who_was_seen_before_is_served_without_the_center(tmp_path: Path) -> None:
    """The last answer counts, with what was sold since: two purchases, then all of it is accepted."""
    with away(tmp_path) as shop:
        seen_an_hour_ago(shop)
        known = shop.identify()
        assert (known.offline, known.person.account.balance) == (True, 150_000)
        shop.settle(purchase("100.00"))
        assert shop.quote(purchase("1.00")).settlement.account_balance == 139_900
        shop.settle(purchase("50.00"))
        shop.center.up()
        shop.clock.advance(300)
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 2}
        assert shop.identify().person.account.balance == 135_000


def test_a_stranger_needs_the_center(tmp_path: Path) -> None:
    """Nothing is known of this card: the center is needed, and nothing is guessed from the card alone."""
    with away(tmp_path) as shop:
        seen_an_hour_ago(shop)
        shop.reader.insert(card(2))
        with pytest.raises(Unavailable):
            shop.identify()


def test_an_old_entitlement_pays_nothing_from_the_pool(tmp_path: Path) -> None:
    """Older than allowed: the pool's share is self-pay, with a notice; the center books the same."""
    with away(tmp_path, entitlement_age_hours_max=1, bill_fen_max=2_000_000, person_day_fen_max=2_000_000) as shop:
        seen_an_hour_ago(shop)
        young = shop.quote(STAY).settlement
        assert young.funds["pool"] == 761_000
        shop.clock.advance(1)
        settled = shop.settle(STAY)["settlement"]
        assert (settled["funds"]["pool"], settled["account"]) == ("0.00", "1500.00")
        assert any("待遇未能核实" in notice for notice in settled["notices"])
        shop.center.up()
        shop.clock.advance(300)
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 1}


def test_beyond_the_bill_s_limit_the_pool_falls_first_then_the_account(tmp_path: Path) -> None:
    """7610.00 of the pool are too much to advance; 1500.00 of the account are not; under 1500.00 that falls too."""
    with away(tmp_path / "a", bill_fen_max=200_000) as shop:
        seen_an_hour_ago(shop)
        split = shop.quote(STAY).settlement
        assert (split.funds["pool"], split.account) == (0, 150_000)
    with away(tmp_path / "b", bill_fen_max=149_999) as shop:
        seen_an_hour_ago(shop)
        split = shop.quote(STAY).settlement
        assert (split.funds["pool"], split.account, split.cash) == (0, 0, 1_000_000)
        assert any(notice.startswith("account-unverified") for notice in split.notices)
        shop.settle(STAY)
        shop.center.up()
        shop.clock.advance(300)
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 1}


def test_a_person_s_day_has_a_limit(tmp_path: Path) -> None:
    """300.00 a day: the second purchase of 200.00 is the patient's own money."""
    with away(tmp_path, person_day_fen_max=30_000) as shop:
        seen_an_hour_ago(shop)
        assert shop.settle(purchase("200.00"))["settlement"]["account"] == "200.00"
        assert shop.settle(purchase("200.00"))["settlement"]["cash"] == "200.00"
        assert shop.settle(purchase("100.00"))["settlement"]["account"] == "100.00"


def test_without_a_young_blacklist_nothing_is_advanced(tmp_path: Path) -> None:
    """The card may have been reported lost: neither pool nor account."""
    with away(tmp_path, blacklist_age_hours_max=24) as shop:
        seen_an_hour_ago(shop)
        split = shop.quote(STAY).settlement
        assert (split.funds["pool"], split.account) == (0, 0)


def test_an_answer_of_last_year_pays_nothing_from_the_pool(tmp_path: Path) -> None:
    """The year's accumulators begin anew and are not known: the pool waits for the center."""
    with away(tmp_path, entitlement_age_hours_max=8_760) as shop:
        seen_an_hour_ago(shop)
        shop.clock.advance(200 * 86_400)
        import msgspec

        stay = msgspec.structs.replace(STAY, date=shop.clock.now().date())
        assert shop.quote(stay).settlement.funds["pool"] == 0


def test_the_online_mode_never_goes_without_the_center(tmp_path: Path) -> None:
    """There the center decides: nobody is identified while it is away."""
    with Shop(tmp_path, mode="online") as shop:
        seen_an_hour_ago(shop)
        with pytest.raises(Unavailable):
            shop.identify()


def test_the_day_s_limit_holds_after_an_early_day_end(tmp_path: Path) -> None:
    """Limit 200.00 a person and day: two of five bills of 91.70 are advanced, also where the day was closed before."""
    with away(tmp_path, person_day_fen_max=20_000) as shop:
        seen_an_hour_ago(shop)
        shop.center.up()
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.center.down()
        accounts = [shop.settle(purchase("91.70"))["settlement"]["account"] for _ in range(5)]
        assert accounts == ["91.70", "91.70", "0.00", "0.00", "0.00"]
        assert shop.counter.business_day() == DAY + dt.timedelta(days=1)


def test_what_is_taken_back_of_an_older_day_makes_no_room(tmp_path: Path) -> None:
    """Yesterday's 150.00 is taken back today: the limit is 200.00 still; today's own void gives its room back."""
    with away(tmp_path, person_day_fen_max=20_000) as shop:
        old = shop.settle(purchase("150.00"))["id"]
        shop.upload_all()
        shop.clock.advance(86_400)
        shop.sign_in()
        seen_an_hour_ago(shop)
        shop.void(old)
        assert shop.settle(purchase("200.01"))["settlement"]["account"] == "0.00"
        number = shop.settle(purchase("200.00"))["id"]
        assert shop.settle(purchase("0.01"))["settlement"]["account"] == "0.00"
        shop.void(number)
        assert shop.settle(purchase("200.00"))["settlement"]["account"] == "200.00"
