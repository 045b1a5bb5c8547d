"""The center is away, or keeps a visit open: what the page says of it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon.process import bill
from playwright.sync_api import BrowserContext, Locator, Page, expect

from hw.simulated.printer import PtyPrinter
from pages.hands import answered, begin_sale, cash, figures, moved, settle, sign_in
from pages.shop import AMOXICILLIN, ENOUGH, Shop
from terminal.bureau.server import BureauServer


@pytest.fixture
def careful_shop(fresh_center: BureauServer, tmp_path: Path) -> Iterator[Shop]:
    """A terminal that advances at most 50.00 a bill while the center is away."""
    with PtyPrinter(columns=48) as printer:
        shop = Shop(tmp_path, fresh_center.url, printer.port)
        text = shop.config.read_text(encoding="utf-8")
        shop.config.write_text(text.replace("[center]", '[center]\noffline_bill_max = "50.00"'), encoding="utf-8")
        with shop:
            yield shop


def warning(page: Page) -> Locator:
    """The box beside the sums that says what waiting would spare the patient."""
    return page.locator(".sale-right .problem-unknown")


def read_again(page: Page, shop: Shop) -> None:
    """The card is taken out and put in again: the center is asked anew, if it can be."""
    shop.take_card_out()
    expect(page.get_by_text("卡已取出，请重新插卡")).to_be_visible()
    shop.insert(ENOUGH)


def test_a_visit_that_the_center_keeps_open_is_listed_and_sent_again(
    shop: Shop, center: BureauServer, till: BrowserContext
) -> None:
    """2202 is refused twice behind a void: F4 names settlement, reason and way out; one click, and nothing is open."""
    shop.sign_in()
    shop.insert(ENOUGH)
    number = shop.settled(bill("20.00", service="outpatient"), "visit-left-open").json()["id"]
    shop.until_quiet()
    center.faults.inject("refuse", infno="2202", times=2)
    assert shop.post(f"/v1/settlements/{number}/void", {"reason": "again"}, "void-left-open").status_code == 201
    shop.until("/v1/queue", lambda queue: queue["stuck_visits"] != [])
    shop.client.delete("/v1/sessions")
    shop.take_card_out()
    page = till.new_page()
    page.goto(shop.link)
    sign_in(page)
    expect(page.locator("#entry")).to_be_focused()
    page.keyboard.press("F4")
    stuck = page.get_by_role("region", name="就诊登记在中心未撤销")
    expect(stuck).to_contain_text(number)
    expect(stuck).to_contain_text("asked to refuse this")
    expect(stuck).to_contain_text("重新发送")
    stuck.get_by_role("button", name="重新发送").click()
    expect(page.get_by_role("dialog")).to_contain_text("立即重试")
    page.keyboard.press("F10")
    expect(page.get_by_text("没有未了结的事项")).to_be_visible()
    expect(stuck).to_have_count(0)


def test_a_limit_that_was_met_is_said_beside_the_sums(
    careful_shop: Shop, fresh_center: BureauServer, till: BrowserContext
) -> None:
    """87.60 is beyond the 50.00 that may be advanced: the box says which limit, that the account pays nothing, and how
    much more that is in cash; it goes when the center is back, and is there where the patient does not wait."""
    page = till.new_page()
    page.goto(careful_shop.link)
    begin_sale(page, careful_shop, ENOUGH, f"3*{AMOXICILLIN}")
    assert figures(page) == ["87.60", "0.00", "87.60", "0.00"]
    expect(warning(page)).to_have_count(0)
    fresh_center.down()
    read_again(page, careful_shop)
    expect(cash(page)).to_have_text("87.60")
    assert figures(page) == ["87.60", "0.00", "0.00", "87.60"]
    expect(warning(page)).to_contain_text("超过脱网单笔垫付限额 50.00，个人账户不支付")
    expect(warning(page)).to_contain_text("个人账户 87.60，现金 0.00；现在结算，本人多付现金 87.60")
    expect(warning(page)).not_to_contain_text("offline-")
    fresh_center.up()
    read_again(page, careful_shop)
    expect(cash(page)).to_have_text("0.00")
    expect(warning(page)).to_have_count(0)
    fresh_center.down()
    read_again(page, careful_shop)
    expect(warning(page)).to_contain_text("个人账户不支付")
    settle(page)
    number = answered(page)
    moved(page, "yes")
    sold = careful_shop.client.get(f"/v1/settlements/{number}").json()["settlement"]
    assert (sold["account"], sold["cash"]) == ("0.00", "87.60")
