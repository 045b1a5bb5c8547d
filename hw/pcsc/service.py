"""The card service (pcscd) itself: contexts, reader names, states, and its codes as errors.

Promise: every question has its own context, so nothing survives a restart of the service.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from smartcard import scard

from hw.card_errors import card_error

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


def list_readers() -> list[str]:
    """The names of the readers that the card service knows; empty when there is none. Raises DeviceError
    (`no-reader`) when the service does not run."""
    with service_context() as context:
        return reader_names(context)


def wait_for_card(reader_name: str, present: bool, timeout_seconds: float) -> None:
    """Return once the service sees a card in the reader, or sees it gone.

    timeout_seconds: the longest silence of the reader. Raises TimeoutError, DeviceError.
    """
    with service_context() as context:
        seen = scard.SCARD_STATE_UNAWARE
        for _ in range(CHANGES_MAX):
            seen = next_state(context, reader_name, seen, timeout_seconds)
            if bool(seen & scard.SCARD_STATE_PRESENT) == present:
                return
    raise TimeoutError(f"the reader kept changing and the card is not {'in' if present else 'out'}")


@contextlib.contextmanager
def service_context() -> Iterator[int]:
    """A conversation with the service. Raises DeviceError when it does not run."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    check(result)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def reader_names(context: int) -> list[str]:
    """The names of the readers there are. Raises DeviceError."""
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE:
        return []
    check(result)
    return list(names)


def next_state(context: int, reader_name: str, seen: int, timeout_seconds: float) -> int:
    """The reader's state as soon as it differs from `seen`. Raises TimeoutError, DeviceError."""
    timeout_milliseconds = int(timeout_seconds * 1000)
    result, states = scard.SCardGetStatusChange(context, timeout_milliseconds, [(reader_name, seen)])
    if result == scard.SCARD_E_TIMEOUT:
        raise TimeoutError(f"no change of the card reader in {timeout_seconds:g} s")
    check(result)
    return int(states[0][1]) & ~int(scard.SCARD_STATE_CHANGED)


def check(result: int) -> None:
    """Raises DeviceError for every code of the card service but success."""
    if result != scard.SCARD_S_SUCCESS:
        raise card_error(_ERROR_CODES.get(result, "no-answer"), f"PC/SC {result & 0xFFFFFFFF:08X}")
