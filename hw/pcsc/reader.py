"""A card reader behind PC/SC, and the slot that a longer conversation with its card needs.

Promises: each reading has its own context, connection and transaction, so nothing of an earlier card, a
failed command or a restarted service is ever reused; a card that never answers costs one time-out, not the
process.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from smartcard import scard

from hw.apdu import CardLink, Octets
from hw.card_errors import card_error
from hw.pcsc.connection import Connection
from hw.pcsc.service import next_state, reader_names, service_context
from hw.ports import DeviceError, DeviceState, Health
from hw.slot_reader import SlotReader
from hw.watchdog import Watchdog

REPLY_TIMEOUT_SECONDS = 10.0
"""One whole reading takes well under a second; slower is a card that will never answer."""

Result = TypeVar("Result")


class PcscReader(SlotReader):
    """A CardReader and a CardSlot. reader_name: as `list_readers` gives it; None takes the first reader.

    reply_timeout_seconds: how long one whole reading, one command of a longer conversation, or one question after
    the state may take; and how long one caller waits for another's turn to end.
    """

    def __init__(self, reader_name: str | None = None, reply_timeout_seconds: float = REPLY_TIMEOUT_SECONDS) -> None:
        self._reader_name = reader_name
        self._one_at_a_time = threading.Lock()
        self._watchdog = Watchdog(reply_timeout_seconds)

    def state(self) -> DeviceState:
        """See `CardReader.state`."""
        try:
            return self._watchdog.run(self._look)
        except DeviceError as error:
            if error.code == "no-reader":
                return DeviceState(Health.FAULT, "no-reader", error.message)
            return DeviceState(Health.UNKNOWN, "no-answer", error.message)

    def with_card(self, job: Callable[[CardLink], Result]) -> Result:
        """See `SlotReader.with_card`. The whole job has one time-out."""

        def whole() -> Result:
            with service_context() as context, contextlib.closing(self._connection(context)) as connection:
                return job(connection)

        with self._turn():
            return self._watchdog.run(whole)

    @contextlib.contextmanager
    def connect(self) -> Iterator[CardLink]:
        """See `CardSlot.connect`. Each command has the time-out for itself."""
        with self._turn():
            held = contextlib.ExitStack()
            try:
                yield _WatchedLink(self._watchdog.run(lambda: self._held_connection(held)), self._watchdog)
            finally:
                self._let_go(held)

    def _held_connection(self, held: contextlib.ExitStack) -> Connection:
        context = held.enter_context(service_context())
        return held.enter_context(contextlib.closing(self._connection(context)))

    def _let_go(self, held: contextlib.ExitStack) -> None:
        # A command that hangs keeps the card service's lock on its context; closing waits for it, not we.
        closing = threading.Thread(target=held.close, name="card-closing", daemon=True)
        closing.start()
        if not self._watchdog.stuck:
            closing.join(self._watchdog.timeout_seconds)

    def _connection(self, context: int) -> Connection:
        return Connection(context, self._find_reader(context))

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._one_at_a_time.acquire(timeout=self._watchdog.timeout_seconds):
            raise card_error("no-answer", "another reading holds the card", "另一读卡操作正在进行")
        try:
            yield
        finally:
            self._one_at_a_time.release()

    def _look(self) -> DeviceState:
        with service_context() as context:
            seen = next_state(context, self._find_reader(context), scard.SCARD_STATE_UNAWARE, 0)
        if seen & scard.SCARD_STATE_MUTE:
            return DeviceState(Health.UNKNOWN, "no-answer", "the card in the reader does not answer")
        if seen & scard.SCARD_STATE_PRESENT:
            return DeviceState(Health.GOOD, "card-present")
        if seen & scard.SCARD_STATE_EMPTY:
            return DeviceState(Health.GOOD, "no-card")
        return DeviceState(Health.UNKNOWN, "no-answer", f"reader state {seen:#x}")

    def _find_reader(self, context: int) -> str:
        names = reader_names(context)
        if self._reader_name is None and names:
            return names[0]
        if self._reader_name is None or self._reader_name not in names:
            wanted, found = self._reader_name or "any", ", ".join(names) or "none"
            raise card_error("no-reader", f"wanted {wanted}, found {found}")
        return self._reader_name


class _WatchedLink:
    """A CardLink whose commands cannot hang."""

    def __init__(self, connection: Connection, watchdog: Watchdog) -> None:
        self._connection = connection
        self._watchdog = watchdog

    def transmit(self, command: Octets, /) -> bytes:
        """See `hw.apdu.Transmit`."""
        return self._watchdog.run(lambda: self._connection.transmit(command))
