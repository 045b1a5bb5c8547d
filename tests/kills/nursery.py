"""A process that has loaded the terminal's modules and forks a terminal for each start: a restart takes 0.2 s, not 1.5.

What is forked runs `terminal.daemon.run` on a configuration as `python -m terminal.daemon` does, and is killed by its
own number. Started by `kept_warm`; everything but the loading of modules happens in the terminal itself.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.daemon.process import ROOT, TIMEOUT_SECONDS, TerminalProcess

LINE_BYTES_MAX = 4096


class Forked:
    """One terminal of the nursery, with the part of `subprocess.Popen` that `TerminalProcess` uses."""

    def __init__(self, line: socket.socket, pid: int, stdout: IO[str]) -> None:
        self._line = line
        self.pid = pid
        self.stdout = stdout
        self._handle = os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its status, or None while it lives."""
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A signal to this very process, or to nobody where it has ended."""
        if self.returncode is None:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its status, when it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("terminal", timeout or 0)
            self._line.sendall(json.dumps({"wait": self.pid}).encode())
            self.returncode = int(self._line.recv(LINE_BYTES_MAX))
            os.close(self._handle)
        return self.returncode


class WarmTerminal(TerminalProcess):
    """A terminal that is forked by a nursery."""

    line: socket.socket

    def spawn(self) -> Any:
        """See `TerminalProcess.spawn`."""
        read, write = os.pipe()
        with self.log.open("ab") as log:
            socket.send_fds(self.line, [json.dumps({"run": str(self.config)}).encode()], [write, log.fileno()])
        os.close(write)
        return Forked(self.line, int(self.line.recv(LINE_BYTES_MAX)), os.fdopen(read, "r", encoding="utf-8"))


@contextmanager
def kept_warm(spoilt: str = "") -> Iterator[socket.socket]:
    """A nursery, by the line to it. spoilt: what its terminals do wrong, for a canary (`spoilt.py`)."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    command = [sys.executable, "-m", "tests.kills.nursery", str(theirs.fileno()), *([spoilt] if spoilt else [])]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.wait(TIMEOUT_SECONDS)


def serve(line: socket.socket, run: Callable[[str], int]) -> None:
    """Fork a terminal for every order, until the line is closed; those that still live are killed then."""
    children: set[int] = set()
    while True:
        order, given, _, _ = socket.recv_fds(line, LINE_BYTES_MAX, 2)
        if not order:
            break
        asked = json.loads(order)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            children.discard(asked["wait"])
            line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        child = os.fork()
        if child == 0:
            line.close()
            os.dup2(given[0], 1)
            os.dup2(given[1], 2)
            os.closerange(3, max(given) + 1)
            os._exit(run(asked["run"]))
        for one in given:
            os.close(one)
        children.add(child)
        line.sendall(str(child).encode())
    for child in children:
        os.kill(child, signal.SIGKILL)


def _main() -> None:
    # What the terminal loads at its first journal and its first print.
    import sqlite_utils

    from terminal import daemon
    from terminal.first_use import learn_types
    from terminal.receipt.printer_library import builder_class
    from tests.kills.spoilt import WAYS

    assert sqlite_utils
    builder_class()
    learn_types()
    if len(sys.argv) > 2:
        WAYS[sys.argv[2]]()

    def run(config: str) -> int:
        status = daemon.run(Path(config))
        sys.stdout.flush()
        return status

    serve(socket.socket(fileno=int(sys.argv[1])), run)


if __name__ == "__main__":
    _main()
