"""What happens at the same time: a slow center, a slow card, a stop in the middle, a till that runs wild."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec
import pytest

from daemon.holding import HoldingLine
from daemon.process import DAY, TIMEOUT_SECONDS, TerminalProcess, bill
from hw.simulated.printer import PtyPrinter
from terminal.api.thread import WAITING_CALLS_MAX
from terminal.bureau.server import BureauServer

NEXT_DAY = "2021-07-01"


@pytest.fixture
def terminal(line: HoldingLine, tmp_path: Path) -> Iterator[TerminalProcess]:
    """A terminal on that line, with an operator signed in."""
    with TerminalProcess(tmp_path, line.url) as process:
        process.sign_in()
        yield process


def test_a_slow_upload_holds_up_nobody(line: HoldingLine, terminal: TerminalProcess) -> None:
    """While the center takes its time over one settlement, the next customer is identified and settled."""
    line.hold("2304")
    first = terminal.settled(bill("100.00"), "slow-1").json()["id"]
    assert line.held.wait(TIMEOUT_SECONDS)
    second = terminal.settled(bill("200.00"), "slow-2").json()["id"]
    terminal.until("/v1/queue", lambda queue: queue["prints"] == [])
    states = [upload["state"] for upload in terminal.client.get("/v1/queue").json()["uploads"]]
    assert states == ["sent", "queued"]
    line.let_go()
    for number in (first, second):
        terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")


def test_a_day_is_closed_only_after_the_upload_in_flight(line: HoldingLine, terminal: TerminalProcess) -> None:
    """Day end waits for what is on its way, sends nothing twice, and balances."""
    line.hold("2304")
    terminal.settled(bill("100.00"), "in-flight")
    assert line.held.wait(TIMEOUT_SECONDS)
    with ThreadPoolExecutor(1) as till:
        closing = till.submit(terminal.post, f"/v1/days/{DAY}/close", {})
        assert terminal.client.get(f"/v1/days/{DAY}").json()["state"] == "open"
        line.let_go()
        report = closing.result(TIMEOUT_SECONDS).json()
    assert (report["state"], report["reconciliation"]) == ("sealed", "matched")
    assert report["uploads"] == {"accepted": 1}
    assert line.passed.count("2304") == 1


def test_day_end_holds_up_nobody(line: HoldingLine, terminal: TerminalProcess) -> None:
    """While the center takes its time over the day's totals, health, quotes and sales of the next day are answered;
    then the day is sealed without them, and they go up."""
    kept = terminal.settled(bill("100.00"), "kept").json()["id"]
    terminal.until(f"/v1/settlements/{kept}", lambda one: one["upload"] == "accepted")
    line.hold("3201")
    with ThreadPoolExecutor(1) as till:
        closing = till.submit(terminal.post, f"/v1/days/{DAY}/close", {})
        assert line.held.wait(TIMEOUT_SECONDS)
        health = terminal.client.get("/v1/health").json()
        next_day = terminal.settled(bill("200.00"), "next-day").json()
        assert not closing.done()
        line.let_go()
        report = closing.result(TIMEOUT_SECONDS).json()
    assert health["business_day"] == next_day["business_day"] == NEXT_DAY
    assert (report["state"], report["run"], [group["group"]["total"] for group in report["groups"]]) == (
        "sealed",
        1,
        ["100.00"],
    )
    terminal.until(f"/v1/settlements/{next_day['id']}", lambda one: one["upload"] == "accepted")


def test_a_repair_holds_up_nobody(bureau: BureauServer, line: HoldingLine, terminal: TerminalProcess) -> None:
    """While the center takes its time over what is to be taken back there, a sale of the next day is answered."""
    kept = terminal.settled(bill("100.00"), "kept").json()["id"]
    terminal.until(f"/v1/settlements/{kept}", lambda one: one["upload"] == "accepted")
    ((booked, _),) = bureau.books.settlements()
    twin = msgspec.structs.replace(booked, settlement_id="TWIN", message_id=f"{booked.message_id[:-2]}99")
    bureau.books.book([twin])
    (difference,) = terminal.post(f"/v1/days/{DAY}/close", {}).json()["differences"]
    assert difference["action"] == "reverse-at-center"
    line.hold("2601")
    wanted = {"difference": difference["id"]}
    with ThreadPoolExecutor(1) as till:
        repairing = till.submit(terminal.post, f"/v1/days/{DAY}/repairs", wanted)
        assert line.held.wait(TIMEOUT_SECONDS)
        assert terminal.settled(bill("200.00"), "next-day").json()["business_day"] == NEXT_DAY
        assert not repairing.done()
        line.let_go()
        assert repairing.result(TIMEOUT_SECONDS).status_code == 201
    assert terminal.post(f"/v1/days/{DAY}/close", {}).json()["state"] == "sealed"


def test_a_stop_lets_the_request_that_is_begun_finish(line: HoldingLine, terminal: TerminalProcess) -> None:
    """TERM while a patient is being identified: the till gets its answer, and the status is 0."""
    line.hold("1101")
    with ThreadPoolExecutor(2) as till:
        asked = till.submit(terminal.post, "/v1/identifications", {"by": "card"})
        assert line.held.wait(TIMEOUT_SECONDS)
        terminal.process.send_signal(signal.SIGTERM)
        line.let_go()
        assert asked.result(TIMEOUT_SECONDS).status_code == 201
    assert terminal.process.wait(TIMEOUT_SECONDS) == 0


def test_a_till_that_runs_wild_is_told_that_the_terminal_is_busy(line: HoldingLine, terminal: TerminalProcess) -> None:
    """What waits behind a slow call is bounded; beyond the bound it is 503 at once, and nothing is lost."""
    asked_too_much = WAITING_CALLS_MAX + 6
    line.hold("1101")
    with ThreadPoolExecutor(asked_too_much + 1) as till:
        slow = till.submit(terminal.post, "/v1/identifications", {"by": "card"})
        assert line.held.wait(TIMEOUT_SECONDS)
        waiting = [till.submit(terminal.client.get, "/v1/queue") for _ in range(asked_too_much)]
        busy = next(as_completed(waiting, TIMEOUT_SECONDS)).result()
        line.let_go()
        answers = [one.result(TIMEOUT_SECONDS) for one in waiting]
        assert slow.result(TIMEOUT_SECONDS).status_code == 201
    assert (busy.status_code, busy.json()["code"], busy.json()["retry"]) == (503, "busy", "after")
    assert {answer.status_code for answer in answers} == {200, 503}


def test_probes_and_figures_wait_for_nobody(line: HoldingLine, terminal: TerminalProcess) -> None:
    """While the counter's one thread waits for the center, a supervisor still hears that it lives and how it is."""
    line.hold("1101")
    with ThreadPoolExecutor(1) as till:
        slow = till.submit(terminal.post, "/v1/identifications", {"by": "card"})
        assert line.held.wait(TIMEOUT_SECONDS)
        for path in ("/livez", "/readyz", "/metrics"):
            assert terminal.client.get(path).status_code == 200
        assert not slow.done()
        line.let_go()
        assert slow.result(TIMEOUT_SECONDS).status_code == 201


def test_a_receipt_comes_out_of_a_serial_printer(bureau: BureauServer, tmp_path: Path) -> None:
    """On a real serial port: the settlement's number stands on the paper, and nothing of it is rubbish."""
    with PtyPrinter(columns=32) as printer:
        process = TerminalProcess(tmp_path, bureau.url)
        text = process.config.read_text(encoding="utf-8")
        serial = f'kind = "serial"\nport = "{printer.port}"\nflow_control = "none"'
        process.config.write_text(
            text.replace('[printer]\nkind = "simulated"', f"[printer]\n{serial}"), encoding="utf-8"
        )
        with process:
            process.sign_in()
            number = process.settled(bill("100.00"), "serial").json()["id"]
            assert printer.wait_for_paper(1, TIMEOUT_SECONDS)
            process.until("/v1/queue", lambda queue: queue["prints"] == [])
        assert any(number in row for row in printer.papers[0])
        assert printer.faults == []
