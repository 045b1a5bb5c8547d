"""A till in thirty lines: it speaks to the local API over HTTP, as any till would."""

from __future__ import annotations

import http.client
import json
from typing import Any

from terminal.errors import Unavailable

TIMEOUT_SECONDS = 30


class Till:
    """One till. Every answer is JSON (or text); a problem+json answer is raised."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token

    def get(self, path: str) -> Any:
        """GET; JSON is decoded, text is returned as it stands."""
        return self._ask("GET", path, None, None)

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """POST; `key` is the Idempotency-Key of what moves money."""
        return self._ask("POST", path, body, key)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self._ask("DELETE", path, None, None)

    def _ask(self, method: str, path: str, body: Any, key: str | None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            problem = json.loads(data)
            raise Unavailable(problem["code"], f"{problem['status']} {problem['detail']}", problem["detail_zh"], path)
        is_json = "json" in (answer.headers.get("Content-Type") or "")
        return json.loads(data) if is_json and data else data.decode("utf-8")
