"""The third answer: what is not answered is unknown, never failed, and a repeat settles it exactly once."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from town import Town, nothing_kept

from terminal.center.answers import Accepted, NotSent, Rejected, Unknown
from terminal.center.link import HttpLink, Silence
from terminal.clock import SystemClock
from terminal.errors import Refused


def test_an_answer_cut_after_booking_is_unknown_and_the_repeat_books_once(town: Town) -> None:
    """The center books, the line is cut: outcome unknown; the same message again brings the answer, booked once."""
    record = town.stay()
    message_id = town.desk.new_message_id(record.provider_id)
    town.server.faults.inject("drop-after", infno="2304")

    cut = town.send(record, message_id)
    booked_meanwhile = len(town.books.settlements())
    again = town.send(record, message_id)

    assert isinstance(cut, Unknown)
    assert booked_meanwhile == 1
    assert isinstance(again, Accepted)
    assert len(town.books.settlements()) == 1
    assert town.person("A00000001").year.admissions == 1


def test_a_request_cut_before_booking_is_unknown_too(town: Town) -> None:
    """The terminal cannot tell whether the center has booked; the repeat does it."""
    record = town.stay()
    message_id = town.desk.new_message_id(record.provider_id)
    town.server.faults.inject("drop-before", infno="2304")

    cut = town.send(record, message_id)
    booked_meanwhile = len(town.books.settlements())
    again = town.send(record, message_id)

    assert isinstance(cut, Unknown)
    assert booked_meanwhile == 0
    assert isinstance(again, Accepted)
    assert len(town.books.settlements()) == 1


@pytest.mark.parametrize("fault", ["html", "no-infcode", "truncated"])
def test_an_unreadable_answer_is_unknown(town: Town, fault: str) -> None:
    """HTML from a proxy, JSON without `infcode`, half an answer: all unknown."""
    town.server.faults.inject(fault, infno="2102")  # type: ignore[arg-type]

    assert isinstance(town.send(town.purchase()), Unknown)


def test_a_gateways_refusal_never_reached_the_center(town: Town) -> None:
    """`{"code": 401}` of the gateway is certain: nothing was booked, the message may go again as it is."""
    town.server.faults.inject("gateway-401", infno="2102")

    outcome = town.send(town.purchase())

    assert isinstance(outcome, NotSent)
    assert town.books.settlements() == []


def test_a_refusal_is_a_refusal(town: Town) -> None:
    """`infcode` -1 is the center's definite no, with its reason."""
    town.server.faults.inject("refuse", infno="2102")

    outcome = town.send(town.purchase())

    assert isinstance(outcome, Rejected)
    assert outcome.reason == "the center is asked to refuse this"


def test_a_center_that_is_down_has_not_been_sent_anything(town: Town) -> None:
    """Down: surely not sent. Up again on the same port: the same desk goes on without an unknown outcome."""
    record = town.purchase()
    town.server.down()

    down = town.send(record)
    town.server.up()
    up = town.send(record)

    assert isinstance(down, NotSent)
    assert isinstance(up, Accepted)


def test_a_connection_that_the_center_closed_is_opened_anew(town: Town) -> None:
    """The kept-alive connection died between two messages: the next one is not lost on it."""
    record = town.purchase()
    town.server.down()
    town.server.up()

    assert isinstance(town.send(record), Accepted)


@contextmanager
def mute_center(speaks: bytes = b"") -> Iterator[str]:
    """A listener that takes the request, says `speaks`, and then nothing more."""
    finished = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(speaks)
            finished.wait(30)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        finished.set()
        thread.join()
        listener.close()


class Rerouted:
    """A link that signs in at the real center and sends everything else elsewhere."""

    def __init__(self, town: Town, url: str) -> None:
        self._real = town.new_link()
        self._other = HttpLink(url, town.clock, reply_timeout_seconds=0.2)

    def post(self, body: bytes) -> bytes:
        link = self._real if b'"infno":"9001"' in body else self._other
        return link.post(body)


@pytest.mark.parametrize(
    "speaks",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"infcode":0,',
        b"NOT HTTP AT ALL\r\n\r\n",
    ],
)
def test_a_center_that_falls_silent_is_unknown(town: Town, speaks: bytes) -> None:
    """It takes the request and says nothing, a part, or nonsense: unknown after the time-out, never failed."""
    record = town.purchase()
    with mute_center(speaks) as url:
        desk = town.new_desk(Rerouted(town, url))

        outcome = town.send(record, desk=desk)

    assert isinstance(outcome, Unknown)


@contextmanager
def dripping_center(start: bytes, pause_seconds: float) -> Iterator[str]:
    """A listener that takes the request and answers `start`, then one byte after the other for as long as it can."""
    finished = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(start)
            while not finished.wait(pause_seconds):
                connection.sendall(b"x")

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        finished.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_a_center_that_drips_is_given_the_reply_time_and_no_more(start: bytes) -> None:
    """A byte each 50 ms, wherever in the answer: silence after half a second, though no single wait was long."""
    clock = SystemClock()
    began = clock.monotonic_seconds()
    with dripping_center(start, 0.05) as url:
        link = HttpLink(url, clock, reply_timeout_seconds=0.5)
        with pytest.raises(Silence):
            link.post(b"{}")
        assert 0.5 <= clock.monotonic_seconds() - began < 5


@contextmanager
def slow_center(answers_after_seconds: float, reads_after_seconds: float) -> Iterator[str]:
    """A listener that answers its first request late, and on the same connection takes the second one late."""
    never = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            for before, after in ((0.0, answers_after_seconds), (reads_after_seconds, 0.0)):
                never.wait(before)
                head = iter(stream.readline, b"\r\n")
                length = next(int(line.split(b":")[1]) for line in list(head) if line.startswith(b"Content-Length"))
                stream.read(length)
                never.wait(after)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                never.wait(0.1)
                connection.sendall(b"{}")

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        thread.join()
        listener.close()


def test_a_slow_answer_leaves_the_next_request_its_whole_time() -> None:
    """1.6 of 2 seconds went by before the first answer; the second request may take longer than the rest to leave."""
    with slow_center(1.6, 0.8) as url:
        link = HttpLink(url, SystemClock(), reply_timeout_seconds=2.0)
        assert link.post(b"{}") == b"{}"
        assert link.post(b" " * 16_000_000) == b"{}"
        link.close()


def test_an_answer_that_was_given_up_is_never_taken_for_the_next_one(town: Town) -> None:
    """A request is sent and not listened to; what is heard after the next one is the next one's."""
    link = town.new_link()
    first, second = (b'{"infno":"%d","msgid":"1","fixmedins_code":"1","input":{}}' % number for number in (8888, 9999))
    link.send(first)
    link.send(second)
    assert b"9999 is not offered" in link.receive()
    assert b"8888 is not offered" in link.post(first)


def test_an_answer_that_lies_here_is_read_though_its_time_is_over(town: Town) -> None:
    """While another answer was waited for, this one came: it is heard, however late it is looked at."""
    link = town.new_link(reply_timeout_seconds=2)
    link.send(b"{}")
    select.select([link._connection.sock], [], [])
    town.clock.advance(60)
    assert b"infcode" in link.receive()


@pytest.mark.parametrize("missing", [b'"setl_id"', b'"setlinfo"'])
def test_a_success_without_a_settlement_number_is_unknown(town: Town, missing: bytes) -> None:
    """`infcode` 0 without the center's own number proves nothing that could be voided later."""

    class Poor:
        def post(self, body: bytes) -> bytes:
            return link.post(body).replace(missing, b'"other"')

    link = town.new_link()

    assert isinstance(town.send(town.purchase(), desk=town.new_desk(Poor())), Unknown)


def test_a_reversal_undoes_what_the_center_had_booked(town: Town) -> None:
    """2601 by the message id: the account is whole again, a second reversal says the same, a new message settles."""
    record = town.purchase()
    message_id = town.desk.new_message_id(record.provider_id)
    town.server.faults.inject("drop-after", infno="2102")
    town.send(record, message_id)

    ask = (record.provider_id, record.operator, record.person_number, message_id, "2102")
    reversals = [town.desk.reverse(*ask, nothing_kept) for _ in range(2)]
    whole = town.person("A00000006").account.balance
    anew = town.send(record)

    assert all(isinstance(outcome, Accepted) for outcome in reversals)
    assert whole == 7_500
    assert isinstance(anew, Accepted)


def test_a_reversal_of_what_never_arrived_is_refused(town: Town) -> None:
    """The center says that it has never booked this message: a definite answer too."""
    record = town.purchase()

    ask = (record.provider_id, record.operator, record.person_number, "M" * 30, "2102")
    outcome = town.desk.reverse(*ask, nothing_kept)

    assert isinstance(outcome, Rejected)


def test_a_reversal_can_be_unknown_itself(town: Town) -> None:
    """Silence on a reversal is silence; the question goes again until it is answered."""
    record = town.purchase()
    message_id = town.desk.new_message_id(record.provider_id)
    town.send(record, message_id)
    town.server.faults.inject("drop-after", infno="2601")
    ask = (record.provider_id, record.operator, record.person_number, message_id, "2102")

    outcomes = [town.desk.reverse(*ask, nothing_kept), town.desk.reverse(*ask, nothing_kept)]

    assert [type(outcome) for outcome in outcomes] == [Unknown, Accepted]
    assert town.person("A00000006").account.balance == 7_500


@pytest.mark.parametrize("url", ["", "center", "ftp://center/", "http://", "http://center:port/", "http://[::1/"])
def test_a_wrong_address_is_refused_at_start(town: Town, url: str) -> None:
    """A center's address that cannot be one is refused when the link is made, not at the first settlement."""
    with pytest.raises(Refused) as refusal:
        HttpLink(url, town.clock)

    assert refusal.value.at == "center.url"
