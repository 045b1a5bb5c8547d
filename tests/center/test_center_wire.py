"""The bytes of a request and an answer: what leaves http.client would send, and what is read it reads too."""

from __future__ import annotations

import http.client
import io
import itertools
import socket
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from terminal.center.wire import Heard, Unanswered, read_answer, whole_request

BYTES_MAX = 100
PLAIN = b"HTTP/1.1 200 OK\r\ndate: Wed\r\nContent-Length: 5\r\n\r\n12345"


class Canned(NamedTuple):
    """A socket that http.client reads: what was said, and then the end."""

    said: bytes

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.said)


def by_library(said: bytes) -> bytes | None:
    """The body that http.client alone finds, as far as it came; None where it finds no answer."""
    response = http.client.HTTPResponse(Canned(said), method="POST")  # type: ignore[arg-type]
    try:
        response.begin()
        return response.read()
    except http.client.IncompleteRead as error:
        return error.partial
    except http.client.HTTPException:
        return None


def heard(said: bytes, cuts: tuple[int, ...] = ()) -> Heard | None:
    """What the link's reader finds where the same comes in pieces, cut at these places, and then the end."""
    # Each piece is received as it was sent.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        places = [0, *sorted(cuts), len(said)]
        for start, end in itertools.pairwise(places):
            if start < end:
                theirs.sendall(said[start:end])
        theirs.shutdown(socket.SHUT_WR)
        try:
            return read_answer(ours, lambda: 5.0, BYTES_MAX)
        except Unanswered:
            return None


@pytest.mark.parametrize("cuts", [(), (3,), (30, 48), tuple(range(1, len(PLAIN)))], ids=str)
def test_a_plain_answer_is_read_in_whatever_pieces(cuts: tuple[int, ...]) -> None:
    """Whole, cut in the head, between head and body, byte by byte: five bytes, and the connection stays."""
    assert heard(PLAIN, cuts) == Heard(b"12345", True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (PLAIN[:-1], Heard(b"1234", False)),
        (PLAIN + b"HTTP/1.1 200 OK\r\n\r\n", Heard(b"12345", False)),
        (PLAIN.replace(b"date: Wed", b"Connection: keep-alive"), Heard(b"12345", True)),
        (PLAIN.replace(b"date: Wed", b"Connection: close"), Heard(b"12345", False)),
        (PLAIN.replace(b"HTTP/1.1 200", b"HTTP/1.0 200"), Heard(b"12345", False)),
        (PLAIN.replace(b"200 OK", b"401 No"), Heard(b"12345", True)),
        (PLAIN.replace(b"200 OK", b"401 No")[:-1], Heard(b"1234", False)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, Heard(b"12345", True)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n12\r\n0\r\n\r\n", Heard(b"12", True)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, Heard(b"x" * 101, False)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Heard(b"", True)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n12", None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 140_000 + PLAIN[15:], None),
        (b"HTTP/1.1 200 OK\r\nX: 1", None),
        (b"", None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_any_other_answer_is_what_it_says(said: bytes, expected: Heard | None) -> None:
    """Cut off, followed by more, closing, old, refused, in chunks, too long, endless heads: read, or no answer."""
    found = heard(said, tuple(range(0, len(said), 60_000)))
    assert (found and Heard(found.body[: BYTES_MAX + 1], found.stays)) == expected


def test_a_body_of_just_the_limit_is_waited_for_to_its_end() -> None:
    """In chunks, all of it there but the last chunk: the answer is whole only with that."""
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + b"x" * 100 + b"\r\n0\r\n\r\n"
    assert heard(said, (len(said) - 5,)) == Heard(b"x" * 100, True)


@pytest.mark.parametrize(("head_bytes", "is_read"), [(65_536, True), (65_537, False)])
def test_a_head_is_waited_for_up_to_64_kibibytes(head_bytes: int, is_read: bool) -> None:
    """So much has come and it has not ended: at the limit it may still, beyond it is none."""
    begin = b"HTTP/1.1 200 OK\r\nX: "
    said = begin + b"x" * (head_bytes - len(begin)) + PLAIN[15:]
    assert heard(said, (60_000, head_bytes)) == (Heard(b"12345", True) if is_read else None)


def test_what_comes_when_the_time_is_over_is_not_read() -> None:
    """Not at the very last moment either."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(PLAIN)
        for left in (0.0, -1.0):
            with pytest.raises(TimeoutError):
                read_answer(ours, lambda left=left: left, BYTES_MAX)  # type: ignore[misc]


LINES = st.sampled_from(
    [
        b"Content-Length: 5",
        b"content-length:3",
        b"Content-Length: 5, 5",
        b"Content-Length: -1",
        b"Content-Length : 2",
        b"Content-Length: +2",
        b"Content-Length:\t4 ",
        b"X: y\nContent-Length: 1",
        b" Content-Length: 1",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: identity",
        b"Connection: keep-alive",
        b"Connection: Close",
        b"Connection: keep-alive, close",
        b"no colon",
        b"X:",
        b"X: \xe4\xb8\x80\x00",
    ]
)
STARTS = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 200", b"HTTP/1.1 500 No", b"HTTP/1.0 200 OK"]
)


@settings(max_examples=150, deadline=None)
@given(STARTS, st.lists(LINES, max_size=4), st.sampled_from([b"\r\n", b"\n"]), st.lists(st.integers(0, 40), max_size=2))
def test_what_is_read_is_what_http_client_reads(start: bytes, lines: list[bytes], end: bytes, cuts: list[int]) -> None:
    """Heads of odd lines in any order: no answer at all, or the body that a second reader finds."""
    # Of two such lines the last counts by the standard, and the first for http.client.
    assume(sum(line.lower().startswith(b"transfer-encoding") for line in lines) < 2)
    said = end.join([start, *lines, b"", b""]) + b"2\r\n12\r\n0\r\n\r\n"
    found = heard(said, tuple(cuts))
    assert found is None or found.body == by_library(said)


@pytest.mark.parametrize("second", [b"Content-Length: 6", b"Transfer-Encoding: chunked"])
def test_an_answer_of_two_lengths_is_none(second: bytes) -> None:
    """What could be read in two ways is not read."""
    assert heard(PLAIN.replace(b"date: Wed", second)) is None


def test_a_request_is_what_the_library_would_send() -> None:
    """Byte for byte what http.client says of the same request, but for the place of the length among the headers."""

    class Watched(http.client.HTTPConnection):
        said = b""

        def send(self, data: Any) -> None:
            self.said += data

    for port, body in ((None, b"{}"), (8080, b"x" * 1000)):
        library = Watched("center.example", port)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        library.request("POST", "/call", body, headers)
        length = b"Content-Length: %d\r\n" % len(body)
        expected = library.said.replace(length, b"").replace(b"\r\n\r\n", b"\r\n" + length + b"\r\n")
        assert whole_request(http.client.HTTPConnection("center.example", port), "/call", headers, body) == expected


@pytest.mark.parametrize(("path", "header"), [("/a b", "x"), ("/call", "x\r\nInjected: y")])
def test_a_head_that_says_more_than_one_thing_is_refused(path: str, header: str) -> None:
    """A space in the path, a line end in a header: nothing is made of it."""
    with pytest.raises((ValueError, http.client.HTTPException)):
        whole_request(http.client.HTTPConnection("center.example"), path, {"X": header}, b"")
