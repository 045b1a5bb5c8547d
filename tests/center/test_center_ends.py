"""The terminal ends while the center is asked: nobody waits for the answer, and nothing more is sent."""

from __future__ import annotations

import socket
import threading

import pytest

from terminal.center.link import HttpLink, Silence, Unreachable
from terminal.clock import SystemClock


def closed_unused(listener: socket.socket) -> bool:
    """Whether the next connection was closed again without a byte."""
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(20)
        return connection.recv(1 << 16) == b""


def test_who_waits_for_an_answer_is_told_at_once_that_there_is_none() -> None:
    """The center has the request and says nothing; the line is cut: unknown, long before the time-out."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = HttpLink(f"http://127.0.0.1:{listener.getsockname()[1]}/", SystemClock(), reply_timeout_seconds=60)
        became: list[Exception] = []

        def ask() -> None:
            try:
                link.post(b"{}")
            except (Silence, Unreachable) as error:
                became.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(1 << 16)
            link.cut()
            asking.join(20)
        assert [type(error) for error in became] == [Silence]
        with pytest.raises(Unreachable, match="the terminal ends"):
            link.post(b"{}")
        assert closed_unused(listener)


def test_a_line_that_is_cut_before_anything_was_asked_sends_nothing() -> None:
    """Not even a first request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = HttpLink(f"http://127.0.0.1:{listener.getsockname()[1]}/", SystemClock(), reply_timeout_seconds=60)
        link.cut()
        with pytest.raises(Unreachable):
            link.post(b"{}")
        assert closed_unused(listener)
