"""A step behind the counter that fails as nobody foresaw: told, and tried again ever later; the counter goes on."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from daemon.holding import HoldingLine
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, bill
from terminal.api.background import Background
from terminal.bureau.server import BureauServer
from terminal.center.pauses import Pauses
from terminal.clock import SystemClock

SECRET = "张三370602197001011234"


def change(terminal: TerminalProcess, statement: str, *values: str) -> None:
    """Change the journal's file from beside the terminal, as a damaged disk might."""
    with closing(sqlite3.connect(terminal.folder / "journal.db", timeout=TIMEOUT_SECONDS)) as journal, journal:
        assert journal.execute(statement, values).rowcount == 1


def failures(terminal: TerminalProcess, step: str) -> float:
    """How often a step has failed in a row, as a supervisor reads it."""
    (found,) = [
        sample.value
        for family in text_string_to_metric_families(terminal.client.get("/metrics").text)
        for sample in family.samples
        if (sample.name, sample.labels.get("step")) == ("terminal_step_failures", step)
    ]
    return found


def test_a_spoilt_row_neither_ends_the_terminal_nor_stops_the_counter(bureau: BureauServer, tmp_path: Path) -> None:
    """Found at a start, a moment in the outbox that is none: uploads fail by name in health, figures and diagnosis,
    without the value; a sale goes on; put right, the step goes on by itself.
    """
    terminal = TerminalProcess(tmp_path, bureau.url)
    with terminal:
        terminal.sign_in()
        body = terminal.quoted(bill("20.00"))
        bureau.down()
        number = terminal.post("/v1/settlements", body, "spoilt").json()["id"]
    change(terminal, "UPDATE outbox SET next_attempt_at = ?", SECRET)
    bureau.up()
    with terminal:
        terminal.sign_in()
        told = terminal.until("/v1/health", lambda health: failing(health) == ["uploads"])
        assert told["failing_steps"][0]["error"] == "ValueError"
        assert failures(terminal, "uploads") >= 1
        assert failures(terminal, "prints") == 0
        checks = {check["name"]: check for check in terminal.client.get("/v1/diagnosis").json()["checks"]}
        found = checks["后台任务 behind the counter"]
        assert (found["verdict"], "uploads: ValueError" in found["detail"]) == ("fault", True)
        assert terminal.settled(bill("30.00"), "meanwhile").status_code == 201
        change(terminal, "UPDATE outbox SET next_attempt_at = ? WHERE settlement_id = ?", told["now"], number)
        terminal.until("/v1/health", lambda health: failing(health) == [])
        terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
    assert '"event": "background-step-failed", "route": "uploads", "exception": "ValueError"' in terminal.log_text()
    assert SECRET not in terminal.log_text()


def failing(health: Any) -> list[str]:
    """The names of the steps that fail."""
    return [one["step"] for one in health["failing_steps"]]


def test_a_locked_journal_keeps_the_intent_open_and_told_until_it_can_be_written(
    bureau: BureauServer, tmp_path: Path
) -> None:
    """Online, another program holds the journal when the center's yes comes: in doubt, the step `intents` fails by name
    for as long as that lasts; then the sale is reversed at the center by itself, without a restart."""
    with HoldingLine(bureau.url) as line:
        terminal = TerminalProcess(tmp_path, line.url)
        text = terminal.config.read_text(encoding="utf-8")
        terminal.config.write_text(
            text.replace("till_number = 1", 'till_number = 1\nmode = "online"'), encoding="utf-8"
        )
        with terminal, ThreadPoolExecutor(1) as till:
            terminal.sign_in()
            body = terminal.quoted(bill("20.00"))
            line.hold("2304")
            settled = till.submit(terminal.post, "/v1/settlements", body, "locked")
            assert line.held.wait(TIMEOUT_SECONDS)
            with closing(sqlite3.connect(tmp_path / "journal.db", timeout=TIMEOUT_SECONDS)) as other:
                other.execute("BEGIN IMMEDIATE")
                line.let_go()
                assert settled.result(TIMEOUT_SECONDS).json()["code"] == "settlement-in-doubt"
                told = terminal.until("/v1/health", lambda health: "intents" in failing(health))
                assert [one["error"] for one in told["failing_steps"] if one["step"] == "intents"] == [
                    "journal-unwritable"
                ]
            terminal.until("/v1/health", lambda health: failing(health) == [])
            terminal.until_quiet()
        assert [state for _, state in bureau.books.settlements()] == ["reversed"]


@pytest.mark.parametrize("defect", [LookupError(SECRET), CancelledError()])
def test_a_step_that_fails_again_and_again_is_tried_ever_later(defect: Exception) -> None:
    """A longer pause for each failure in a row, whatever news come; the others work, and success starts it anew. So
    also where what it waited for on a thread of its own was given up: it is no reason to end the step."""

    async def lived() -> list[dt.datetime]:
        tried: list[dt.datetime] = []
        worked = asyncio.Event()
        loop, clock = asyncio.get_running_loop(), SystemClock()

        def uploads(now: dt.datetime) -> bool:
            tried.append(now)
            if len(tried) < 3:
                raise defect
            loop.call_soon_threadsafe(worked.set)
            return False

        def prints(now: dt.datetime) -> bool:
            loop.call_soon_threadsafe(background.changed)
            return False

        background = Background({"uploads": uploads, "prints": prints}, clock, Pauses(Random(1)))
        working = asyncio.create_task(background.work())
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await worked.wait()
            background.stop()
            await working
        assert dict(background.standing) == {"uploads": None, "prints": None}
        return tried

    first, second, third = asyncio.run(lived())
    assert dt.timedelta(seconds=0.5) <= second - first
    assert dt.timedelta(seconds=1) <= third - second
