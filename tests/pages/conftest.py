"""A real browser before a real terminal: Debian's Chromium, a pharmacy, its printer and its center.

Starting a terminal and a browser costs most of the time, so that one of each serves all tests that leave them whole;
`fresh_…` is for those that do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon.process import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hw.simulated.printer import PtyPrinter
from pages import judge
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser, on one worker."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests here, each with its own profile; gone when others come, whom its loop would disturb."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of the judge of accessibility."""
    return judge.script()


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BureauServer, PtyPrinter, Shop]]:
    """The center, the printer and the terminal that all share."""
    folder = tmp_path_factory.mktemp("shop")
    with (
        pharmacy_center() as center,
        PtyPrinter(columns=48) as printer,
        Shop(folder, center.url, printer.port) as shop,
    ):
        yield center, printer, shop


@pytest.fixture
def center(running: tuple[BureauServer, PtyPrinter, Shop]) -> Iterator[BureauServer]:
    """The center, up and without faults."""
    found = running[0]
    yield found
    found.faults.clear()
    found.up()


@pytest.fixture
def printer(running: tuple[BureauServer, PtyPrinter, Shop]) -> Iterator[PtyPrinter]:
    """A receipt printer on a serial port, with paper."""
    found = running[1]
    yield found
    found.paper_out = False


@pytest.fixture
def shop(running: tuple[BureauServer, PtyPrinter, Shop]) -> Shop:
    """The terminal, its reader empty, nobody signed in; what was settled before does not count."""
    running[2].begin_anew()
    return running[2]


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
def page(shop: Shop, till: BrowserContext) -> Page:
    """The operator's page, opened by the link of its till; nobody is signed in."""
    return _opened(till, shop)


@pytest.fixture
def fresh_center() -> Iterator[BureauServer]:
    """A center whose books are as in the examples."""
    with pharmacy_center() as server:
        yield server


@pytest.fixture
def fresh_shop(fresh_center: BureauServer, tmp_path: Path) -> Iterator[Shop]:
    """A terminal that has sold nothing yet."""
    with PtyPrinter(columns=48) as printer, Shop(tmp_path, fresh_center.url, printer.port) as process:
        yield process


@pytest.fixture
def fresh_page(fresh_shop: Shop, till: BrowserContext) -> Page:
    """The operator's page of that terminal."""
    return _opened(till, fresh_shop)


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page as it stands below `var/`, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def _opened(till: BrowserContext, shop: Shop) -> Page:
    opened = till.new_page()
    opened.goto(shop.link)
    return opened


def _is_mistake(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text or "TrustedHTML" in text
