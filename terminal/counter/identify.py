"""Who stands at the counter: the card is read, the center is asked, and both must mean the same person.

An identification lives in memory, lapses, and knows how far the journal had come when the center was asked, so that
what this terminal commits or uploads afterwards is never counted twice, nor forgotten.
"""

from __future__ import annotations

import datetime as dt
import hmac

import msgspec
from msgspec import Struct

from hw.ports import CardReader, DeviceError, SocialSecurityCard
from terminal.center.desk import CenterDesk, Credential, InsuredPerson
from terminal.errors import Refused, TerminalError, Unavailable
from terminal.journal.chain import digest
from terminal.journal.journal import Journal
from terminal.journal.purse_records import PurseUse
from terminal.settlement.codec import decode, encode

IDENTIFICATION_LIFE_SECONDS = 1_800
"""Who was identified longer ago is identified again: account and entitlement may have changed."""

REFUSED_CARDS = frozenset({"foreign-card", "card-damaged", "card-blocked"})
"""Device codes that no waiting mends; all others are over when their cause is."""


class Identification(Struct, frozen=True):
    """An insured person as card and center agreed. `journal_seen`: the newest entry when the center was asked.

    as_of: when the center said so; `offline`: it could not be asked now, and this is what it said last. card: what was
    read. purse: what the card holds, where the account lies on it.
    """

    id: str
    person: InsuredPerson
    taken_at: dt.datetime
    expires_at: dt.datetime
    journal_seen: int
    as_of: dt.datetime | None = None
    offline: bool = False
    card: SocialSecurityCard | None = None
    purse: PurseUse | None = None


def identify(
    reader: CardReader,
    center: CenterDesk,
    provider_id: str,
    journal: Journal,
    new_id: str,
    online: bool = False,
) -> Identification:
    """Read the card and ask the center (1101); where it is away, take what it said last of this card's holder.

    online: the center decides every settlement, so that nobody is identified without it.

    Raises Refused (foreign, damaged, blocked or expired card; not insured; card and center differ), Unavailable
    (no card, no reader, center not reached and nothing known; online, a message of this person without a last word).
    """
    clock = journal.clock
    card = _read(reader)
    now = clock.now()
    if card.expires_on is not None and card.expires_on < now.date():
        raise Refused("card-expired", "the card's validity has ended", "社保卡已过有效期", "card")
    seen, key, offline = journal.entry_count(), _key_of(card), False
    try:
        person = center.identify(provider_id, Credential("card", card.card_number, card.identification_code, card.name))
        as_of = now
    except Unavailable:
        last = None if online else journal.last_answer(key)
        if last is None:
            raise
        person, as_of, seen, offline = decode(last.body, InsuredPerson), last.asked_at, last.journal_seen, True
    if not _same_person(card, person):
        raise Refused(
            "card-and-center-differ",
            "the card names another person than the center knows by it; keep the card's holder waiting and call the "
            "insurance office",
            "卡内信息与医保中心不一致，请联系医保经办机构",
            "card",
        )
    if not offline and journal.in_doubt_of(person.person_number):
        person, seen = _sure(journal, key, person, online)
    elif not offline:
        journal.keep_last_answer(key, person.person_number, encode(person), seen, now)
    expires_at = now + dt.timedelta(seconds=IDENTIFICATION_LIFE_SECONDS)
    return Identification(new_id, person, now, expires_at, seen, as_of, offline, card)


def _sure(journal: Journal, key: str, person: InsuredPerson, online: bool) -> tuple[InsuredPerson, int]:
    """What the center says while a message of this person is on its way may hold that message or not: so year and
    balance are those of its last answer before, on which everything that was settled since is counted.

    Raises Unavailable `person-in-doubt` in the online mode, and where there is no such answer.
    """
    last = None if online else journal.last_answer(key)
    if last is None:
        raise _in_doubt()
    before = decode(last.body, InsuredPerson)
    account = msgspec.structs.replace(person.account, balance=before.account.balance)
    return msgspec.structs.replace(person, account=account, year=before.year), last.journal_seen


def refuse_in_doubt(journal: Journal, person_number: str) -> None:
    """Raises Unavailable `person-in-doubt` while a message of this person has no last word."""
    if journal.in_doubt_of(person_number):
        raise _in_doubt()


def _in_doubt() -> Unavailable:
    message = "an earlier message of this person is still without an answer; try again in a moment"
    return Unavailable("person-in-doubt", message, "该参保人有未确认的业务，请稍后重试", "center")


def _key_of(card: SocialSecurityCard) -> str:
    return digest(f"card {card.card_number} {card.identification_code}".encode())


def _read(reader: CardReader) -> SocialSecurityCard:
    try:
        return reader.read_card()
    except DeviceError as error:
        kind: type[TerminalError] = Refused if error.code in REFUSED_CARDS else Unavailable
        raise kind(error.code, error.message, error.message_zh, "reader") from None


def _same_person(card: SocialSecurityCard, person: InsuredPerson) -> bool:
    same_number = hmac.compare_digest(card.id_number.upper().encode(), person.id_number.upper().encode())
    return same_number and card.name.strip() == person.name.strip()
