"""The wire to the center with somebody who listens, or who answers in its place."""

from __future__ import annotations

from typing import Any

import msgspec
from town import Town

from terminal.center.link import Link


class Watched:
    """The wire, and the numbers of what went over it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.bodies: list[dict[str, Any]] = []

    def post(self, body: bytes) -> bytes:
        self.bodies.append(msgspec.json.decode(body))
        return self._link.post(body)

    @property
    def numbers(self) -> list[str]:
        """The transactions, but for sign-ins, in the order in which they left."""
        return [str(body["infno"]) for body in self.bodies if body["infno"] != "9001"]


class Picky:
    """A center, or its gateway, that gives `answer` to every request that holds all of `parts`."""

    def __init__(self, town: Town, answer: str, *parts: str) -> None:
        self._link, self._answer = town.new_link(), answer.encode()
        self._parts = [part.encode() for part in parts]

    def post(self, body: bytes) -> bytes:
        return self._answer if all(part in body for part in self._parts) else self._link.post(body)


class Telling:
    """A center that signs in as always, and has one answer to another transaction."""

    def __init__(self, town: Town, infno: str, answer: str | bytes) -> None:
        self._link, self._infno = town.new_link(), f'"infno":"{infno}"'.encode()
        self._answer = answer.encode() if isinstance(answer, str) else answer

    def post(self, body: bytes) -> bytes:
        return self._answer if self._infno in body else self._link.post(body)
