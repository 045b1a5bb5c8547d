"""Blacklist, parameters and catalogue as the bureau publishes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_parts import DAY, STAY, Shop, card
from publishing import Bureau

from terminal.counter.catalogue import Catalogue
from terminal.counter.in_force import blacklist_digest
from terminal.counter.offline import OfflineLimits
from terminal.errors import Refused

TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


@pytest.fixture
def shop(tmp_path: Path, bureau: Bureau) -> Iterator[Shop]:
    with Shop(tmp_path, bureau_key=bureau.key) as opened:
        yield opened


def listed(*credentials: tuple[str, str]) -> bytes:
    return b"".join(blacklist_digest(*one) + b"\n" for one in credentials)


def refused(shop: Shop) -> Refused:
    with pytest.raises(Refused) as error:
        shop.counter.identify_card()
    return error.value


def test_a_blacklisted_card_is_refused_by_name_and_nobody_else_is(shop: Shop, bureau: Bureau) -> None:
    """By its number or by its holder; the words hold neither a number nor a reason, and the other card is served."""
    bureau.publish("blacklist", "cards", 1, listed(("card", "A00000001")), DAY)
    shop.download()
    error = refused(shop)
    assert error.code == "card-blacklisted"
    assert not any(character.isdigit() for character in error.message + error.message_zh)

    shop.reader.insert(card(2))
    other = shop.counter.identify_card()
    assert other.person.name == "张二"
    shop.counter.release(other.id)
    bureau.publish("blacklist", "cards", 2, listed(("id", "370602197001010002")), DAY)
    shop.download()
    assert refused(shop).code == "card-blacklisted"
    shop.reader.insert(card(1))
    assert shop.counter.identify_card().person.name == "张一", "the second list took the place of the first"


def test_a_list_holds_from_its_own_day_and_after_a_restart(shop: Shop, bureau: Bureau) -> None:
    """Published a day ahead."""
    bureau.publish("blacklist", "cards", 1, listed(("card", "A00000001")), TOMORROW)
    shop.download()
    assert shop.counter.identify_card().person.name == "张一"
    shop.clock.advance(24 * 3600)
    shop.reopen()
    shop.sign_in()
    assert refused(shop).code == "card-blacklisted"


def test_a_list_that_is_none_is_refused(shop: Shop, bureau: Bureau) -> None:
    """The one before it stays."""
    bureau.publish("blacklist", "cards", 1, listed(("card", "A00000001")), DAY)
    bureau.publish("blacklist", "cards", 2, b"A00000001\n", DAY)
    shop.download()
    (trouble,) = shop.downloads.troubles()
    assert "one SHA-256 in hex a line" in trouble.reason
    assert refused(shop).code == "card-blacklisted"


@pytest.mark.parametrize(("hours", "paid"), [(23, 761_000), (25, 0)])
def test_without_the_center_an_old_list_keeps_the_pool_shut(
    tmp_path: Path, bureau: Bureau, hours: int, paid: int
) -> None:
    """24 hours are allowed since the center said last that the list is the newest: 7610.00 of the pool, or nothing."""
    limits = OfflineLimits(blacklist_age_hours_max=24, bill_fen_max=10_000_000, person_day_fen_max=10_000_000)
    bureau.publish("blacklist", "cards", 1, listed(("card", "B1")), DAY)
    with Shop(tmp_path, bureau_key=bureau.key, limits=limits) as shop:
        shop.counter.identify_card()
        shop.center.down()
        shop.clock.advance(hours * 3600)
        assert shop.quote(STAY).settlement.funds["pool"] == paid


def test_the_bureau_s_parameters_hold_over_the_configuration_from_their_day(shop: Shop, bureau: Bureau) -> None:
    """What they do not name is the configuration's."""
    body = 'source = "通知"\n[offline]\nbill_max = "100.00"\nblacklist_hours_max = 12\n'.encode()
    bureau.publish("parameters", "offline", 1, body, TOMORROW)
    shop.download()
    configured = OfflineLimits(person_day_fen_max=70_000)
    in_force = shop.downloads.in_force
    assert in_force.limits(configured, DAY)[0] == configured
    found = in_force.limits(configured, TOMORROW)[0]
    assert (found.bill_fen_max, found.blacklist_age_hours_max, found.person_day_fen_max) == (10_000, 12, 70_000)


HEAD = "code,name,kind,class,initials,barcode,self_pay_rate,unit_price,price_limit\n"


def test_a_catalogue_comes_down_version_by_version_with_its_history(shop: Shop, bureau: Bureau) -> None:
    """1301: both versions are asked for one after the other; each holds on its own days."""
    first = HEAD + "XJ01,阿莫西林胶囊,drug,B,AMXLJN,,0.10,,12.00\n"
    second = HEAD + "XJ01,阿莫西林胶囊,drug,A,AMXLJN,,,,11.00\nXJ02,布洛芬片,drug,A,BLFP,,,,\n"
    bureau.publish("catalogue", "1301", 1, first.encode(), DAY)
    bureau.publish("catalogue", "1301", 2, second.encode(), TOMORROW)
    assert shop.download() == ["catalogue/1301 version 1", "catalogue/1301 version 2"]

    own = Catalogue.read((HEAD + "XJ01,本店阿莫西林,drug,A,AMXL,690001,,9.80,\n").encode(), "own")
    today = shop.downloads.in_force.catalogue(own, DAY)
    (found,) = today.find("690001").items
    assert (found.name, found.class_, found.price_limit, found.unit_price) == (
        "阿莫西林胶囊",
        "B",
        12_000_000,
        9_800_000,
    )
    assert today.find("BLFP").items == []
    tomorrow = shop.downloads.in_force.catalogue(own, TOMORROW)
    assert [one.code for one in tomorrow.find("BLF").items] == ["XJ02"]
    assert tomorrow.find("AMXL").items[0].class_ == "A"


def test_a_catalogue_with_a_fault_is_refused_with_its_line(shop: Shop, bureau: Bureau) -> None:
    bureau.publish("catalogue", "1301", 1, (HEAD + "XJ01,阿莫西林,drug,D,,,,,\n").encode(), DAY)
    shop.download()
    (trouble,) = shop.downloads.troubles()
    assert "catalogue/1301 version 1: line 2: class" in trouble.reason
