"""The card in one PC/SC reader, freshly reset, for one conversation."""

from __future__ import annotations

from smartcard import scard

from hw.apdu import Octets
from hw.card_errors import card_error
from hw.pcsc.service import check
from hw.ports import DeviceError

_PCI = {scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0, scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1}
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


class Connection:
    """Nobody else gets a word in until `close`. Every call may hang with the card. Raises DeviceError."""

    def __init__(self, context: int, reader_name: str) -> None:
        result, self._card, protocol = scard.SCardConnect(context, reader_name, scard.SCARD_SHARE_SHARED, _PROTOCOLS)
        check(result)
        self._pci = _PCI[protocol]
        try:
            check(scard.SCardBeginTransaction(self._card))
            self._reset()
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the card."""
        # Codes are not looked at: the card may be gone, and the context is released in any case. The card is
        # left powered: after a tear, powering it down would make pcscd 1.9.9 say "empty" before it has seen
        # the removal, and then miss the next card. The next reading begins with a reset anyway.
        scard.SCardEndTransaction(self._card, scard.SCARD_LEAVE_CARD)
        scard.SCardDisconnect(self._card, scard.SCARD_LEAVE_CARD)

    def transmit(self, command: Octets, /) -> bytes:
        """See `hw.apdu.Transmit`."""
        result, answer = scard.SCardTransmit(self._card, self._pci, list(command))
        # No card at all is, in the middle of a reading, a card that was pulled out.
        if result in (scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD):
            raise card_error("card-removed")
        check(result)
        return bytes(answer)

    def _reset(self) -> None:
        """Forget whatever an earlier reading, or another program, selected or unlocked."""
        result, protocol = scard.SCardReconnect(
            self._card, scard.SCARD_SHARE_SHARED, _PROTOCOLS, scard.SCARD_RESET_CARD
        )
        check(result)
        self._pci = _PCI[protocol]
