"""What goes wrong at a counter, in a real browser: the page says whether money moved, and nobody pays twice."""

from __future__ import annotations

import threading

from playwright.sync_api import Page, Request, Route, expect

from hw.simulated.printer import PtyPrinter
from pages.hands import answered, begin_sale, cash, figures, moved, settle, sign_in
from pages.shop import AMOXICILLIN, ENOUGH, PURSE, RETIRED, Shop
from terminal.bureau.server import BureauServer

SETTLEMENTS = "**/v1/settlements"


def test_a_card_swapped_mid_basket_is_asked_about(page: Page, shop: Shop) -> None:
    """The basket was one person's and the card is another's: no quote counts until the cashier has said whose it is."""
    begin_sale(page, shop, ENOUGH, f"3*{AMOXICILLIN}")
    assert figures(page) == ["87.60", "0.00", "87.60", "0.00"]
    shop.take_card_out()
    expect(page.get_by_text("卡已取出，请重新插卡")).to_be_visible()
    expect(page.locator("#keys").get_by_role("button", name="F9")).to_be_disabled()
    shop.insert(RETIRED)
    question = page.get_by_role("dialog", name="换了一张卡")
    expect(question).to_contain_text("没有扣款")
    page.keyboard.press("F10")
    # The other person's account has 50.00.
    expect(cash(page)).to_have_text("37.60")
    assert figures(page) == ["87.60", "0.00", "50.00", "37.60"]
    moved(page, "no")
    assert shop.settlements() == 0


def test_a_printer_without_paper_stops_nobody(page: Page, shop: Shop, printer: PtyPrinter) -> None:
    """It is said before money moves; without paper nothing settles, and with the electronic receipt it does."""
    printer.paper_out = True
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    expect(page.locator("#top")).to_contain_text("缺纸")
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_contain_text("打印机缺纸")
    page.keyboard.press("F10")
    refused = page.locator(".sale-right").get_by_role("alert")
    expect(refused).to_contain_text("未扣款")
    expect(refused).to_contain_text("printer-not-ready")
    assert shop.settlements() == 0
    expect(cash(page)).to_be_visible()
    page.keyboard.press("F9")
    expect(page.locator("#electronic")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    answered(page)
    assert shop.settlements() == 1


def test_the_center_is_down_and_the_sale_goes_on(page: Page, shop: Shop, center: BureauServer) -> None:
    """What the center misses is counted in the head, listed with its reason, and gone when the center is back."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    center.down()
    settle(page)
    number = answered(page)
    moved(page, "yes")
    expect(page.locator("#top")).to_contain_text("连不上")
    page.keyboard.press("F4")
    waiting = page.get_by_role("region", name="等待上传到中心")
    expect(waiting).to_contain_text(number)
    center.up()
    page.keyboard.press("Alt+H")
    expect(page.get_by_role("dialog")).to_contain_text("立即重试")
    page.keyboard.press("F10")
    expect(page.get_by_text("没有未了结的事项")).to_be_visible()


def test_refused_goods_are_listed_and_sent_again(page: Page, shop: Shop, center: BureauServer) -> None:
    """The stock book was busy: the open matters say which goods are not in it, and one click tells of them again."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    settle(page)
    number = answered(page)
    center.faults.inject("refuse", infno="3505")
    goods = {"code": "XJ01CAA040B002010101023", "name": "阿莫西林胶囊", "quantity": "1", "unit_price": "29.20"}
    goods |= {"lot": "L1", "made_on": "2021-01-01", "expires_on": "2023-01-01"}
    goods |= {"pharmacist": "王药师", "pharmacist_licence": "Y1"}
    assert shop.post(f"/v1/settlements/{number}/goods", {"goods": [goods]}).status_code == 201
    shop.until("/v1/queue", lambda queue: queue["stuck_goods"] != [])
    page.keyboard.press("F4")
    stuck = page.get_by_role("region", name="进销存未登记")
    expect(stuck).to_contain_text(number)
    expect(stuck).to_contain_text("请与医保中心核实原因后重新发送")
    stuck.get_by_role("button", name="重新发送").click()
    expect(page.get_by_role("dialog")).to_contain_text("立即重试")
    page.keyboard.press("F10")
    expect(page.get_by_text("没有未了结的事项")).to_be_visible()
    shop.until(f"/v1/settlements/{number}/goods", lambda seen: seen["moves"][0]["state"] == "accepted")


def test_a_double_click_settles_once(page: Page, shop: Shop) -> None:
    """Twice on the button, or a key that bounces: one request, one settlement."""
    asked: list[Request] = []
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.on("request", lambda one: asked.append(one) if one.url.endswith("/v1/settlements") else None)
    page.keyboard.press("F9")
    page.get_by_role("dialog").get_by_role("button", name="患者同意，结算").dblclick()
    page.keyboard.press("F10")
    answered(page)
    assert len(asked) == 1
    assert shop.settlements() == 1


def test_two_tabs_cannot_both_sell(page: Page, shop: Shop) -> None:
    """A second window says that the first one sells, and takes over only when it is told to."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    second = page.context.new_page()
    second.goto(shop.url)
    expect(second.get_by_role("heading", name="收费页已在另一个窗口打开")).to_be_visible()
    expect(second.locator("#entry")).to_have_count(0)
    second.keyboard.press("F10")
    expect(second.locator("#entry")).to_be_visible()
    expect(second.locator(".patient-known")).to_be_visible()
    expect(page.get_by_role("heading", name="收费页已在另一个窗口打开")).to_be_visible()


def test_a_reload_within_a_settlement_repeats_its_key(page: Page, shop: Shop) -> None:
    """The terminal has settled, the answer has not come, the page is loaded anew: the same key, the same answer."""
    keys: list[str] = []
    settled = threading.Event()

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            settled.set()
        else:
            route.continue_()

    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.route(SETTLEMENTS, lose_the_first_answer)
    settle(page)
    moved(page, "unknown")
    page.wait_for_function("() => localStorage.getItem('till.pending') !== '[]'")
    # Asked through the browser: whoever waits beside it keeps the answer from being fetched.
    page.expose_function("settled", settled.is_set)
    page.wait_for_function("() => window.settled()")
    assert settled.is_set()
    assert shop.settlements() == 1
    page.reload()
    number = answered(page)
    moved(page, "yes")
    assert keys[0] == keys[1]
    assert shop.settlements() == 1
    assert page.evaluate("localStorage.getItem('till.pending')") == "[]"
    page.keyboard.press("F2")
    expect(page.locator("#entry")).to_be_focused()
    assert shop.client.get(f"/v1/settlements/{number}").json()["state"] == "committed"


def test_silence_is_told_as_doubt_until_there_is_an_answer(page: Page, shop: Shop) -> None:
    """The line breaks before the terminal has heard: in doubt, the same key again by itself, then settled once."""
    keys: list[str] = []

    def break_once(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) < 3:
            route.abort()
        else:
            route.continue_()

    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.route(SETTLEMENTS, break_once)
    settle(page)
    moved(page, "unknown")
    expect(page.locator(".strip")).to_contain_text("请勿重新收费")
    answered(page)
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert shop.settlements() == 1


def test_a_terminal_that_dies_is_said_and_its_sale_is_found_again(fresh_page: Page, fresh_shop: Shop) -> None:
    """Killed after the settlement, before the answer: in doubt on the page; after its restart its key is answered."""

    page, shop = fresh_page, fresh_shop

    def settle_and_die(route: Route) -> None:
        route.fetch()
        shop.kill()
        route.abort()

    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.route(SETTLEMENTS, settle_and_die, times=1)
    settle(page)
    moved(page, "unknown")
    expect(page.locator(".strip")).to_contain_text("终端没有应答")
    shop.start()
    answered(page)
    moved(page, "yes")
    assert shop.settlements() == 1
    sign_in_again(page)


def sign_in_again(page: Page) -> None:
    """The terminal has forgotten who worked here, and the page asks once the sale is seen."""
    page.keyboard.press("F2")
    sign_in(page)
    expect(page.locator("#main h1")).to_be_attached()


def test_what_a_card_paid_and_the_center_refused_waits_for_the_office(
    page: Page, shop: Shop, center: BureauServer
) -> None:
    """Taken back, it is no longer stuck; its debit stays an open matter, with its proof, until that is confirmed."""
    center.faults.inject("refuse", infno="2102")
    begin_sale(page, shop, PURSE, AMOXICILLIN)
    settle(page)
    number = answered(page)
    queue = shop.until("/v1/queue", lambda queue: any(one["stuck"] for one in queue["uploads"]))
    assert "再次扣卡" in queue["uploads"][0]["why_zh"]
    assert shop.post(f"/v1/settlements/{number}/void", {"reason": "x"}, f"back-{number}").status_code == 201
    shop.until("/v1/queue", lambda queue: queue["uploads"] == [])
    (debit,) = shop.client.get("/v1/purse-debits").json()["refused"]
    assert (debit["settlement"], debit["amount"], debit["taken_back"]) == (number, "29.20", True)
    page.keyboard.press("F4")
    waiting = page.get_by_role("region", name="卡内已扣款、中心拒绝入账")
    expect(waiting).to_contain_text(debit["tac"])
    waiting.get_by_role("button", name="经办机构已办结").click()
    expect(page.get_by_role("dialog")).to_contain_text("29.20")
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_contain_text(number)
    page.keyboard.press("F10")
    expect(page.get_by_text("没有未了结的事项")).to_be_visible()
    assert shop.client.get("/v1/purse-debits").json()["refused"] == []
    again = shop.post(f"/v1/purse-debits/{number}/settled", {})
    assert (again.status_code, again.json()["code"]) == (404, "no-such-debit")
