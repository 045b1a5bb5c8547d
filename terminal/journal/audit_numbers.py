"""The audit of what must never be used twice: ids on the wire, settlement numbers, and the counters that give them out.

It follows the entries, and then looks at the tables: a message goes under the id that the last entry gave it, and no
counter stands below what was given out. Numbers of which no entry tells (a sign-in, a question) it cannot know.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from typing import Any

from terminal.clock import BEIJING
from terminal.journal.numbering import STAMPS, settlement_counter, stamp_number

_MESSAGE_ID = re.compile(r".{12}([0-9]{14})[0-9]{2}([0-9]{2})")
"""As the center wants it: the provider, the second, the till, and a number in that second."""

_SETTLEMENT = re.compile(r"([0-9]{8})([0-9]{6})")


class Numbered:
    """What the entries of one terminal have numbered so far."""

    def __init__(self, terminal_id: str) -> None:
        self._terminal_id = terminal_id
        self._sent_as: dict[str, str] = {}
        self._newest_stamp = ""
        self._given: dict[str, int] = {}

    def follow(self, connection: sqlite3.Connection, kind: str, number: int, facts: dict[str, Any]) -> list[str]:
        """One more entry, in which alone nothing can be wrong."""
        if kind in ("renewed", "reopened") and facts["sent_as"]:
            self._sent_as[facts["message_id"]] = facts["sent_as"]
        for name in ("message_id", "sent_as"):
            if stamp := _MESSAGE_ID.fullmatch(facts.get(name, "")):
                self._note_stamp(*stamp.groups())
        own_number = facts["record"]["id"] if "record" in facts else ""
        if given := _SETTLEMENT.fullmatch(own_number.removeprefix(self._terminal_id)):
            counter = settlement_counter(dt.date.fromisoformat(given[1]))
            self._given[counter] = max(self._given.get(counter, 0), int(given[2]))
        return []

    def _note_stamp(self, second: str, counter: str) -> None:
        if second + counter > self._newest_stamp:
            self._newest_stamp = second + counter
            moment = dt.datetime.fromisoformat(f"{second[:8]}T{second[8:]}").replace(tzinfo=BEIJING)
            self._given[STAMPS] = stamp_number(moment, int(counter))

    def disagreements(self, connection: sqlite3.Connection) -> list[str]:
        """Where the tables do not agree with what was numbered."""
        messages = connection.execute("SELECT message_id, sent_as FROM outbox ORDER BY number")
        changed = [message_id for message_id, sent_as in messages if sent_as != self._sent_as.get(message_id, "")]
        reserved = dict(connection.execute("SELECT name, reserved FROM counters").fetchall())
        low = [name for name, given in self._given.items() if reserved.get(name, 0) < given]
        return [f"outbox.sent_as: message {message_id} goes under another id" for message_id in changed] + [
            f"counters: {name} is below what was given out" for name in low
        ]
