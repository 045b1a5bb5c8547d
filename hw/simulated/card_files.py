"""Virtual cards of every kind from readable files: `kind` is "social-security" (default), "psam" or "foreign"."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.simulated.card_system import Application, CardSystem, RandomBytes
from hw.simulated.memory import CardMemory
from hw.simulated.psam import VirtualPsam
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard


def load_card(path: Path, state_file: Path | None = None, random_bytes: RandomBytes = os.urandom) -> CardSystem:
    """The card that a TOML file describes. state_file: where it keeps what it remembers; without one, in the object.

    Raises OSError, ValueError, KeyError for a file that is no card.
    """
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    memory = CardMemory(state_file)
    match fields.get("kind", "social-security"):
        case "social-security":
            return VirtualCard.from_fields(fields, memory, random_bytes)
        case "psam":
            return VirtualPsam.from_fields(fields, memory, random_bytes)
        case "foreign":
            return _foreign_card(fields)
    raise ValueError("kind is social-security, psam or foreign")


def _foreign_card(fields: Mapping[str, Any]) -> CardSystem:
    """Some other card. Texts: atr; applications: the names it knows, hex."""
    card = CardSystem(
        bytes.fromhex(fields["atr"]), [Application(bytes.fromhex(name)) for name in fields.get("applications", [])]
    )
    card.script = Script(Step.from_fields(step) for step in fields.get("misbehave", []))
    return card
