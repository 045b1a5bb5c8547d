"""What a person shows at the counter: a card, the code of an e-credential, or an identity number typed in.

Nothing here repeats what was shown, neither in an error nor in a repr.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Literal

from msgspec import Struct

from hw.ports import CardReader, DeviceError, SocialSecurityCard
from terminal.center.answers import Credential, InsuredPerson
from terminal.counter.id_number import checked_id_number
from terminal.counter.pin import REFUSED_PINS, Pin, with_tries
from terminal.errors import Conflict, Refused, TerminalError, Unavailable
from terminal.journal.chain import digest
from terminal.journal.records import ShownAs

Method = Literal["card", "qr", "id"]
"""As a pack's `identify` names them."""

CODE_CHARACTERS_MIN, CODE_CHARACTERS_MAX = 16, 50
"""An e-credential code is opaque printable ASCII; the center's field (1101) takes 50 characters."""

REFUSED_CARDS = frozenset({"foreign-card", "card-damaged", "card-blocked"}) | REFUSED_PINS
"""Device codes that no waiting mends; all others are over when their cause is."""

_OTHER_CARDS = frozenset({"card-swapped", "foreign-card", "card-damaged"})
"""Device codes that mean: what is in the reader now is not the card that was read."""

_CARD_GONE = frozenset({"no-card", "card-removed"})


class Shown(Struct, frozen=True):
    """One thing that was shown. card: where it was a card."""

    credential: Credential
    card: SocialSecurityCard | None = None

    @staticmethod
    def of_card(card: SocialSecurityCard) -> Shown:
        """A card that was read."""
        return Shown(Credential("card", card.card_number, card.identification_code, card.name), card)

    @property
    def method(self) -> Method:
        """How the person is identified."""
        return self.credential.kind

    def to_be_named(self, online: bool) -> ShownAs | None:
        """What messages to the center name, None for the identity number. A code is spent within minutes: it is named
        where the center decides at once (online), and by nothing that may wait.
        """
        one = self.credential
        if one.kind == "id" or (one.kind == "qr" and not online):
            return None
        return ShownAs(one.kind, one.number, one.card_identification)

    def key(self, person_number: str = "") -> str:
        """The digest under which the center's answer is remembered, "" where there is none yet: a code changes every
        minute, so that its answer is remembered by the person only."""
        credential = self.credential
        if credential.kind == "qr":
            return digest(f"person {person_number}".encode()) if person_number else ""
        return digest(f"{credential.kind} {credential.number} {credential.card_identification}".strip().encode())

    def names(self, person: InsuredPerson) -> bool:
        """Whether the center's person is the one that this names; a code names nobody by itself."""
        if self.method == "qr":
            return True
        number = self.card.id_number if self.card else self.credential.number
        same_number = hmac.compare_digest(number.upper().encode(), person.id_number.upper().encode())
        return same_number and (self.card is None or self.card.name.strip() == person.name.strip())


def card_shown(reader: CardReader, today: dt.date, pin: Pin | None = None) -> Shown:
    """The card in the reader; pin: for one that asks for it.

    Raises Refused (foreign, damaged, blocked, expired; `pin-needed`, `pin-wrong` …), Unavailable (no card, no reader).
    """
    try:
        card = reader.read_card(pin)
    except DeviceError as error:
        raise _of_device(error) from None
    if card.expires_on is not None and card.expires_on < today:
        raise Refused("card-expired", "the card's validity has ended", "社保卡已过有效期", "card")
    return Shown.of_card(card)


def code_shown(code: str) -> Shown:
    """The code of an e-credential, from the scanner or from the till. Raises Refused `bad-code`."""
    fits = CODE_CHARACTERS_MIN <= len(code) <= CODE_CHARACTERS_MAX
    if not fits or not all("!" <= character <= "~" for character in code):
        message = f"an e-credential code has {CODE_CHARACTERS_MIN} to {CODE_CHARACTERS_MAX} visible ASCII characters"
        raise Refused("bad-code", f"{message}; scan it again", "不是有效的医保电子凭证码，请重新扫码", "code")
    return Shown(Credential("qr", code))


def id_number_shown(typed: str, today: dt.date) -> Shown:
    """An identity number that was typed in. Raises Refused `bad-id-number`."""
    return Shown(Credential("id", checked_id_number(typed, today)))


def require_same_card(reader: CardReader, card: SocialSecurityCard) -> None:
    """Return when that card is in the reader now. It is known by its number in EF05, which is read without a PIN: none
    is kept for this, nor asked for again.

    Raises Conflict `card-swapped`; Unavailable `card-removed`, or where reader or card do not answer. Nothing has
    happened then, and the same request may follow once the card is back.
    """
    try:
        reader.check_same_card(card)
    except DeviceError as error:
        if error.code in _OTHER_CARDS:
            raise _swapped() from None
        if error.code in _CARD_GONE:
            message = "the card has left the reader since it was read; nothing was settled: put it back"
            raise Unavailable("card-removed", message, "卡片已被取出，未结算：请插回原卡", "card") from None
        raise _of_device(error) from None


def _swapped() -> Conflict:
    error = Conflict(
        "card-swapped",
        "another card is in the reader than was read; nothing was settled: put the patient's card back",
        "读卡器中已不是原来的卡，未结算：请插回患者本人的卡",
        "card",
    )
    error.retry = "after"
    return error


def _of_device(error: DeviceError) -> TerminalError:
    kind: type[TerminalError] = Refused if error.code in REFUSED_CARDS else Unavailable
    return with_tries(kind(error.code, error.message, error.message_zh, "reader"), error)
