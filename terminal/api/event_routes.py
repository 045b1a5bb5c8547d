"""Events as a stream (server-sent events): what happens in the journal and at the devices, told as it happens.

Promise: an event with an id stands in the journal, and whoever comes back with `Last-Event-ID` hears everything that
came after it, in order, once. Events without an id (devices, queues) are of the moment: after a break, look them up.
The stream ends when the listener is too slow, its till is removed or the terminal stops; a comment says that it lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from terminal.api.codes import READS
from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.api.events import Event, Subscription
from terminal.api.served import Served
from terminal.errors import Refused
from terminal.journal.news import News
from terminal.settlement.codec import encode

HEARTBEAT_SECONDS = 15
"""A silent stream and a dead line look the same; a comment tells them apart."""

RECONNECT_MILLISECONDS = 2_000
"""How long a browser waits before it comes back."""

REPLAY_ENTRIES = 500
"""Entries that are read at once while a listener catches up: the counter is not kept longer than for one look."""


async def events(call: Call[None, None]) -> Response:
    """Everything from here on, or from after the event that `Last-Event-ID` names."""
    terminal, came, loop = call.terminal, asyncio.Event(), asyncio.get_running_loop()
    if call.after is not None and call.after > await terminal.thread.call(terminal.journal.entry_count):
        raise Refused("bad-input", "there is no such event yet", "没有该编号的事件", "Last-Event-ID")
    listening = terminal.events.subscribe(lambda: _wake(loop, came))
    return EventStream(listening, _stream(terminal, call.till, call.after, listening, came))


class EventStream(StreamingResponse):
    """A stream whose subscription ends with it, also where it never began."""

    def __init__(self, listening: Subscription, content: AsyncIterator[bytes]) -> None:
        super().__init__(content, media_type="text/event-stream")
        self._listening = listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._listening:
            await super().__call__(scope, receive, send)


async def _stream(
    terminal: Served, till: str, after: int | None, listening: Subscription, came: asyncio.Event
) -> AsyncIterator[bytes]:
    yield f"retry: {RECONNECT_MILLISECONDS}\n\n".encode()
    last = 0
    async for looked_at, news in _replay(terminal, after):
        last = looked_at
        yield b"".join(map(_told, news))
    while await _may_go_on(terminal, till, listening):
        heard = [event for event in listening.take() if event.number is None or event.number > last]
        yield b"".join(map(_told, heard)) or b": alive\n\n"
        await _wait(came)


async def _may_go_on(terminal: Served, till: str, listening: Subscription) -> bool:
    return not (terminal.events.closed or listening.lost_count) and await terminal.tills.still_lets_in(till)


async def _replay(terminal: Served, after: int | None) -> AsyncIterator[tuple[int, list[News]]]:
    """The news after a number, a look at a time, each with the number of the last entry that was looked at."""
    if after is None:
        return
    while after < (head := await terminal.thread.call(terminal.journal.entry_count)):
        look = partial(terminal.journal.news_between, after, min(after + REPLAY_ENTRIES, head))
        after = min(after + REPLAY_ENTRIES, head)
        yield after, await terminal.thread.call(look)


def _told(event: Event | News) -> bytes:
    number = b"" if event.number is None else b"id: %d\n" % event.number
    data = encode({"at": event.at, **event.data})
    return b"%sevent: %s\ndata: %s\n\n" % (number, event.kind.encode(), data)


async def _wait(came: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await came.wait()
    except TimeoutError:
        return
    came.clear()


def _wake(loop: asyncio.AbstractEventLoop, came: asyncio.Event) -> None:
    loop.call_soon_threadsafe(came.set)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/events",
        tag="events",
        zh="事件流（SSE），可用 Last-Event-ID 续听",
        en="events as they happen; Last-Event-ID goes on after a break",
        handler=events,
        resumes=True,
        gives={200: Media(("text/event-stream",))},
        errors=(*READS, "not-ready"),
    ),
)
