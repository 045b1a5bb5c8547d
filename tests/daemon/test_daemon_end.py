"""The end is bounded: whoever is waited for, TERM ends the terminal within seconds, and the next start goes on."""

from __future__ import annotations

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from daemon.holding import HoldingLine
from daemon.process import DAY, TIMEOUT_SECONDS, TerminalProcess, bill
from terminal.api.server import STOP_SECONDS_MAX
from terminal.bureau.server import BureauServer

UPLOAD_OF_A_STAY = "2304"


def test_term_waits_for_no_silent_center_and_no_slow_client(bureau: BureauServer, tmp_path: Path) -> None:
    """Killed, started again, then TERM: an upload waits for a center that may take a minute, a listener hangs on the
    events, a till has sent half a request. It ends with 0 before any of them; what was on its way is sent once more."""
    with HoldingLine(bureau.url) as line:
        terminal = TerminalProcess(tmp_path, line.url)
        text = terminal.config.read_text(encoding="utf-8")
        terminal.config.write_text(text.replace("reply_timeout_seconds = 5", "reply_timeout_seconds = 60"))
        terminal.start()
        terminal.kill()
        terminal.start()
        terminal.sign_in()
        line.hold(UPLOAD_OF_A_STAY)
        number = terminal.settled(bill("100.00"), "in-flight").json()["id"]
        assert line.held.wait(TIMEOUT_SECONDS)
        address = urlsplit(terminal.url)
        half = f"POST /v1/sessions HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {terminal.token}\r\n"
        with (
            socket.create_connection((address.hostname or "", address.port or 0)) as slow,
            terminal.new_client(terminal.headers) as listener,
            listener.stream("GET", "/v1/events") as events,
        ):
            slow.sendall(f"{half}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
            assert events.status_code == 200
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.process.wait(STOP_SECONDS_MAX) == 0
        line.let_go()
        with terminal:
            terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")


def test_term_in_the_middle_of_day_end_leaves_a_frozen_day(bureau: BureauServer, tmp_path: Path) -> None:
    """A center that may take a minute over the day's totals: TERM ends the terminal before it, with 0; the day is
    frozen, its journal whole, and day end run again seals it."""
    with HoldingLine(bureau.url) as line:
        terminal = TerminalProcess(tmp_path, line.url)
        text = terminal.config.read_text(encoding="utf-8")
        terminal.config.write_text(text.replace("reply_timeout_seconds = 5", "reply_timeout_seconds = 60"))
        terminal.start()
        terminal.sign_in()
        terminal.settled(bill("100.00"), "sold")
        line.hold("3201")
        with ThreadPoolExecutor(1) as till:
            till.submit(terminal.post, f"/v1/days/{DAY}/close", {})
            assert line.held.wait(TIMEOUT_SECONDS)
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.process.wait(STOP_SECONDS_MAX * 2) == 0
        line.let_go()
        with terminal:
            terminal.sign_in()
            assert terminal.client.get(f"/v1/days/{DAY}").json()["state"] == "frozen"
            assert terminal.post(f"/v1/days/{DAY}/close", {}).json()["state"] == "sealed"
