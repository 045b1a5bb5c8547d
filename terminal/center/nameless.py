"""Takes the person whom a message is about out of what is kept of its answer, wherever the text names them.

`envelope.kept` blacks out what stands behind a word that announces a person; of one it serves, the terminal knows the
name itself. Promise: only letters are taken out, and no part of a longer Latin word; an accepted answer stays as it is,
since its numbers and amounts count. Names of other people, which nothing announces, stay.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TypeVar

import msgspec

from terminal.center.answers import Accepted, Outcome
from terminal.journal.records import SettlementRecord

NAME_CHARACTERS_MIN = 2
"""One character alone is a word of its own in too many sentences."""

TAKEN = "…"

Word = TypeVar("Word", bound=Outcome)


def nameless(outcome: Word, record: SettlementRecord) -> Word:
    """The outcome of a message about `record`, with its person's name out of its reason and its answer."""
    name = _name(record.bill.patient.name)
    if isinstance(outcome, Accepted) or name is None:
        return outcome
    answer = name.sub(TAKEN, outcome.answer.decode("utf-8", "replace")).encode()
    return msgspec.structs.replace(outcome, reason=name.sub(TAKEN, outcome.reason), answer=answer)


@lru_cache(maxsize=16)
def _name(name: str) -> re.Pattern[str] | None:
    """The name as a text or its JSON may write it, also spaced out; None for one that could be something else."""
    letters = "".join(name.split())
    if len(letters) < NAME_CHARACTERS_MIN or not letters.replace("·", "").isalpha():
        return None
    spaced = r"\s*".join(f"(?:{re.escape(letter)}|{_escaped(letter)})" for letter in letters)
    return re.compile(rf"(?<![A-Za-z]){spaced}(?![A-Za-z])", re.IGNORECASE)


def _escaped(letter: str) -> str:
    """The letter as JSON may escape it, also in a text that is JSON itself."""
    return re.escape(json.dumps(letter)[1:-1]).replace(r"\\u", r"\\+u")
