"""The stream of events: heard as they happen, caught up after a break, bounded, and without a word about a person."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from daemon.process import DAY, TIMEOUT_SECONDS, TerminalProcess, bill

from terminal.api import event_routes
from terminal.api.events import LISTENERS_MAX, EventHub
from terminal.api.tills import add_till, remove_till, tills_file
from terminal.clock import SystemClock
from terminal.journal.news import News

from .test_refusals import assert_problem

NewKey = Callable[[], str]


class Told(NamedTuple):
    """One event as it came."""

    number: int | None
    kind: str
    data: dict[str, Any]

    @property
    def state(self) -> tuple[str, str]:
        """What it is about, in short."""
        return self.kind, self.data["state"]


@contextlib.contextmanager
def listening(
    terminal: TerminalProcess, after: int | None = None, token: str | None = None
) -> Iterator[Iterator[Told]]:
    """Listen; the iterator gives event after event and ends with the stream."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    authorization = {"Authorization": f"Bearer {token or terminal.token}"}
    with (
        terminal.new_client(authorization) as client,
        client.stream("GET", "/v1/events", headers=headers) as stream,
    ):
        assert stream.status_code == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = stream.iter_lines()
        assert next(lines).startswith("retry: ")
        yield events_in(lines)


def events_in(lines: Iterator[str]) -> Iterator[Told]:
    """The events of a stream, by the rules of the format (WHATWG HTML 9.2.6); comments are left out."""
    fields: dict[str, str] = {}
    deadline = time.monotonic() + TIMEOUT_SECONDS
    for line in lines:
        assert time.monotonic() < deadline, "only comments come"
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Told(number, fields["event"], json.loads(fields["data"]))
            fields = {}


def until(events: Iterator[Told], *state: str) -> list[Told]:
    """Everything up to and with the first event of this kind and state."""
    heard = []
    for event in events:
        heard.append(event)
        if event.state == state:
            return heard
    raise AssertionError(f"the stream ended before {state}: {heard}")


def test_a_settlement_is_heard_from_the_commit_to_the_center(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Committed, printed, uploaded, accepted, taken back: each with its number and state, and no name or number."""
    with listening(terminal) as events:
        number = terminal.settled(bill("40.00"), new_key()).json()["id"]
        heard = until(events, "upload", "accepted")
        void = terminal.post(f"/v1/settlements/{number}/void", {"reason": "Grund"}, new_key()).json()["id"]
        heard += until(events, "upload", "accepted")
    first = heard[0]
    assert first.data == {"at": first.data["at"], "settlement": number, "state": "committed", "kind": "settlement",
                          "business_day": DAY, "voids": ""}  # fmt: skip
    assert first.data["at"].endswith("+08:00")
    assert [e.state for e in heard if e.kind == "upload"] == [
        ("upload", state) for state in ("queued", "sent", "accepted")
    ] * 2
    voided = next(event for event in heard if event.kind == "settlement" and event.data["kind"] == "void")
    assert (voided.data["settlement"], voided.data["voids"]) == (void, number)
    numbered = [event.number for event in heard if event.number is not None]
    assert numbered == sorted(set(numbered))
    assert {event.kind for event in heard if event.number is None} <= {"upload", "print"}
    for secret in ("370602197001011234", "张三", "A12345678", "37060200000001", "R-1", "Grund", "李四"):
        assert secret not in repr(heard)


def test_a_print_is_heard(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Queued, printing, printed, with the document and its copy."""
    with listening(terminal) as events:
        number = terminal.settled(bill("41.00"), new_key()).json()["id"]
        heard = [event for event in until(events, "print", "printed") if event.kind == "print"]
    assert [event.data["state"] for event in heard] == ["queued", "printing", "printed"]
    assert {(event.data["document"], event.data["subject"], event.data["copy"]) for event in heard} == {
        ("settlement", number, "0")
    }


def test_whoever_comes_back_hears_what_it_missed_once(terminal: TerminalProcess, new_key: NewKey) -> None:
    """After a break the numbered events go on behind the last one, in order, without a hole or a repeat."""
    with listening(terminal) as events:
        terminal.settled(bill("42.00"), new_key())
        live = [event for event in until(events, "upload", "accepted") if event.number]
    assert live[0].number
    for _ in range(3):
        terminal.settled(bill("43.00"), new_key())
    terminal.until("/v1/queue", lambda queue: queue["uploads"] == [])
    with listening(terminal, after=live[0].number - 1) as events:
        again = [next(events) for _ in range(len(live) + 6)]
        terminal.settled(bill("44.00"), new_key())
        later = [event for event in until(events, "upload", "accepted") if event.number]
    assert again[: len(live)] == live
    settled = [event.data["settlement"] for event in again if event.kind == "settlement"]
    assert len(settled) == len(set(settled)) == 4
    assert [event.number for event in [*again, *later]] == sorted({event.number for event in [*again, *later]})
    with listening(terminal, after=0) as events:
        everything = [next(events) for _ in range(len(again))]
    assert everything[0].number is not None
    assert everything[0].number <= live[0].number


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9" * 16, "999999999", "٣"])
def test_an_id_that_is_none_is_refused(running: TerminalProcess, given: str) -> None:
    """Not a number, or one that the journal has not reached: refused with its place."""
    answer = running.client.get("/v1/events", headers={"Last-Event-ID": given.encode()})
    assert_problem(answer, 422, "Last-Event-ID")


def test_listeners_are_few_and_make_room(running: TerminalProcess) -> None:
    """Beyond the bound one is refused; when the others have gone there is room again."""
    with contextlib.ExitStack() as stack:
        for _ in range(LISTENERS_MAX):
            stack.enter_context(listening(running))
        assert_problem(running.client.get("/v1/events"), 503, "events", "busy")
    for _ in range(1_000):
        with contextlib.suppress(AssertionError), listening(running):
            return
    raise AssertionError("nobody made room")


def test_a_removed_till_hears_no_more(terminal: TerminalProcess, new_key: NewKey) -> None:
    """The stream of a till whose leave was taken ends with the next event; that event is not told."""
    file = tills_file(terminal.folder / "journal.db")
    token = add_till(file, "leaver", SystemClock().now())
    with listening(terminal, token=token) as events:
        remove_till(file, "leaver")
        terminal.settled(bill("45.00"), new_key())
        assert list(events) == []


def test_a_stop_ends_the_stream(terminal: TerminalProcess, new_key: NewKey) -> None:
    """A listener keeps no terminal from stopping, and a new one can listen after the restart where it was."""
    terminal.settled(bill("46.00"), new_key())
    terminal.until("/v1/queue", lambda queue: queue["uploads"] == [])
    with listening(terminal) as events:
        assert terminal.stop() == 0
        assert list(events) == []
    terminal.start()
    with listening(terminal, after=0) as events:
        assert next(events).number


def test_what_happens_while_a_listener_catches_up_is_told_once() -> None:
    """An entry that is written after the subscription and before the look into the journal comes by one way only."""
    hub, moment = EventHub(SystemClock()), SystemClock().now()

    class Written:
        """A journal whose fifth entry came just now."""

        def entry_count(self) -> int:
            return 5

        def news_between(self, after: int, last: int) -> list[News]:
            return [News(number, "day", moment, {}) for number in range(after + 1, last + 1)]

    async def at_once(work: Callable[[], Any]) -> Any:
        return work()

    async def lets_in(_: str) -> bool:
        return True

    async def heard() -> bytes:
        thread, tills = SimpleNamespace(call=at_once), SimpleNamespace(still_lets_in=lets_in)
        terminal: Any = SimpleNamespace(events=hub, tills=tills, thread=thread, journal=Written())
        with hub.subscribe() as subscription:
            hub.publish("day", {}, 5, moment)
            hub.publish("day", {}, 6, moment)
            stream = event_routes._stream(terminal, "till", 3, subscription, asyncio.Event())
            return b"".join([await anext(stream) for _ in range(3)])

    told = asyncio.run(asyncio.wait_for(heard(), TIMEOUT_SECONDS))
    assert [line for line in told.splitlines() if line.startswith(b"id: ")] == [b"id: 4", b"id: 5", b"id: 6"]


def test_a_silent_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment again and again; a listener that was too slow is sent away, to come back and catch up."""
    monkeypatch.setattr(event_routes, "HEARTBEAT_SECONDS", 0.01)
    hub = EventHub(SystemClock())

    async def lets_in(_: str) -> bool:
        return True

    async def heard() -> list[bytes]:
        came: asyncio.Event = asyncio.Event()
        terminal: Any = SimpleNamespace(events=hub, tills=SimpleNamespace(still_lets_in=lets_in))
        with hub.subscribe() as subscription:
            stream = event_routes._stream(terminal, "till", None, subscription, came)
            said = [await anext(stream) for _ in range(4)]
            for _ in range(1_000):
                hub.publish("card-inserted")
            return said + [last async for last in stream]

    assert asyncio.run(asyncio.wait_for(heard(), TIMEOUT_SECONDS))[1:] == [b": alive\n\n"] * 3
