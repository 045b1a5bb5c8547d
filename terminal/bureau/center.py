"""The reference center without HTTP: one request's bytes in, one answer's bytes out, all or nothing.

A repeated `msgid` with the same input gets the first answer again, with another input a refusal; only what
was booked is remembered, so a message that was refused may be corrected outside and sent again. A message
that was reversed is never answered as booked. With a profile whose repeats are unsafe, a repeat is a message like any
other, and books twice. Every transaction but 9001 needs the day's sign-in. Whatever comes is written down
(`arrivals`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

import msgspec

from terminal.bureau import files, published, reconciliation, registration, settling, stock, visits, voiding
from terminal.bureau.arrivals import Note, note_arrivals
from terminal.bureau.asked import Asked, CenterLaw, Denied, PublishedFiles, Work, read_request
from terminal.bureau.books import Books, KeptAnswer
from terminal.bureau.published import PublishedFolder
from terminal.bureau.purse_codes import TRAINING_TAC_MASTER_KEY
from terminal.bureau.runs import in_runs
from terminal.center import fields
from terminal.center.envelope import masked
from terminal.center.profile import REFERENCE, Profile
from terminal.clock import Clock
from terminal.errors import Refused

_PURCHASE, _OUTPATIENT, _STAY = (fields.SETS[name] for name in fields.MEDICAL_SETS)

BOOKING = (*fields.SETTLING, *fields.VOIDING, fields.REVERSE, fields.GOODS_SOLD, fields.GOODS_RETURNED)
"""Transactions that change the books, and whose answers are therefore kept."""

TRANSACTIONS: dict[str, Callable[[Work], dict[str, Any]]] = {
    fields.SIGN_IN: registration.sign_in,
    fields.SIGN_OUT: registration.sign_out,
    fields.PERSON: registration.person,
    _PURCHASE.settle: settling.settle,
    **dict.fromkeys(fields.VOIDING, voiding.void),
    fields.REVERSE: voiding.reverse,
    fields.TOTALS: reconciliation.totals,
    _PURCHASE.pre_settle: settling.pre_settle,
    fields.ENTITLEMENT: registration.entitlement,
    fields.ACCUMULATORS: registration.accumulators,
    fields.QUERY: voiding.query,
    fields.DETAILS: reconciliation.details,
    fields.UPLOAD_FILE: files.upload,
    fields.DICTIONARY: published.listed,
    **dict.fromkeys(fields.CATALOGUES, published.catalogue),
    **dict.fromkeys((_OUTPATIENT.register, _STAY.register), visits.register),
    _OUTPATIENT.describe: visits.describe,
    **dict.fromkeys((_OUTPATIENT.lines, _STAY.lines), visits.take_lines),
    **dict.fromkeys((_OUTPATIENT.withdraw_lines, _STAY.withdraw_lines), visits.withdraw_lines),
    _STAY.discharge: visits.discharge,
    _STAY.undo_discharge: visits.undo_discharge,
    **dict.fromkeys((_OUTPATIENT.unregister, _STAY.unregister), visits.cancel),
    **dict.fromkeys((_OUTPATIENT.pre_settle, _STAY.pre_settle), visits.pre_settle_visit),
    **dict.fromkeys((_OUTPATIENT.settle, _STAY.settle), visits.settle_visit),
    fields.VISITS: visits.find,
    fields.GOODS_SOLD: stock.sell,
    fields.GOODS_RETURNED: stock.take_back,
    fields.GOODS_DELETED: stock.delete,
}
"""`infno` -> what answers it with its output nodes, or raises Denied."""

_COUNTER = attrgetter("sign_number", "operator", "provider_id")
_WITHOUT_SIGNS = str.maketrans("", "", "-:T.")
STAMP_CHARACTERS = len("yyyy-MM-ddTHH:mm:ss.SSS")


class Center:
    """Answers requests out of `books`, by `law`, at the time of `clock`, as the province of `profile` does.

    tac_master_key: of the proofs that purses give.
    """

    def __init__(
        self,
        books: Books,
        law: CenterLaw,
        clock: Clock,
        profile: Profile = REFERENCE,
        published: PublishedFiles | None = None,
        tac_master_key: bytes = TRAINING_TAC_MASTER_KEY,
    ) -> None:
        self.books = books
        self.law = law
        self.clock = clock
        self.profile = profile
        self.published = published or PublishedFolder()
        self._tac_master_key = tac_master_key

    def answer(self, body: bytes, fault: str = "") -> bytes:
        """The answer to one request; never raises for what the request holds. fault: the one it meets, for the page.

        Raises Unavailable: the books are out of reach, and nothing was done.
        """
        asked = None
        try:
            asked = read_request(body)
            with self.books.transaction():
                return self._answers([asked], fault)[0]
        except (Denied, Refused) as error:
            said = masked(str(error))
            with self.books.transaction():
                self._note([Note(asked, "refused", said, fault)])
            return self._wrapped(asked.area_code if asked else "", -1, said, {})

    def answers(self, bodies: Sequence[bytes]) -> list[bytes]:
        """The answers to several requests in one transaction: all or nothing.

        Raises Denied or Refused where one of them is refused, Unavailable: nothing was done.
        """
        asked = [read_request(body) for body in bodies]
        with self.books.transaction():
            return [answer for group in _groups(asked) for answer in self._answers(group)]

    def note(self, body: bytes, verdict: Literal["turned-away", "lost"], why: str = "", fault: str = "") -> None:
        """Write down what never came as far as here: the gateway or a fault kept it away. Raises Unavailable."""
        try:
            asked = read_request(body)
        except Denied:
            asked = None
        with self.books.transaction():
            self._note([Note(asked, verdict, why, fault)])

    def _answers(self, group: Sequence[Asked], fault: str = "") -> list[bytes]:
        """The answers to the messages of one group."""
        first = group[0]
        if first.infno == fields.DOWNLOAD_FILE:
            return [self._downloaded(first, fault)]
        repeats = self._repeats(group)
        if not repeats:
            return self._carried_out(group, fault)
        if len(group) > 1:
            return [self._answers([asked], fault)[0] for asked in group]
        self._note([Note(first, "accepted", "repeat", fault)])
        return repeats

    def _carried_out(self, group: Sequence[Asked], fault: str) -> list[bytes]:
        """The answers to messages that have not been answered before. Raises Denied, Refused."""
        works, infno = [self._work(asked) for asked in group], group[0].infno
        outputs = settling.settle_all(works) if len(works) > 1 else [TRANSACTIONS[infno](works[0])]
        answers = [self._wrapped(asked.area_code, 0, "", said) for asked, said in zip(group, outputs, strict=True)]
        if infno in BOOKING:
            told = zip(group, answers, strict=True)
            self.books.keep_answers([(one.provider_id, one.message_id, one.digest, said) for one, said in told])
        self._note([Note(asked, "accepted", "", fault, said) for asked, said in zip(group, outputs, strict=True)])
        return answers

    def _downloaded(self, asked: Asked, fault: str) -> bytes:
        self._kept([asked])
        body = files.download(self._work(asked))
        self._note([Note(asked, "accepted", fault=fault)])
        return body

    def _work(self, asked: Asked) -> Work:
        now, master_key = self.clock.now(), self._tac_master_key
        return Work(self.books, self.law, now, asked, self.published, self.profile, master_key)

    def _note(self, notes: Sequence[Note]) -> None:
        note_arrivals(self.books.storage, self.clock.now(), notes)

    def _kept(self, group: Sequence[Asked]) -> dict[str, KeptAnswer]:
        """By message number, what these messages were answered before. Raises Denied where an operator is not signed
        in today.
        """
        found: dict[str, KeptAnswer] = {}
        today = self.clock.now().date()
        for (sign_number, operator, provider_id), same in groupby(group, key=_COUNTER):
            message_ids = [asked.message_id for asked in same]
            signed_in, kept = self.books.standing(sign_number, operator, today, provider_id, message_ids)
            if not signed_in:
                raise Denied("sign_no: 未签到或签到已失效 (not signed in today)")
            found |= kept
        return found

    def _repeats(self, group: Sequence[Asked]) -> list[bytes]:
        """The answers to repeat, where this center recognises messages.

        Raises Denied: not offered, of an unknown institution, not signed in, or a number that stands for another.
        """
        infno = group[0].infno
        if infno not in TRANSACTIONS:
            raise Denied(f"infno {infno[:10]} is not offered here")
        if any(asked.provider_id not in self.books.providers for asked in group):
            raise Denied("fixmedins_code: no such institution here")
        kept = self._kept(group) if infno != fields.SIGN_IN else {}
        if infno not in BOOKING or self.profile.repeats == "unsafe":
            return []
        return [_repeated(asked, kept[asked.message_id]) for asked in group if asked.message_id in kept]

    def _wrapped(self, area_code: str, code: int, message: str, output: dict[str, Any]) -> bytes:
        now = self.clock.now()
        stamp = now.isoformat(timespec="milliseconds")[:STAMP_CHARACTERS].translate(_WITHOUT_SIGNS)
        reference = f"{area_code:0<6.6}{stamp[:14]}{now.microsecond:010d}"
        return msgspec.json.encode(
            {
                "infcode": code,
                "inf_refmsgid": reference,
                "refmsg_time": stamp,
                "respond_time": stamp,
                "err_msg": message,
                "output": output,
            }
        )


def _repeated(asked: Asked, kept: KeptAnswer) -> bytes:
    if kept.digest != asked.digest:
        raise Denied("msgid: this number stands for another message already")
    if kept.reversed:
        raise Denied("msgid: this message has been reversed")
    return kept.answer


def _groups(messages: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Settlements that follow one another, each number once; anything else by itself."""
    for infno, alike in groupby(messages, key=attrgetter("infno")):
        if infno == _PURCHASE.settle:
            yield from in_runs(alike, lambda asked: {asked.message_id})
        else:
            yield from ([asked] for asked in alike)
