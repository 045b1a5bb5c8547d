"""Faults on order, for tests and demonstration: each is used up by the next requests that it fits.

drop-before      the connection is cut, nothing was processed
drop-after       processed and booked, then the connection is cut
html             an HTML page instead of an answer, nothing was processed
truncated        processed and booked, the answer's JSON is cut in half
no-infcode       JSON without `infcode`, nothing was processed
gateway-401      the gateway turns the message away
refuse           `infcode` -1, nothing was processed
strings          processed; `infcode` and all numbers of the answer are strings, `setlinfo` is a list of one
"""

from __future__ import annotations

import threading
from typing import Any, Literal

import msgspec

FaultName = Literal["drop-before", "drop-after", "html", "truncated", "no-infcode", "gateway-401", "refuse", "strings"]

INSTEAD: dict[FaultName, bytes] = {
    "html": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    "no-infcode": b'{"output":{}}',
    "gateway-401": b'{"code":401,"message":"api_access_key unknown"}',
    "refuse": b'{"infcode":-1,"err_msg":"the center is asked to refuse this","output":{}}',
}
"""Faults that answer this without processing anything."""


class Faults:
    """The faults that stand ready, oldest first. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: list[tuple[FaultName, str]] = []

    def inject(self, name: FaultName, times: int = 1, infno: str = "") -> None:
        """Order a fault for the next `times` requests, of transaction `infno` only where it is given."""
        with self._lock:
            self._ready += [(name, infno)] * times

    def clear(self) -> None:
        """Forget every fault that still stands ready."""
        with self._lock:
            self._ready.clear()

    def take(self, infno: str) -> FaultName | None:
        """The fault that this request meets, now used up."""
        with self._lock:
            for index, (name, wanted) in enumerate(self._ready):
                if wanted in ("", infno):
                    del self._ready[index]
                    return name
        return None


def as_strings(answer: bytes) -> bytes:
    """The same answer as another province writes it: numbers as strings, `setlinfo` as a list of one."""
    document = _texts(msgspec.json.decode(answer))
    if isinstance(document["output"].get("setlinfo"), dict):
        document["output"]["setlinfo"] = [document["output"]["setlinfo"]]
    return msgspec.json.encode(document)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return str(value) if isinstance(value, int | float) else value
