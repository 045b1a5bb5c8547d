"""A whole day at the counter, by the keyboard alone, from sign-in to sign-out; and the morning after a crash."""

from __future__ import annotations

import datetime as dt

from daemon.process import DAY, TILL
from playwright.sync_api import Page, expect

from pages.conftest import shoot
from pages.hands import answered, begin_sale, cash, moved, settle, sign_in
from pages.shop import AMOXICILLIN, ENOUGH, SHORT, VITAMINS, Shop
from terminal.api.tills import add_till, tills_file
from terminal.bureau.server import BureauServer
from terminal.clock import BEIJING, SetClock
from terminal.journal.journal import Journal

UPLOAD_OF_A_PURCHASE, REVERSAL = "2102", "2601"
"""Transactions of the center."""


def test_the_whole_day(fresh_page: Page, fresh_shop: Shop, fresh_center: BureauServer) -> None:
    """Two sales, one void, one settlement that the center refuses; day end finds it, one key repairs it, the day is
    sealed, the month is told, the operator signs out. No mouse.

    The account paid 29.20 of class A (第十八条); what was taken back counts nothing.
    """
    page, shop = fresh_page, fresh_shop
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    settle(page)
    answered(page)
    page.keyboard.press("F2")
    # The refusal is meant for the second sale: the first must be at the center, however slow the machine is.
    shop.until_quiet()
    fresh_center.faults.inject("refuse", infno=UPLOAD_OF_A_PURCHASE)
    second_sale(page, shop)
    page.keyboard.press("Alt+V")
    expect(page.get_by_role("dialog", name="撤销整笔结算？")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("F3")
    expect(page.locator(".find-results tbody tr")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".find-detail .money-yes")).to_be_visible()
    void_it(page)
    another_till_closes(page, shop)
    day_end(page)
    page.keyboard.press("F7")
    expect(page.get_by_role("heading", name="2021-06 月结算表")).to_be_visible()
    expect(page.locator(".listing-body td").first).to_be_visible()
    page.keyboard.press("Alt+q")
    expect(page.get_by_role("dialog", name="签退")).to_be_visible()
    page.keyboard.press("F10")
    expect(page.locator("#operator")).to_be_focused()


def second_sale(page: Page, shop: Shop) -> None:
    """Another person buys what is outside the catalogue, for cash, and agrees."""
    shop.take_card_out()
    expect(page.locator("#top")).to_contain_text("无卡")
    shop.insert(SHORT)
    expect(page.locator(".patient-known")).to_be_visible()
    page.keyboard.insert_text(VITAMINS)
    page.keyboard.press("Enter")
    expect(cash(page)).to_have_text("20.00")
    page.keyboard.press("F9")
    expect(page.locator("#consent")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    answered(page)


def void_it(page: Page) -> None:
    """Alt+V, the reason as it is proposed, F10; the settlement says that it was taken back."""
    page.keyboard.press("Alt+V")
    expect(page.get_by_role("dialog", name="撤销整笔结算？")).to_be_visible()
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog", name="撤销完成")).to_be_visible()
    shoot(page, "voided")
    page.keyboard.press("F10")
    expect(page.locator(".find-detail")).to_contain_text("已退回")


def another_till_closes(page: Page, shop: Shop) -> None:
    """It sold nothing and gives its list; the page's own till has none to give. F6 and F9 say who is waited for."""
    page.keyboard.press("F6")
    expect(page.get_by_role("heading", name=f"营业日 {DAY}")).to_be_visible()
    token = add_till(tills_file(shop.folder / "journal.db"), "till-2", dt.datetime.now(dt.UTC))
    with shop.new_client({"Authorization": f"Bearer {token}"}) as client:
        assert client.post(f"/v1/days/{DAY}/close", json={"till": []}).json()["unmatched_tills"] == [TILL]
    page.keyboard.press("F6")
    expect(page.get_by_role("region", name="未了结")).to_contain_text(f"等待收银端 {TILL}")
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_contain_text(f"未提交清单的收银端：{TILL}")
    page.keyboard.press("Escape")


def day_end(page: Page) -> None:
    """F6, F9: not sealed, one difference; its key repairs it; once more: sealed, and it adds up."""
    page.keyboard.press("F6")
    run_day_end(page, "未关账")
    differences = page.get_by_role("region", name="差异")
    expect(differences.locator("tbody tr")).to_have_count(1)
    expect(differences).to_contain_text("中心拒绝")
    shoot(page, "day-different")
    page.keyboard.press("Alt+1")
    expect(page.get_by_role("dialog", name="在本机撤销？")).to_be_visible()
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_contain_text("请再次日终")
    page.keyboard.press("F10")
    run_day_end(page, "已关账")
    expect(page.locator(".listing-body")).to_contain_text("与中心一致")
    shoot(page, "day-sealed")


def run_day_end(page: Page, state: str) -> None:
    """F9, F10, and what it says."""
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_contain_text("冻结当天")
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog", name="日终关账")).to_contain_text(state)
    page.keyboard.press("F10")
    expect(page.locator(".listing-body > p").first).to_contain_text(state)


def test_after_a_crash_the_page_opens_with_what_is_unresolved(
    fresh_page: Page, fresh_shop: Shop, fresh_center: BureauServer
) -> None:
    """A message and its reversal without a last word, the terminal killed: after sign-in that comes before any sale."""
    page, shop = fresh_page, fresh_shop
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    for transaction in (UPLOAD_OF_A_PURCHASE, REVERSAL):
        fresh_center.faults.inject("drop-after", times=50, infno=transaction)
    settle(page)
    number = answered(page)
    shop.until("/v1/queue", lambda queue: any(one["state"] == "unknown" for one in queue["uploads"]))
    shop.kill()
    shop.start()
    page.reload()
    sign_in(page)
    expect(page.get_by_role("heading", name="待处理事项")).to_be_focused()
    expect(page.get_by_text("上次有事项没有了结")).to_be_visible()
    waiting = page.get_by_role("region", name="等待上传到中心")
    expect(waiting).to_contain_text(number)
    expect(waiting).to_contain_text("待确认")
    shoot(page, "open-first")
    page.keyboard.press("F10")
    expect(page.locator("#entry")).to_be_focused()
    moved(page, "no")


def test_a_day_to_come_is_called_a_mistake_of_the_clock(fresh_page: Page, fresh_shop: Shop) -> None:
    """The journal froze a day under a clock that was ahead: F6 shows that day and what to do, Alt+M and F10 with a
    reason say what it was, sales count by the clock again, and the day is closed. No mouse.
    """
    page, shop = fresh_page, fresh_shop
    shop.stop()
    ahead = dt.date.fromisoformat(DAY) + dt.timedelta(days=5)
    clock = SetClock(dt.datetime.combine(ahead, dt.time(9), BEIJING))
    with Journal.open(shop.folder / "journal.db", "T00000001", clock) as journal:
        journal.freeze(ahead, clock.now())
    shop.start()
    page.reload()
    sign_in(page)
    expect(page.locator("#entry")).to_be_focused()
    page.keyboard.press("F6")
    expect(page.get_by_role("status")).to_contain_text(f"{ahead} 尚未到来")
    page.keyboard.press("Alt+M")
    question = page.get_by_role("dialog", name=f"{ahead} 系时钟错误？")
    expect(question).to_contain_text("不能撤回")
    expect(question.get_by_role("button", name="声明时钟错误")).to_be_disabled()
    page.keyboard.type("主板电池没电")
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_contain_text(f"当前营业日为 {DAY}")
    page.keyboard.press("F10")
    expect(page.locator("#top")).to_contain_text(DAY)
    expect(page.locator("#clock-mistake")).to_have_count(0)
    run_day_end(page, "已关账")
    assert shop.client.get("/v1/days").json()["business_day"] == DAY
