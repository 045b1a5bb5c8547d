"""The hands of a cashier: what they do at the page, by keys alone, and what they look for."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from pages.shop import Shop

MONEY = "[data-money]"


def sign_in(page: Page) -> None:
    """As operator 007."""
    expect(page.locator("#operator")).to_be_focused()
    page.keyboard.type("007")
    page.keyboard.press("Tab")
    page.keyboard.type("李四")
    page.keyboard.press("Enter")


def scan(page: Page, *codes: str) -> None:
    """As a scanner does: the code and Enter, at once."""
    for code in codes:
        page.keyboard.insert_text(code)
        page.keyboard.press("Enter")


def begin_sale(page: Page, shop: Shop, card: str, *codes: str) -> None:
    """Signed in, the card read, the articles scanned, the quote on the screen."""
    sign_in(page)
    expect(page.locator("#entry")).to_be_focused()
    shop.insert(card)
    expect(page.locator(".patient-known")).to_be_visible()
    scan(page, *codes)
    expect(cash(page)).to_be_visible()


def settle(page: Page) -> None:
    """F9 shows what would be settled, F10 says yes."""
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog", name="请患者确认")).to_be_visible()
    page.keyboard.press("F10")


def cash(page: Page) -> Locator:
    """The cash to take, as it stands in large on the page."""
    return page.locator(".sale-right .figure-cash dd")


def figures(page: Page) -> list[str]:
    """Total, funds, account and cash, as they stand in large on the page."""
    return page.locator(".sale-right .figure dd").all_inner_texts()


def moved(page: Page, state: str) -> None:
    """Whether money moved is told by colour, word and shape: `no`, `yes` or `unknown`."""
    banner = page.locator(f".money-{state}[data-money={state}]").first
    expect(banner).to_contain_text({"no": "未扣款", "yes": "已结算", "unknown": "待确认"}[state])
    expect(banner.locator("svg")).to_be_visible()


def answered(page: Page) -> str:
    """Wait for the settlement's number."""
    number = page.locator(".done [data-settlement]")
    expect(number).to_be_visible()
    return number.inner_text()
