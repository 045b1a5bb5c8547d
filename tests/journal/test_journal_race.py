"""Many programs open one journal at the same moment: exactly one has it, the others change nothing and say why.

`RACES=1000` races as often as the proof does.
"""

from __future__ import annotations

import os
import select
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journal_parts import open_journal

from terminal.errors import TerminalError

RACES = int(os.environ.get("RACES", "20"))
STARTERS = 50
WORD_BYTES = 40
WORD_SECONDS_MAX = 60


def test_of_fifty_that_start_at_once_one_has_the_journal(tmp_path: Path) -> None:
    """Each race has a new journal, so the schema is laid in it too; those who lose hear `journal-in-use`."""
    with _starters(tmp_path) as field:
        for race in range(RACES):
            assert field.raced() == {"opened": 1, "journal-in-use": STARTERS - 1}
            with open_journal(tmp_path / str(race)) as journal:
                assert journal.entry_count() == 0
    print(f"\n{RACES} races of {STARTERS}: 1 winner each")


class _Field:
    """The starters' side of three pipes: one byte each lets them go, and lets them give back what they have."""

    def __init__(self) -> None:
        self.gate, self.said, self.end = os.pipe(), os.pipe(), os.pipe()

    def raced(self) -> Counter[str]:
        """What all said in one race. Each keeps what it has until all have spoken, then gives it back."""
        os.write(self.gate[1], bytes(STARTERS))
        words = Counter(self._word() for _ in range(STARTERS))
        os.write(self.end[1], bytes(STARTERS))
        assert {self._word() for _ in range(STARTERS)} == {"gave back"}
        return words

    def run(self, folder: Path) -> None:
        """A starter, until the gate closes."""
        os.close(self.gate[1])
        os.close(self.end[1])
        race = 0
        while os.read(self.gate[0], 1):
            try:
                journal = open_journal(folder / str(race))
                self._say("opened")
            except TerminalError as error:
                journal = None
                self._say(error.code)
            os.read(self.end[0], 1)
            if journal is not None:
                journal.close()
            self._say("gave back")
            race += 1

    def _say(self, word: str) -> None:
        os.write(self.said[1], word.ljust(WORD_BYTES).encode())

    def _word(self) -> str:
        assert select.select([self.said[0]], [], [], WORD_SECONDS_MAX)[0], "a starter is gone"
        return os.read(self.said[0], WORD_BYTES).decode().strip()


@contextmanager
def _starters(folder: Path) -> Iterator[_Field]:
    field, children = _Field(), []
    for _ in range(STARTERS):
        child = os.fork()
        if child == 0:
            # Whatever happens, a starter never goes on as the test that it was forked from.
            try:
                field.run(folder)
            finally:
                os._exit(0)
        children.append(child)
    try:
        yield field
    finally:
        os.close(field.gate[1])
        os.close(field.end[1])
        for child in children:
            os.waitpid(child, 0)
        for end in (field.gate[0], *field.said, field.end[0]):
            os.close(end)
