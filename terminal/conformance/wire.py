"""The till's end of the wire: one request a connection, headers as they are given, nothing done behind one's back."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from terminal.errors import Refused, Unavailable

TIMEOUT_SECONDS = 20
"""The longest that one answer, or one event, is waited for."""

LINE_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, or None where it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Wire:
    """Requests to one terminal. `asked` counts them."""

    def __init__(self, url: str, token: str, authority: Path | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(
                "bad-url", "the address is http://HOST:PORT/ or https://…", "地址应为 http(s)://主机:端口/", "url"
            )
        self._host, self._port = parts.hostname, parts.port
        self._tls = ssl.create_default_context(cafile=authority) if parts.scheme == "https" else None
        self._token = token
        self.asked = 0

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """One request with the till's token. body: JSON, or bytes as they are. headers: None takes one away."""
        with self._answered(method, path, body, headers or {}) as found:
            return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())

    @contextmanager
    def events(self, after: int | None = None) -> Iterator[Iterator[dict[str, str]]]:
        """The stream of events, each as its fields; it has begun when this is entered."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        with self._answered("GET", "/v1/events", None, headers) as found:
            found.readline(LINE_BYTES_MAX)
            yield _events(found)

    @contextmanager
    def _answered(
        self, method: str, path: str, body: Any, headers: Mapping[str, str | None]
    ) -> Iterator[http.client.HTTPResponse]:
        self.asked += 1
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        connection = self._connection()
        try:
            connection.request(method, path, data, {name: text for name, text in given.items() if text is not None})
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(
                "terminal-silent",
                f"the terminal does not answer {method} {path} ({type(error).__name__})",
                f"终端未应答：{method} {path}",
                "url",
            ) from None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        return http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls)


def _events(stream: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    while line := stream.readline(LINE_BYTES_MAX).decode():
        name, _, value = line.rstrip("\n").partition(": ")
        if name and not line.startswith(":"):
            fields[name] = value
        elif not name and "data" in fields:
            yield fields
            fields = {}
