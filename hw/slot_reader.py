"""What every card reader does with the card in its slot, whatever carries the bytes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TypeVar

from hw.apdu import CardLink, Channel, Transmit
from hw.card_errors import card_error
from hw.cards.inspection import inspect_social_security_card
from hw.cards.pin import pin_unanswered
from hw.cards.social_security import read_identification_code, read_social_security_card
from hw.ports import CardReport, DeviceError, Pin, PinError, SocialSecurityCard

Result = TypeVar("Result")


class SlotReader:
    """The reading part of a CardReader. A subclass says how a job gets the card (`with_card`)."""

    def with_card(self, job: Callable[[CardLink], Result]) -> Result:
        """Run the job with the card, freshly reset, alone. Raises DeviceError."""
        raise NotImplementedError

    def read_card(self, pin: Pin | None = None) -> SocialSecurityCard:
        """See `CardReader.read_card`. Two callers take turns."""
        return self._with_pin(read_social_security_card, pin)

    def inspect_card(self, pin: Pin | None = None) -> CardReport:
        """See `CardReader.inspect_card`."""
        return self._with_pin(inspect_social_security_card, pin)

    def check_same_card(self, card: SocialSecurityCard) -> None:
        """See `CardReader.check_same_card`."""
        found = self.with_card(lambda link: read_identification_code(Channel(link.transmit)))
        if not hmac.compare_digest(found, card.identification_code):
            raise card_error("card-swapped")

    def _with_pin(self, job: Callable[[Transmit, Pin | None], Result], pin: Pin | None) -> Result:
        try:
            return self.with_card(lambda link: job(link.transmit, pin))
        except PinError:
            raise
        except DeviceError as error:
            # A job that hangs is left behind; its PIN may be on its way.
            if pin is not None and pin.unanswered:
                raise pin_unanswered(error) from None
            raise
        finally:
            # Also when there was no card to send it to.
            if pin is not None:
                pin.wipe()
