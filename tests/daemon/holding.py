"""A line to the center that can be held: a request waits on it, unanswered, until it is let go."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import pytest

from daemon.process import TIMEOUT_SECONDS
from terminal.bureau.server import BureauServer


@pytest.fixture
def line(bureau: BureauServer) -> Iterator[HoldingLine]:
    """A line to the test's center that can be held."""
    with HoldingLine(bureau.url) as made:
        yield made


class HoldingLine:
    """Passes every message on to the center behind it; `passed` lists their transactions. A context manager."""

    def __init__(self, center_url: str) -> None:
        self.held = threading.Event()
        self._let_go = threading.Event()
        self._infno = ""
        self._is_cut = False
        self.passed: list[str] = []
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                infno = json.loads(body)["infno"]
                line.passed.append(infno)
                if infno == line._infno:
                    line.held.set()
                    line._let_go.wait(TIMEOUT_SECONDS)
                    if line._is_cut:
                        self.close_connection = True
                        return
                request = urllib.request.Request(center_url, body, {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                    data = answer.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def hold(self, infno: str) -> None:
        """From now on messages of this transaction wait; `held` is set when one does."""
        self._infno = infno

    def let_go(self) -> None:
        """Pass on what waits, and hold nothing any more."""
        self._infno = ""
        self._let_go.set()

    def cut(self) -> None:
        """End the connection of what waits, unanswered, and hold nothing any more."""
        self._is_cut = True
        self.let_go()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
