"""Events for whoever listens on this machine: tills and pages hear what happened at the devices and in the journal.

Promises: to publish never waits and never fails, from any thread; every listener hears all events in one order, or is
told that it lost some; nothing here lasts: what must be heard later stands in the journal. No event holds personal
data.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from terminal.clock import Clock
from terminal.errors import Unavailable

EVENTS_WAITING_MAX = 256
"""Events that one listener has not taken yet; beyond that it loses the oldest."""

LISTENERS_MAX = 32
"""One terminal has a till or two and their pages."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. kind: stable word in kebab-case.

    number: of the journal's entry that says the same; None where the journal keeps none (a card, a reader).
    """

    number: int | None
    kind: str
    at: dt.datetime
    data: Mapping[str, str]


class Subscription:
    """What one listener has not heard yet. A context manager: it listens until the context ends."""

    def __init__(self, hub: EventHub, wake: Callable[[], None]) -> None:
        self._hub = hub
        self.wake = wake
        self._waiting: deque[Event] = deque()
        self._lock = threading.Lock()
        self._lost_count = 0

    @property
    def lost_count(self) -> int:
        """How many events this listener was too slow for; whoever finds one looks everything up again."""
        return self._lost_count

    def take(self) -> list[Event]:
        """Everything that came since the last time, oldest first; empty where there is nothing."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    def offer(self, event: Event) -> None:
        """Called by the hub, from any thread."""
        with self._lock:
            self._waiting.append(event)
            if len(self._waiting) > EVENTS_WAITING_MAX:
                self._waiting.popleft()
                self._lost_count += 1
        self.wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hub.forget(self)


class EventHub:
    """Where events are published, and who listens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Subscription] = []
        self._lock = threading.Lock()
        self._closed = False

    @property
    def listened(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    @property
    def closed(self) -> bool:
        """Whether the terminal stops, and nothing more will come."""
        return self._closed

    def close(self) -> None:
        """The terminal stops: every listener is woken, and none is taken any more."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.wake()

    def publish(
        self,
        kind: str,
        data: Mapping[str, str] | None = None,
        number: int | None = None,
        at: dt.datetime | None = None,
    ) -> None:
        """Tell every listener. number, at: of the journal's entry, where there is one; else it happened now."""
        with self._lock:
            event = Event(number, kind, at or self._clock.now(), dict(data or {}))
            for listener in self._listeners:
                listener.offer(event)

    def subscribe(self, wake: Callable[[], None] = lambda: None) -> Subscription:
        """Listen from now on. Raises Unavailable `busy` where too many do, `not-ready`.

        wake: called after each event from the publisher's thread; returns at once and does not call the hub
        (`lambda: loop.call_soon_threadsafe(came.set)`).
        """
        listener = Subscription(self, wake)
        with self._lock:
            if self._closed:
                raise Unavailable("not-ready", "the terminal stops", "终端正在停止", "terminal")
            if len(self._listeners) >= LISTENERS_MAX:
                raise Unavailable("busy", "too many listen already; close one", "事件订阅过多，请关闭一个", "events")
            self._listeners.append(listener)
        return listener

    def forget(self, listener: Subscription) -> None:
        """Tell it nothing more; one that is not known is no error."""
        with self._lock:
            self._listeners = [known for known in self._listeners if known is not listener]
