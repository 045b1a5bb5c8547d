"""What a card wants of the cashier, in a real browser: its PIN, and the word on a debit without a result."""

from __future__ import annotations

from typing import Any

from daemon.process import TIMEOUT_SECONDS, bill
from playwright.sync_api import Locator, Page, Route, expect

from pages.conftest import shoot
from pages.hands import answered, begin_sale, cash, moved, scan, settle, sign_in
from pages.judge import faults
from pages.shop import AMOXICILLIN, ENOUGH, GUARDED, PURSE, Shop

PIN = "583920"

PIN_NEEDED = {
    "type": "urn:settlement-terminal:problem:pin-needed",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "The card asks for its PIN: let the holder type it.",
    "detail_zh": "此卡须先验证密码:请持卡人输入密码。",
    "code": "pin-needed",
    "at": "pin",
    "money_moved": "no",
    "retry": "after",
    "tries_left": 2,
}
"""What a purse says that asks for its PIN before it pays (`tests/counter/test_counter_pin.py`)."""


def pin_asked(page: Page, title: str) -> Locator:
    """The question for the PIN, its field as browsers keep their hands off it."""
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    field = dialog.locator("#pin")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    expect(field).to_have_attribute("inputmode", "numeric")
    return dialog


def type_pin(page: Page, digits: str) -> None:
    """Typed and sent; a scanner's Enter in between sends nothing."""
    page.keyboard.type(digits)
    page.keyboard.press("Enter")
    page.keyboard.press("F10")


def test_the_pin_by_keyboard_and_the_last_try_with_a_yes(page: Page, shop: Shop, axe: str) -> None:
    """Tries left are shown; with one left nothing is sent before the holder's yes; then the sale goes its way."""
    sign_in(page)
    expect(page.locator("#entry")).to_be_focused()
    shop.insert(GUARDED)
    dialog = pin_asked(page, "请持卡人输入社保卡密码")
    expect(dialog.locator("#tries-left")).to_have_text("还可尝试 3 次")
    expect(dialog.locator("#pin")).to_be_focused()
    shoot(page, "pin")
    assert faults(page, axe) == []
    type_pin(page, "271828")
    expect(dialog.get_by_role("alert")).to_contain_text("密码错误")
    expect(dialog.locator("#tries-left")).to_have_text("还可尝试 2 次")
    type_pin(page, "314159")
    last = pin_asked(page, "最后一次机会：再错将锁卡")
    expect(page.locator("#last-try")).to_be_focused()
    shoot(page, "pin-last")
    assert faults(page, axe) == []
    page.keyboard.press("Tab")
    type_pin(page, PIN)
    expect(last).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    expect(page.locator(".patient-known")).to_contain_text("孙晓彤")
    scan(page, AMOXICILLIN)
    expect(cash(page)).to_have_text("0.00")
    settle(page)
    answered(page)
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert not [digits for digits in (PIN, "271828", "314159") if digits in kept + page.content()]


def test_a_purse_s_pin_joins_one_request_and_is_never_repeated(page: Page, shop: Shop) -> None:
    """The settlement is asked for its PIN, then its answer is lost: the same key is asked again, without the PIN."""
    asked: list[tuple[str, dict[str, Any], str]] = []

    def loses(route: Route) -> None:
        kept = str(page.evaluate("localStorage.getItem('till.pending')"))
        asked.append((route.request.headers["idempotency-key"], route.request.post_data_json, kept))
        if len(asked) == 1:
            route.fulfill(status=422, content_type="application/problem+json", json=PIN_NEEDED)
        elif len(asked) == 2:
            route.abort()
        else:
            route.continue_()

    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.route("**/v1/settlements", loses)
    settle(page)
    expect(pin_asked(page, "请持卡人输入社保卡密码").locator("#tries-left")).to_have_text("还可尝试 2 次")
    moved(page, "no")
    type_pin(page, PIN)
    answered(page)
    assert [body.get("pin") for _, body, _ in asked] == [None, PIN, None]
    assert len({key for key, _, _ in asked}) == 1
    assert not [kept for _, _, kept in asked if PIN in kept or "quote" not in kept]
    assert shop.settlements() == 1


def test_a_debit_without_a_result_is_asked_of_its_card_or_decided(page: Page, shop: Shop, axe: str) -> None:
    """Torn out while it paid: it is listed with holder and sum; a person can decide, and its card coming back tells."""
    # While no page is open, which would read the card itself as soon as it is seen.
    address = page.url
    page.goto("about:blank")
    tear_while_paying(shop)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("待处理事项")
    row = page.get_by_role("region", name="结果未明的卡内扣款").locator("tbody tr")
    expect(row).to_contain_text("熊秋水")
    expect(row).to_contain_text("1.00")
    page.keyboard.press("Alt+k")
    expect(page.get_by_role("dialog")).to_contain_text("仍有 1 笔")
    page.keyboard.press("F10")
    row.get_by_role("button", name="人工认定").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#debit-decision")).to_be_focused()
    shoot(page, "debit-decision")
    assert faults(page, axe) == []
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    shop.insert(PURSE)
    expect(row).to_have_count(0, timeout=TIMEOUT_SECONDS * 1000)
    assert shop.client.get("/v1/purse-debits").json() == {"debits": [], "refused": []}
    (record,) = shop.client.get("/v1/settlements?last=1").json()["settlements"]
    assert (record["state"], record["settlement"]["account"]) == ("committed", "1.00")


def tear_while_paying(shop: Shop) -> None:
    """A sale of 1.00 of which only the card knows whether it was paid; the terminal has seen that the card is out."""
    shop.sign_in()
    shop.saw("card-removed")
    shop.insert(PURSE)
    shop.saw("card-inserted")
    with (shop.folder / "card.toml").open("a", encoding="utf-8") as card:
        card.write('\n[[misbehave]]\ndo = "pull-after"\nins = "54"\n')
    shop.until("/v1/health", lambda health: health["devices"]["reader"]["code"] == "card-present")
    answer = shop.post("/v1/settlements", shop.quoted(bill("1.00", service="pharmacy")), "torn")
    shop.take_card_out()
    shop.saw("card-removed")
    assert answer.json()["code"] == "purse-in-doubt", answer.text
