"""A part is given back at the page, by keys alone; and what an end or a refusal has cut in two is finished there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hw.simulated.printer import PtyPrinter
from pages.conftest import SCREEN, shoot
from pages.hands import answered, begin_sale, moved, sign_in
from pages.judge import faults
from pages.shop import AMOXICILLIN, ENOUGH, VITAMINS, Shop
from terminal.bureau.server import BureauServer

PURCHASE = "2102"


def bought(page: Page, shop: Shop) -> str:
    """Two packs of class A and one article outside the catalogue, settled with consent; the number."""
    begin_sale(page, shop, ENOUGH, f"2*{AMOXICILLIN}", VITAMINS)
    expect(page.locator(".sale-right .figure-cash dd")).to_have_text("20.00")
    page.keyboard.press("F9")
    expect(page.locator("#consent")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    return answered(page)


def choose_a_pack(page: Page) -> None:
    """Find the newest settlement, choose one pack of the two, and have it worked out."""
    page.keyboard.press("F3")
    expect(page.locator(".find-results tbody tr").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".find-detail .money-yes")).to_be_visible()
    page.keyboard.press("Alt+T")
    expect(page.locator("#back-0")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    expect(page.locator(".refund-sum")).to_contain_text("29.20")


def sums(page: Page, form: str) -> list[str]:
    """Total, funds, account and cash of what goes back, or of what stays."""
    return page.locator(f"dialog .{form} dd").all_inner_texts()


def test_a_pack_is_given_back(page: Page, shop: Shop, axe: str) -> None:
    """One of two packs at 29.20, which the account had paid (第十八条): the account gets it back, the cash of what lies
    outside the catalogue stays paid; the void and what stays are both named. Every step is accessible and fits."""

    def check(name: str) -> None:
        shoot(page, name)
        assert faults(page, axe) == [], name
        sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert sizes == [SCREEN["width"], SCREEN["height"]], name

    number = bought(page, shop)
    choose_a_pack(page)
    check("refund-lines")
    page.keyboard.press("F9")
    dialog = page.get_by_role("dialog", name="请患者确认退费")
    expect(page.locator("#refund-reason")).to_be_focused()
    assert sums(page, "refund-back") == ["29.20", "0.00", "29.20", "0.00"]
    assert sums(page, "refund-stays") == ["49.20", "0.00", "29.20", "20.00"]
    expect(dialog.locator(".refund-back .figure-cash dt")).to_have_text("应退现金")
    check("refund-confirm")
    page.keyboard.press("F10")
    expect(dialog).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    done = page.get_by_role("dialog", name="部分退费完成")
    expect(done.locator("[data-settlement]")).to_have_count(2)
    check("refund-done")
    page.keyboard.press("F10")
    expect(page.locator("#find")).to_be_visible()
    assert shop.settlements() == 3
    one = shop.client.get(f"/v1/settlements/{number}").json()
    assert (one["state"], one["reason"]) == ("voided", "")


def test_nothing_is_asked_before_something_is_chosen(page: Page, shop: Shop) -> None:
    """More pieces than there are, or none chosen: F9 does nothing; Esc leads back, and nothing is written."""
    bought(page, shop)
    choose_a_pack(page)
    page.keyboard.press("Backspace")
    page.keyboard.type("3")
    expect(page.locator("#part-0")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_visible()
    assert shop.settlements() == 1


@pytest.fixture
def deciding_shop(fresh_center: BureauServer, tmp_path: Path) -> Iterator[Shop]:
    """A pharmacy whose center decides each settlement."""
    with PtyPrinter(columns=48) as printer:
        process = Shop(tmp_path, fresh_center.url, printer.port)
        text = process.config.read_text(encoding="utf-8")
        process.config.write_text(text.replace("[api]", 'mode = "online"\n[api]', 1), encoding="utf-8")
        with process:
            yield process


def cut_in_two(page: Page, shop: Shop, center: BureauServer) -> str:
    """Sell, and give a pack back; the void is booked, and what stays is refused: the page tells so. The number."""
    page.goto(shop.link)
    number = bought(page, shop)
    choose_a_pack(page)
    page.keyboard.press("F9")
    expect(page.locator("#refund-reason")).to_be_focused()
    center.faults.inject("refuse", infno=PURCHASE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("F10")
    expect(page.get_by_role("dialog")).to_contain_text("保留部分尚未结算")
    return number


def give_up(page: Page, number: str) -> None:
    """Open the dialog of giving up the refund of this settlement."""
    page.locator(f"#give-up-{number}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="放弃退费")).to_be_visible()


def test_a_refund_cut_in_two_is_first_on_the_page_and_finished_there(
    deciding_shop: Shop, till: BrowserContext, fresh_center: BureauServer, axe: str
) -> None:
    """The void is booked, what stays is refused, the power goes: after sign-in the page says so, and goes on."""
    shop, page = deciding_shop, till.new_page()
    number = cut_in_two(page, shop, fresh_center)
    shop.kill()
    shop.start()
    page.reload()
    sign_in(page)
    begun = page.get_by_role("region", name="未完成的部分退费")
    expect(begun).to_contain_text(number)
    assert faults(page, axe) == []
    shoot(page, "refund-open")
    begun.get_by_role("button", name="继续退费").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="继续退费").locator("[data-settlement]")).to_have_count(2)
    page.keyboard.press("F10")
    expect(begun).to_have_count(0)
    assert shop.settlements() == 4


def test_a_refund_that_was_begun_is_given_up_with_a_reason(
    deciding_shop: Shop, till: BrowserContext, fresh_center: BureauServer, axe: str
) -> None:
    """Nobody comes back for what stays: the dialog asks for the reason, a blank one is none, Esc leaves it begun. Given
    up, it is gone from the page, and the settlement stays taken back; what the center refused is found as nothing."""
    shop, page = deciding_shop, till.new_page()
    number = cut_in_two(page, shop, fresh_center)
    page.reload()
    begun = page.get_by_role("region", name="未完成的部分退费")
    expect(begun).to_contain_text(number)
    give_up(page, number)
    reason = page.locator("#asked")
    expect(reason).to_be_focused()
    assert faults(page, axe) == []
    shoot(page, "refund-give-up")
    page.keyboard.type("  ")
    page.keyboard.press("F10")
    expect(reason).to_be_visible()
    page.keyboard.press("Escape")
    expect(begun).to_contain_text(number)
    give_up(page, number)
    page.keyboard.type("顾客未再来")
    page.keyboard.press("F10")
    done = page.get_by_role("dialog", name="放弃退费")
    expect(done).to_contain_text("已放弃")
    assert faults(page, axe) == []
    page.keyboard.press("F10")
    expect(begun).to_have_count(0)
    assert shop.client.get("/v1/unresolved").json()["refunds"] == []
    assert shop.client.get(f"/v1/settlements/{number}").json()["state"] == "voided"
    page.keyboard.press("F10")
    look_at_what_never_was(page, shop)


def look_at_what_never_was(page: Page, shop: Shop) -> None:
    """What the center refused is found as abandoned: nothing moved, nothing waits for the center, no receipt."""
    (refused,) = shop.client.get("/v1/settlements?last=1").json()["settlements"]
    assert (refused["state"], refused["upload"]) == ("abandoned", "none")
    page.keyboard.press("F3")
    page.locator("#find").fill(refused["id"])
    page.keyboard.press("Enter")
    detail = page.locator(".find-detail")
    expect(detail.locator("[data-settlement]")).to_have_text(refused["id"])
    moved(page, "no")
    expect(detail).to_contain_text("已放弃")
    expect(detail).not_to_contain_text("待上传")
    expect(detail.locator(".receipt")).to_have_count(0)
    expect(page.get_by_role("button", name="重打")).to_be_disabled()
