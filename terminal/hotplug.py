"""What is seen of readers, cards and the scanner as they come and go: told as events, logged, kept for health.

Promises: no device is touched but looked at; the terminal needs no restart for anything that was away. A reader behind
PC/SC is watched by its own thread, everything else is looked at once a second.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Literal, Self

from hw.pcsc import ReaderWatcher
from hw.ports import DeviceState, EventKind, ReaderEvent
from terminal.api.events import EventHub
from terminal.api.health_types import SeenReader
from terminal.api.log import LOGGER
from terminal.config import Config
from terminal.devices import Devices

CardService = Literal["running", "stopped", "not-used"]

_EVENT_OF_KIND = {
    EventKind.READER_ARRIVED: "reader-back",
    EventKind.READER_GONE: "reader-gone",
    EventKind.CARD_INSERTED: "card-inserted",
    EventKind.CARD_REMOVED: "card-removed",
    EventKind.SERVICE_LOST: "card-service-lost",
    EventKind.SERVICE_BACK: "card-service-back",
}

_CARD_IN = "card-present"
_USABLE = frozenset({"ready", "no-card", _CARD_IN})

Ask = Callable[[], DeviceState]


class Hotplug:
    """Watches while its context lasts.

    reader_name: of the patient's reader; "" takes a card out of any reader for the patient's. card_service: whether
    readers behind PC/SC are used. events: where it tells. polled: the devices without a watcher, by their
    word: `reader`, `scanner`.
    """

    def __init__(self, events: EventHub, reader_name: str, card_service: bool, polled: Mapping[str, Ask]) -> None:
        self.events = events
        self._reader_name = reader_name
        self._watcher = ReaderWatcher(self.told) if card_service else None
        self._service: CardService = "running" if card_service else "not-used"
        self._polled = dict(polled)
        self._codes: dict[str, str] = {}
        self._cards: dict[str, bool] = {}
        self._removals = 0
        self._insertions = self._answered = 0
        self.after_insertion: Callable[[], None] = _nothing
        """What is to be done when a card has come into the patient's reader; on the thread that ticks."""
        self._lock = threading.Lock()

    @property
    def card_service(self) -> CardService:
        """Whether the card service (pcscd) runs."""
        return self._service

    @property
    def readers(self) -> list[SeenReader]:
        """The readers that the card service has, by name."""
        with self._lock:
            return [SeenReader(name, card) for name, card in sorted(self._cards.items())]

    def removals(self) -> int:
        """How often a card has left the patient's reader so far. From any thread."""
        return self._removals

    def told(self, event: ReaderEvent) -> None:
        """One change at the readers, from the watcher's thread."""
        with self._lock:
            self._keep(event)
        self._publish(_EVENT_OF_KIND[event.kind], event.reader)

    def tick(self, now: dt.datetime) -> bool:
        """Look at what has no watcher, and do what follows a card. Always False: there is never more to do at once."""
        for device, ask in self._polled.items():
            code = ask().code
            before, self._codes[device] = self._codes.get(device, code), code
            if code != before:
                self._compare(device, before, code)
        insertions = self._insertions
        if insertions != self._answered:
            self._answered = insertions
            self.after_insertion()
        return False

    def __enter__(self) -> Self:
        if self._watcher is not None:
            self._watcher.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watcher is not None:
            self._watcher.__exit__(kind, error, trace)

    def _keep(self, event: ReaderEvent) -> None:
        name = event.reader
        if event.kind is EventKind.READER_GONE:
            self._cards.pop(name, None)
        elif event.kind in (EventKind.SERVICE_LOST, EventKind.SERVICE_BACK):
            self._service = "stopped" if event.kind is EventKind.SERVICE_LOST else "running"
        else:
            self._cards[name] = event.kind is EventKind.CARD_INSERTED
        if self._reader_name in ("", name):
            self._removals += event.kind is EventKind.CARD_REMOVED
            self._insertions += event.kind is EventKind.CARD_INSERTED

    def _compare(self, device: str, before: str, code: str) -> None:
        if before == _CARD_IN:
            with self._lock:
                self._removals += 1
            self._publish("card-removed", device)
        if before in _USABLE and code not in _USABLE:
            self._publish(f"{device}-gone", device)
        if before not in _USABLE and code in _USABLE:
            self._publish(f"{device}-back", device)
        if code == _CARD_IN:
            self._insertions += 1
            self._publish("card-inserted", device)

    def _publish(self, kind: str, device: str) -> None:
        LOGGER.info(kind, extra={"device": device})
        self.events.publish(kind, {"device": device})


def _nothing() -> None:
    """After a card, where nobody wants anything of it."""


def hotplug_of(config: Config, devices: Devices, events: EventHub) -> Hotplug:
    """The watch over a configuration's devices."""
    polled = {} if devices.scanner is None else {"scanner": devices.scanner.state}
    if config.reader.kind == "simulated":
        polled["reader"] = devices.reader.state
    card_service = "pcsc" in (config.reader.kind, config.psam.kind)
    return Hotplug(events, config.reader.name, card_service, polled)
