"""Who stands at the counter: the card is read, the center is asked, and both must mean the same person.

An identification lives in memory, lapses, and knows how far the journal had come when the center was asked, so that
what this terminal commits or uploads afterwards is never counted twice, nor forgotten.
"""

from __future__ import annotations

import datetime as dt
import hmac

from msgspec import Struct

from hw.ports import CardReader, DeviceError, SocialSecurityCard
from terminal.center.desk import CenterDesk, Credential, InsuredPerson
from terminal.clock import Clock
from terminal.errors import Refused, TerminalError, Unavailable

IDENTIFICATION_LIFE_SECONDS = 1_800
"""Who was identified longer ago is identified again: account and entitlement may have changed."""

REFUSED_CARDS = frozenset({"foreign-card", "card-damaged", "card-blocked"})
"""Device codes that no waiting mends; all others are over when their cause is."""


class Identification(Struct, frozen=True):
    """An insured person as card and center agreed. `journal_seen`: the newest entry when the center was asked."""

    id: str
    person: InsuredPerson
    taken_at: dt.datetime
    expires_at: dt.datetime
    journal_seen: int


def identify(
    reader: CardReader, center: CenterDesk, provider_id: str, clock: Clock, journal_seen: int, new_id: str
) -> Identification:
    """Read the card and ask the center (1101).

    Raises Refused (foreign, damaged, blocked or expired card; not insured; card and center differ), Unavailable
    (no card, no reader, center not reached). Nothing is written.
    """
    card = _read(reader)
    now = clock.now()
    if card.expires_on is not None and card.expires_on < now.date():
        raise Refused("card-expired", "the card's validity has ended", "社保卡已过有效期", "card")
    credential = Credential("card", card.card_number, card.identification_code, card.name)
    person = center.identify(provider_id, credential)
    if not _same_person(card, person):
        raise Refused(
            "card-and-center-differ",
            "the card names another person than the center knows by it; keep the card's holder waiting and call the "
            "insurance office",
            "卡内信息与医保中心不一致，请联系医保经办机构",
            "card",
        )
    expires_at = now + dt.timedelta(seconds=IDENTIFICATION_LIFE_SECONDS)
    return Identification(new_id, person, now, expires_at, journal_seen)


def _read(reader: CardReader) -> SocialSecurityCard:
    try:
        return reader.read_card()
    except DeviceError as error:
        kind: type[TerminalError] = Refused if error.code in REFUSED_CARDS else Unavailable
        raise kind(error.code, error.message, error.message_zh, "reader") from None


def _same_person(card: SocialSecurityCard, person: InsuredPerson) -> bool:
    same_number = hmac.compare_digest(card.id_number.upper().encode(), person.id_number.upper().encode())
    return same_number and card.name.strip() == person.name.strip()
