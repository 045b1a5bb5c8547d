"""Carries out one request as its fault wants it: cut, late, twice, out of order, or with a spoilt answer."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from terminal.bureau.center import Center
from terminal.bureau.faults import Fault
from terminal.bureau.spoil import INSTEAD, spoilt, spoilt_on_the_way

JSON = "application/json;charset=utf-8"

Cut = Callable[[Request], None]


class Unruly:
    """seal: what the gateway puts around an answer."""

    def __init__(self, center: Center, seal: Callable[[bytes], bytes]) -> None:
        self._center = center
        self._seal = seal
        self._held: list[bytes] = []

    @property
    def holds_back(self) -> bool:
        """Whether a request waits here for the one behind which it is to come in."""
        return bool(self._held)

    async def answer(self, request: Request, plain: bytes, fault: Fault | None, cut: Cut | None) -> Response:
        """The answer to one plain request, as its fault has it. cut: drops its connection.

        Raises Unavailable: the books are out of reach.
        """
        name = fault.name if fault else None
        if name in INSTEAD or name == "drop-before":
            self._center.note(plain, "lost", fault=name)
        if name in INSTEAD:
            return Response(INSTEAD[name], media_type="text/html" if name == "html" else JSON)
        if name == "reorder":
            self._held.append(plain)
        if name in ("drop-before", "reorder"):
            return await _dropped(request, cut)
        answer = self._processed(plain, name or "")
        if name == "drop-after":
            return await _dropped(request, cut)
        sealed = spoilt_on_the_way(self._seal(spoilt(answer, name)), name)
        kind = kind_of(sealed)
        pause = dt.timedelta(milliseconds=fault.milliseconds if fault else 0).total_seconds()
        if name == "slow":
            return StreamingResponse(_dripping(sealed, pause), media_type=kind)
        if name == "delay":
            await asyncio.sleep(pause)
        return Response(sealed, media_type=kind)

    def _processed(self, plain: bytes, name: str) -> bytes:
        if name == "duplicate":
            self._center.answer(plain, name)
        answer = self._center.answer(plain, name)
        # What was held back comes in behind this one; whoever sent it has given up waiting.
        held, self._held = self._held, []
        for late in held:
            self._center.answer(late, "reorder")
        return answer


def kind_of(answer: bytes) -> str:
    """The media type of an answer: an envelope, or a file."""
    return JSON if answer[:1] in (b"{", b"") else "application/octet-stream"


async def _dropped(request: Request, cut: Cut | None) -> Response:
    if cut:
        cut(request)
        while (await request.receive())["type"] != "http.disconnect":
            pass
    return Response(b"")


async def _dripping(answer: bytes, pause_seconds: float) -> AsyncIterator[bytes]:
    for place in range(len(answer)):
        await asyncio.sleep(pause_seconds)
        yield answer[place : place + 1]
