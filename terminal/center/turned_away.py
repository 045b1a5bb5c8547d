"""Messages that the gateway turned away: whether it is the message or the line, only the others tell.

The next messages are tried before the line is called dead, those first that were not turned away yet. A message counts
as failing by itself where the center has answered another one since the time before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from terminal.journal.records import QueuedMessage

IN_ROW_MAX = 3
"""So many different messages turned away, and none answered between: it is the line."""

Verdict = Literal["message", "line", "open"]


class TurnedAways:
    """What was turned away since the center last answered. Kept in memory: an end begins anew."""

    def __init__(self) -> None:
        self._suspects: set[str] = set()
        self._in_row: set[str] = set()
        self._has_answered = False

    def answered(self) -> None:
        """The center answered a message: there is a line."""
        self._suspects.clear()
        self._in_row.clear()
        self._has_answered = True

    def judge(self, message_id: str) -> Verdict:
        """This one was turned away: it fails by itself, or the line is dead, or nobody knows yet."""
        others_pass, self._has_answered = self._has_answered, False
        self._suspects.add(message_id)
        self._in_row.add(message_id)
        if len(self._in_row) == IN_ROW_MAX:
            self._in_row.clear()
            return "line"
        return "message" if others_pass else "open"

    @property
    def count(self) -> int:
        """How many are under suspicion."""
        return len(self._suspects)

    def next_of(self, due: Sequence[QueuedMessage]) -> QueuedMessage | None:
        """Whose turn it is among the first `count` + 1 that are due: rather one that was not turned away."""
        others = (message for message in due if message.message_id not in self._suspects)
        return next(others, due[0] if due else None)
