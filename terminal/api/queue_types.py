"""What the routes of unfinished things give: uploads, prints, and what the last start found half done."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from terminal.api.types import SettlementView
from terminal.counter.recover import Recovered
from terminal.journal.progress import Progress
from terminal.money import Fen


class QueuedUpload(Struct, frozen=True):
    """A message that the center has not accepted yet. `reason`: the center's, or why it could not be sent.

    stuck: it does not go by itself, an operator must do something; why, why_zh: what, in one sentence. answer: what
    came last to a message and nobody understood, with long numbers cut and names blacked out.
    """

    message_id: str
    transaction: str
    settlement: str
    state: str
    attempts: int
    first_queued_at: dt.datetime
    next_attempt_at: dt.datetime
    reason: str
    stuck: bool
    why: str
    why_zh: str
    answer: str


class QueuedPrint(Struct, frozen=True):
    """A document that is not on paper yet. `copy` 0 is the first print; `why`: what stopped it last, a device's code.

    stuck: it was tried and the printer needs somebody; why_zh: the same for people, "" where nothing stopped it.
    """

    document: str
    subject: str
    copy: int
    state: str
    repeat: bool
    attempts: int
    why: str
    stuck: bool
    why_zh: str


class StuckGoods(Struct, frozen=True):
    """Goods that the center's stock book has not taken in, and no waiting changes it. name: of the article; kind:
    `sale` (3505) or `return` (3506); state: `refused` or `parked`. why, why_zh: what to do, in one sentence.
    """

    message_id: str
    settlement: str
    name: str
    kind: str
    state: str
    attempts: int
    reason: str
    why: str
    why_zh: str


class StuckVisit(Struct, frozen=True):
    """A visit whose settlement was taken back, or never came about, and that stands open at the center: it, or the
    lines there, may make the next upload fail. It goes again under its settlement's number (`resume`). visit: the
    center's number of it, "" where its registration was never answered; reason: the center's; why, why_zh: what to do,
    in one sentence.
    """

    settlement: str
    visit: str
    attempts: int
    reason: str
    why: str
    why_zh: str


class QueueAnswer(Struct, frozen=True):
    """GET /v1/queue: everything that is not finished. progress: how fast it goes. goods: stock moves by state; those
    that are stuck are listed, the oldest 100 of them, and as many visits that are left open at the center.
    """

    uploads: list[QueuedUpload]
    prints: list[QueuedPrint]
    progress: Progress
    goods: dict[str, int]
    stuck_goods: list[StuckGoods]
    stuck_visits: list[StuckVisit]


class PrintJobsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """GET /v1/print-jobs: how many, newest first."""

    last: Annotated[int, Meta(ge=1, le=200)] = 50


class PrintJobView(Struct, frozen=True):
    """A document that was to be printed. `why`: what stopped it last, or `electronic` where no paper was wanted."""

    id: int
    document: str
    subject: str
    copy: int
    state: str
    repeat: bool
    attempts: int
    queued_at: dt.datetime
    next_attempt_at: dt.datetime
    why: str


class PrintJobList(Struct, frozen=True):
    """GET /v1/print-jobs: newest first."""

    jobs: list[PrintJobView]


class UnfinishedRefund(Struct, frozen=True):
    """A refund by line that is begun and not done. taken_back: its void stands, under the number `void`.

    begun_at, till, till_reference: of the request that began it. stays: what is to be settled anew. what, what_zh: how
    it stands and what to do, in one sentence: `refund/resume` or `refund/give-up` of the settlement.
    """

    settlement: str
    taken_back: bool
    void: str
    begun_at: dt.datetime
    till: str
    till_reference: str
    stays: Fen
    what: str
    what_zh: str


class UnresolvedAnswer(Struct, frozen=True):
    """GET /v1/unresolved: settlements whose outcome is open, refunds that are begun and not done, and what the last
    start found and did about it."""

    settlements: list[SettlementView]
    refunds: list[UnfinishedRefund]
    at_start: Recovered
