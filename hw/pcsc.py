"""The card reader behind PC/SC (pcscd), through pyscard's plain layer.

Promises: each reading has its own context, connection and transaction, so nothing of an earlier card, a
failed command or a restarted service is ever reused; a card that never answers costs one time-out, not the
process.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from smartcard import scard

from hw.apdu import card_error
from hw.cards.social_security import read_social_security_card
from hw.ports import DeviceError, DeviceState, Health, SocialSecurityCard

REPLY_TIMEOUT_SECONDS = 10.0
"""One whole reading takes well under a second; slower is a card that will never answer."""

CHANGES_MAX = 32
"""Changes looked at while waiting for a card; each is a real event of the reader."""

_ERROR_CODES = {
    scard.SCARD_E_NO_SERVICE: "no-reader",
    scard.SCARD_E_SERVICE_STOPPED: "no-reader",
    scard.SCARD_F_COMM_ERROR: "no-reader",
    scard.SCARD_E_INVALID_HANDLE: "no-reader",
    scard.SCARD_E_NO_READERS_AVAILABLE: "no-reader",
    scard.SCARD_E_UNKNOWN_READER: "no-reader",
    scard.SCARD_E_READER_UNAVAILABLE: "no-reader",
    scard.SCARD_E_NO_SMARTCARD: "no-card",
    scard.SCARD_W_REMOVED_CARD: "no-card",
    scard.SCARD_W_UNRESPONSIVE_CARD: "card-mute",
    scard.SCARD_W_UNPOWERED_CARD: "card-mute",
    scard.SCARD_E_NOT_TRANSACTED: "card-removed",
    scard.SCARD_W_RESET_CARD: "card-removed",
    scard.SCARD_E_PROTO_MISMATCH: "card-mute",
}

_PCI = {scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0, scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1}
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1

Result = TypeVar("Result")


def list_readers() -> list[str]:
    """The names of the readers that the card service knows; empty when there is none. Raises DeviceError
    (`no-reader`) when the service does not run."""
    with _context() as context:
        return _list_readers(context)


def wait_for_card(reader_name: str, present: bool, timeout_seconds: float) -> None:
    """Return once the service sees a card in the reader, or sees it gone.

    timeout_seconds: the longest silence of the reader. Raises TimeoutError, DeviceError.
    """
    with _context() as context:
        seen = scard.SCARD_STATE_UNAWARE
        for _ in range(CHANGES_MAX):
            seen = _next_state(context, reader_name, seen, timeout_seconds)
            if bool(seen & scard.SCARD_STATE_PRESENT) == present:
                return
    raise TimeoutError(f"the reader kept changing and the card is not {'in' if present else 'out'}")


class PcscReader:
    """A CardReader. reader_name: as `list_readers` gives it; None takes the first reader.

    reply_timeout_seconds: how long one whole reading, or one question after the state, may take.
    """

    def __init__(self, reader_name: str | None = None, reply_timeout_seconds: float = REPLY_TIMEOUT_SECONDS) -> None:
        self._reader_name = reader_name
        self._reply_timeout_seconds = reply_timeout_seconds
        self._one_reading = threading.Lock()
        self._stuck: threading.Thread | None = None

    def state(self) -> DeviceState:
        """See `CardReader.state`."""
        try:
            return self._watched(self._look)
        except DeviceError as error:
            if error.code == "no-reader":
                return DeviceState(Health.FAULT, "no-reader", error.message)
            return DeviceState(Health.UNKNOWN, "no-answer", error.message)

    def read_card(self) -> SocialSecurityCard:
        """See `CardReader.read_card`. Two callers take turns."""
        with self._one_reading:
            return self._watched(self._read)

    def _look(self) -> DeviceState:
        with _context() as context:
            seen = _next_state(context, self._find_reader(context), scard.SCARD_STATE_UNAWARE, 0)
        if seen & scard.SCARD_STATE_MUTE:
            return DeviceState(Health.UNKNOWN, "no-answer", "the card in the reader does not answer")
        if seen & scard.SCARD_STATE_PRESENT:
            return DeviceState(Health.GOOD, "card-present")
        if seen & scard.SCARD_STATE_EMPTY:
            return DeviceState(Health.GOOD, "no-card")
        return DeviceState(Health.UNKNOWN, "no-answer", f"reader state {seen:#x}")

    def _read(self) -> SocialSecurityCard:
        with _context() as context, _Connection(context, self._find_reader(context)) as connection:
            return read_social_security_card(connection.transmit)

    def _find_reader(self, context: int) -> str:
        names = _list_readers(context)
        if self._reader_name is None and names:
            return names[0]
        if self._reader_name is None or self._reader_name not in names:
            wanted, found = self._reader_name or "any", ", ".join(names) or "none"
            raise card_error("no-reader", f"wanted {wanted}, found {found}")
        return self._reader_name

    def _watched(self, job: Callable[[], Result]) -> Result:
        """Run the job in a thread of its own and leave it behind when it does not end in time."""
        if self._stuck is not None and self._stuck.is_alive():
            raise card_error("card-mute", "an earlier reading still waits", "上次读卡仍未结束")
        outcome: Future[Result] = Future()
        worker = threading.Thread(target=_settle, args=(outcome, job), name="card-reading", daemon=True)
        worker.start()
        try:
            return outcome.result(self._reply_timeout_seconds)
        except TimeoutError:
            self._stuck = worker
            seconds = f"{self._reply_timeout_seconds:g}"
            raise card_error("card-mute", f"no answer in {seconds} s", f"{seconds}秒内无应答") from None


class _Connection:
    """The card in one reader, freshly reset, for one reading: nobody else gets a word in meanwhile."""

    def __init__(self, context: int, reader_name: str) -> None:
        result, self._card, protocol = scard.SCardConnect(context, reader_name, scard.SCARD_SHARE_SHARED, _PROTOCOLS)
        _check(result)
        self._pci = _PCI[protocol]

    def __enter__(self) -> _Connection:
        try:
            _check(scard.SCardBeginTransaction(self._card))
            self._reset()
        except DeviceError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Codes are not looked at: the card may be gone, and the context is released in any case. The card is
        # left powered: after a tear, powering it down would make pcscd 1.9.9 say "empty" before it has seen
        # the removal, and then miss the next card. The next reading begins with a reset anyway.
        scard.SCardEndTransaction(self._card, scard.SCARD_LEAVE_CARD)
        scard.SCardDisconnect(self._card, scard.SCARD_LEAVE_CARD)

    def transmit(self, command: bytes, /) -> bytes:
        """See `hw.apdu.Transmit`."""
        result, answer = scard.SCardTransmit(self._card, self._pci, list(command))
        # No card at all is, in the middle of a reading, a card that was pulled out.
        if result in (scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD):
            raise card_error("card-removed")
        _check(result)
        return bytes(answer)

    def _reset(self) -> None:
        """Forget whatever an earlier reading, or another program, selected or unlocked."""
        result, protocol = scard.SCardReconnect(
            self._card, scard.SCARD_SHARE_SHARED, _PROTOCOLS, scard.SCARD_RESET_CARD
        )
        _check(result)
        self._pci = _PCI[protocol]


def _settle(outcome: Future[Result], job: Callable[[], Result]) -> None:
    try:
        outcome.set_result(job())
    except (DeviceError, TimeoutError) as error:
        outcome.set_exception(error)
    finally:
        outcome.cancel()


@contextlib.contextmanager
def _context() -> Iterator[int]:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _check(result)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _list_readers(context: int) -> list[str]:
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE:
        return []
    _check(result)
    return list(names)


def _next_state(context: int, reader_name: str, seen: int, timeout_seconds: float) -> int:
    """The reader's state as soon as it differs from `seen`. Raises TimeoutError."""
    timeout_milliseconds = int(timeout_seconds * 1000)
    result, states = scard.SCardGetStatusChange(context, timeout_milliseconds, [(reader_name, seen)])
    if result == scard.SCARD_E_TIMEOUT:
        raise TimeoutError(f"no change of the card reader in {timeout_seconds:g} s")
    _check(result)
    return int(states[0][1]) & ~int(scard.SCARD_STATE_CHANGED)


def _check(result: int) -> None:
    """Raises DeviceError for every code of the card service but success."""
    if result != scard.SCARD_S_SUCCESS:
        raise card_error(_ERROR_CODES.get(result, "no-answer"), f"PC/SC {result & 0xFFFFFFFF:08X}")
