"""Clients that mean harm or have lost their mind: slow, endless, too many, too often. The counter still answers."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, bill, new_bureau

from terminal.api.connection import CONNECTIONS_MAX, HEAD_BYTES_MAX
from terminal.api.rates import BURST_SECONDS, Rates
from terminal.api.tills import add_till, tills_file
from terminal.clock import SetClock, SystemClock
from terminal.errors import Unavailable

from .test_refusals import assert_problem

RATE = 20
HEAD = (
    b"POST /v1/settlements HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\n"
    b"Idempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: LENGTH\r\n\r\n"
)
HARSH = f"request_timeout_seconds = 1\ntill_requests_per_second_max = {RATE}"


@pytest.fixture(scope="module")
def harsh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal with little patience."""
    folder: Path = tmp_path_factory.mktemp("harsh")
    with new_bureau(folder) as bureau:
        terminal = TerminalProcess(folder, bureau.url)
        text = terminal.config.read_text(encoding="utf-8").replace("till_requests_per_second_max = 10000\n", HARSH)
        terminal.config.write_text(text, encoding="utf-8")
        with terminal:
            yield terminal


def connected(terminal: TerminalProcess) -> socket.socket:
    """A bare connection."""
    host, _, port = terminal.url.removeprefix("http://").rstrip("/").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)


def answer_of(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and problem of what comes until the other side has ended."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while more := connection.recv(65_536):
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, data
    return int(head.split()[1]), json.loads(body)


def head_of(terminal: TerminalProcess, length: int) -> bytes:
    """The head of a settlement with a body of this length."""
    return HEAD.replace(b"LENGTH", str(length).encode()).replace(b"TOKEN", terminal.token.encode())


def assert_answers(terminal: TerminalProcess) -> None:
    """The counter answers."""
    assert terminal.client.get("/v1/queue").status_code == 200


def dripped(connection: socket.socket, drops: int, byte: bytes) -> None:
    """Send a byte at a time until the other side says something or ends."""
    connection.settimeout(0.05)
    for _ in range(drops):
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.send(byte)
            if connection.recv(1, socket.MSG_PEEK) is not None:
                connection.settimeout(TIMEOUT_SECONDS)
                return
    raise AssertionError("nobody cut it")


Outcome = tuple[int, dict[str, Any]] | None
SLOW = {
    "head": b"GET /v1/queue HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": HEAD.replace(b"LENGTH", b"5000"),
    "refused": HEAD.replace(b"LENGTH", b"100000000"),
    "silent": b"",
}


@pytest.fixture(scope="module")
def outcomes(harsh: TerminalProcess) -> dict[str, Outcome]:
    """What becomes of slow clients, all at the same time; meanwhile the counter answers, and nothing is written."""
    before = harsh.journal_counts()
    with ThreadPoolExecutor(len(SLOW)) as crowd:
        slow = {name: crowd.submit(dripping, harsh, sent) for name, sent in SLOW.items()}
        assert_answers(harsh)
        found = {name: one.result(TIMEOUT_SECONDS) for name, one in slow.items()}
    assert harsh.journal_counts() == before
    return found


def dripping(terminal: TerminalProcess, sent: bytes) -> Outcome:
    """Send this and then a byte at a time, until the other side ends it; what it said."""
    with connected(terminal) as slow:
        if not sent:
            assert slow.recv(1) == b""
            return None
        slow.sendall(sent.replace(b"TOKEN", terminal.token.encode()))
        dripped(slow, 200, b" ")
        return answer_of(slow)


def test_a_head_that_comes_drop_by_drop_is_cut(outcomes: dict[str, Outcome]) -> None:
    """Slowloris: told 408 and cut, however it goes on."""
    status, problem = outcomes["head"] or (0, {})
    assert (status, problem["code"], problem["at"]) == (408, "too-slow", "request")


def test_a_body_that_comes_drop_by_drop_is_refused(outcomes: dict[str, Outcome]) -> None:
    """The route waits no longer than the bound, and no money moved."""
    status, problem = outcomes["body"] or (0, {})
    assert (status, problem["code"], problem["at"], problem["money_moved"]) == (408, "too-slow", "body", "no")


def test_a_connection_that_says_nothing_is_closed(outcomes: dict[str, Outcome]) -> None:
    """No request, no answer, no connection."""
    assert outcomes["silent"] is None


def test_a_body_after_a_refusal_is_not_swallowed_for_ever(outcomes: dict[str, Outcome]) -> None:
    """Refused at its head, a request that goes on sending is cut when its time is over."""
    status, problem = outcomes["refused"] or (0, {})
    assert (status, problem["code"]) == (413, "too-long")


def test_a_hundred_megabytes_are_refused_by_their_announcement(running: TerminalProcess) -> None:
    """413 comes before the bytes do, and the terminal's memory does not hold them."""
    before = resident_bytes(running)
    chunk = b" " * 1_000_000
    with connected(running) as heavy:
        heavy.sendall(head_of(running, 100_000_000))
        assert heavy.recv(12) == b"HTTP/1.1 413"
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                heavy.sendall(chunk)
    assert_answers(running)
    assert resident_bytes(running) - before < 10_000_000


def resident_bytes(terminal: TerminalProcess) -> int:
    """The process's memory."""
    pages = Path(f"/proc/{terminal.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4_096


def test_half_heads_without_number_push_out_each_other_and_nobody_else(running: TerminalProcess) -> None:
    """Three times as many connections as there may be: the oldest go, and a till is answered at once."""
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connected(running)) for _ in range(3 * CONNECTIONS_MAX)]
        for one in crowd:
            with contextlib.suppress(ConnectionError):
                one.sendall(b"GET / HTTP/1.1\r\n")
        with running.new_client(running.headers) as till:
            assert till.get("/v1/queue").status_code == 200
        assert sum(ended(one) for one in crowd) >= 2 * CONNECTIONS_MAX


def ended(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_a_till_that_holds_every_connection_is_told_so(running: TerminalProcess) -> None:
    """All connections wait for bodies: one more is refused with 429, and served when they have gone."""
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS_MAX):
            held = stack.enter_context(connected(running))
            held.sendall(head_of(running, 10).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
            assert held.recv(100).startswith(b"HTTP/1.1 100")
        with connected(running) as late:
            late.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            status, problem = answer_of(late)
    assert (status, problem["code"], problem["retry"]) == (429, "too-many-connections", "after")
    with running.new_client(running.headers) as till:
        assert till.get("/v1/queue").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"hello\r\n\r\n", 400, "not-http"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "not-http"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost : b\r\n\r\n", 400, "not-http"),
        (b"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "not-http"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * (HEAD_BYTES_MAX + 1), 431, "head-too-long"),
        (b"GET /" + b"x" * (HEAD_BYTES_MAX + 1), 431, "head-too-long"),
    ],
)
def test_what_is_not_http_is_a_problem_too(running: TerminalProcess, sent: bytes, status: int, code: str) -> None:
    """Another protocol, a smuggled header, a head without end: problem+json like everything else."""
    with connected(running) as odd:
        odd.sendall(sent)
        found, problem = answer_of(odd)
    assert (found, problem["code"], problem["status"]) == (status, code, status)
    assert_answers(running)


def test_garbage_within_a_body_ends_the_request(running: TerminalProcess) -> None:
    """Chunks that are none: refused once, and the route does not answer after it."""
    head = head_of(running, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with connected(running) as odd:
        odd.sendall(head + b"zz\r\n{}\r\n0\r\n\r\n")
        status, problem = answer_of(odd)
    assert (status, problem["code"]) == (400, "not-http")
    with connected(running) as gone:
        gone.sendall(head_of(running, 50) + b"{")
    assert_answers(running)
    assert "exception" not in running.log_text()


def test_a_till_that_repeats_itself_a_thousand_times_is_slowed_down(harsh: TerminalProcess) -> None:
    """Beyond its rate it is told 429 and when to come again; another till does not notice; one settlement stands."""
    other = add_till(tills_file(harsh.folder / "journal.db"), "till-2", SystemClock().now())
    harsh.sign_in()
    body = harsh.quoted(bill("7.00"))
    answers = [harsh.post("/v1/settlements", body, "again") for _ in range(1_000)]
    with harsh.new_client({"Authorization": f"Bearer {other}"}) as second:
        counts = second.get("/v1/days/2021-06-30").json()["groups"]
    settled = [answer for answer in answers if answer.status_code == 201]
    slowed = [answer for answer in answers if answer.status_code != 201]
    assert {answer.content for answer in settled} == {settled[0].content}
    assert len(settled) >= RATE
    assert_problem(slowed[0], 429, "till", "too-many-requests")
    assert {answer.headers["retry-after"] for answer in slowed} == {"1"}
    assert [group["count"] for group in counts] == [1]
    lines = [json.loads(line) for line in harsh.log_text().splitlines()]
    assert sum(line.get("route") == "settle" for line in lines if line.get("status") == 201) == len(settled)
    assert [line for line in lines if line.get("status") == 429] == []


def test_a_rate_fills_up_again_by_the_second() -> None:
    """A burst, then as many a second as allowed; all tills together have a bound of their own."""
    clock = SetClock(SystemClock().now())
    rates = Rates(per_second=15, till_per_second=10, clock=clock)

    def taken(till: str) -> int:
        count = 0
        with contextlib.suppress(Unavailable):
            while True:
                rates.take(till)
                count += 1
        return count

    assert [taken("a"), taken("b")] == [10 * BURST_SECONDS, 5 * BURST_SECONDS]
    assert taken("") == 10 * BURST_SECONDS
    clock.advance(1)
    assert [taken("a"), taken("b"), taken("")] == [10, 5, 10]
