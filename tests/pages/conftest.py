"""A real browser before a real terminal: Debian's Chromium, a pharmacy, its printer and its center."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon.process import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hw.simulated.printer import PtyPrinter
from pages.shop import Shop, pharmacy_center
from terminal.bureau.server import BureauServer

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN = {"width": 1024, "height": 768}
PATIENCE_MILLISECONDS = 20_000
SHOTS = ROOT / "var" / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each test has its own profile in it."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        yield started
        started.close()


@pytest.fixture
def center() -> Iterator[BureauServer]:
    """The center, up."""
    with pharmacy_center() as server:
        yield server


@pytest.fixture
def printer() -> Iterator[PtyPrinter]:
    """A receipt printer on a serial port, with paper."""
    with PtyPrinter(columns=48) as found:
        yield found


@pytest.fixture
def shop(center: BureauServer, printer: PtyPrinter, tmp_path: Path) -> Iterator[Shop]:
    """The terminal, running, its reader empty."""
    with Shop(tmp_path, center.url, printer.port) as process:
        yield process


@pytest.fixture
def till(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of the counter's screen size. A mistake of the page's own code fails the test."""
    context = browser.new_context(viewport=SCREEN, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    mistakes: list[str] = []
    context.on("weberror", lambda error: mistakes.append(str(error.error)))
    context.on("console", lambda said: mistakes.append(said.text) if _is_mistake(said.text) else None)
    yield context
    context.close()
    assert mistakes == []


@pytest.fixture
def page(till: BrowserContext, shop: Shop) -> Page:
    """The operator's page, opened by the link of its till; nobody is signed in."""
    opened = till.new_page()
    opened.goto(shop.link)
    return opened


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page as it stands below `var/`, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def _is_mistake(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text or "TrustedHTML" in text
