"""The wire to the center in virtual time: it loses, delays, repeats, reorders and spoils messages, by plan.

It stands where the shipped link stands and keeps its contract: Unreachable where surely nothing was sent, Silence
where nobody knows. The center behind it is the shipped one, in the same process.
"""

from __future__ import annotations

import datetime as dt
import heapq
import re
from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec

from terminal.bureau.center import Center
from terminal.bureau.spoil import INSTEAD, spoilt
from terminal.center.link import Link, Silence, Unreachable
from terminal.clock import SetClock
from terminal.limits import CENTER_REPLY_TIMEOUT_SECONDS
from tests.simulation.power import Power

NOT_PROCESSED = ("html", "empty", "no-infcode", "gateway-401", "refuse")
SPOILT = ("strings", "another", "wrong-sums", "wrong-amounts", "six-digits", "unknown-code")
"""What the reference center knows to get wrong itself."""

SETTLING = ("2102", "2103", "2207", "2208", "2304", "2305")

FAULTS = (
    *("unreachable", "drop-before", "drop-after", "late", "duplicate", "slow", "html-after", "truncated", "astray"),
    *NOT_PROCESSED,
    *SPOILT,
)
"""What a wire can do wrong, beside an outage. astray: the answer is one that was given before."""

SPOILING = ("html-after", "truncated", "astray", *SPOILT)
"""Faults that let a message through and change its answer."""

STRIKES = {
    **dict.fromkeys(("another", "wrong-sums", "wrong-amounts", "astray"), SETTLING),
    **dict.fromkeys(("six-digits", "unknown-code"), ("3201",)),
}
"""The transactions whose answers these faults change; at any other they would be nothing."""

LATE_SECONDS_MAX = 90
"""No message stays in the network for longer, whether somebody still waits for its answer or not."""

_OWN_NUMBER = re.compile(r'"ipt_(?:otp_)?no": ?"(\w+)"')
_PERSON = re.compile(r'"psn_no": ?"(\d+)"')

POSITIVE = b'{"infcode":0'
REVERSE, PERSON = "2601", "1101"
REGISTERING = ("2201", "2401")


class Sent(msgspec.Struct, frozen=True):
    """One message as it stands on the wire."""

    infno: str
    msgid: str


class Wire:
    """terminal.center.link.Link. next_fault: what the next message of this transaction meets, or "" for nothing.

    down: the line is dead. refusals_go_astray: a refusal may come as the answer to another message, too. arrived: how
    often the center got each money message from this till itself. refused: those that the wire had refused on the
    center's behalf; overtaken: whose money came late, maybe behind its reversal. doubled: the institution's own numbers
    of visits whose registration the network brings twice, maybe behind their end. met: faults that did something,
    by kind. named_at: when an answer last told the terminal who somebody is.
    """

    def __init__(
        self, center: Center, clock: SetClock, power: Power, random: Random, next_fault: Callable[[str], str]
    ) -> None:
        self.center, self.clock, self.power = center, clock, power
        self.random, self.next_fault = random, next_fault
        self.down, self.refusals_go_astray = False, False
        self.arrived: Counter[Sent] = Counter()
        self.refused, self.overtaken, self.doubled = set[str](), set[str](), set[str]()
        self.met, self.named_at = Counter[str](), dict[str, dt.datetime]()
        self._late: list[tuple[float, int, bytes]] = []
        self._number = 0
        self._last_answer = b'{"infcode":0,"output":{}}'

    def post(self, body: bytes) -> bytes:
        """See `terminal.center.link.Link`."""
        self.power.point("center, before")
        self.deliver()
        sent = msgspec.json.decode(body, type=Sent)
        fault = "unreachable" if self.down else self.next_fault(sent.infno)
        if fault and fault not in SPOILING:
            self.met[fault] += 1
        answer = self._carried(body, sent, fault)
        if answer.startswith(POSITIVE) or (self.refusals_go_astray and _is_plain_refusal(answer)):
            self._last_answer = answer
        if sent.infno == PERSON:
            self.named_at |= dict.fromkeys(_PERSON.findall(answer.decode(errors="replace")), self.clock.now())
        self.power.point("center, after")
        return answer

    def close(self) -> None:
        """Nothing to close."""

    def deliver(self) -> None:
        """What was late arrives, if its time has come; nobody listens to its answer."""
        while self._late and self._late[0][0] <= self.clock.monotonic_seconds():
            _, _, body = heapq.heappop(self._late)
            if msgspec.json.decode(body, type=Sent).infno in (*SETTLING, REVERSE):
                self.overtaken.update(_PERSON.findall(body.decode()))
            self.center.answer(body)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is on its way."""
        return not self._late

    def _carried(self, body: bytes, sent: Sent, fault: str) -> bytes:
        if fault == "unreachable":
            raise Unreachable("no connection: refused")
        if fault == "refuse":
            # A center never refuses what it has, or what is still on its way to it; whether it undoes that is its mood.
            if self.arrived[sent]:
                return self.center.answer(body)
            self.refused.add(sent.msgid)
        if fault in NOT_PROCESSED:
            return INSTEAD[fault]  # type: ignore[index]
        if fault == "drop-before":
            raise self._silence()
        self.arrived[sent] += sent.infno in SETTLING
        if fault == "late":
            self._arrives_later(body)
            raise self._silence()
        if fault == "slow":
            self.clock.advance(self.random.randrange(1, CENTER_REPLY_TIMEOUT_SECONDS))
        if fault == "duplicate":
            self._arrives_later(body)
            if sent.infno in REGISTERING:
                self.doubled.update(_OWN_NUMBER.findall(body.decode()))
        answer = self.center.answer(body)
        if fault == "drop-after":
            raise self._silence()
        told = self._spoilt(answer, sent, fault)
        self.met[fault] += fault in SPOILING and not _same(told, answer, fault)
        return told

    def _silence(self) -> Silence:
        self.clock.advance(CENTER_REPLY_TIMEOUT_SECONDS)
        return Silence("no answer: TimeoutError timed out")

    def _arrives_later(self, body: bytes) -> None:
        self._number += 1
        at = self.clock.monotonic_seconds() + self.random.randrange(LATE_SECONDS_MAX)
        heapq.heappush(self._late, (at, self._number, body))

    def _spoilt(self, answer: bytes, sent: Sent, fault: str) -> bytes:
        if fault == "html-after":
            return INSTEAD["html"]
        if fault == "truncated":
            return answer[: self.random.randrange(len(answer))]
        if fault == "astray" and sent.infno in SETTLING:
            if not self._last_answer.startswith(POSITIVE):
                # A refusal names no message: whose it is cannot be told from it.
                self.refused.add(sent.msgid)
            return self._last_answer
        return spoilt(answer, fault) if fault in SPOILT else answer  # type: ignore[arg-type]


def _same(told: bytes, answer: bytes, fault: str) -> bool:
    """Whether nothing has become of the answer but that it was written again."""
    rewritten = fault in SPOILT and answer[:1] == b"{"
    return told == answer or (rewritten and msgspec.json.decode(told) == msgspec.json.decode(answer))


def _is_plain_refusal(answer: bytes) -> bool:
    """A refusal that could be anybody's; one of the gateway or of the sign-in says that nothing was done."""
    return answer.startswith(b'{"infcode":-1') and b"sign_no" not in answer


class WireLane:
    """terminal.center.link.Lane over the same wire: the center hears at once, the terminal only when it listens."""

    def __init__(self, wire: Link) -> None:
        self._wire = wire
        self._heard: bytes | Silence = b""

    def post(self, body: bytes) -> bytes:
        """See `terminal.center.link.Link`."""
        return self._wire.post(body)

    def send(self, body: bytes) -> None:
        """See `terminal.center.link.Lane`."""
        try:
            self._heard = self._wire.post(body)
        except Silence as silence:
            self._heard = silence

    def receive(self) -> bytes:
        """See `terminal.center.link.Lane`."""
        if isinstance(self._heard, Silence):
            raise self._heard
        return self._heard
