"""The virtual slot of the real PC/SC service: puts a virtual card into it (protocol of vsmartcard's vpcd).

Promises: the card's memory lives in the card object, not in the slot; removing ends the slot's thread.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

from hw.simulated.card_system import CardSystem
from hw.simulated.script import CardSilent, CardTorn

PORT_FIRST_SLOT = 0x8C7B
"""35963; the second slot listens on the next port."""

CONNECT_TIMEOUT_SECONDS = 5.0

_POWER_OFF, _POWER_ON, _RESET, _GET_ATR = 0x00, 0x01, 0x02, 0x04


class VpcdSlot:
    """One slot of the virtual reader. The service sees a change only when it next polls (0.1 to 0.4 s):
    wait with `hw.pcsc.wait_for_card`, also between a removal and the next insertion."""

    def __init__(self, host: str = "127.0.0.1", port: int = PORT_FIRST_SLOT) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> VpcdSlot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def insert(self, card: CardSystem) -> None:
        """Put the card in, after removing the one before. Raises OSError when no service listens."""
        self.remove()
        connection = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_SECONDS)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._thread = threading.Thread(target=_serve, args=(connection, card), name="virtual-card", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Pull the card out; without one nothing happens."""
        if self._socket is None or self._thread is None:
            return
        with contextlib.suppress(OSError):  # The service may have closed its end first.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket = self._thread = None


def _serve(connection: socket.socket, card: CardSystem) -> None:
    """Answer the service until either end closes. Leaving closes the socket, which is the card's removal."""
    with connection, contextlib.suppress(OSError, CardTorn):
        while (message := _receive_message(connection)) is not None:
            try:
                answer = _answer(card, message)
            except CardSilent:
                continue
            if answer is not None:
                connection.sendall(len(answer).to_bytes(2, "big") + answer)


def _answer(card: CardSystem, message: bytes) -> bytes | None:
    """The card's answer; None where the protocol wants none."""
    if len(message) != 1:
        return card.transmit(message)
    if message[0] == _GET_ATR:
        return card.atr
    if message[0] in (_POWER_OFF, _POWER_ON, _RESET):
        card.reset()
    return None


def _receive_message(connection: socket.socket) -> bytes | None:
    """The next message; None when the service closed the connection."""
    header = _receive_exactly(connection, 2)
    return None if header is None else _receive_exactly(connection, int.from_bytes(header, "big"))


def _receive_exactly(connection: socket.socket, length: int) -> bytes | None:
    received = b""
    while len(received) < length:
        # The service writes length and payload apart; without an immediate acknowledgement each command
        # waits about 40 ms. The kernel forgets this option, so it is set again each time.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = connection.recv(length - len(received))
        if not part:
            return None
        received += part
    return received
