"""One mutant, and the list of those that no test can tell from the program, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EQUIVALENT = Path(__file__).parent / "equivalent.txt"


@dataclass(frozen=True)
class Mutant:
    """A file with one change: `start` … `end` of its text become `becomes`."""

    path: Path
    start: int
    end: int
    becomes: str
    text: str

    @property
    def changed(self) -> str:
        """The whole file as changed."""
        return self.text[: self.start] + self.becomes + self.text[self.end :]

    @property
    def line(self) -> int:
        """Where it is, from 1."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def name(self) -> str:
        """What identifies it as long as its line stays as it is: file, the line's text, what became what, and where."""
        begin = self.text.rfind("\n", 0, self.start) + 1
        stop = self.text.find("\n", self.start)
        line = self.text[begin:stop]
        old = " ".join(self.text[self.start : self.end].split())
        place = self.start - begin - (len(line) - len(line.lstrip()))
        return f"{self.path.name} | {line.strip()} | {place}: {old} => {self.becomes}"


def known_equivalents() -> dict[str, str]:
    """Name of each mutant that changes nothing anybody could see, and why."""
    found = {}
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.rpartition(" | ")
            found[name] = reason
    return found
