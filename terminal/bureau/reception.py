"""A request's way through the center: the gateway, the fault it meets by order, and the books.

Requests that came together are carried out together: one transaction, one commit, and no answer before it. Where one
of them is refused, nothing of all was done, and each is carried out by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from terminal.bureau.asked import CenterLaw, Denied, PublishedFiles
from terminal.bureau.books import Books
from terminal.bureau.center import Center
from terminal.bureau.faults import Faults
from terminal.bureau.gate import CenterKeys, Gate, TurnedAway
from terminal.bureau.unruly import JSON, Cut, Unruly, kind_of
from terminal.center.profile import REFERENCE, Profile
from terminal.clock import Clock
from terminal.errors import Refused, Unavailable

PATH = "/fsi/api/rsfComIfsService/callService"


class Given(Struct, frozen=True):
    """One request as it came. headers: by names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Reply(Struct, frozen=True):
    """One answer as it goes. kind: its media type."""

    status: int
    kind: str
    body: bytes


OUT_OF_REACH = Reply(503, JSON, b'{"code":503,"message":"the books are out of reach"}')


class Reception:
    """Takes requests in. profile, keys: what the gateway demands, and with what it checks it."""

    def __init__(
        self,
        books: Books,
        law: CenterLaw,
        clock: Clock,
        faults: Faults | None = None,
        published: PublishedFiles | None = None,
        profile: Profile = REFERENCE,
        keys: CenterKeys | None = None,
    ) -> None:
        self.books = books
        self.faults = faults or Faults()
        self._center = Center(books, law, clock, profile, published)
        self._gate = Gate(PATH, clock, profile, keys)
        self._unruly = Unruly(self._center, self._gate.given)

    @property
    def is_calm(self) -> bool:
        """Whether no fault stands ready and nothing is held back, so that `replies` may be asked."""
        return not self.faults.are_ready and not self._unruly.holds_back

    async def answer(self, request: Request, given: Given, cut: Cut | None) -> Response:
        """The answer to one request, as the fault that it meets has it. cut: drops its connection."""
        try:
            infno, plain = self._gate.taken(given.path, given.headers, given.body)
            return await self._unruly.answer(request, plain, self.faults.take(infno), cut)
        except TurnedAway as error:
            reply = self._turned_away(given, error)
        except Unavailable:
            reply = OUT_OF_REACH
        return Response(reply.body, reply.status, media_type=reply.kind)

    def replies(self, together: Sequence[Given]) -> list[Reply]:
        """The replies to requests that came together, each in its place; all is committed when they are returned."""
        found: dict[int, Reply] = {}
        let_in: dict[int, bytes] = {}
        for place, given in enumerate(together):
            try:
                let_in[place] = self._gate.taken(given.path, given.headers, given.body)[1]
            except TurnedAway as error:
                found[place] = self._turned_away(given, error)
        found |= zip(let_in, self._booked(list(let_in.values())), strict=True)
        return [found[place] for place in range(len(together))]

    def _booked(self, plain: Sequence[bytes]) -> list[Reply]:
        if len(plain) < 2:
            return [self._booked_alone(one) for one in plain]
        try:
            answers = self._center.answers(plain)
        except (Denied, Refused):
            return [self._booked_alone(one) for one in plain]
        except Unavailable:
            return [OUT_OF_REACH] * len(plain)
        return [self._sealed(answer) for answer in answers]

    def _booked_alone(self, plain: bytes) -> Reply:
        try:
            return self._sealed(self._center.answer(plain))
        except Unavailable:
            return OUT_OF_REACH

    def _sealed(self, answer: bytes) -> Reply:
        sealed = self._gate.given(answer)
        return Reply(200, kind_of(sealed), sealed)

    def _turned_away(self, given: Given, error: TurnedAway) -> Reply:
        try:
            self._center.note(given.body, "turned-away", str(error))
        except Unavailable:
            return OUT_OF_REACH
        return Reply(401, JSON, msgspec.json.encode({"code": 401, "message": str(error)}))
