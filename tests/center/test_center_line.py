"""The line itself: kept open while it is good, closed as soon as it is not, and never waited for beyond its time."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import pytest
from town import MORNING, Town

from terminal.center.link import HttpLink, Silence, Unreachable
from terminal.center.profile import REFERENCE, Profile, load_profile
from terminal.clock import SetClock, SystemClock
from terminal.limits import CENTER_REPLY_BYTES_MAX

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Other:
    """The other end of a line: what it got, and how many lines there were."""

    def __init__(self) -> None:
        self.heads: list[dict[bytes, bytes]] = []
        self.lines = 0
        self.ended = threading.Event()


def head_of(stream: BinaryIO) -> dict[bytes, bytes]:
    """The headers of the next request; empty where none comes."""
    lines = list(itertools.takewhile(lambda line: line not in (b"\r\n", b""), iter(stream.readline, None)))
    return dict(line.rstrip().split(b": ", 1) for line in lines[1:])


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, Other]]:
    """A listener that gives these answers, one a request and the last one ever again, on as many lines as come.

    `ended` is set when the other side closes a line.
    """
    other, left = Other(), list(answers)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while head := head_of(stream):
                stream.read(int(head[b"Content-Length"]))
                other.heads.append(head)
                connection.sendall(left.pop(0) if len(left) > 1 else left[0])
        other.ended.set()

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                other.lines += 1
                serving = threading.Thread(target=serve, args=(connection,))
                serving.start()
                threads.append(serving)

    threads = [threading.Thread(target=listen)]
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/call", other
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(20)


def test_one_line_carries_request_after_request() -> None:
    """Nothing is opened anew while the other side keeps it."""
    with answering(OK) as (url, other):
        link = HttpLink(url, SystemClock())
        assert [link.post(b"{}") for _ in range(3)] == [b"{}"] * 3
        link.close()
    assert (len(other.heads), other.lines) == (3, 1)


def test_a_line_that_the_other_side_ends_is_not_used_again() -> None:
    """It says so in its answer: the next request has a line of its own, though this one is still open."""
    last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with answering(last, OK) as (url, other):
        link = HttpLink(url, SystemClock())
        assert [link.post(b"{}") for _ in range(2)] == [b"{}"] * 2
        link.close()
    assert other.lines == 2


def test_a_line_that_fell_silent_is_closed_at_once() -> None:
    """What still comes over it answers nothing: the other side sees its end, and the next request has another line."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", OK) as (url, other):
        link = HttpLink(url, SystemClock(), reply_timeout_seconds=0.05)
        with pytest.raises(Silence):
            link.post(b"{}")
        assert other.ended.wait(20)
        link = HttpLink(url, SystemClock(), reply_timeout_seconds=20)
        assert link.post(b"{}") == b"{}"
        link.close()


def test_a_request_that_could_not_leave_whole_is_followed_on_another_line() -> None:
    """The other side stops reading in its middle: silence; the rest is never taken for the next request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = HttpLink(f"http://127.0.0.1:{listener.getsockname()[1]}/", SystemClock(), 0.2)
        with pytest.raises(Silence):
            link.post(b" " * 16_000_000)
        first, _ = listener.accept()
        with first, pytest.raises(Silence):
            link.post(b"{}")
        second, _ = listener.accept()
        with second:
            second.settimeout(20)
            assert second.recv(1 << 16).endswith(b"{}")


def test_an_answer_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """4 MiB are read; one byte more is silence, for nobody knows what it would have said."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    longest, longer = (b"x" * length for length in (CENTER_REPLY_BYTES_MAX, CENTER_REPLY_BYTES_MAX + 1))
    with answering(head % len(longest) + longest, head % len(longer) + longer) as (url, _):
        link = HttpLink(url, SystemClock(), 20)
        assert link.post(b"{}") == longest
        with pytest.raises(Silence, match="longer than 4194304 bytes"):
            link.post(b"{}")
        link.close()


@pytest.mark.parametrize(("patience", "seconds"), [(0.5, 0.5), (10, 5), (120, 5)])
def test_a_line_must_stand_within_five_seconds(
    monkeypatch: pytest.MonkeyPatch, patience: float, seconds: float
) -> None:
    """However patiently an answer is waited for; and no longer than that where it is waited for less."""
    asked: list[object] = []

    def refusing(address: object, timeout: float, *rest: object) -> socket.socket:
        asked.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", refusing)
    with pytest.raises(Unreachable, match="no connection: TimeoutError"):
        HttpLink("http://127.0.0.1:9/", SetClock(MORNING), patience).post(b"{}")
    assert asked == [seconds]


def headers_of(profile: Profile) -> dict[bytes, bytes]:
    """What stands in the head of one request of a province without keys."""
    with answering(OK) as (url, other):
        link = HttpLink(url, SetClock(MORNING), 20, profile)
        link.post(b"{}")
        link.close()
    return other.heads[0]


@pytest.mark.parametrize("content_type", ["application/json;charset=utf-8", "text/plain"])
def test_a_request_is_of_the_province_s_type(content_type: str) -> None:
    """1.1; without a gateway there is nothing else in its head than HTTP's own."""
    address = msgspec.structs.replace(REFERENCE.address, content_type=content_type)
    found = headers_of(msgspec.structs.replace(REFERENCE, address=address))
    assert found.pop(b"Content-Type") == content_type.encode()
    assert set(found) == {b"Host", b"Accept-Encoding", b"Content-Length", b"Accept"}


def test_a_center_that_is_gone_is_unreachable_and_the_link_goes_on(town: Town) -> None:
    """Before the first request and between two of them; as soon as it is back, the same link reaches it."""
    link = town.new_link()
    for _ in range(2):
        town.server.down()
        for _ in range(2):
            with pytest.raises(Unreachable):
                link.post(b"{}")
        town.server.up()
        assert b"infcode" in link.post(b"{}")


def test_how_many_are_in_flight_is_the_province_s_to_say() -> None:
    """Four where the order of one person's counts, one where the order of the terminal's does."""
    assert load_profile("baseline").in_flight_max == 4
    assert Profile(name="test", order="terminal").in_flight_max == 1
