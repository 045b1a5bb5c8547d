"""The sale at the counter, in a real browser, by the keyboard alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from pages.hands import answered, begin_sale, cash, figures, moved, scan, settle
from pages.shop import AMOXICILLIN, ATORVASTATIN, ENOUGH, RETIRED, SHORT, VITAMINS, Shop
from terminal.bureau.center import Center


def test_a_sale_from_card_to_receipt(page: Page, shop: Shop) -> None:
    """The account pays what is in the catalogue and has 860.15: two packs at 29.20, no cash; the receipt is seen."""
    begin_sale(page, shop, ENOUGH, f"2*{AMOXICILLIN}")
    assert figures(page) == ["58.40", "0.00", "58.40", "0.00"]
    moved(page, "no")
    assert shop.settlements() == 0
    settle(page)
    number = answered(page)
    moved(page, "yes")
    expect(page.get_by_role("img", name="票据")).to_be_visible()
    record = shop.client.get(f"/v1/settlements/{number}").json()
    assert (record["state"], record["settlement"]["account"]) == ("committed", "58.40")


def test_what_is_outside_the_catalogue_needs_the_patients_word(page: Page, shop: Shop) -> None:
    """By the example: 91.70 of it in the catalogue, of which the account pays its 75.00; 20.00 are outside.

    Of the class B article 3.33 are own share first (十分之一). Without consent F10 settles nothing; with it, 36.70 are
    taken in cash, and each sum has its article.
    """
    begin_sale(page, shop, SHORT, f"2*{AMOXICILLIN}", ATORVASTATIN, VITAMINS)
    expect(cash(page)).to_have_text("36.70")
    assert figures(page) == ["111.70", "0.00", "75.00", "36.70"]
    rows = page.locator(".sale-right .why tbody tr").all_inner_texts()
    assert all("第" in row and "条" in row for row in rows)
    assert len(rows) == 4
    page.keyboard.press("F9")
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_be_visible()
    moved(page, "no")
    expect(page.locator("#consent")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    answered(page)
    assert shop.settlements() == 1


def test_a_scanners_enter_never_agrees(page: Page, shop: Shop) -> None:
    """An article scanned while the question stands settles nothing and closes nothing."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_be_visible()
    scan(page, ATORVASTATIN)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#entry")).to_be_focused()
    assert shop.settlements() == 0


def test_the_basket_by_initials_code_and_keys(page: Page, shop: Shop) -> None:
    """Found by initials with the arrows and by national code; + and - and Delete change the line that is marked."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    page.keyboard.type("bl")
    expect(page.locator("#found li")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    scan(page, "XC10AAA150A001010103455")
    rows = page.locator(".basket-lines tbody tr")
    expect(rows).to_have_count(3)
    assert ["板蓝根颗粒" in text for text in rows.all_inner_texts()] == [False, True, False]
    page.keyboard.press("+")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(rows).to_have_count(2)
    # 29.20 and two at 33.30: the account has enough, also for the own share of the class B article (第十八条).
    expect(page.locator(".basket-total b")).to_have_text("95.80")
    expect(cash(page)).to_have_text("0.00")
    assert figures(page) == ["95.80", "0.00", "95.80", "0.00"]


def test_what_is_not_in_the_catalogue_is_said(page: Page, shop: Shop) -> None:
    """An unknown barcode stays in the line, marked, so that the next scan replaces it."""
    begin_sale(page, shop, ENOUGH, AMOXICILLIN)
    scan(page, "6909999999999")
    expect(page.get_by_text("目录中没有“6909999999999”")).to_be_visible()
    scan(page, ATORVASTATIN)
    expect(page.locator(".basket-lines tbody tr")).to_have_count(2)


def test_what_the_center_wants_shown_is_shown(page: Page, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer of the center carries a hint: it stands beside the name of whose card is in the reader."""
    wrapped = Center._wrapped

    def hinting(center: Center, area_code: str, code: int, message: str, output: dict[str, Any]) -> bytes:
        answer = msgspec.json.decode(wrapped(center, area_code, code, message, output))
        return msgspec.json.encode(answer | {"warn_msg": "请提醒参保人核对参保信息"})

    monkeypatch.setattr(Center, "_wrapped", hinting)
    begin_sale(page, shop, RETIRED, AMOXICILLIN)
    expect(page.locator(".patient-known")).to_contain_text("中心提示： 请提醒参保人核对参保信息")
