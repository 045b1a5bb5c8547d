"""What every card reader does with the card in its slot, whatever carries the bytes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TypeVar

from hw.apdu import CardLink, Channel
from hw.card_errors import card_error
from hw.cards.inspection import inspect_social_security_card
from hw.cards.social_security import read_identification_code, read_social_security_card
from hw.ports import CardReport, Pin, SocialSecurityCard

Result = TypeVar("Result")


class SlotReader:
    """The reading part of a CardReader. A subclass says how a job gets the card (`with_card`)."""

    def with_card(self, job: Callable[[CardLink], Result]) -> Result:
        """Run the job with the card, freshly reset, alone. Raises DeviceError."""
        raise NotImplementedError

    def read_card(self, pin: Pin | None = None) -> SocialSecurityCard:
        """See `CardReader.read_card`. Two callers take turns."""
        try:
            return self.with_card(lambda link: read_social_security_card(link.transmit, pin))
        finally:
            _wipe(pin)

    def inspect_card(self, pin: Pin | None = None) -> CardReport:
        """See `CardReader.inspect_card`."""
        try:
            return self.with_card(lambda link: inspect_social_security_card(link.transmit, pin))
        finally:
            _wipe(pin)

    def check_same_card(self, card: SocialSecurityCard) -> None:
        """See `CardReader.check_same_card`."""
        found = self.with_card(lambda link: read_identification_code(Channel(link.transmit)))
        if not hmac.compare_digest(found, card.identification_code):
            raise card_error("card-swapped")


def _wipe(pin: Pin | None) -> None:
    # Also when there was no card to send it to.
    if pin is not None:
        pin.wipe()
