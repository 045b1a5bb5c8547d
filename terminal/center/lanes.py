"""Settlements on their way to the center over several kept-alive connections, written and read by one thread.

What is one after the other is the order in which they leave and are heard; the center works on one while the terminal
reads the answer to another. As many are in flight as there are lanes: one, where the province wants all in order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from terminal.center.amounts import Amounts, amounts_of
from terminal.center.answers import Outcome
from terminal.center.exchange import Exchange
from terminal.center.link import Lane, Link, Silence, Unreachable
from terminal.center.nameless import nameless
from terminal.center.outcome import accepted, heard
from terminal.center.settle_messages import settle_input
from terminal.journal.records import SettlementRecord


class Ready(Struct, frozen=True):
    """A request whose bytes may leave, in whose name, once they are durable; what its answer is held against."""

    body: bytes
    record: SettlementRecord
    own: Amounts
    message_id: str
    operator: str


class Flying(Struct, frozen=True):
    """A request that has left over `lane`, or could not (`failure`)."""

    ready: Ready
    lane: Lane
    failure: Unreachable | Silence | None


class OneByOne:
    """A link as a lane: the request leaves when its answer is wanted."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._body = b""

    def post(self, body: bytes) -> bytes:
        """See `Link`."""
        return self._link.post(body)

    def send(self, body: bytes) -> None:
        """See `Lane`."""
        self._body = body

    def receive(self) -> bytes:
        """See `Lane`. Raises Unreachable too, since nothing has left before."""
        return self._link.post(self._body)


class Lanes:
    """The lanes of one exchange. One thread at a time."""

    def __init__(self, exchange: Exchange, lanes: Sequence[Lane]) -> None:
        self._exchange = exchange
        self._lanes = lanes
        self._used = 0

    @property
    def count(self) -> int:
        """How many messages may be in flight."""
        return len(self._lanes)

    def prepare(self, record: SettlementRecord, message_id: str) -> Ready | None:
        """A settlement that needs no visit, ready to be sent; None where it needs one, and goes by the desk's `send`.

        The same id is the same message. Raises Unavailable or Refused: nobody can be signed in for it, or the record
        does not fit the center's form.
        """
        profile = self._exchange.profile
        if profile.set_of(record.bill.service) != "pharmacy":
            return None
        operator = self._exchange.sender(record.operator)
        sign_number = self._exchange.sign_number(operator)
        infno = profile.numbers_of(record.bill.service).money("settle")
        own = amounts_of(record.settlement)
        data = settle_input(record, own, profile)
        sent = msgspec.structs.replace(record, operator=operator)
        request = self._exchange.request_about(sent, infno, data, sign_number, message_id)
        return Ready(self._exchange.encode(request), record, own, message_id, operator)

    def launch(self, ready: Ready) -> Flying:
        """Send what was prepared, once its bytes are durable. At most `count` may be out; the oldest lands first."""
        lane = self._lanes[self._used % len(self._lanes)]
        self._used += 1
        try:
            lane.send(ready.body)
        except (Unreachable, Silence) as error:
            return Flying(ready, lane, error)
        return Flying(ready, lane, None)

    def land(self, flying: Flying) -> Outcome:
        """Wait for the answer, and say what it means."""
        ready = flying.ready
        outcome = heard(
            self._exchange,
            lambda: _fetched(flying),
            ready.operator,
            lambda answer: accepted(answer, ready.record, ready.own, None, ready.message_id),
        )
        return nameless(outcome, ready.record)


def _fetched(flying: Flying) -> bytes:
    if flying.failure is not None:
        raise flying.failure
    return flying.lane.receive()
