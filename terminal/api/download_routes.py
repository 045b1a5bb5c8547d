"""Routes of what the bureau publishes: what came down and holds, what was refused, and asking for it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from terminal.api.codes import READS, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import Served, json_answer
from terminal.journal.published import KeptPublication


class PublicationView(Struct, frozen=True):
    """One version of a published file. entry: of the journal, from which on it is here; in_force: it holds today."""

    kind: str
    name: str
    version: int
    in_force_from: dt.date
    in_force_to: dt.date | None
    digest: str
    entry: int
    kept_at: dt.datetime
    in_force: bool


class RefusedDownload(Struct, frozen=True):
    """What was refused, why, and since when. reason_zh: "" where an earlier program has written it down."""

    file: str
    reason: str
    reason_zh: str
    at: dt.datetime


class DownloadsAnswer(Struct, frozen=True):
    """GET, POST /v1/downloads: every version that ever came down, what was refused, and what was taken just now."""

    publications: list[PublicationView]
    refused: list[RefusedDownload]
    taken: list[str]


async def downloads(call: Call[None, None]) -> Response:
    """What came down from the bureau, with its history."""
    return json_answer(await call.terminal.call(lambda: _answer(call.terminal, ())))


async def download(call: Call[None, None]) -> Response:
    """Ask the center now, instead of at the next sign-in."""
    terminal = call.terminal
    taken = await terminal.download(await terminal.call(terminal.counter.require_operator))
    return json_answer(await terminal.call(lambda: _answer(terminal, taken)))


def _answer(terminal: Served, taken: Sequence[str]) -> DownloadsAnswer:
    in_force = terminal.downloads.in_force
    today = {one.entry for one in in_force.on(terminal.clock.now().date())}
    troubles = terminal.downloads.troubles()
    return DownloadsAnswer(
        publications=[_view(one, one.entry in today) for one in in_force.kept()],
        refused=[RefusedDownload(trouble.what, trouble.reason, trouble.reason_zh, trouble.at) for trouble in troubles],
        taken=list(taken),
    )


def _view(one: KeptPublication, in_force: bool) -> PublicationView:
    head = one.head
    names = ("kind", "name", "version", "in_force_from", "in_force_to", "digest")
    facts = {name: getattr(head, name) for name in names}
    return PublicationView(**facts, entry=one.entry, kept_at=one.kept_at, in_force=in_force)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/downloads",
        tag="policies",
        zh="医保局下发文件：全部版本、生效日期、拒收原因",
        en="What the bureau publishes: every version with its days, and what was refused",
        handler=downloads,
        gives={200: DownloadsAnswer},
        errors=READS,
    ),
    Operation(
        method="POST",
        path="/v1/downloads",
        tag="policies",
        zh="立即向医保中心下载",
        en="Ask the center for what is new, now",
        handler=download,
        gives={200: DownloadsAnswer},
        errors=(*WRITES, "not-signed-in"),
    ),
)
"""What this module serves."""
