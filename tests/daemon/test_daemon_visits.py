"""A visit that the center keeps open behind a void is told by a running terminal, and goes again when asked for."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from daemon.process import TerminalProcess, bill
from terminal.bureau.server import BureauServer
from terminal.queue_command import show_queue


def test_a_visit_left_open_goes_again_when_an_operator_says_so(bureau: BureauServer, tmp_path: Path) -> None:
    """The center refuses 2202 twice: the queue names the visit with its reason and the way out, `terminal queue` counts
    it, `resume` of its settlement has it asked again, and nothing of it is left there or listed here."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    visit = bill("20.00") | {"service": "outpatient"}
    with terminal:
        terminal.sign_in()
        number = terminal.settled(visit, "sale").json()["id"]
        bureau.faults.inject("refuse", infno="2202", times=2)
        assert terminal.post(f"/v1/settlements/{number}/void", {"reason": "again"}, "void").status_code == 201
        (stuck,) = terminal.until("/v1/queue", lambda queue: queue["stuck_visits"] != [])["stuck_visits"]
        assert (stuck["settlement"], "asked to refuse this" in stuck["reason"]) == (number, True)
        assert "重新发送" in stuck["why_zh"]
        said = io.StringIO()
        assert show_queue(terminal.config, watch=False, console=Console(file=said)) == 1
        assert "就诊登记 1 条须处理 1 visits left open" in said.getvalue()
        resume = f"/v1/queue/{number}/resume"
        assert terminal.post(resume, {}).json()["stuck_visits"] == []
        assert terminal.post(resume, {}).status_code == 404
