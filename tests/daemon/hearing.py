"""An ear at the daemon's event stream: what it tells of devices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from daemon.process import TerminalProcess

OF_DEVICES = frozenset({"card", "reader", "scanner"})
"""What the events' kinds begin with."""


class Heard:
    """The events of devices, in order, each with its device."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._events = _events(lines)

    def next(self, count: int) -> set[tuple[str, str]]:
        """The next events, of which several may come in either order."""
        return set(islice(self._events, count))


@contextmanager
def listening(terminal: TerminalProcess) -> Iterator[Heard]:
    """Listen to the daemon's events while the context lasts."""
    with terminal.new_client(terminal.headers) as client, client.stream("GET", "/v1/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry: ")
        yield Heard(lines)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        if name == "data" and kind.partition("-")[0] in OF_DEVICES:
            yield kind, str(json.loads(value).get("device", ""))
