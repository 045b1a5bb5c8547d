"""What moves money: one key, one intent; a repeat gets the same bytes; what has changed since is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
from daemon.holding import HoldingLine
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, bill

from .test_refusals import assert_problem

NewKey = Callable[[], str]

REPEATS = 1_000


@pytest.fixture
def held(line: HoldingLine, tmp_path: Path) -> Iterator[TerminalProcess]:
    """A terminal on that line, with an operator signed in."""
    with TerminalProcess(tmp_path, line.url) as process:
        process.sign_in()
        yield process


def test_a_key_that_is_being_worked_on_is_not_begun_twice(line: HoldingLine, held: TerminalProcess) -> None:
    """The counter is busy with the center: the repeat is told so at once, and afterwards gets the one answer."""
    body = held.quoted(bill("10.00"))
    line.hold("9001")
    with ThreadPoolExecutor(3) as till:
        asked = till.submit(held.post, "/v1/sessions", {"operator": "008", "operator_name": "王五"})
        assert line.held.wait(TIMEOUT_SECONDS)
        both = [till.submit(held.post, "/v1/settlements", body, "once") for _ in range(2)]
        told = next(as_completed(both, TIMEOUT_SECONDS))
        line.let_go()
        asked.result(TIMEOUT_SECONDS)
        settled = next(one for one in both if one is not told).result(TIMEOUT_SECONDS)
    problem = told.result().json()
    assert (told.result().status_code, problem["code"]) == (409, "key-running")
    assert (problem["money_moved"], problem["retry"], problem["at"]) == ("unknown", "same-key", "Idempotency-Key")
    again = held.post("/v1/settlements", body, "once")
    assert (settled.status_code, again.status_code, again.content) == (201, 201, settled.content)
    assert held.journal_counts()["settlements"] == 1


def test_a_till_that_repeats_itself_a_thousand_times_settles_once(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Eight lines at once, one key: one settlement; every answer is its bytes, or says that it still runs."""
    body, key = terminal.quoted(bill("10.00")), new_key()
    before = terminal.journal_counts()["settlements"]
    with ThreadPoolExecutor(8) as till:
        answers = list(till.map(lambda _: terminal.post("/v1/settlements", body, key), range(REPEATS)))
    said = Counter(answer.status_code if answer.is_success else answer.json()["code"] for answer in answers)
    assert set(said) <= {201, "key-running"}, said
    assert len({answer.content for answer in answers if answer.is_success}) == 1
    running = [answer.json() for answer in answers if not answer.is_success]
    assert {(one["retry"], one["money_moved"]) for one in running} <= {("same-key", "unknown")}
    assert terminal.journal_counts()["settlements"] == before + 1
    assert terminal.client.get("/v1/health").status_code == 200


def test_a_basket_that_changed_after_its_quote_is_refused(terminal: TerminalProcess, new_key: NewKey) -> None:
    """The till shows one basket and settles another: what the patient saw is not what would be taken."""
    identification = terminal.identified()
    quotes = [
        terminal.post("/v1/quotes", {"identification": identification, "bill": bill(amount)}).json()
        for amount in ("10.00", "11.00")
    ]
    before = terminal.journal_counts()
    mixed = {"quote": quotes[0]["id"], "hash": quotes[1]["hash"]}
    assert_problem(terminal.post("/v1/settlements", mixed, new_key()), 409, "hash", "quote-changed")
    assert terminal.journal_counts() == before


def test_a_quote_of_yesterday_is_made_anew(own: TerminalProcess) -> None:
    """The terminal was off over night: nothing is settled on what was quoted before, and a new quote is."""
    body = own.quoted(bill("10.00"))
    own.stop()
    own.start()
    own.sign_in()
    assert_problem(own.post("/v1/settlements", body, "old"), 404, "quote", "no-such-quote")
    assert own.journal_counts()["settlements"] == 0
    assert own.post("/v1/settlements", own.quoted(bill("10.00")), "new").status_code == 201


@pytest.mark.parametrize("path", ["/v1/settlements", "/v1/settlements/X/void", "/v1/settlements/X/refund"])
def test_without_a_key_no_money_moves(running: TerminalProcess, path: str) -> None:
    """Each of the three is refused with 400 before its body is looked at."""
    assert_problem(running.post(path, {}), 400, "Idempotency-Key", "key-missing")
