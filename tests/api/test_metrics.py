"""Figures for a supervisor: true, readable by the program that reads such figures, and silent about people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, bill
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from terminal.api.rates import Rates
from terminal.api.tills import tills_file
from terminal.api.token import Admission, TillGate
from terminal.clock import SystemClock

from .test_refusals import assert_problem

NewKey = Callable[[], str]
Figures = dict[tuple[str, str], float]


def figures(terminal: TerminalProcess) -> Figures:
    """Every sample by its name and its labels' values, read by Prometheus' own parser; asked without a token."""
    with terminal.new_client({}) as client:
        answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_settlement_moves_the_figures(terminal: TerminalProcess, new_key: NewKey) -> None:
    """One more accepted upload, entries, one more answer of the route; the journal's size and day are told."""
    terminal.settled(bill("50.00"), new_key())
    terminal.until_quiet()
    before = figures(terminal)
    terminal.settled(bill("50.00"), new_key())
    terminal.until_quiet()
    after = figures(terminal)

    def grown(name: str, labels: str = "") -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert grown("terminal_uploads", "accepted") == 1
    assert grown("terminal_journal_entries") == 2
    assert grown("terminal_requests_total", "settle,201") == 1
    assert grown("terminal_request_seconds_count", "settle") == grown("terminal_request_seconds_bucket", "settle,+Inf")
    assert 0 < grown("terminal_request_seconds_sum", "settle") < TIMEOUT_SECONDS
    for state in ("queued", "sent", "unknown", "parked"):
        assert after["terminal_uploads", state] == 0
    assert [after["terminal_stuck", kind] for kind in ("uploads", "goods", "visits", "card-debits")] == [0, 0, 0, 0]
    assert (after["terminal_upload_oldest_seconds", ""], after["terminal_prints_waiting", ""]) == (0, 0)
    assert [after["terminal_day", state] for state in ("open", "frozen", "sealed")] == [1, 0, 0]
    assert [after["terminal_center_reachable", word] for word in ("yes", "no", "unknown")] == [1, 0, 0]
    assert after["terminal_journal_bytes", ""] > 4_096
    assert 20e6 < after["process_resident_memory_bytes", ""] < 200e6


def test_what_is_refused_is_counted_too(running: TerminalProcess) -> None:
    """Unknown tokens and paths count under no route, so that nobody can make up names."""
    before = figures(running)
    with running.new_client({}) as client:
        assert client.get("/v1/settlements/some-number").status_code == 401
        assert client.get("/made-up").status_code == 404
    after = figures(running)
    for status in ("401", "404"):
        assert (
            after["terminal_requests_total", f",{status}"]
            == before.get(("terminal_requests_total", f",{status}"), 0) + 1
        )
    assert not any("made-up" in labels for _, labels in after)


def test_figures_are_told_on_this_machine_only(running: TerminalProcess) -> None:
    """Somebody elsewhere in the shop's network is refused, probes are answered."""

    async def noted(_: object) -> None:
        return None

    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def asked(address: str, path: str) -> httpx.Response:
        gate = TillGate(tills_file(running.folder / "journal.db"), noted)
        app = Admission(answers, gate, Rates(10, 10, SystemClock()))
        transport = httpx.ASGITransport(app, client=(address, 40_000))
        async with httpx.AsyncClient(transport=transport, base_url="https://terminal.example:8431") as client:
            return await client.get(path)

    assert_problem(asyncio.run(asked("192.0.2.7", "/metrics")), 403, code="local-only")
    assert asyncio.run(asked("192.0.2.7", "/livez")).status_code == 200
    assert asyncio.run(asked("127.0.0.1", "/metrics")).status_code == 200


def test_no_person_and_no_token_in_figures_log_or_errors(terminal: TerminalProcess, new_key: NewKey) -> None:
    """A whole sale with every mistake on the way: neither figures, log nor any error text knows who it was."""
    secrets = ["370602197001011234", "张三", "A12345678", "37060200000001", "TICKET-9", terminal.token]
    body = terminal.quoted(bill("60.00")) | {"till_reference": "TICKET-9"}
    key = new_key()
    number = terminal.post("/v1/settlements", body, key).json()["id"]
    wrong = bill("1.00", patient={"id": "370602197001011234", "name": "张三", "age": 12})
    mistakes = [
        terminal.post("/v1/settlements", body | {"till_reference": "TICKET-9b"}, key),
        terminal.post("/v1/settlements", body, new_key()),
        terminal.post("/v1/quotes", {"identification": "370602197001011234", "bill": bill("1.00")}),
        terminal.post("/v1/quotes", {"identification": terminal.identified(), "bill": wrong}),
        terminal.post("/v1/quotes", {"identification": terminal.identified(), "bill": bill("1.00", date="A12345678")}),
        terminal.post("/v1/settlements/A12345678/void", {"reason": "张三"}, new_key()),
        terminal.client.get("/v1/settlements/370602197001011234"),
        terminal.client.get("/v1/days/370602197001011234"),
        terminal.client.get("/v1/A12345678", headers={"Authorization": f"Bearer {terminal.token}x"}),
        terminal.client.get("/v1/queue", headers={"Authorization": f"Basic {terminal.token}"}),
        terminal.client.get("/v1/events", headers={"Last-Event-ID": terminal.token}),
    ]
    assert terminal.post(f"/v1/settlements/{number}/void", {"reason": "张三"}, new_key()).status_code == 201
    assert all(400 <= answer.status_code < 500 for answer in mistakes), [one.text for one in mistakes]
    with terminal.new_client({}) as client:
        told = client.get("/metrics").text
    for place in (told, terminal.log_text(), *(answer.text for answer in mistakes)):
        for secret in secrets:
            assert secret not in place
    for place in (told, terminal.log_text()):
        assert number not in place
