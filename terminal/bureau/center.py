"""The reference center without HTTP: one request's bytes in, one answer's bytes out, all or nothing.

A repeated `msgid` with the same input gets the first answer again, with another input a refusal; only what
was booked is remembered, so a message that was refused may be corrected outside and sent again. A message
that was reversed is never answered as booked. Every transaction but 9001 needs the day's sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from terminal.bureau import files, published, reconciliation, registration, settling, voiding
from terminal.bureau.asked import Asked, Denied, Law, Published, Work, read_request
from terminal.bureau.books import Books
from terminal.bureau.published import PublishedFolder
from terminal.center import fields
from terminal.center.envelope import masked
from terminal.clock import Clock
from terminal.errors import Refused

BOOKING = (fields.SETTLE, fields.VOID, fields.REVERSE)
"""Transactions that change the books, and whose answers are therefore kept."""

TRANSACTIONS: dict[str, Callable[[Work], dict[str, Any]]] = {
    fields.SIGN_IN: registration.sign_in,
    fields.SIGN_OUT: registration.sign_out,
    fields.PERSON: registration.person,
    fields.SETTLE: settling.settle,
    fields.VOID: voiding.void,
    fields.REVERSE: voiding.reverse,
    fields.TOTALS: reconciliation.totals,
    fields.PRE_SETTLE: settling.pre_settle,
    fields.ENTITLEMENT: registration.entitlement,
    fields.ACCUMULATORS: registration.accumulators,
    fields.QUERY: voiding.query,
    fields.DETAILS: reconciliation.details,
    fields.UPLOAD_FILE: files.upload,
    fields.DICTIONARY: published.listed,
    **dict.fromkeys(fields.CATALOGUES, published.catalogue),
}
"""`infno` -> what answers it with its output nodes, or raises Denied."""


class Center:
    """Answers requests out of `books`, by `law`, at the time of `clock`."""

    def __init__(self, books: Books, law: Law, clock: Clock, published: Published | None = None) -> None:
        self.books = books
        self.law = law
        self.clock = clock
        self.published = published or PublishedFolder()

    def answer(self, body: bytes) -> bytes:
        """The answer to one request; never raises for what the request holds."""
        area_code = ""
        try:
            asked = read_request(body)
            area_code = asked.area_code
            with self.books.transaction():
                return self._answer(asked)
        except (Denied, Refused) as error:
            return self._wrapped(area_code, -1, masked(str(error)), {})

    def _answer(self, asked: Asked) -> bytes:
        if asked.infno == fields.DOWNLOAD_FILE:
            self._refuse_unsigned(asked)
            return files.download(self._work(asked))
        work = TRANSACTIONS.get(asked.infno)
        if work is None:
            raise Denied(f"infno {asked.infno[:10]} is not offered here")
        if asked.provider_id not in self.books.providers:
            raise Denied("fixmedins_code: no such institution here")
        if asked.infno != fields.SIGN_IN:
            self._refuse_unsigned(asked)
        kept = self.books.answer_of(asked.provider_id, asked.message_id)
        if asked.infno in BOOKING and kept is not None:
            if kept.digest != asked.digest:
                raise Denied("msgid: this number stands for another message already")
            if kept.reversed:
                raise Denied("msgid: this message has been reversed")
            return kept.answer
        answer = self._wrapped(asked.area_code, 0, "", work(self._work(asked)))
        if asked.infno in BOOKING:
            self.books.keep_answer(asked.provider_id, asked.message_id, asked.digest, answer)
        return answer

    def _work(self, asked: Asked) -> Work:
        return Work(self.books, self.law, self.clock.now(), asked, self.published)

    def _refuse_unsigned(self, asked: Asked) -> None:
        if not self.books.is_signed_in(asked.sign_number, asked.operator, self.clock.now().date()):
            raise Denied("sign_no: 未签到或签到已失效 (not signed in today)")

    def _wrapped(self, area_code: str, code: int, message: str, output: dict[str, Any]) -> bytes:
        now = self.clock.now()
        stamp = now.strftime("%Y%m%d%H%M%S%f")[:17]
        reference = f"{area_code:0<6.6}{now:%Y%m%d%H%M%S}{now.microsecond:010d}"
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
