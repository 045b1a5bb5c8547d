"""The wire to the center: one POST, one answer, and the difference between "nothing was sent" and "silence".

HTTP/1.1 with keep-alive over http.client, https where the address says so. Not for several threads at once.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import select
import socket
from collections.abc import Callable
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, urlsplit

from terminal.center.form import form_type
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import Secrets, gateway_headers
from terminal.center.tls import Tls
from terminal.center.wire import Unanswered, read_answer, whole_request
from terminal.clock import Clock
from terminal.errors import Refused
from terminal.limits import CENTER_REPLY_BYTES_MAX, CENTER_REPLY_TIMEOUT_SECONDS

CONNECT_SECONDS_MAX = 5
"""A line that does not stand by then is dead, whatever the patience for an answer."""

GRACE_SECONDS = 0.2
"""An answer that lies here already is read, also where another one was waited for meanwhile."""

_INFNO = re.compile(rb'\{"infno":"([0-9A-Z]{4,6})"')
"""Every request of ours begins with its transaction's number (`Request`), or with the head of the form around it."""

INFNO_WITHIN_BYTES = 200


class NoAnswer(Exception):
    """An exchange came to nothing. reason_zh: what the operator can do about it, "" where nothing is known."""

    def __init__(self, reason: str, reason_zh: str = "") -> None:
        super().__init__(reason)
        self.reason_zh = reason_zh


class Unreachable(NoAnswer):
    """No connection: surely not a byte of the request has left."""


class Silence(NoAnswer):
    """The request may have arrived, and no whole answer came: the outcome is unknown."""


N = TypeVar("N", Unreachable, Silence)


class Link(Protocol):
    """A way to the center."""

    def post(self, body: bytes) -> bytes:
        """Send one request and return the body of the answer. Raises Unreachable or Silence."""


class Lane(Link, Protocol):
    """A link whose answer is fetched later, so that the center works meanwhile. One request at a time."""

    def send(self, body: bytes) -> None:
        """Send one request. What still was on its way is given up. Raises Unreachable, or Silence (outcome unknown)."""

    def receive(self) -> bytes:
        """The answer to what was sent. Raises Silence."""


class HttpLink:
    """A kept-alive connection to the one address of the center (`http://host:port/path`).

    reply_timeout_seconds bounds the sending, and the answer as a whole, from its first byte on.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        reply_timeout_seconds: float = CENTER_REPLY_TIMEOUT_SECONDS,
        profile: Profile = REFERENCE,
        secrets: Secrets | None = None,
        tls: Tls | None = None,
        nonce: Callable[[], str] = lambda: "",
    ) -> None:
        parts, port = _address(url)
        host, patience = parts.hostname or "", min(reply_timeout_seconds, CONNECT_SECONDS_MAX)
        self._connection: http.client.HTTPConnection
        self._tls = (tls or Tls()) if parts.scheme == "https" else None
        if self._tls:
            self._connection = http.client.HTTPSConnection(host, port, timeout=patience, context=self._tls.context)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=patience)
        self._profile, self._secrets, self._nonce = profile, secrets or Secrets(), nonce
        self._path = parts.path or "/"
        self._timeout_seconds = reply_timeout_seconds
        self._clock = clock
        self._deadline_seconds = 0.0
        self._is_cut = False
        self._is_awaited = False
        self._was_answered = False

    def post(self, body: bytes) -> bytes:
        """Send `body` as UTF-8 JSON. Raises Unreachable (surely not sent) or Silence (outcome unknown)."""
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        """See `Lane`."""
        if self._is_awaited:
            self.close()
        self._connect()
        try:
            request = whole_request(self._connection, *self._dressed(body))
        except http.client.HTTPException as error:
            raise self._failed(Silence, error) from None
        self._write(request)

    def receive(self) -> bytes:
        """See `Lane`."""
        self._deadline_seconds = max(self._deadline_seconds, self._clock.monotonic_seconds() + GRACE_SECONDS)
        try:
            answer = read_answer(self._connection.sock, self._left, CENTER_REPLY_BYTES_MAX)
        except (OSError, Unanswered) as error:
            raise self._failed(Silence, error) from None
        self._is_awaited = False
        self._was_answered = True
        if not answer.stays:
            self.close()
        if len(answer.body) > CENTER_REPLY_BYTES_MAX:
            raise Silence(f"the answer is longer than {CENTER_REPLY_BYTES_MAX} bytes")
        if self._tls and (refusal := self._tls.refusal_on(answer.body)):
            raise Silence(*refusal)
        return answer.body

    def knock(self) -> None:
        """Whether the center opens: connect and, over TLS, hear how it answers to a bare GET, which changes nothing.

        Raises as `post`.
        """
        self._connect()
        if self._tls:
            self._write(f"GET {self._path} HTTP/1.1\r\nHost: {self._connection.host}\r\n\r\n".encode())
            self.receive()

    def _write(self, request: bytes) -> None:
        self._deadline_seconds = self._clock.monotonic_seconds() + self._timeout_seconds
        try:
            self._connection.sock.sendall(request)
        except OSError as error:
            raise self._failed(Silence, error) from None
        self._is_awaited = True

    def _failed(self, kind: type[N], error: Exception) -> N:
        self.close()
        what = "no connection" if kind is Unreachable else "no answer"
        refusal = self._tls.refusal(error) if self._tls and not self._was_answered else None
        if refusal is None:
            return kind(f"{what}: {_named(error)}")
        return kind(f"{what}: {_named(error)}; {refusal.en}", refusal.zh)

    def _dressed(self, body: bytes) -> tuple[str, dict[str, str], bytes]:
        """Path, headers and body as the profile wants them for this body's transaction."""
        found = _INFNO.search(body, 0, INFNO_WITHIN_BYTES)
        infno = found.group(1).decode() if found else ""
        content_type = form_type(body) or self._profile.address.content_type
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        headers |= gateway_headers(self._profile.gateway, self._secrets, infno, self._clock.now(), self._nonce())
        return self._profile.path_of(self._path, infno), headers, body

    def close(self) -> None:
        """Drop the connection; the next request opens a new one."""
        self._is_awaited = False
        self._connection.close()

    def cut(self) -> None:
        """For good, from any thread: who waits for an answer is silent at once, and nothing is sent any more."""
        self._is_cut = True
        waiting = self._connection.sock
        if waiting is not None:
            with contextlib.suppress(OSError):
                # Past TLS, whose own good-bye would wait for the other side.
                socket.socket.shutdown(waiting, socket.SHUT_RDWR)

    def _connect(self) -> None:
        if self._connection.sock is not None and self._stale():
            self._connection.close()
        if self._connection.sock is None:
            self._was_answered = False
            try:
                self._connection.connect()
            except (OSError, UnicodeError) as error:
                raise self._failed(Unreachable, error) from None
        if self._is_cut:
            self._connection.close()
            raise Unreachable("the terminal ends")
        # The answer before was read with what was left of its own time.
        self._connection.sock.settimeout(self._timeout_seconds)

    def _stale(self) -> bool:
        # Between two requests nothing may arrive: what can be read now is the other side's good-bye.
        readable, _, _ = select.select([self._connection.sock], [], [], 0)
        return bool(readable)

    def _left(self) -> float:
        return self._deadline_seconds - self._clock.monotonic_seconds()


def _address(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts, parts.port
    except ValueError:
        pass
    message = "the center's address is http:// or https://, host, port and path"
    raise Refused("bad-input", message, "中心地址应为 http(s)://主机:端口/路径", "center.url")


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {' '.join(str(error).split())[:100]}".strip()
