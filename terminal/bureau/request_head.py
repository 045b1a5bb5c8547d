"""The head of a usual request: a POST with its length, as every terminal sends it. Pure.

Read strictly: what is not of this form is left to the HTTP library, which knows the whole protocol and says what is
wrong. Heads that were read are kept for a while, since those of one terminal hardly differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

HEAD_BYTES_MAX = 16_384
HEADS_KEPT = 1_024

_HEAD = re.compile(
    rb"POST (?P<path>/[-0-9A-Za-z._~/]*) HTTP/1\.1\r\n"
    rb"(?P<lines>(?:[-0-9A-Za-z_]{1,100}:[ \t]*[!-~][ -~\t]*\r\n|[-0-9A-Za-z_]{1,100}:[ \t]*\r\n)*)\r\n"
)
_LIBRARY_ONLY = ("transfer-encoding", "expect", "upgrade", "te", "trailer")
"""Headers that ask for more than a body of known length."""


class Head(Struct, frozen=True):
    """Path, headers (names in lower case), and how many bytes follow."""

    path: str
    headers: Mapping[str, str]
    body_bytes: int


@lru_cache(maxsize=HEADS_KEPT)
def read_head(head: bytes) -> Head | None:
    """Read a head with its empty line; None for any that is not usual."""
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    pairs = [line.split(":", 1) for line in match["lines"].decode("ascii").split("\r\n")[:-1]]
    headers = {name.lower(): value.strip(" \t") for name, value in pairs}
    length = headers.get("content-length", "")
    if len(headers) < len(pairs) or "host" not in headers or any(name in headers for name in _LIBRARY_ONLY):
        return None
    if headers.get("connection", "keep-alive").lower() != "keep-alive" or not re.fullmatch("[0-9]{1,9}", length):
        return None
    return Head(match["path"].decode("ascii"), headers, int(length))
