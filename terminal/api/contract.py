"""The contract of a route: what it takes, what it gives, what it may refuse.

Starlette's routes and the OpenAPI document are both made of `Operation`s, so that what is written down is what is
checked: body and query are decoded by the very types that the document shows, and the key is asked for where the
document says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.api.codes import EVERYWHERE, TOKEN
from terminal.api.guard import REQUEST_BYTES_MAX, has_body, idempotency_key, last_event_id, read_json, read_query
from terminal.api.served import Served, served
from terminal.api.token import needs_token, till_of
from terminal.errors import Conflict, Refused

B = TypeVar("B")
Q = TypeVar("Q")

Method = Literal["GET", "POST", "PUT", "DELETE"]

KEYS_RUNNING = "keys_running"
"""The application's state: the keys of the requests that are being worked on."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One request, checked: `path` by name, `body` and `query` decoded, `key` where the operation is keyed, else "".

    till: whose token it came with, "" on a path that needs none. hung_up: whether the caller has gone away. after: the
    event that a resuming listener heard last.
    """

    terminal: Served
    path: Mapping[str, str]
    body: B
    query: Q
    key: str
    till: str
    hung_up: Callable[[], Awaitable[bool]]
    after: int | None = None

    @property
    def day(self) -> dt.date:
        """The day that the path names. Raises Refused: not YYYY-MM-DD, or of the last year of the calendar."""
        return _date(self.path["day"], "YYYY-MM-DD", "", "day")

    @property
    def month(self) -> dt.date:
        """The first day of the month that the path names. Raises Refused as `day` does; written YYYY-MM."""
        return _date(self.path["month"], "YYYY-MM", "-01", "month")


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is not JSON, in one of these media types."""

    types: tuple[str, ...]


Gives = type[Struct] | Media | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[B, Q]):
    """One method of one path.

    zh, en: one line for people. takes, query: what body and query are decoded as; None takes none. body_needed: whether
    the body may be left out. keyed: it moves money, and its repeat under the same key gets the same bytes. resumes: it
    is a stream that goes on after `Last-Event-ID`. gives: by status. errors: codes beside `EVERYWHERE`.
    """

    method: Method
    path: str
    tag: str
    zh: str
    en: str
    handler: Callable[[Call[B, Q]], Awaitable[Response]]
    gives: Mapping[int, Gives]
    takes: type[B] | None = None
    query: type[Q] | None = None
    body_bytes_max: int = REQUEST_BYTES_MAX
    body_needed: bool = True
    keyed: bool = False
    resumes: bool = False
    errors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A word that names the operation in the log and in the document."""
        return self.handler.__name__

    @property
    def path_names(self) -> list[str]:
        """The names within braces in the path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def codes(self) -> list[str]:
        """Every code that it may answer."""
        return sorted({*EVERYWHERE, *(TOKEN if self.needs_token else ()), *self.errors})

    @property
    def needs_token(self) -> bool:
        """Whether a till must say who it is."""
        return needs_token(self.path)


AnyOperation = Operation[Any, Any]


def route_of(operation: AnyOperation) -> Route:
    """The starlette route of an operation."""

    async def endpoint(request: Request) -> Response:
        query = read_query(request, operation.query)
        key = idempotency_key(request) if operation.keyed else ""
        body = await _body(request, operation)
        after = last_event_id(request) if operation.resumes else None
        till, hung_up = till_of(request), request.is_disconnected
        call = Call(served(request), request.path_params, body, query, key, till, hung_up, after)
        if not key:
            return await operation.handler(call)
        with _running(getattr(request.app.state, KEYS_RUNNING), key):
            return await operation.handler(call)

    endpoint.__name__ = operation.name
    return Route(operation.path, endpoint, methods=[operation.method])


async def _body(request: Request, operation: AnyOperation) -> Any:
    if operation.takes is None or not (operation.body_needed or has_body(request)):
        return None
    return await read_json(request, operation.takes, operation.body_bytes_max)


@contextmanager
def _running(keys: set[str], key: str) -> Iterator[None]:
    """`key` is being worked on within it: its repeat is told so, instead of waiting in line behind itself."""
    if key in keys:
        problem = Conflict(
            "key-running",
            "a request under this key is still running; ask again in a moment under the same key",
            "同一 Idempotency-Key 的请求正在处理，请稍后以同一键重试",
            "Idempotency-Key",
        )
        problem.money_moved, problem.retry = "unknown", "same-key"
        raise problem
    keys.add(key)
    try:
        yield
    finally:
        keys.discard(key)


def _date(text: str, form: str, rest: str, at: str) -> dt.date:
    """The date that `text` with `rest` is. Raises Refused unless it is written in `form`, within the calendar."""
    try:
        found = dt.date.fromisoformat(text + rest) if len(text) == len(form) else None
    except ValueError:
        found = None
    if found is None or found.year == dt.MAXYEAR:
        raise Refused("bad-input", f"a {at} is written {form}, before {dt.MAXYEAR}", f"格式应为 {form}", at)
    return found
