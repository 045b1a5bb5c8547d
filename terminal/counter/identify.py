"""Who stands at the counter: the center is asked about what was shown, and both must mean the same person.

An identification lives in memory, lapses, and knows how far the journal had come when the center was asked, so that
what this terminal commits or uploads afterwards is never counted twice, nor forgotten. How a person may be identified
is the law's word (the pack's `identify`).
"""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

from hw.ports import SocialSecurityCard
from terminal.center.answers import InsuredPerson
from terminal.center.desk import CenterDesk
from terminal.counter.shown import Method, Shown
from terminal.errors import Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.purse_records import PurseUse
from terminal.journal.records import ShownAs
from terminal.settlement.codec import decode, encode
from terminal.settlement.law import Law

IDENTIFICATION_LIFE_SECONDS = 1_800
"""Who was identified longer ago is identified again: account and entitlement may have changed."""

_METHOD_WORDS: dict[Method, tuple[str, str]] = {
    "card": ("the card", "社保卡"),
    "qr": ("an e-credential", "医保电子凭证"),
    "id": ("an identity number", "身份证号码"),
}


class Identification(Struct, frozen=True):
    """An insured person as the center knows them. `journal_seen`: the newest entry when the center was asked.

    as_of: when the center said so; `offline`: it could not be asked now, and this is what it said last. method: what
    was shown; card: the one that must still be there at the settlement. purse: what the card holds, where the account
    lies on it. shown_as: what the center is told of that in messages about a settlement.
    """

    id: str
    person: InsuredPerson
    taken_at: dt.datetime
    expires_at: dt.datetime
    journal_seen: int
    as_of: dt.datetime | None = None
    offline: bool = False
    method: Method = "card"
    card: SocialSecurityCard | None = None
    purse: PurseUse | None = None
    shown_as: ShownAs | None = None


def identify(
    shown: Shown, center: CenterDesk, provider_id: str, journal: Journal, law: Law, new_id: str, online: bool = False
) -> Identification:
    """Ask the center (1101) about what was shown; where it is away, take what it said last of the same.

    online: the center decides every settlement, so that nobody is identified without it.

    Raises Refused (not insured; center and card or number differ; `identify-not-allowed` by the law), Unavailable
    (center not reached and nothing known; online, a message of this person without a last word).
    """
    now = journal.clock.now()
    seen, key, offline = journal.entry_count(), shown.key(), False
    try:
        person = center.identify(provider_id, shown.credential)
        as_of, key = now, shown.key(person.person_number)
    except Unavailable:
        last = None if online or not key else journal.last_answer(key)
        if last is None:
            raise
        person, as_of, seen, offline = decode(last.body, InsuredPerson), last.asked_at, last.journal_seen, True
    if not shown.names(person):
        raise _differs(shown.method)
    require_allowed(law, person.policy, now.date(), shown.method)
    if not offline and journal.in_doubt_of(person.person_number):
        person, seen = _sure(journal, key, person, online)
    elif not offline:
        journal.keep_last_answer(key, person.person_number, encode(person), seen, now)
    expires_at = now + dt.timedelta(seconds=IDENTIFICATION_LIFE_SECONDS)
    return Identification(
        id=new_id,
        person=person,
        taken_at=now,
        expires_at=expires_at,
        journal_seen=seen,
        as_of=as_of,
        offline=offline,
        method=shown.method,
        card=shown.card,
        shown_as=shown.to_be_named(online),
    )


def require_allowed(law: Law, policy: str, day: dt.date, method: Method) -> None:
    """Raises Refused `identify-not-allowed`, citing the article, where the law of a day knows no such way."""
    head = law.shelf.nearest(policy, day).policy
    if method in head.identify:
        return
    (word, word_zh), (known, known_zh) = _METHOD_WORDS[method], _METHOD_WORDS[head.identify[0]]
    raise Refused(
        "identify-not-allowed",
        f"{policy} knows no identification by {word}, {head.identify_cite}: take {known}",
        f"{head.title}：不得凭{word_zh}结算（{head.identify_cite}），请使用{known_zh}",
        "by",
    )


def _differs(method: Method) -> Refused:
    if method == "card":
        return Refused(
            "card-and-center-differ",
            "the card names another person than the center knows by it; keep the card's holder waiting and call the "
            "insurance office",
            "卡内信息与医保中心不一致，请联系医保经办机构",
            "card",
        )
    message = "the center answered about another number than was asked for; call the insurance office"
    return Refused("number-and-center-differ", message, "医保中心返回的证件号码不符，请联系医保经办机构", "id_number")


def _sure(journal: Journal, key: str, person: InsuredPerson, online: bool) -> tuple[InsuredPerson, int]:
    """What the center says while a message of this person is on its way may hold that message or not: so year and
    balance are those of its last answer before, on which everything that was settled since is counted.

    Raises Unavailable `person-in-doubt` in the online mode, and where there is no such answer of this year.
    """
    last = None if online else journal.last_answer(key)
    if last is None or last.asked_at.year != journal.clock.now().year:
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
