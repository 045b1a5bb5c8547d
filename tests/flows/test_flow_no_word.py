"""Day end at a center that will not speak of a group, or does not let a repair through."""

from __future__ import annotations

import pytest
from at_the_center import answer_between, sell_unseen
from counter_parts import DAY, MORNING, Shop, purchase

from terminal.errors import Unavailable

NO_DATA = '{"infcode":-1,"err_msg":"未查询到该机构该险种的结算数据","output":{}}'.encode()
BLOCKED = b'{"code":403,"message":"blocked"}'


def test_a_group_that_the_center_refuses_and_has_nothing_here_is_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No data of residents, it says: nothing was sold to one; the day is matched with the rest and sealed."""
    answer_between(
        monkeypatch, shop, lambda body: NO_DATA if b'"3201"' in body and b'"insutype":"390"' in body else None
    )
    shop.settle(purchase("20.00"))
    shop.upload_all()
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("sealed", "matched")


def test_a_group_of_ours_that_the_center_refuses_is_told_beside_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own words stand with the group; the details balance, so that the office is to be asked; later it seals."""
    well_again = answer_between(
        monkeypatch, shop, lambda body: NO_DATA if b'"3201"' in body and b'"insutype":"310"' in body else None
    )
    shop.settle(purchase("20.00"))
    shop.upload_all()
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("frozen", "different")
    assert ["未查询到" in one.text for one in report.groups] == [True]
    assert [(one.cause, one.action) for one in report.differences] == [("totals", "none")]
    well_again()
    assert shop.counter.close_day(DAY).state == "sealed"


def test_a_center_that_refuses_every_group_has_said_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of an empty day: it is not sealed."""
    answer_between(monkeypatch, shop, lambda body: NO_DATA if b'"3201"' in body else None)
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("frozen", "pending")
    assert "未查询到" in report.detail


def test_details_that_are_refused_name_their_group(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which institution and class the day waits for."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    shop.books.set_state(booked.settlement_id, "reversed")
    answer_between(monkeypatch, shop, lambda body: NO_DATA if b'"3202"' in body else None)
    report = shop.counter.close_day(DAY)
    assert report.reconciliation == "pending"
    assert report.detail.startswith(f"{booked.provider_id}, pharmacy: ")


def test_a_repair_that_the_gateway_turned_away_can_be_tried_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent, it says, and holds to it: the next try goes through, without another day end between."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "pharmacy")
    (difference,) = shop.counter.close_day(DAY).differences
    well_again = answer_between(monkeypatch, shop, lambda body: BLOCKED if b'"2601"' in body else None)
    for _ in range(2):
        with pytest.raises(Unavailable) as told:
            shop.counter.repair(DAY, difference.id)
        assert (told.value.code, told.value.money_moved) == ("center-unreachable", "no")
    well_again()
    shop.counter.repair(DAY, difference.id)
    assert shop.counter.close_day(DAY).state == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["booked", "reversed"]
    assert shop.journal.verify() == []


def test_a_repair_on_another_day_that_cannot_sign_in_can_be_tried_again(shop: Shop) -> None:
    """The center is down on the day after, so that nothing left: it says so, and the next try goes through."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "pharmacy")
    (difference,) = shop.counter.close_day(DAY).differences
    shop.clock.advance(86_400)
    shop.center.down()
    with pytest.raises(Unavailable) as told:
        shop.counter.repair(DAY, difference.id)
    assert (told.value.code, told.value.money_moved) == ("center-unreachable", "no")
    assert shop.journal.tried(DAY, MORNING) == []
    shop.center.up()
    shop.counter.repair(DAY, difference.id)
    assert shop.counter.close_day(DAY).state == "sealed"
