"""The center's door by its bytes: requests in pieces, several at once, in unusual forms; and together in one commit."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec
import pytest
from test_bureau_center import BUYER, LAW, PHARMACY, Counter, purchase

from terminal.bureau.arrivals import arrivals
from terminal.bureau.reception import PATH, Given, Reception, Reply
from terminal.bureau.server import BureauServer
from terminal.bureau.short_way import HEAD_BYTES_MAX, REQUEST_BYTES_MAX
from terminal.errors import Unavailable

ANSWER_SECONDS_MAX = 10
NEIGHBOUR = "37060200000001"
YEAR = {"data": {"psn_no": BUYER}}
"""A question that changes nothing: the accumulators of 5206."""


class Door(Counter):
    """A center that listens, beside a counter that knows how to ask it."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.server = BureauServer(self.books, LAW, self.clock)
        self.reception = Reception(self.books, LAW, self.clock)

    def request(self, infno: str, data: Any, number: int = 1) -> bytes:
        """The body of a message with an identifier of its own."""
        envelope = {"infno": infno, "msgid": f"D{number:029d}", "mdtrtarea_admvs": "370602", "fixmedins_code": PHARMACY}
        return msgspec.json.encode(envelope | {"opter": "0001", "sign_no": self.sign_number, "input": data})

    def together(self, *bodies: bytes) -> list[Reply]:
        """The replies to requests that arrived in one turn."""
        return self.reception.replies([Given(PATH, {}, body) for body in bodies])

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), ANSWER_SECONDS_MAX)


@pytest.fixture
def door(books_place: str) -> Iterator[Door]:
    """The open door of a center with its books in SQLite, and of one with its books in PostgreSQL."""
    door = Door(books_place)
    with door.server:
        yield door
    door.books.close()


def posted(body: bytes, *headers: str) -> bytes:
    """A request as it lies on the wire."""
    head = [f"POST {PATH} HTTP/1.1", "Host: center", *(headers or (f"Content-Length: {len(body)}",))]
    return "\r\n".join([*head, "", ""]).encode() + body


def answered(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and body of the next answer on a connection."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    body = answer.read()
    return answer.status, msgspec.json.decode(body) if body[:1] == b"{" else {}


def next_code(stream: BinaryIO) -> int:
    """What the center says in the next of several answers."""
    lines = dict(line.split(b":", 1) for line in iter(stream.readline, b"\r\n") if b":" in line)
    return int(msgspec.json.decode(stream.read(int(lines[b"content-length"])))["infcode"])


def code_of(reply: Reply) -> int:
    """What the center says in a reply."""
    return int(msgspec.json.decode(reply.body)["infcode"])


def test_a_request_may_come_in_pieces_and_the_next_before_the_answer(door: Door) -> None:
    """Byte by byte, then two at once: each has its answer, in order, on the one connection."""
    with door.connection() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in posted(door.request("2102", purchase(), 1)):
            connection.send(bytes([byte]))
        assert answered(connection)[1]["output"]["setlinfo"]["medins_setl_id"].endswith("1")
        unknown = posted(door.request("9999", {}, 2))
        connection.sendall(posted(door.request("2102", purchase(), 1)) + unknown)
        with connection.makefile("rb") as stream:
            assert [next_code(stream) for _ in range(2)] == [0, -1]
    assert len(door.books.settlements()) == 1


def test_an_unusual_form_is_answered_as_well(door: Door) -> None:
    """In chunks behind a usual request on the same connection, and a usual one behind that: all three arrive."""
    with door.connection() as connection:
        for number, chunked in ((1, False), (2, True), (3, False)):
            body = door.request("5206", YEAR, number)
            chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
            connection.sendall(posted(chunks, "Transfer-Encoding: chunked") if chunked else posted(body))
            status, answer = answered(connection)
            assert (status, answer["infcode"]) == (200, 0)
    assert [row.infno for row in arrivals(door.books.storage)] == ["5206", "5206", "5206", "9001"]


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nX: ".ljust(HEAD_BYTES_MAX + 1, b"x"), 400),
        (b"POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (posted(b"{}").replace(b" HTTP", b"?x=1 HTTP"), 200),
        (b"POST /elsewhere HTTP/1.1\r\nHost: c\r\nContent-Length: 2\r\n\r\n{}", 401),
        (b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: c\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", 200),
        (posted(b"{" * (REQUEST_BYTES_MAX + 1)), 413),
    ],
    ids=["no-http", "endless-head", "two-lengths", "with-a-query", "another-path", "close", "too-long"],
)
def test_what_is_wrong_with_a_request_is_told(door: Door, wire: bytes, status: int) -> None:
    """No HTTP, a head without end, two lengths, another path, too long: nothing is booked, and the door stays open."""
    with door.connection() as connection:
        connection.sendall(wire)
        assert answered(connection)[0] == status
    with door.connection() as connection:
        connection.sendall(posted(door.request("2102", purchase())))
        assert answered(connection)[1]["infcode"] == 0


def test_half_a_request_is_none(door: Door) -> None:
    """A connection that ends before its request does: nothing arrived, as the next message on another shows."""
    with door.connection() as connection:
        connection.sendall(posted(door.request("2102", purchase(), 1))[:-1])
    with door.connection() as connection:
        connection.sendall(posted(door.request("2102", purchase(), 2)))
        assert answered(connection)[1]["infcode"] == 0
    assert [booked.message_id[-1] for booked, _ in door.books.settlements()] == ["2"]


def test_what_comes_together_is_answered_each_for_itself(door: Door) -> None:
    """A purchase, its repeat, a refusal and a stray in one turn: booked once, and all four are written down."""
    good, bad = door.request("2102", purchase(), 1), door.request("2102", purchase(medfee_sumamt="1.00"), 2)
    replies = door.together(good, good, bad, b"{")
    assert [code_of(reply) for reply in replies] == [0, 0, -1, -1]
    assert replies[0].body == replies[1].body
    assert len(door.books.settlements()) == 1
    assert door.balance() == 2500
    assert [row.verdict for row in arrivals(door.books.storage)][:4] == ["refused", "refused", "accepted", "accepted"]


def test_a_message_that_no_storage_holds_takes_nobody_with_it(door: Door) -> None:
    """A purchase, and a question whose number has a NUL in it, on one connection at once: the first is booked and
    answered, the second is refused.
    """
    odd = door.request("5206", {"data": {"psn_no": "\0"}}, 2)
    with door.connection() as connection:
        connection.sendall(posted(door.request("2102", purchase(), 1)) + posted(odd))
        with connection.makefile("rb") as stream:
            assert [next_code(stream), next_code(stream)] == [0, -1]
    assert len(door.books.settlements()) == 1


def test_settlements_that_come_together_are_worked_out_as_if_one_after_the_other(door: Door) -> None:
    """Of one buyer's 75.00, a first settlement takes 50.00 and a second the rest; another buyer between them, who is
    sent twice, changes nothing.
    """
    rest = {"acct_pay": "25.00", "psn_cash_pay": "25.00"}
    neighbours = purchase(psn_no=NEIGHBOUR, mdtrt_cert_no="370602197001010001")
    first, other = door.request("2102", purchase(), 1), door.request("2102", neighbours, 2)
    second = door.request("2102", purchase(amounts=rest), 3)
    replies = door.together(first, other, other, second)
    assert [code_of(reply) for reply in replies] == [0, 0, 0, 0]
    balances = [msgspec.json.decode(reply.body)["output"]["setlinfo"]["balc"] for reply in replies]
    assert balances == ["25.00", "1450.00", "1450.00", "0.00"]
    assert [booked.message_id[-1] for booked, _ in door.books.settlements()] == ["1", "2", "3"]
    rows = [(row.message_id[-1], row.said) for row in reversed(arrivals(door.books.storage))]
    assert rows[1:] == [("1", ""), ("2", ""), ("2", "repeat"), ("3", "")]


def test_a_share_of_the_account_is_not_paid_twice_to_messages_that_come_together(door: Door) -> None:
    """Two settlements of 50.00 each from the account of 75.00, in one turn: the second is refused."""
    replies = door.together(*[door.request("2102", purchase(), number) for number in (1, 2)])
    assert [code_of(reply) for reply in replies] == [0, -1]
    assert door.balance() == 2500


def test_what_comes_together_is_committed_before_anyone_is_answered(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A purchase and a question in one turn are one transaction; where it fails, both are told, and nothing is done."""
    bodies = [door.request("2102", purchase(), 1), door.request("5206", YEAR, 2)]
    real, outcomes = door.books.storage.transaction, [Unavailable("out", "away", "不可用", "books"), None]

    @contextmanager
    def transaction() -> Iterator[None]:
        with real():
            yield
            if error := outcomes.pop(0):
                raise error

    monkeypatch.setattr(door.books.storage, "transaction", transaction)
    assert [reply.status for reply in door.together(*bodies)] == [503, 503]
    assert door.books.settlements() == []
    assert [code_of(reply) for reply in door.together(*bodies)] == [0, 0]
    assert outcomes == []
    assert len(door.books.settlements()) == 1


def test_a_center_that_goes_down_drops_whoever_it_serves(door: Door) -> None:
    """A line that has asked nothing and one in the middle of its answer both end, nobody is let in; then it is back."""
    door.server.faults.inject("slow", milliseconds=600_000)
    with door.connection() as idle, door.connection() as served:
        served.sendall(posted(door.request("5206", YEAR)))
        assert served.recv(1) == b"H"
        door.server.down()
        assert idle.recv(1) == b""
        assert not b"".join(iter(lambda: served.recv(4096), b"")).endswith(b"}")
    with pytest.raises(ConnectionRefusedError):
        door.connection()
    door.server.up()
    with door.connection() as again:
        again.sendall(posted(door.request("5206", YEAR, 2)))
        assert answered(again)[1]["infcode"] == 0
