"""Without the center: who is known is served on its last word, within limits, and the rest falls to self-pay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import DAY, STAY, Shop, card, person, purchase

from terminal.counter.documents import receipt
from terminal.counter.offline import OfflineLimits
from terminal.errors import Refused, Unavailable
from terminal.money import Fen
from terminal.receipt.text import as_text
from terminal.settlement.bill import Entitlement
from terminal.settlement.law import Law
from terminal.settlement.not_advanced import NotAdvanced, PassedLimit


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
        assert settled["notices"] == [
            "offline-limit: 无法连接医保中心，其上次答复已超过 1 小时，基金不支付"
            " / The center is away and its last answer is older than 1 hours: the funds pay nothing",
            "offline-wait: 待医保中心恢复后结算，按其上次答复基金支付 7610.00，个人账户 1500.00，现金 890.00；"
            "现在结算，本人多付现金 7610.00 / Settled once the center is back, by its last answer: funds 7610.00, "
            "account 1500.00, cash 890.00; settled now, the patient pays 7610.00 more in cash",
        ]
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
        assert not any(notice.startswith(("not-pooled", "account-unverified")) for notice in split.notices)
        assert split.notices[0].startswith(
            "offline-limit: 无法连接医保中心，超过脱网单笔垫付限额 1499.99，基金和个人账户均不支付 / "
        )
        assert [line.cite for line in split.lines if line.payer == "cash"] == [""], "no article knows the limit"
        number = shop.settle(STAY)["id"]
        record = shop.journal.settlement(number)
        paper = as_text(receipt(record, {}))
        assert "超过脱网单笔垫付限额 1499.99，基金和个人账户均不支付" in paper.replace("\n", "")
        assert "10000.00 脱网限额" in paper
        assert not any(article in paper for article in ("第十条", "第十八条"))
        assert Law.load().settle(record.bill) == record.settlement, "the notices too come from the journal alone"
        shop.center.up()
        shop.clock.advance(300)
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 1}


def test_a_suspended_person_s_account_stays_shut_by_an_old_answer(tmp_path: Path) -> None:
    """Suspended: neither pool nor account pays (article 10); that the answer is old makes nobody richer."""
    who = msgspec.structs.replace(person(), entitlement=Entitlement("suspended"))
    with Shop(tmp_path, who, limits=OfflineLimits(entitlement_age_hours_max=1)) as shop:
        seen_an_hour_ago(shop)
        shop.clock.advance(1)
        split = shop.quote(STAY).settlement
        assert (split.fund_total, split.account, split.cash) == (0, 0, 1_000_000)
        assert split.notices[0] == "not-pooled: 待遇已暂停，统筹基金和个人账户均不支付 (第十条)"


def test_a_purchase_tells_of_the_account_alone(tmp_path: Path) -> None:
    """No fund pays a purchase anyway: 50.00 a bill is the account's limit; the day's tells what is left."""
    with away(tmp_path, bill_fen_max=5_000, person_day_fen_max=5_500) as shop:
        seen_an_hour_ago(shop)
        first = shop.quote(purchase("91.70")).settlement
        assert (first.account, first.cash) == (0, 9_170)
        told = [notice for notice in first.notices if notice.startswith("offline-")]
        assert told[0].startswith("offline-limit: 无法连接医保中心，超过脱网单笔垫付限额 50.00，个人账户不支付 / ")
        assert told[1].endswith(
            "funds 0.00, account 91.70, cash 0.00; settled now, the patient pays 91.70 more in cash"
        )
        shop.settle(purchase("50.00"))
        second = shop.quote(purchase("6.00")).settlement
        assert any("每人每日垫付限额 55.00（当日余 5.00），个人账户不支付" in one for one in second.notices)
        assert shop.quote(purchase("5.00")).settlement.account == 500


def test_no_till_says_what_was_not_advanced(tmp_path: Path) -> None:
    """The limits are the terminal's: a bill that names one is refused at its place."""
    limit = PassedLimit(kind="bill", fen_max=Fen(1))
    told = NotAdvanced(account=limit, fund_total=Fen(0), account_total=Fen(0), cash=Fen(0))
    with away(tmp_path) as shop, pytest.raises(Refused) as error:
        shop.quote(msgspec.structs.replace(purchase("1.00"), not_advanced=told))
    assert (error.value.code, error.value.at) == ("contradiction", "not_advanced")


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
