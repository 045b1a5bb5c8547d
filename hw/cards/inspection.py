"""A card looked at whole, for people: the holder, the PIN tries left, and which applications lie on it."""

from __future__ import annotations

from hw.apdu import Channel, Command, Transmit
from hw.cards.pin import tries_left
from hw.cards.social_security import read_social_security_card
from hw.ports import CardReport, Pin

_APPLICATIONS = {
    "public": "D15600000500",
    "employment": "D15600000501",
    "insurance": "D15600000502",
    "medical": "D15600000503",
    "talent": "D15600000504",
    "bank": "A000000333010101",
}
"""Applications that may lie beside the environment, by the words of `CardReport` (LD/T 32)."""


def inspect_social_security_card(transmit: Transmit, pin: Pin | None = None) -> CardReport:
    """The card whole, with its PIN tries and applications: seven commands more than the reading. Raises DeviceError."""
    card = read_social_security_card(transmit, pin)
    channel = Channel(transmit)
    left = tries_left(channel)
    found = ["social-security"]
    for name, application in _APPLICATIONS.items():
        if channel.send(Command(0x00, 0xA4, 0x04, 0x00, data=bytes.fromhex(application))).accepted:
            found.append(name)
    return CardReport(card, left, tuple(found), card.apdu_count + channel.apdu_count)
