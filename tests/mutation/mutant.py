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
        return self.changed_within(0, len(self.text))

    def changed_within(self, start: int, end: int) -> str:
        """What stands from `start` to `end` of the text, as changed."""
        return self.text[start : self.start] + self.becomes + self.text[self.end : end]

    @property
    def line(self) -> int:
        """Where it is, from 1."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def name(self) -> str:
        """What identifies it as long as its line stays as it is: file, the line's text, what became what, and where.

        Of lines with one text, the second is told from the first: what explains one mutant explains no other.
        """
        begin = self.text.rfind("\n", 0, self.start) + 1
        line = self.text[begin : self.text.find("\n", self.start)]
        old = " ".join(self.text[self.start : self.end].split())
        place = self.start - begin - (len(line) - len(line.lstrip()))
        said = line.strip()
        same = [other.strip() for other in self.text[:begin].split("\n")].count(said)
        return f"{self.path.name} | {said}{f' ({same + 1})' if same else ''} | {place}: {old} => {self.becomes}"


def known_equivalents() -> dict[str, str]:
    """Name of each mutant that changes nothing anybody could see, and why."""
    found = {}
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.rpartition(" | ")
            found[name] = reason
    return found
