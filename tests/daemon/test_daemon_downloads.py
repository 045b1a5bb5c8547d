"""New law comes down beside the counter: a sale waits for none of it, and what was quoted before is quoted again."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counter"))
from publishing import Bureau

from daemon.holding import HoldingLine
from daemon.process import DAY, TIMEOUT_SECONDS, TerminalProcess, bill, new_bureau
from terminal.bureau.published import PublishedFolder

FILE, LIST = "9102", "1901"


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Who signs; nothing is published yet."""
    return Bureau(tmp_path)


@pytest.fixture
def line(tmp_path: Path, bureau: Bureau) -> Iterator[HoldingLine]:
    """The line to a center that publishes what the bureau signs."""
    published = PublishedFolder(tmp_path / "published")
    with new_bureau(tmp_path, published=published) as center, HoldingLine(center.url) as made:
        yield made


@pytest.fixture
def terminal(line: HoldingLine, bureau: Bureau, tmp_path: Path) -> Iterator[TerminalProcess]:
    """A terminal on that line, with the bureau's key; nobody is signed in."""
    process = TerminalProcess(tmp_path, line.url)
    with process.config.open("a", encoding="utf-8") as config:
        config.write('\n[policies]\nbureau_key = "bureau.pub"\n')
    with process:
        yield process


def test_a_sale_goes_on_while_new_law_comes_down(line: HoldingLine, bureau: Bureau, terminal: TerminalProcess) -> None:
    """The center holds the file: signed in, identified, quoted, settled meanwhile, by the old law. Once the file is
    here the next quote is the new law's, and one from before is refused.

    10000.00 at tier 3: line 800, 4200 x 80% + 5000 x 85% (article 11); with a line of 600, 4400 x 80% + 5000 x 85%.
    """
    bureau.pack(first=dt.date.fromisoformat(DAY))
    line.hold(FILE)
    terminal.sign_in()
    assert line.held.wait(TIMEOUT_SECONDS)
    sold = terminal.settled(bill("10000.00"), "meanwhile").json()
    assert sold["settlement"]["funds"]["pool"] == "7610.00"
    before = terminal.quoted(bill("100.00"))
    assert terminal.client.get("/v1/downloads").json()["publications"] == []
    line.let_go()
    terminal.until("/v1/downloads", lambda found: [one["in_force"] for one in found["publications"]] == [True])
    refused = terminal.post("/v1/settlements", before, "too-late")
    assert (refused.status_code, refused.json()["code"]) == (409, "quote-changed")
    terminal.client.delete("/v1/sessions")
    terminal.sign_in()
    again = terminal.post(f"/v1/settlements/{sold['id']}/void", {"reason": "again"}, "void")
    assert again.status_code == 201
    terminal.until_quiet()
    assert terminal.settled(bill("10000.00"), "new").json()["settlement"]["funds"]["pool"] == "7770.00"


def test_asking_for_it_now_holds_up_nobody_either(line: HoldingLine, terminal: TerminalProcess) -> None:
    """`POST /v1/downloads` waits for the center; the counter does not."""
    terminal.sign_in()
    line.hold(LIST)
    with terminal.new_client(terminal.headers) as other, ThreadPoolExecutor(1) as till:
        asked = till.submit(other.post, "/v1/downloads")
        assert line.held.wait(TIMEOUT_SECONDS)
        assert terminal.settled(bill("100.00"), "meanwhile").status_code == 201
        line.let_go()
        assert asked.result(TIMEOUT_SECONDS).json()["taken"] == []


def test_a_file_that_could_not_be_had_is_tried_again_and_told_until_then(
    line: HoldingLine, bureau: Bureau, terminal: TerminalProcess
) -> None:
    """The line ends in the middle of the file: the step fails by name, with the moment of its next try; then the file
    comes down, with no other sign-in."""
    bureau.pack(first=dt.date.fromisoformat(DAY))
    line.hold(FILE)
    terminal.sign_in()
    assert line.held.wait(TIMEOUT_SECONDS)
    line.cut()
    told = terminal.until(
        "/v1/health", lambda health: [one["step"] for one in health["failing_steps"]] == ["downloads"]
    )
    assert told["failing_steps"][0]["error"].startswith("center-")
    assert told["failing_steps"][0]["next_try_at"] is not None
    terminal.until("/v1/downloads", lambda found: [one["in_force"] for one in found["publications"]] == [True])
    terminal.until("/v1/health", lambda health: health["failing_steps"] == [])
