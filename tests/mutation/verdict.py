"""What became of mutants, and how they are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.mutation.mutant import Mutant, known_equivalents

Fate = Literal["killed", "survived", "stillborn", "same"]


@dataclass(frozen=True)
class Verdict:
    """stillborn: it does not compile. same: it is the program. by: the test that noticed it."""

    mutant: Mutant
    fate: Fate
    by: str = ""


def figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The counts and the names of the survivors that nobody has explained. tried: those that could be killed."""
    fates = Counter(one.fate for one in verdicts)
    explained = known_equivalents()
    survivors = [one.mutant.name for one in verdicts if one.fate == "survived"]
    bad = [name for name in survivors if name not in explained]
    tried = fates["killed"] + len(bad)
    return {
        "mutants": len(verdicts),
        "tried": tried,
        "killed": fates["killed"],
        "equivalent": fates["same"] + len(survivors) - len(bad),
        "stillborn": fates["stillborn"],
        "score_percent": round(100 * fates["killed"] / tried, 1) if tried else 100.0,
        "survivors": bad,
    }
