"""Every page is usable by everybody: axe-core finds nothing serious, at 1024 by 768 nothing essential is cut off."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from pages.conftest import SCREEN, shoot
from pages.hands import answered, begin_sale
from pages.judge import faults
from pages.shop import AMOXICILLIN, ENOUGH, OTHER, VITAMINS, Shop

DIALOGS = {"find": ("Alt+V",), "day": ("F9",), "devices": ("Alt+Q",)}
"""Keys of a view that ask something before they do it: taking back, day end, signing out."""


def test_every_view_is_accessible_and_fits(page: Page, shop: Shop, axe: str) -> None:
    """Each view and dialog of the operator's page in turn: no serious fault, no scrolling of the page itself."""

    def check(name: str) -> None:
        shoot(page, name)
        assert faults(page, axe) == [], name
        sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert sizes == [SCREEN["width"], SCREEN["height"]], name

    expect(page.locator("#operator")).to_be_focused()
    check("sign-in")
    begin_sale(page, shop, OTHER, f"2*{AMOXICILLIN}", VITAMINS)
    check("sale")
    page.keyboard.type("bl")
    expect(page.locator("#found li")).to_have_count(2)
    check("sale-found")
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    expect(page.locator("#consent")).to_be_focused()
    check("sale-confirm")
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    answered(page)
    expect(page.get_by_role("img", name="票据")).to_be_visible()
    check("sale-done")
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog")).to_be_visible()
    check("keys")
    page.keyboard.press("Escape")
    for key, name in (("F3", "find"), ("F4", "open"), ("F6", "day"), ("F7", "month"), ("F8", "devices")):
        page.keyboard.press(key)
        page.locator(".find-results table" if name == "find" else "[aria-busy=false]").wait_for()
        if name == "find":
            page.keyboard.press("Enter")
            page.locator(".find-detail [data-settlement]").wait_for()
        check(name)
        for asks in DIALOGS.get(name, ()):
            page.keyboard.press(asks)
            expect(page.get_by_role("dialog")).to_be_visible()
            check(f"{name}-{asks.lower().replace('+', '-')}")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Alt+l")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    check("english")


def test_the_patient_sees_the_split_and_nothing_of_the_person(page: Page, shop: Shop, axe: str) -> None:
    """Live on the second screen: who pays what; no name, number or article; accessible."""
    screen = page.context.new_page()
    screen.goto(f"{shop.url}patient")
    expect(screen.get_by_role("heading")).to_have_text("请将社保卡交给收费员")
    page.bring_to_front()
    begin_sale(page, shop, OTHER, f"3*{AMOXICILLIN}", VITAMINS)
    expect(screen.locator(".figure-cash dd")).to_have_text("20.00")
    expect(screen.get_by_text("其中目录外自费 20.00 元")).to_be_visible()
    shoot(screen, "patient")
    assert faults(screen, axe) == []
    text = screen.locator("body").inner_text()
    for secret in ("姜海涛", "199X", "阿莫西林", "维生素"):
        assert secret not in text
    page.keyboard.press("F9")
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    expect(screen.get_by_text("结算完成，谢谢")).to_be_visible()


def test_focus_is_always_seen(page: Page, shop: Shop) -> None:
    """Wherever Tab leads, an outline of three pixels stands around it."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "document.activeElement === document.body ? '3px solid' :"
            " ((style) => style.outlineWidth + ' ' + style.outlineStyle)(getComputedStyle(document.activeElement))"
        )
        assert outline == "3px solid"
