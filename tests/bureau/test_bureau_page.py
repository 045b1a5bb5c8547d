"""The page that shows what arrived: newest first, persons masked, nothing from outside believed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from test_bureau_center import BUYER, LAW, Counter, purchase

from terminal.bureau.accounts import seal_account
from terminal.bureau.app import make_app
from terminal.bureau.faults import Faults
from terminal.bureau.reception import Reception

NAME, ID_NUMBER = "张六", "370602197001010006"


class Page(Counter):
    """A counter at the center, and a browser at its page."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.faults = Faults()
        self.app = make_app(Reception(self.books, LAW, self.clock, self.faults))

    async def _got(self, path: str) -> str:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://center") as client:
            answer = await client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return answer.text

    def read(self, path: str = "/") -> str:
        """The page's text."""
        import anyio

        return anyio.run(self._got, path)


@pytest.fixture
def page(books_place: str) -> Iterator[Page]:
    page = Page(books_place)
    yield page
    page.books.close()


def test_what_arrived_is_shown_newest_first(page: Page) -> None:
    """A purchase with its amounts, then its void with negative ones, each with what became of it."""
    booked = page.ask("2102", purchase())["output"]["setlinfo"]
    page.ask("2103", {"data": {"setl_id": booked["setl_id"], "psn_no": BUYER}})
    text = page.read()
    assert text.index("药店撤销") < text.index("药店结算") < text.index("签到")
    assert ">50.00<" in text
    assert ">-50.00<" in text
    assert "已撤销" in text


def test_no_name_and_no_number_stands_there_whole(page: Page) -> None:
    """The first character of a name, the last four of a number."""
    page.ask("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": ID_NUMBER}})
    page.ask("2102", purchase())
    page.ask("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "370602197001019999"}})
    text = page.read()
    assert "张＊" in text
    assert "…0006" in text
    assert not any(secret in text for secret in (NAME, ID_NUMBER, BUYER, "370602197001019999"))


def test_refusals_say_why_and_can_be_shown_alone(page: Page) -> None:
    """The reason stands beside it; `?verdict=refused` leaves the rest out."""
    page.ask("2102", purchase())
    page.ask("2102", purchase(medfee_sumamt="51.00"))
    text = page.read("/?verdict=refused")
    assert "medfee_sumamt: not the sum of the lines" in text
    assert "签到" not in text.split("<tbody>")[1]


def test_what_a_stranger_sends_is_escaped(page: Page) -> None:
    """A script for an operator's name stays a text; garbage and wild questions are shown and harmless."""
    page.ask("<b>1", {"x": {"psn_no": "<i>1"}}, opter="<script>alert(1)</script>", msgid="<img src=x>")
    page.center.answer(b"\xff\x00")
    for path in ("/", "/?before=x", "/?before=9" + "9" * 40, "/?verdict=%00&infno=%3Cb%3E"):
        text = page.read(path)
        assert "<script" not in text
        assert "<img" not in text


def test_older_messages_are_one_page_further(page: Page) -> None:
    """Fifty a page; the link leads to the sign-in that came first."""
    for _ in range(50):
        page.ask("9999", {})
    first = page.read()
    assert "签到" not in first.split("<tbody>")[1]
    [older] = [part.split('"')[0] for part in first.split('href="')[1:] if "before=" in part]
    assert "签到" in page.read(older.replace("&amp;", "&")).split("<tbody>")[1]


def test_faults_that_stand_ready_are_shown(page: Page) -> None:
    """Whoever trains sees what the next request will meet."""
    page.faults.inject("drop-after", 2, "2102")
    text = page.read()
    assert "处理后断线" in text
    assert "2 次" in text


def test_accounts_are_shown_with_their_movements(page: Page) -> None:
    """Paid from, sealed with its reason, credited: each stands there; names are masked here too."""
    page.ask("2102", purchase())
    seal_account(page.books, BUYER, "服兵役<b>")
    text = page.read("/accounts")
    assert "封存</span><small>服兵役&lt;b&gt;" in text
    assert "-50.00" in text
    assert "25.00" in text
    assert not any(secret in text for secret in (NAME, ID_NUMBER, BUYER))
