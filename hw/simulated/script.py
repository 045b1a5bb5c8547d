"""How a virtual card misbehaves: steps that strike at the n-th command after power-on, or at a kind of command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class CardTorn(Exception):
    """The card left the slot instead of answering."""


class CardSilent(Exception):
    """The card stays in the slot and does not answer."""


DEEDS = frozenset(
    {
        "pull-before",
        "pull-after",
        "mute",
        "status",
        "status-after",
        "answer",
        "more",
        "wrong-length",
        "slow",
        "damage",
        "wrong-mac",
    }
)
"""What a card can do wrong:

`pull-before`, `pull-after`: leave the slot before, or after, doing what the command says, and answer nothing.
`mute`: stay and not answer. `status`: answer with status word `value` (hex) instead of doing it; `status-after`: do it,
then answer with that status word. `answer`: answer with the bytes `value` (hex), whatever they are. `more`: hold the
data back for GET RESPONSE (61xx). `wrong-length`: ask for the right length first (6Cxx). `slow`: answer after `value`
milliseconds. `damage`: turn over the byte at place `value` (default the last). `wrong-mac`: spoil the last four bytes.
"""


_HEX_BYTES = "([0-9A-Fa-f]{2})*"
_VALUES = {"status": _HEX_BYTES, "status-after": _HEX_BYTES, "answer": _HEX_BYTES, "slow": "[0-9]+", "damage": "[0-9]*"}


@dataclass(frozen=True, slots=True)
class Step:
    """One misdeed. at: the n-th command after power-on (1 is the first), or None for any; ins: the command's
    instruction byte, or None for any. once: it strikes a single time in the card's life, not after each power-on."""

    do: str
    at: int | None = None
    ins: int | None = None
    value: str = ""
    once: bool = False

    def __post_init__(self) -> None:
        if self.do not in DEEDS:
            raise ValueError(f"no such misdeed: {self.do}")
        wanted = _VALUES.get(self.do, "")
        if not re.fullmatch(wanted, self.value):
            raise ValueError(f"{self.do} takes no such value: {self.value}")

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Step:
        """From TOML: `do`, and `at`, `ins` (hex), `value`, `once` where given. Raises ValueError, KeyError."""
        ins = fields.get("ins")
        return cls(
            do=fields["do"],
            at=fields.get("at"),
            ins=None if ins is None else int(ins, 16),
            value=str(fields.get("value", "")),
            once=fields.get("once", False),
        )

    def strikes(self, number: int, ins: int) -> bool:
        """Whether it is this command's turn."""
        return self.at in (None, number) and self.ins in (None, ins)


class Script:
    """The steps of one card, in order; the first that fits strikes."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self.steps = list(steps)

    def step(self, number: int, ins: int) -> Step | None:
        """The misdeed for this command, if any."""
        found = next((step for step in self.steps if step.strikes(number, ins)), None)
        if found is not None and found.once:
            self.steps.remove(found)
        return found
