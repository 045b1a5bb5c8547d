"""How much memory a terminal takes after everything that it draws has been asked for once."""

from __future__ import annotations

from pathlib import Path

import httpx

from daemon.process import TIMEOUT_SECONDS, TerminalProcess, bill
from terminal.bureau.server import BureauServer

RESIDENT_KILOBYTES_MAX = 80 * 1024


def test_a_terminal_stays_small(bureau: BureauServer, tmp_path: Path) -> None:
    """Pages, a sale with its paper, pictures, statements in every form, self-test and documents: never above 80 MB."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        terminal.sign_in()
        number = terminal.settled(bill("10000.00"), "small").json()["id"]
        terminal.until("/v1/queue", lambda queue: queue["prints"] == [])
        paths = [f"/v1/settlements/{number}/{name}" for name in ("receipt.svg", "receipt.png", "picture.svg")]
        paths += [f"/v1/months/2021-06/statement.{form}" for form in ("csv", "xlsx", "pdf", "txt")]
        with httpx.Client(base_url=terminal.url, headers=terminal.headers, timeout=TIMEOUT_SECONDS) as client:
            for path in ["/", "/patient", "/pages/app.js", "/openapi.json", "/docs", "/v1/diagnosis", *paths]:
                assert client.get(path).status_code == 200, path
        assert most_resident_kilobytes(terminal.process.pid) < RESIDENT_KILOBYTES_MAX


def most_resident_kilobytes(process_id: int) -> int:
    """The most memory that a process has had so far."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
