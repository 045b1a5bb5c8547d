"""What a till waits for at the counter: a quote, a settlement; how soon a terminal is ready, and what it weighs.

A real terminal as a process with pages and simulated devices, over HTTP with one kept connection; the center is a
process of its own, since no till shares its interpreter with one. Beside each
settlement stand, measured in turn with it, a bare durable insert of the same bytes on the same disk and an HTTP round
trip that does nothing: their sum is the least that a durable answer can take.
"""

from __future__ import annotations

import http.client
import json
import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
CUSTOMERS = 200
QUOTES_A_CUSTOMER = 5
MANY_SETTLEMENTS = 500
QUOTES_MEASURED = 100
STARTS = 5


@pytest.fixture(autouse=True)
def _tests_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    # An installed program has its bytecode; one that may not keep it compiles everything at each start.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


def test_quote_and_settlement(tmp_path: Path) -> None:
    """Quotes under 10 ms at the 99th percentile; settlements under three times insert and round trip.

    Each customer is identified anew, and the queue is empty before the next: what is measured is one sale.
    """
    from daemon.process import TerminalProcess, bill

    times: dict[str, list[float]] = {name: [] for name in ("quote", "settlement", "insert", "round trip")}
    drug = bill("9.60", service="pharmacy")
    with center_apart(tmp_path) as url, TerminalProcess(tmp_path, url, printer="none") as terminal:
        terminal.sign_in()
        ask, insert = asker(terminal.url, terminal.token), inserter(tmp_path)
        for number in range(CUSTOMERS):
            known = ask("POST", "/v1/identifications", {"by": "card"})["id"]
            asked = {"identification": known, "bill": drug}
            for _ in range(QUOTES_A_CUSTOMER):
                quote = timed(times["quote"], partial(ask, "POST", "/v1/quotes", asked))
            settle = {"quote": quote["id"], "hash": quote["hash"]}
            answer = timed(times["settlement"], partial(ask, "POST", "/v1/settlements", settle, f"bench-{number}"))
            timed(times["insert"], partial(insert, json.dumps(answer).encode()))
            timed(times["round trip"], partial(ask, "GET", "/livez"))
            terminal.until("/v1/queue", lambda queue: queue["uploads"] == [])
    for name, seconds in times.items():
        print(f"{name:11} median {1000 * statistics.median(seconds):6.2f} ms, p99 {1000 * p99(seconds):6.2f} ms")
    least = [one + other for one, other in zip(times["insert"], times["round trip"], strict=True)]
    ratio = statistics.median(times["settlement"]) / statistics.median(least)
    print(f"settlement / (insert + round trip), medians: {ratio:.2f}")


def test_quote_after_many_settlements(tmp_path: Path) -> None:
    """What a quote costs the terminal, in CPU, does not grow with what the same person bought before."""
    from daemon.process import TerminalProcess, bill, new_bureau

    drug = bill("0.10", service="pharmacy")
    with new_bureau(tmp_path) as bureau, TerminalProcess(tmp_path, bureau.url, printer="none") as terminal:
        terminal.sign_in()
        ask = asker(terminal.url, terminal.token)
        asked = {"identification": ask("POST", "/v1/identifications", {"by": "card"})["id"], "bill": drug}
        for bought in range(0, MANY_SETTLEMENTS + 1, MANY_SETTLEMENTS):
            for number in range(bought):
                quote = ask("POST", "/v1/quotes", asked)
                ask("POST", "/v1/settlements", {"quote": quote["id"], "hash": quote["hash"]}, f"many-{number}")
            terminal.until("/v1/queue", lambda queue: queue["uploads"] == [])
            ask = asker(terminal.url, terminal.token)
            ask("POST", "/v1/quotes", asked)
            before = cpu_seconds(terminal.process.pid)
            for _ in range(QUOTES_MEASURED):
                ask("POST", "/v1/quotes", asked)
            spent = (cpu_seconds(terminal.process.pid) - before) / QUOTES_MEASURED
            print(f"a quote after {bought:3} settlements of the same person: {1000 * spent:.2f} ms of CPU")


def test_ready_and_weight(tmp_path: Path) -> None:
    """Ready under 1.5 s; the most memory so far, at that moment and after a page, a sale and its picture."""
    from daemon.process import TerminalProcess, bill, new_bureau
    from daemon.test_daemon_size import most_resident_kilobytes

    seconds: list[float] = []
    cpu: list[float] = []
    with new_bureau(tmp_path) as bureau:
        terminal = TerminalProcess(tmp_path, bureau.url)
        terminal.start()
        terminal.stop()
        for _ in range(STARTS):
            timed(seconds, terminal.start)
            cpu.append(cpu_seconds(terminal.process.pid))
            at_start = most_resident_kilobytes(terminal.process.pid)
            terminal.stop()
        with terminal:
            terminal.sign_in()
            number = terminal.settled(bill("10000.00"), "weight").json()["id"]
            terminal.client.get(f"/v1/settlements/{number}/picture.svg")
            at_work = most_resident_kilobytes(terminal.process.pid)
    print(f"ready: best of {STARTS} {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s")
    print(f"CPU until ready: best {min(cpu):.2f} s, median {statistics.median(cpu):.2f} s")
    print(f"memory: {at_start / 1024:.0f} MB when ready, {at_work / 1024:.0f} MB after a sale with its picture")


@contextmanager
def center_apart(folder: Path) -> Iterator[str]:
    """The reference center in a process of its own; its address."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve_center, args=(folder, there))
    process.start()
    yield here.recv()
    here.send("enough")
    process.join()


def _serve_center(folder: Path, line: Connection) -> None:
    from tests.daemon.process import new_bureau

    with new_bureau(folder) as bureau:
        line.send(bureau.url)
        line.recv()


def asker(url: str, token: str) -> Callable[..., Any]:
    """Asks over one kept connection; the decoded answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def ask(method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status < 300, data
        return json.loads(data)

    return ask


def inserter(folder: Path) -> Callable[[bytes], None]:
    """Makes bytes durable in a table of their own: WAL, synchronous=FULL."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE bare (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    ):
        connection.execute(statement)

    def insert(data: bytes) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (body) VALUES (?)", (data,))
        connection.execute("COMMIT")

    return insert


def timed(into: list[float], work: Callable[[], Any]) -> Any:
    """Do it, and note the seconds."""
    began = time.perf_counter()
    done = work()
    into.append(time.perf_counter() - began)
    return done


def cpu_seconds(process_id: int) -> float:
    """The CPU that a process has used so far."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def p99(seconds: list[float]) -> float:
    """The time within which 99 of 100 were done."""
    return statistics.quantiles(seconds, n=100)[98]
