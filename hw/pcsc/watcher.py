"""A watcher of the card readers: a thread of its own that says when readers and cards come and go.

Promises: it survives unplugged readers and a killed card service, and goes on by itself when they are back; it never
touches a card; it ends within one wait when it is told to. pyscard's own monitor ends with the service, so it is not
used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from smartcard import scard

from hw.pcsc.service import check, reader_names, service_context
from hw.ports import DeviceError, EventKind, ReaderEvent

WAIT_SECONDS = 0.5
"""The longest wait for one change: a lost service or a request to stop is seen after it at the latest."""

_NEW_READERS = "\\\\?PnP?\\Notification"
"""The name under which PC/SC tells that a reader came or went."""


class ReaderWatcher:
    """Tells `told` of each change, in order, from its own thread; what is there at start arrives as events first.

    told: must return soon and raise nothing. A context manager: it watches while the context lasts.
    """

    def __init__(self, told: Callable[[ReaderEvent], None], wait_seconds: float = WAIT_SECONDS) -> None:
        self._told = told
        self._wait_seconds = wait_seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: dict[str, int] = {}
        self._service_up = True

    def __enter__(self) -> ReaderWatcher:
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="reader-watcher", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with service_context() as context:
                    self._watch_service(context)
            except DeviceError:
                self._service_lost()
                self._stop.wait(self._wait_seconds)

    def _watch_service(self, context: int) -> None:
        """Follow one running service until it is lost (DeviceError) or the watcher is stopped."""
        while not self._stop.is_set():
            names = reader_names(context)
            if not self._service_up:
                self._service_up = True
                self._told(ReaderEvent(EventKind.SERVICE_BACK))
            self._compare_readers(names)
            self._wait_for_change(context)

    def _compare_readers(self, names: list[str]) -> None:
        for name in [name for name in self._seen if name not in names]:
            self._reader_gone(name)
        for name in names:
            if name not in self._seen:
                self._seen[name] = scard.SCARD_STATE_UNAWARE
                self._told(ReaderEvent(EventKind.READER_ARRIVED, name))

    def _wait_for_change(self, context: int) -> None:
        asked = [*self._seen.items(), (_NEW_READERS, len(self._seen) << 16)]
        result, states = scard.SCardGetStatusChange(context, int(self._wait_seconds * 1000), asked)
        if result in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_UNKNOWN_READER):
            return
        check(result)
        for name, state, _ in states:
            if name in self._seen:
                self._compare_card(name, int(state))

    def _compare_card(self, name: str, state: int) -> None:
        """The high half of a state counts its changes: a card that was swapped between two looks is seen all the
        same, as a removal and an insertion."""
        before, now = self._seen[name], state & ~int(scard.SCARD_STATE_CHANGED)
        self._seen[name] = now
        was_in, is_in = bool(before & scard.SCARD_STATE_PRESENT), bool(now & scard.SCARD_STATE_PRESENT)
        changes = (now >> 16) - (before >> 16)
        if was_in and (not is_in or changes > 0):
            self._told(ReaderEvent(EventKind.CARD_REMOVED, name))
        if is_in and (not was_in or changes > 0):
            self._told(ReaderEvent(EventKind.CARD_INSERTED, name))

    def _reader_gone(self, name: str) -> None:
        if self._seen.pop(name) & scard.SCARD_STATE_PRESENT:
            self._told(ReaderEvent(EventKind.CARD_REMOVED, name))
        self._told(ReaderEvent(EventKind.READER_GONE, name))

    def _service_lost(self) -> None:
        for name in list(self._seen):
            self._reader_gone(name)
        if self._service_up:
            self._service_up = False
            self._told(ReaderEvent(EventKind.SERVICE_LOST))
